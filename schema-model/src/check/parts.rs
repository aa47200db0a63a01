//! The disagreements about each kind of part, in words and with their places.

use proc_macro2::Span;
use schema_core::word::closest;
use schema_core::{
    Change, Check as Condition, Column, ColumnFact, ColumnValue, Dialect, Edit, Expr, ForeignKey, ForeignKeyProblem,
    Index, KeyTarget, Name, Pair, Part, PartKind, Path, PrimaryKey, TableOptions, Unique, foreign_key_problems, render,
    token,
};

use super::words::{self, Words};
use super::{Check, Columns};

/// How one kind of part is put into words.
struct Phrase {
    code: &'static str,
    /// `UNIQUE (a, b)`
    noun: String,
    /// `unique_a_b`, for the name of the migration that mends it.
    slug: String,
}

impl Check<'_> {
    pub(super) fn column(&mut self, edit: &Edit<Column>, columns: &Columns) {
        match edit {
            Edit::Add(column) => self.missing_column(column, columns),
            Edit::Drop(column) => self.extra_column(column),
            Edit::Alter(pair) => self.altered_column(pair),
        }
    }

    fn missing_column(&mut self, column: &Column, columns: &Columns) {
        let table = self.table.name.clone();
        let dialect = self.dialect();
        let path = column.path(&table);
        let was = self.desired.renames.columns.iter().find(|(_, pair)| pair.after == column.name);
        let mut words = self.words(format!("column `{}` is missing from table `{table}`", column.name));
        words.model = Some(render::column(dialect, column));
        words.migrations = Some("(none)".to_owned());
        words.place = self.found.map.nearest(&path).cloned();
        words.place_of = "table created";
        let command = format!(
            "run `cargo driftless new add_{}_{}`",
            words::slug(&table.to_string()),
            words::slug(column.name.as_str())
        );
        let near = closest(column.name.as_str(), columns.extra.iter().map(Name::as_str));
        words.help = match (was, near) {
            (Some((_, pair)), _) => {
                words.fact =
                    self.words(format!("column `{table}.{}` is still called `{}`", pair.after, pair.before)).fact;
                format!("run `cargo driftless new rename_{}_to_{}`", pair.before, pair.after)
            }
            (None, Some(near)) => format!(
                "{command}, or did you mean `{near}` (`#[column(name = \"{near}\")]`; renamed: `#[column(was = \"{near}\")]`)?"
            ),
            (None, None) => command,
        };
        let span = self.desired.spans.of(&path);
        self.push("missing-column", span, path, words);
    }

    fn extra_column(&mut self, column: &Column) {
        let table = self.table.name.clone();
        if self.desired.renames.columns.iter().any(|(_, pair)| pair.before == column.name) {
            return; // reported as the rename that it is
        }
        let path = column.path(&table);
        let dialect = self.dialect();
        let mut words = Words::new(format!(
            "`{}` and the migrations disagree: column `{}` of table `{table}` has no field",
            self.model, column.name
        ));
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
        let named = format!("column `{table}.{}`", mine.name);
        let texts: Vec<String> = facts.iter().map(|fact| fact_text(*fact, mine, found)).collect();
        let path = mine.path(&table);
        let mut words = self.words(format!("{named} {}", texts.join(", and ")));
        words.model = Some(render::column(dialect, mine));
        words.migrations = Some(render::column(dialect, found));
        words.place = self.found.map.nearest(&path).cloned();
        words.help = format!(
            "run `cargo driftless new alter_{}_{}`",
            words::slug(&table.to_string()),
            words::slug(mine.name.as_str())
        );
        if let Some(advice) = facts.first().and_then(|fact| advice(*fact, found)) {
            words.help = format!("{}, or write {advice} if the migrations are right", words.help);
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
    }

    pub(super) fn key(&mut self, edit: &Edit<PrimaryKey>, columns: &Columns) {
        let dialect = self.dialect();
        let text = |key: &PrimaryKey| {
            render::primary_key(dialect, key) + if key.autoincrement { " AUTOINCREMENT" } else { "" }
        };
        let names = |key: &PrimaryKey| key.columns();
        let label = edit.after().or(edit.before()).map(text).unwrap_or_default();
        let phrase = Phrase { code: "primary-key", noun: label, slug: "primary_key".to_owned() };
        self.part_edit(edit, columns, phrase, names, text);
    }

    pub(super) fn unique(&mut self, edit: &Edit<Unique>, columns: &Columns, changes: &[Change]) {
        let dialect = self.dialect();
        // The index over the same columns that stands on the other side is reported with it.
        let other = edit.after().or(edit.before()).and_then(|unique| {
            changes.iter().find_map(|change| match change {
                Change::Index { edit: Edit::Drop(index) | Edit::Add(index), .. } if index.label() == unique.label() => {
                    Some(index)
                }
                _ => None,
            })
        });
        if let (Edit::Drop(unique), Some(index)) = (edit, other) {
            // The model states an index where the migrations have a constraint.
            let table = self.table.name.clone();
            let path = index.path(&table);
            let mut words =
                self.words(format!("UNIQUE ({}) of table `{table}` is a constraint, not an index", unique.label()));
            words.model = Some(self.index_text(index));
            words.migrations = Some(render::unique(dialect, unique));
            words.place = self.found.map.nearest(&unique.path(&table)).cloned();
            words.help =
                "write `unique` in the model, or run `cargo driftless new` to replace the constraint".to_owned();
            let span = self.desired.spans.of(&path);
            return self.push("unique", span, path, words);
        }
        let names = |unique: &Unique| part_names(&unique.parts);
        let label = edit.after().or(edit.before()).map(|unique| render::unique(dialect, unique)).unwrap_or_default();
        let slug =
            edit.after().or(edit.before()).map(|unique| words::slug(unique.label().as_str())).unwrap_or_default();
        let phrase = Phrase { code: "unique", noun: label, slug: format!("{slug}_unique") };
        let found_index = other.filter(|_| matches!(edit, Edit::Add(_))).map(|index| self.index_text(index));
        self.part_edit_beside(edit, columns, phrase, names, |unique| render::unique(dialect, unique), found_index);
    }

    pub(super) fn foreign_key(&mut self, edit: &Edit<ForeignKey>, columns: &Columns) {
        let dialect = self.dialect();
        let text = |key: &ForeignKey| render::foreign_key(dialect, key);
        let names = |key: &ForeignKey| key.columns.clone();
        let key = edit.after().or(edit.before());
        let noun = key.map(|key| format!("FOREIGN KEY ({}) to `{}`", key.label(), key.parent)).unwrap_or_default();
        let slug = key.map(|key| format!("{}_foreign_key", words::slug(key.label().as_str()))).unwrap_or_default();
        self.part_edit(edit, columns, Phrase { code: "foreign-key", noun, slug }, names, text);
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
                _ => {}
            }
        }
        let names = |check: &Condition| self.names_in(&check.expr);
        let involved: Vec<Name> = condition.map(names).unwrap_or_default();
        let text = |check: &Condition| render::check(dialect, check);
        let noun = condition.map(text).unwrap_or_default();
        let slug = format!("{}_check", involved.first().map(|name| words::slug(name.as_str())).unwrap_or_default());
        self.part_edit(edit, columns, Phrase { code: "check", noun, slug }, move |_| involved.clone(), text);
    }

    /// The values of an enum differ.
    fn enumeration(&mut self, column: &Name, mine: &[Box<str>], found: &[Box<str>]) {
        let table = self.table.name.clone();
        let list = |values: &[Box<str>]| values.iter().map(|value| format!("'{value}'")).collect::<Vec<_>>().join(", ");
        let only =
            |a: &[Box<str>], b: &[Box<str>]| a.iter().filter(|value| !b.contains(value)).cloned().collect::<Vec<_>>();
        let (new, gone) = (only(mine, found), only(found, mine));
        let fact = match (new.as_slice(), gone.as_slice()) {
            ([], []) => format!("the values of `{table}.{column}` stand in another order"),
            ([], gone) => format!("`{table}.{column}` admits {}, which the enum does not have", list(gone)),
            (new, []) => format!("`{table}.{column}` does not admit {}", list(new)),
            (new, gone) => format!("`{table}.{column}` admits {} instead of {}", list(gone), list(new)),
        };
        let path = self.part(PartKind::Column, column);
        let mut words = self.words(fact);
        words.model = Some(format!("{column} IN ({})", list(mine)));
        words.migrations = Some(format!("{column} IN ({})", list(found)));
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
        let constrained = |index: &Index| {
            changes.iter().any(|change| match change {
                Change::Unique { edit: Edit::Add(unique) | Edit::Drop(unique), .. } => unique.label() == index.label(),
                _ => false,
            })
        };
        if let Edit::Add(index) | Edit::Drop(index) = edit
            && constrained(index)
        {
            return; // reported with the constraint
        }
        let index = edit.after().or(edit.before());
        let noun = match index {
            Some(index) if index.unique => format!("UNIQUE INDEX ({})", index_parts(index)),
            Some(index) => format!("INDEX ({})", index_parts(index)),
            None => String::new(),
        };
        let slug = index.map(|index| format!("{}_index", words::slug(index.label().as_str()))).unwrap_or_default();
        let dialect = self.dialect();
        let table = self.table.name.clone();
        let text = move |index: &Index| render::index(dialect, &table, &with_name(&table, index));
        let names = |index: &Index| part_names(&index.parts);
        self.part_edit(edit, columns, Phrase { code: "index", noun, slug }, names, text);
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
        let span = self.desired.spans.of(&path);
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

    /// Reports one part that differs. `beside` is what the migrations have in the place of a missing one.
    fn part_edit_beside<T: Part>(
        &mut self,
        edit: &Edit<T>,
        columns: &Columns,
        phrase: Phrase,
        names: impl Fn(&T) -> Vec<Name>,
        text: impl Fn(&T) -> String,
        beside: Option<String>,
    ) {
        let depends = |part: &T, on: &[Name]| names(part).iter().any(|name| on.contains(name));
        let table = self.table.name.clone();
        let Phrase { code, noun, slug } = phrase;
        let prefix = words::slug(&table.to_string());
        let (fact, verb) = match edit {
            Edit::Add(part) if depends(part, &columns.missing) => return,
            Edit::Drop(part) if depends(part, &columns.extra) => return,
            Edit::Alter(pair) if depends(&pair.after, &columns.missing) || depends(&pair.before, &columns.extra) => {
                return;
            }
            Edit::Add(_) => (format!("table `{table}` has no {noun}"), "add"),
            Edit::Drop(_) => (format!("`{}` does not state the {noun} of table `{table}`", self.model), "drop"),
            Edit::Alter(_) => (format!("the {noun} of table `{table}` differs"), "alter"),
        };
        let mut words = self.words(fact);
        words.model = Some(edit.after().map_or_else(|| "(none)".to_owned(), &text));
        let found_path = edit.before().map(|part| part.path(&table));
        words.migrations = Some(edit.before().map(&text).or(beside).unwrap_or_else(|| "(none)".to_owned()));
        words.place = self.found.map.nearest(found_path.as_ref().unwrap_or(&Path::Table(table.clone()))).cloned();
        if edit.before().is_none() {
            words.place_of = "table created";
        }
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

    /// Foreign keys that the migrations create and that cannot work.
    pub(super) fn foreign_key_problems(&mut self) {
        let schema = &self.found.inspection.schema;
        let mine = self.table.name.clone();
        for (path, problem) in foreign_key_problems(schema) {
            let Path::Part { table, label, .. } = &path else {
                continue;
            };
            let Some(key) = self.table.foreign_keys.iter().find(|key| *table == mine && key.label() == *label) else {
                continue;
            };
            let mut words = Words::new(problem_text(&key.clone(), &mine.to_string(), &problem));
            words.migrations = Some(render::foreign_key(schema.dialect, key));
            words.place = self.found.map.nearest(&path).cloned();
            words.help = problem_help(key, &problem);
            let span = self.desired.spans.of(&path);
            self.push(problem.code(), span, path, words);
        }
    }
}

fn with_name(table: &schema_core::ObjectName, index: &Index) -> Index {
    let name = index.name.clone().unwrap_or_else(|| Name::new(Dialect::Sqlite, render::index_name(table, index)));
    Index { name: Some(name), ..index.clone() }
}

fn index_parts(index: &Index) -> String {
    let label = index.label();
    match &index.predicate {
        Some(predicate) => format!("{label}) WHERE ({predicate}"),
        None => label.to_string(),
    }
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

fn fact_text(fact: ColumnFact, mine: &Column, found: &Column) -> String {
    let nullability = |column: &Column| if column.nullable { "nullable" } else { "NOT NULL" };
    let ty = |column: &Column| match column.ty.as_str() {
        "" => "without a type".to_owned(),
        ty => ty.to_owned(),
    };
    let collation = |column: &Column| match &column.collation {
        Some(name) => format!("COLLATE {name}"),
        None => "the default collation".to_owned(),
    };
    let conflict = |column: &Column| match column.on_conflict {
        Some(clause) => format!("ON CONFLICT {}", clause.as_sql()),
        None => "no conflict clause".to_owned(),
    };
    let comment = |column: &Column| column.comment.as_deref().unwrap_or("(none)").to_owned();
    let both =
        |verb: &str, mine: String, found: String| format!("{verb} {mine} in the model and {found} in the migrations");
    match fact {
        ColumnFact::Type => both("is", ty(mine), ty(found)),
        ColumnFact::Nullability => both("is", nullability(mine).to_owned(), nullability(found).to_owned()),
        ColumnFact::Value => both("has", value_text(&mine.value), value_text(&found.value)),
        ColumnFact::Collation => both("has", collation(mine), collation(found)),
        ColumnFact::OnConflict => both("has", conflict(mine), conflict(found)),
        ColumnFact::Comment => both("has the comment", comment(mine), comment(found)),
    }
}

fn value_text(value: &ColumnValue) -> String {
    match value {
        ColumnValue::Given => "no default".to_owned(),
        ColumnValue::Default(expr) => format!("DEFAULT {expr}"),
        ColumnValue::Generated { expr, stored } => {
            format!("GENERATED AS ({expr}) {}", if *stored { "STORED" } else { "VIRTUAL" })
        }
        ColumnValue::Identity { always } => {
            format!("GENERATED {} AS IDENTITY", if *always { "ALWAYS" } else { "BY DEFAULT" })
        }
    }
}

/// What to write in the model instead, where one attribute says it.
fn advice(fact: ColumnFact, found: &Column) -> Option<String> {
    match fact {
        ColumnFact::Type => Some(format!("`#[column(sql_type = \"{}\")]`", found.ty)),
        ColumnFact::Nullability if found.nullable => Some("`Option<…>`".to_owned()),
        ColumnFact::Value => match &found.value {
            ColumnValue::Default(expr) => Some(format!("`#[column(default = sql(\"{expr}\"))]`")),
            _ => None,
        },
        ColumnFact::Collation => found.collation.as_ref().map(|name| format!("`#[column(collate = \"{name}\")]`")),
        ColumnFact::Nullability | ColumnFact::OnConflict | ColumnFact::Comment => None,
    }
}

/// Line 1 about a foreign key that cannot work.
pub(crate) fn problem_text(key: &ForeignKey, table: &str, problem: &ForeignKeyProblem) -> String {
    let child = format!("foreign key `{table}` ({})", key.label());
    let parents: Vec<&str> = key.parent_columns.iter().map(Name::as_str).collect();
    let parent = format!("`{}` ({})", key.parent, parents.join(", "));
    match problem {
        ForeignKeyProblem::MissingParent => format!("{child} refers to table `{}`, which does not exist", key.parent),
        ForeignKeyProblem::MissingParentColumn { column } => {
            format!("{child} refers to {parent}, but table `{}` has no column `{column}`", key.parent)
        }
        ForeignKeyProblem::ParentNotUnique => {
            format!("{child} refers to {parent}, which is neither PRIMARY KEY nor UNIQUE")
        }
        ForeignKeyProblem::TypeMismatch { child: (column, ty), parent: (parent, parent_ty) } => {
            format!(
                "foreign key `{table}.{column}` is {ty}, but `{}.{parent}`, which it refers to, is {parent_ty}",
                key.parent
            )
        }
        ForeignKeyProblem::SetNullOnNotNull { column } => {
            format!("{child} says SET NULL, but column `{column}` is NOT NULL")
        }
        ForeignKeyProblem::SetDefaultWithoutDefault { column } => {
            format!("{child} says SET DEFAULT, but column `{column}` is NOT NULL and has no default")
        }
        ForeignKeyProblem::ColumnCount => {
            format!(
                "{child} has {} columns, but refers to {} of `{}`",
                key.columns.len(),
                key.parent_columns.len(),
                key.parent
            )
        }
    }
}

fn problem_help(key: &ForeignKey, problem: &ForeignKeyProblem) -> String {
    match problem {
        ForeignKeyProblem::MissingParent => format!("create `{}` in an earlier migration", key.parent),
        ForeignKeyProblem::MissingParentColumn { .. } | ForeignKeyProblem::ColumnCount => {
            "name the columns of the parent in the migration".to_owned()
        }
        ForeignKeyProblem::ParentNotUnique => {
            let slug = words::slug(&key.parent.to_string());
            format!("make it unique: state `unique` on the parent's model and run `cargo driftless new add_{slug}_key`")
        }
        ForeignKeyProblem::TypeMismatch { .. } => "give both columns one type".to_owned(),
        ForeignKeyProblem::SetNullOnNotNull { .. } | ForeignKeyProblem::SetDefaultWithoutDefault { .. } => {
            "choose another action, or let the column be NULL".to_owned()
        }
    }
}
