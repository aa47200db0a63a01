//! The disagreements about each kind of part, in words and with their places.

use proc_macro2::Span;
use schema_core::word::closest;
use schema_core::{
    Change, Check as Condition, Column, ColumnFact, Dialect, Edit, Expr, ForeignKey, Index, KeyTarget, Name, Pair,
    Part, PartKind, Path, PrimaryKey, TableOptions, Unique, render, token,
};

use super::single::same_targets;
use super::words::{self, Words};
use super::{Check, Columns, differences, facts};
use crate::types::{StandardTypes, TypeResolver as _};

/// How one kind of part is put into words.
struct Phrase {
    code: &'static str,
    /// `UNIQUE (a, b)`
    noun: String,
    /// `unique_a_b`, for the name of the migration that mends it.
    slug: String,
    /// Line 1 when both sides have the part.
    altered: Option<String>,
}

/// Line 1 when both sides have a part.
fn altered<T>(edit: &Edit<T>, words: impl Fn(&Pair<T>) -> String) -> Option<String> {
    match edit {
        Edit::Alter(pair) => Some(words(pair)),
        Edit::Add(_) | Edit::Drop(_) => None,
    }
}

impl Check<'_> {
    pub(super) fn column(&mut self, edit: &Edit<Column>, columns: &Columns) {
        match edit {
            Edit::Add(column) => self.missing_column(column, columns),
            Edit::Drop(column) => self.extra_column(column, columns),
            Edit::Alter(pair) => self.altered_column(pair),
        }
    }

    fn missing_column(&mut self, column: &Column, columns: &Columns) {
        let table = self.table.name.clone();
        let path = column.path(&table);
        let was = self.desired.renames.columns.iter().find(|(_, pair)| pair.after == column.name);
        let was = was.map(|(_, pair)| pair.before.clone()).filter(|before| columns.extra.contains(before));
        let near = was.clone().or_else(|| nearest(&column.name, columns));
        let mut words = self.words(format!("column `{}` is missing from table `{table}`", column.name));
        words.model = Some(render::column(self.dialect(), column));
        if let Some(found) = near.as_ref().and_then(|near| self.found_table()?.column(near)) {
            words.migrations = Some(render::column(self.dialect(), found));
            words.place = self.place(PartKind::Column, &found.name).cloned();
        } else {
            words.migrations = Some("(none)".to_owned());
            words.place = self.found.map.nearest(&path).cloned();
            words.place_of = "table created";
        }
        let table_slug = words::slug(&table.to_string());
        let command = format!("run `cargo driftless new add_{table_slug}_{}`", words::slug(column.name.as_str()));
        words.help = match (was, near) {
            (Some(was), _) => {
                words.fact = self.words(format!("column `{table}.{}` is still called `{was}`", column.name)).fact;
                format!("run `cargo driftless new rename_{was}_to_{}`", column.name)
            }
            (None, Some(near)) => format!(
                "{command}, or did you mean `{near}` (`#[column(name = \"{near}\")]`; renamed: `#[column(was = \"{near}\")]`)?"
            ),
            (None, None) => command,
        };
        let span = self.desired.spans.of(&path);
        self.push("missing-column", span, path, words);
    }

    fn extra_column(&mut self, column: &Column, columns: &Columns) {
        let table = self.table.name.clone();
        let renamed = self.desired.renames.columns.iter().any(|(_, pair)| pair.before == column.name);
        if renamed || columns.missing.iter().any(|missing| nearest(missing, columns).as_ref() == Some(&column.name)) {
            return; // reported as the rename, or as the near miss, that it is
        }
        let path = column.path(&table);
        let dialect = self.dialect();
        let mut words = self.words(format!("column `{}` of table `{table}` has no field", column.name));
        words.model = Some("(none)".to_owned());
        words.migrations = Some(render::column(dialect, column));
        words.place = self.found.map.nearest(&path).cloned();
        words.help = format!(
            "add a field for it, or run `cargo driftless new drop_{}_{}`",
            words::slug(&table.to_string()),
            words::slug(column.name.as_str())
        );
        let span = self.desired.spans.of(&Path::Table(table));
        self.push("extra-column", span, path, words);
    }

    fn altered_column(&mut self, pair: &Pair<Column>) {
        let facts = pair.facts();
        let (found, mine) = (&pair.before, &pair.after);
        let table = self.table.name.clone();
        let dialect = self.dialect();
        let path = mine.path(&table);
        let mut words = self.words(format!("column `{table}.{}` {}", mine.name, facts::text(&facts, mine, found)));
        words.model = Some(render::column(dialect, mine));
        words.migrations = Some(render::column(dialect, found));
        words.place = self.found.map.nearest(&path).cloned();
        words.help = format!(
            "run `cargo driftless new alter_{}_{}`",
            words::slug(&table.to_string()),
            words::slug(mine.name.as_str())
        );
        let field = self.desired.fields.iter().find(|field| field.column == mine.name);
        if let [fact] = facts.as_slice() {
            let rust = field.and_then(|field| StandardTypes.fact(&field.ty));
            if let Some(advice) = facts::advice(*fact, mine, found, rust.as_ref()) {
                words.help = format!("{}, or {advice} if the migrations are right", words.help);
            }
        }
        let first = facts.first().copied().unwrap_or(ColumnFact::Type);
        let code = match first {
            ColumnFact::Type => "column-type",
            ColumnFact::Nullability => "column-nullability",
            ColumnFact::Value => "column-value",
            ColumnFact::Collation => "column-collation",
            ColumnFact::OnConflict => "column-conflict",
            ColumnFact::Comment => "column-comment",
        };
        let span = self.fact_span(&mine.name, first);
        self.push(code, span, path, words);
        let stated = field.is_some_and(|field| field.sql_type) && first == ColumnFact::Type;
        if let (Some(field), ColumnFact::Type | ColumnFact::Nullability, false) = (field, first, stated) {
            self.extend(&field.ty);
        }
    }

    pub(super) fn key(&mut self, edit: &Edit<PrimaryKey>, columns: &Columns) {
        let dialect = self.dialect();
        let text = |key: &PrimaryKey| render::primary_key(dialect, key);
        let names = |key: &PrimaryKey| key.columns();
        let noun = edit.after().or(edit.before()).map(text).unwrap_or_default();
        let altered = altered(edit, |pair| differences::primary_key(&self.table.name, pair));
        let reported = self.diagnostics.len();
        self.part_edit(
            edit,
            columns,
            Phrase { code: "primary-key", noun, slug: "primary_key".to_owned(), altered },
            names,
            text,
        );
        if let (Edit::Alter(pair), Some(last)) = (edit, self.diagnostics.get_mut(reported))
            && pair.after.autoincrement
            && !pair.before.autoincrement
            && let [column] = pair.after.columns().as_slice()
        {
            last.span = self.desired.spans.fact(column, ColumnFact::Value);
            last.end = last.span;
        }
    }

    pub(super) fn unique(&mut self, edit: &Edit<Unique>, columns: &Columns, changes: &[Change]) {
        let dialect = self.dialect();
        // The index over the same columns that stands on the other side is reported with it.
        let other = edit.after().or(edit.before()).and_then(|unique| {
            changes.iter().find_map(|change| match change {
                Change::Index { edit: other, .. } => replaced(edit, other).filter(|index| is_over(index, unique)),
                _ => None,
            })
        });
        if let (Edit::Drop(unique), Some(index)) = (edit, other) {
            // The model states an index where the migrations have a constraint.
            let table = self.table.name.clone();
            let path = index.path(&table);
            let mut words =
                self.words(format!("table `{table}` has UNIQUE ({}), and the model an index", unique.label()));
            words.model = Some(self.index_text(index));
            words.migrations = Some(render::unique(dialect, unique));
            words.place = self.found.map.nearest(&unique.path(&table)).cloned();
            words.help = format!(
                "write `unique` in the model, or run `cargo driftless new drop_{}_{}_unique`",
                words::slug(&table.to_string()),
                words::slug(unique.label().as_str())
            );
            let span = self.desired.spans.of(&path);
            return self.push("unique", span, path, words);
        }
        let names = |unique: &Unique| part_names(&unique.parts);
        let label = edit.after().or(edit.before()).map(|unique| render::unique(dialect, unique)).unwrap_or_default();
        let slug =
            edit.after().or(edit.before()).map(|unique| words::slug(unique.label().as_str())).unwrap_or_default();
        let altered = altered(edit, |pair| differences::unique(&self.table.name, pair));
        let phrase = Phrase { code: "unique", noun: label, slug: format!("{slug}_unique"), altered };
        let found_index = other.filter(|_| matches!(edit, Edit::Add(_)));
        let found_index = found_index.map(|index| (self.index_text(index), index.path(&self.table.name)));
        self.part_edit_beside(edit, columns, phrase, names, |unique| render::unique(dialect, unique), found_index);
    }

    pub(super) fn foreign_key(&mut self, edit: &Edit<ForeignKey>, columns: &Columns) {
        let dialect = self.dialect();
        let text = |key: &ForeignKey| render::foreign_key(dialect, key);
        let names = |key: &ForeignKey| key.columns.clone();
        let lost = |key: Option<&ForeignKey>, lost: &[Name]| {
            key.is_some_and(|key| {
                key.parent == self.table.name && key.parent_columns.iter().any(|name| lost.contains(name))
            })
        };
        if lost(edit.after(), &columns.missing) || lost(edit.before(), &columns.extra) {
            return; // a key to the table itself, whose column is reported
        }
        let key = edit.after().or(edit.before());
        let noun = key.map(|key| format!("FOREIGN KEY ({}) to `{}`", key.label(), key.parent)).unwrap_or_default();
        let slug = key.map(|key| format!("{}_foreign_key", words::slug(key.label().as_str()))).unwrap_or_default();
        let altered = altered(edit, |pair| differences::foreign_key(&self.table.name, pair));
        self.part_edit(edit, columns, Phrase { code: "foreign-key", noun, slug, altered }, names, text);
    }

    pub(super) fn condition(&mut self, edit: &Edit<Condition>, columns: &Columns, changes: &[Change]) {
        let dialect = self.dialect();
        let condition = edit.after().or(edit.before());
        let listed = condition.and_then(|check| check.expr.enumeration(dialect));
        if let Some((column, mine)) = &listed {
            let other = changes.iter().find_map(|change| match (edit, change) {
                (Edit::Add(_), Change::Check { edit: Edit::Drop(check), .. })
                | (Edit::Drop(_), Change::Check { edit: Edit::Add(check), .. }) => {
                    check.expr.enumeration(dialect).filter(|(other, _)| other == column).map(|(_, values)| values)
                }
                _ => None,
            });
            match (edit, other) {
                (Edit::Drop(_), Some(_)) => return, // told by the other half
                (Edit::Add(_), Some(found)) => return self.enumeration(column, mine, &found),
                (Edit::Drop(_), None) if retyped(changes, column) => return, // another type has other values
                _ => {}
            }
        }
        let involved: Vec<Name> = condition.map(|check| self.names_in(&check.expr)).unwrap_or_default();
        if let Some(pair) = self.conditions(edit, &involved, changes) {
            if matches!(edit, Edit::Add(_)) {
                self.other_condition(&pair, &involved);
            }
            return;
        }
        let text = |check: &Condition| render::check(dialect, check);
        let noun = condition.map(text).unwrap_or_default();
        let slug = format!("{}_check", involved.first().map(|name| words::slug(name.as_str())).unwrap_or_default());
        let altered = altered(edit, |pair| differences::check(&self.table.name, pair));
        self.part_edit(edit, columns, Phrase { code: "check", noun, slug, altered }, move |_| involved.clone(), text);
    }

    /// The two conditions about the same columns, where each side has one that the other does not have.
    fn conditions(&self, edit: &Edit<Condition>, involved: &[Name], changes: &[Change]) -> Option<Pair<Condition>> {
        let about = |check: &&Condition| {
            let names = self.names_in(&check.expr);
            names.len() == involved.len() && names.iter().all(|name| involved.contains(name))
        };
        let edits = || {
            changes.iter().filter_map(|change| match change {
                Change::Check { edit, .. } => Some(edit),
                _ => None,
            })
        };
        let mine: Vec<_> =
            edits().filter(|edit| edit.before().is_none()).filter_map(Edit::after).filter(about).collect();
        let found: Vec<_> =
            edits().filter(|edit| edit.after().is_none()).filter_map(Edit::before).filter(about).collect();
        let is_part = matches!(edit, Edit::Add(_) | Edit::Drop(_));
        match (mine.as_slice(), found.as_slice()) {
            ([mine], [found]) if is_part && !involved.is_empty() => Some(Pair::new((*found).clone(), (*mine).clone())),
            _ => None,
        }
    }

    /// The columns have another condition.
    fn other_condition(&mut self, pair: &Pair<Condition>, involved: &[Name]) {
        let table = self.table.name.clone();
        let dialect = self.dialect();
        let names = involved.iter().map(Name::as_str).collect::<Vec<_>>();
        let text = |check: &Condition| format!("({})", check.expr);
        let both = facts::sides("is", &text(&pair.after), &text(&pair.before));
        let mut words = self.words(format!("the CHECK about `{table}` ({}) {both}", names.join(", ")));
        words.model = Some(render::check(dialect, &pair.after));
        words.migrations = Some(render::check(dialect, &pair.before));
        words.place = self.found.map.nearest(&pair.before.path(&table)).cloned();
        let (prefix, slug) = (words::slug(&table.to_string()), words::slug(&names.join("_")));
        words.help = format!("run `cargo driftless new alter_{prefix}_{slug}_check`");
        let path = pair.after.path(&table);
        let span = self.desired.spans.of(&path);
        self.push("check", span, path, words);
    }

    /// The values of an enum differ.
    fn enumeration(&mut self, column: &Name, mine: &[Box<str>], found: &[Box<str>]) {
        let table = self.table.name.clone();
        let difference = words::variants(Some(mine), Some(found));
        let fact = match difference {
            Some(difference) => format!("column `{table}.{column}` {difference}"),
            None => format!("the values of column `{table}.{column}` stand in another order"),
        };
        let path = self.part(PartKind::Column, column);
        let mut words = self.words(fact);
        words.model = Some(format!("{column} IN ({})", words::list(mine)));
        words.migrations = Some(format!("{column} IN ({})", words::list(found)));
        words.place = self.found.map.nearest(&path).cloned();
        words.help = format!(
            "run `cargo driftless new alter_{}_{}`",
            words::slug(&table.to_string()),
            words::slug(column.as_str())
        );
        let span = self.fact_span(column, ColumnFact::Type);
        self.push("enum-variants", span, path, words);
    }

    pub(super) fn index(&mut self, edit: &Edit<Index>, columns: &Columns, changes: &[Change]) {
        let constrained = changes.iter().any(|change| match change {
            Change::Unique { edit: other, .. } => {
                let unique = other.after().or(other.before());
                replaced(other, edit).zip(unique).is_some_and(|(index, unique)| is_over(index, unique))
            }
            _ => false,
        });
        if constrained {
            return; // reported with the constraint
        }
        let index = edit.after().or(edit.before());
        let noun = index.map(|index| index_noun(&self.index_text(index))).unwrap_or_default();
        let slug = index.map(|index| format!("{}_index", words::slug(index.label().as_str()))).unwrap_or_default();
        let dialect = self.dialect();
        let table = self.table.name.clone();
        let text = move |index: &Index| render::index(dialect, &table, &with_name(&table, index));
        let names = |index: &Index| part_names(&index.parts);
        let altered = altered(edit, |pair| differences::index(&self.table.name, pair));
        self.part_edit(edit, columns, Phrase { code: "index", noun, slug, altered }, names, text);
    }

    fn index_text(&self, index: &Index) -> String {
        render::index(self.dialect(), &self.table.name, &with_name(&self.table.name, index))
    }

    pub(super) fn options(&mut self, edit: Pair<TableOptions>) {
        let table = self.table.name.clone();
        let path =
            Path::Part { table: table.clone(), kind: PartKind::Options, label: Name::new(Dialect::Postgres, "") };
        let word = |options: TableOptions| match (options.strict, options.without_rowid) {
            (true, true) => "STRICT, WITHOUT ROWID",
            (true, false) => "STRICT",
            (false, true) => "WITHOUT ROWID",
            (false, false) => "an ordinary table",
        };
        let (found, mine) = (word(edit.before), word(edit.after));
        let mut words = self.words(format!("table `{table}` is {mine} in the model and {found} in the migrations"));
        words.model = Some(mine.to_owned());
        words.migrations = Some(found.to_owned());
        words.place = self.found.map.nearest(&path).cloned();
        words.help = format!("run `cargo driftless new alter_{}`", words::slug(&table.to_string()));
        let advice = match (edit.before.strict, edit.before.without_rowid) {
            (true, true) => "write `#[table(strict, without_rowid)]`",
            (true, false) => "write `#[table(strict)]`",
            (false, true) => "write `#[table(without_rowid)]`",
            (false, false) => "remove the attribute",
        };
        words.help = format!("{}, or {advice} if the migrations are right", words.help);
        let span = self.desired.spans.options(edit);
        self.push("table-options", span, path, words);
    }

    pub(super) fn comment(&mut self, edit: &Pair<Option<Box<str>>>) {
        let table = self.table.name.clone();
        let path =
            Path::Part { table: table.clone(), kind: PartKind::Comment, label: Name::new(Dialect::Postgres, "") };
        let text = |comment: &Option<Box<str>>| comment.as_deref().unwrap_or("(none)").to_owned();
        let mut words = self.words(format!("the comment on table `{table}` differs"));
        words.model = Some(text(&edit.after));
        words.migrations = Some(text(&edit.before));
        words.place = self.found.map.nearest(&path).cloned();
        words.help = format!("run `cargo driftless new comment_{}`", words::slug(&table.to_string()));
        let span = self.desired.spans.of(&path);
        self.push("comment", span, path, words);
    }

    fn part_edit<T: Part>(
        &mut self,
        edit: &Edit<T>,
        columns: &Columns,
        phrase: Phrase,
        names: impl Fn(&T) -> Vec<Name>,
        text: impl Fn(&T) -> String,
    ) {
        self.part_edit_beside(edit, columns, phrase, names, text, None);
    }

    /// Reports one part that differs. `beside` is what the migrations have in the place of a missing
    /// one, and its path.
    fn part_edit_beside<T: Part>(
        &mut self,
        edit: &Edit<T>,
        columns: &Columns,
        phrase: Phrase,
        names: impl Fn(&T) -> Vec<Name>,
        text: impl Fn(&T) -> String,
        beside: Option<(String, Path)>,
    ) {
        let depends = |part: &T, on: &[Name]| names(part).iter().any(|name| on.contains(name));
        let table = self.table.name.clone();
        let Phrase { code, noun, slug, altered } = phrase;
        let prefix = words::slug(&table.to_string());
        let (fact, verb) = match edit {
            Edit::Add(part) if depends(part, &columns.missing) => return,
            Edit::Drop(part) if depends(part, &columns.extra) => return,
            Edit::Alter(pair) if depends(&pair.after, &columns.missing) || depends(&pair.before, &columns.extra) => {
                return;
            }
            Edit::Add(_) => (format!("table `{table}` has no {noun}"), "add"),
            Edit::Drop(_) => (format!("table `{table}` has {noun}, which the model does not state"), "drop"),
            Edit::Alter(_) => (altered.unwrap_or_default(), "alter"),
        };
        let mut words = self.words(fact);
        words.model = Some(edit.after().map_or_else(|| "(none)".to_owned(), &text));
        let found = edit.before().map(|part| (text(part), part.path(&table))).or(beside);
        let (shown, found_path) = found.unwrap_or_else(|| {
            words.place_of = "table created";
            ("(none)".to_owned(), Path::Table(table.clone()))
        });
        words.migrations = Some(shown);
        words.place = self.found.map.nearest(&found_path).cloned();
        words.help = format!("run `cargo driftless new {verb}_{prefix}_{slug}`");
        let span = match (edit.after(), edit.before()) {
            (Some(part), _) => self.desired.spans.of(&part.path(&table)),
            (None, Some(part)) => {
                words.help = format!("state it in the model, or {}", words.help);
                self.span_of_columns(&names(part))
            }
            (None, None) => Span::call_site(),
        };
        let path = edit.after().or(edit.before()).map_or(Path::Table(table.clone()), |part| part.path(&table));
        self.push(code, span, path, words);
    }

    /// Where something belongs that the model does not state: at the field when it is about one column.
    fn span_of_columns(&self, names: &[Name]) -> Span {
        match names {
            [name] if self.table.column(name).is_some() => self.desired.spans.of(&self.part(PartKind::Column, name)),
            _ => self.desired.spans.of(&Path::Table(self.table.name.clone())),
        }
    }

    fn words(&self, fact: String) -> Words {
        Words::new(format!("`{}` and the migrations disagree: {fact}", self.model))
    }

    /// The columns, of either side, that an expression mentions.
    fn names_in(&self, expr: &Expr) -> Vec<Name> {
        let dialect = self.dialect();
        let actual = self.found_table();
        let known =
            |name: &Name| self.table.column(name).is_some() || actual.is_some_and(|table| table.column(name).is_some());
        token::tokens(dialect, expr.as_str())
            .iter()
            .filter(|token| matches!(token.kind, token::TokenKind::Word | token::TokenKind::Quoted))
            .map(|token| Name::new(dialect, token.value().as_ref()))
            .filter(known)
            .fold(Vec::new(), |mut names, name| {
                if !names.contains(&name) {
                    names.push(name);
                }
                names
            })
    }
}

/// Whether the type of a column differs.
fn retyped(changes: &[Change], column: &Name) -> bool {
    changes.iter().any(|change| match change {
        Change::Column { edit: Edit::Alter(pair), .. } => {
            pair.after.name == *column && pair.facts().contains(&ColumnFact::Type)
        }
        _ => false,
    })
}

/// The index that goes where a UNIQUE constraint comes, or the other way round.
fn replaced<'a>(unique: &Edit<Unique>, index: &'a Edit<Index>) -> Option<&'a Index> {
    match (unique, index) {
        (Edit::Add(_), Edit::Drop(index)) | (Edit::Drop(_), Edit::Add(index)) => Some(index),
        _ => None,
    }
}

fn is_over(index: &Index, unique: &Unique) -> bool {
    same_targets(&index.parts, &unique.parts)
}

fn with_name(table: &schema_core::ObjectName, index: &Index) -> Index {
    let name = index.name.clone().unwrap_or_else(|| Name::new(Dialect::Sqlite, render::index_name(table, index)));
    Index { name: Some(name), ..index.clone() }
}

/// `UNIQUE INDEX (a DESC) WHERE b > 0`: the statement without its name and its table.
fn index_noun(statement: &str) -> String {
    let kind = if statement.starts_with("CREATE UNIQUE") { "UNIQUE INDEX" } else { "INDEX" };
    let parts = statement.find(" ON ").and_then(|on| statement[on..].find(" (").map(|at| &statement[on + at..]));
    format!("{kind}{}", parts.unwrap_or_default())
}

/// The column of the migrations that a missing one was probably meant to be.
fn nearest(missing: &Name, columns: &Columns) -> Option<Name> {
    let near = closest(missing.as_str(), columns.extra.iter().map(Name::as_str))?;
    columns.extra.iter().find(|extra| extra.as_str() == near).cloned()
}

fn part_names(parts: &[schema_core::KeyPart]) -> Vec<Name> {
    parts
        .iter()
        .filter_map(|part| match &part.target {
            KeyTarget::Column(name) => Some(name.clone()),
            KeyTarget::Expr(_) => None,
        })
        .collect()
}
