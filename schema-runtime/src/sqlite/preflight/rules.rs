//! What a change of a schema asks of the rows that exist.

use schema_core::render::{self, Question, Rows};
use schema_core::{
    Affinity, Check, Column, ColumnValue, Dialect, Expr, ForeignKey, KeyPart, KeyTarget, Name, OnConflict, Pair,
    PrimaryKey, Schema, Table, Unique,
};

/// The kinds of rules, which SQLite tells apart by the codes of its errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// No two rows are the same in a key.
    Unique,
    /// A column has a value.
    NotNull,
    /// A condition is not false.
    Check,
    /// A row that another one refers to is there.
    ForeignKey,
    /// A value is of the type of its column.
    Type,
}

/// A rule that a change adds, and the question for the rows that break it.
#[derive(Clone, Debug)]
pub(crate) struct Rule<'a> {
    pub(crate) class: Class,
    pub(crate) table: &'a Table,
    /// `UNIQUE (email)`.
    pub(crate) words: String,
    pub(crate) question: Question,
    pub(crate) rows: Rows<'a>,
    /// Whether a migration fails on every row that breaks it, also on one that broke another rule before.
    pub(crate) certain: bool,
}

/// The rules that a change from one schema to another adds, asked of the tables that were found. Tables and columns
/// that are not there have no rows to ask about.
pub(crate) fn rules<'a>(found: &'a Schema, schemas: Pair<&'a Schema>) -> Vec<Rule<'a>> {
    let mut rules = Vec::new();
    for after in schemas.after.tables.values() {
        let (Some(before), Some(present)) = (schemas.before.tables.get(&after.name), found.tables.get(&after.name))
        else {
            continue;
        };
        let tables = Pair::new(before, after);
        let rows = Rows::new(Pair::new(present, after));
        let work = Work { tables, rows, altered: altered(tables), found, after: schemas.after };
        work.types(&mut rules);
        work.nulls(&mut rules);
        work.keys(&mut rules);
        work.checks(&mut rules);
        work.foreign_keys(&mut rules);
    }
    rules
}

/// The columns of both tables whose values are stored or compared otherwise afterwards.
fn altered(tables: Pair<&Table>) -> Vec<&Name> {
    let kind = |table: &Table, column: &Column| {
        let generated = match &column.value {
            ColumnValue::Generated { expr, .. } => Some(expr.clone()),
            _ => None,
        };
        (affinity(table, column), column.collation.clone(), generated)
    };
    let is_other = |after: &&Column| {
        tables.before.column(&after.name).is_some_and(|before| kind(tables.before, before) != kind(tables.after, after))
    };
    tables.after.columns.iter().filter(is_other).map(|column| &column.name).collect()
}

/// ANY of a STRICT table converts nothing.
fn affinity(table: &Table, column: &Column) -> Affinity {
    if table.options.strict && column.ty.as_str() == "ANY" { Affinity::Blob } else { column.ty.affinity() }
}

/// The column that is the rowid under another name: it is never NULL, and always an integer.
fn rowid_alias(table: &Table) -> Option<&Name> {
    let [KeyPart { target: KeyTarget::Column(name), descending: false, .. }] = &table.primary_key.as_ref()?.parts[..]
    else {
        return None;
    };
    let is_integer = table.column(name).is_some_and(|column| column.ty.as_str() == "INTEGER");
    (is_integer && !table.options.without_rowid).then_some(name)
}

/// A key of a table, of whatever kind.
struct Key<'a> {
    parts: &'a [KeyPart],
    predicate: Option<&'a Expr>,
    words: String,
}

/// One table.
struct Work<'a> {
    tables: Pair<&'a Table>,
    rows: Rows<'a>,
    altered: Vec<&'a Name>,
    found: &'a Schema,
    after: &'a Schema,
}

impl<'a> Work<'a> {
    fn rule(&self, class: Class, words: String, question: Question) -> Rule<'a> {
        Rule { class, table: self.tables.after, words, question, rows: self.rows, certain: true }
    }

    /// Whether the columns that a rule is about are stored as they were. A question about others compares their
    /// values without the affinity that they will have, which matters to expressions.
    fn is_exact(&self, is_expression: bool) -> bool {
        !is_expression || self.altered.is_empty()
    }

    fn types(&self, rules: &mut Vec<Rule<'a>>) {
        let Pair { before, after } = self.tables;
        let rowid = rowid_alias(after);
        for column in &after.columns {
            let Some(old) = before.column(&column.name) else { continue };
            if matches!(column.value, ColumnValue::Generated { .. }) {
                continue;
            }
            let converts = affinity(before, old) != affinity(after, column);
            let is_stricter = after.options.strict && (!before.options.strict || old.ty != column.ty);
            let is_rowid = rowid == Some(&column.name) && rowid_alias(before) != rowid;
            if (converts || is_stricter || is_rowid)
                && let Some(question) = self.rows.misfits(column)
            {
                let words = format!("the type {} ({})", column.ty, column.name);
                rules.push(self.rule(Class::Type, words, question));
            }
        }
    }

    fn nulls(&self, rules: &mut Vec<Rule<'a>>) {
        let rowid = rowid_alias(self.tables.after);
        for column in self.tables.after.columns.iter().filter(|column| !column.nullable) {
            let asks = match (self.tables.before.column(&column.name), &column.value) {
                _ if rowid == Some(&column.name) => false,
                (_, ColumnValue::Default(_)) if column.on_conflict == Some(OnConflict::Replace) => false,
                (Some(old), _) => old.nullable || self.altered.contains(&&column.name),
                (None, ColumnValue::Given | ColumnValue::Generated { .. }) => true,
                (None, ColumnValue::Default(_) | ColumnValue::Identity { .. }) => false,
            };
            if asks {
                let words = format!("NOT NULL ({})", column.name);
                rules.push(self.rule(Class::NotNull, words, self.rows.nulls(column)));
            }
        }
    }

    fn keys(&self, rules: &mut Vec<Rule<'a>>) {
        let before = keys(self.tables.before);
        for key in keys(self.tables.after) {
            let within = |old: &Key<'_>| {
                (old.predicate.is_none() || old.predicate == key.predicate)
                    && old.parts.iter().all(|part| key.parts.iter().any(|other| is_same(part, other)))
            };
            let is_altered = key.parts.iter().any(|part| match &part.target {
                KeyTarget::Column(name) => self.altered.contains(&name),
                KeyTarget::Expr(_) => !self.altered.is_empty(),
            });
            if is_altered || !before.iter().any(within) {
                let is_expr = |part: &KeyPart| matches!(part.target, KeyTarget::Expr(_));
                let certain = self.is_exact(key.predicate.is_some() || key.parts.iter().any(is_expr));
                let question = self.rows.duplicates(key.parts, key.predicate);
                rules.push(Rule { certain, ..self.rule(Class::Unique, key.words, question) });
            }
        }
    }

    fn checks(&self, rules: &mut Vec<Rule<'a>>) {
        let Pair { before, after } = self.tables;
        let had = |check: &Check| self.altered.is_empty() && before.checks.iter().any(|old| old.expr == check.expr);
        for check in after.checks.iter().filter(|check| !had(check)) {
            let words = render::check(Dialect::Sqlite, check);
            let question = self.rows.violators(&check.expr);
            rules.push(Rule { certain: self.is_exact(true), ..self.rule(Class::Check, words, question) });
        }
    }

    fn foreign_keys(&self, rules: &mut Vec<Rule<'a>>) {
        let what = |key: &ForeignKey| (key.columns.clone(), key.parent.clone(), key.parent_columns.clone());
        let Pair { before, after } = self.tables;
        for key in &after.foreign_keys {
            if before.foreign_keys.iter().any(|old| what(old) == what(key)) {
                continue;
            }
            // A parent that comes at the same time has no rows yet.
            let parent = match (self.found.tables.get(&key.parent), self.after.tables.get(&key.parent)) {
                (Some(found), Some(after)) => Some(Rows::new(Pair::new(found, after))),
                _ => None,
            };
            // A parent that goes may be the one that comes, under its old name.
            let goes = |old: &ForeignKey| !self.after.tables.contains_key(&old.parent);
            let is_renamed = before.foreign_keys.iter().any(goes);
            if let Some(question) = self.rows.orphans(key, parent) {
                // A row that referred to nothing in that parent before does not do so by the migration.
                let certain = !is_renamed && !before.foreign_keys.iter().any(|old| old.parent == key.parent);
                rules.push(Rule { certain, ..self.rule(Class::ForeignKey, foreign_key(key), question) });
            }
        }
    }
}

/// A foreign key without its actions, which no row breaks.
pub(crate) fn foreign_key(key: &ForeignKey) -> String {
    let plain = ForeignKey {
        name: None,
        on_delete: schema_core::Action::NoAction,
        on_update: schema_core::Action::NoAction,
        deferrable: schema_core::Deferrable::No,
        ..key.clone()
    };
    render::foreign_key(Dialect::Sqlite, &plain)
}

fn is_same(part: &KeyPart, other: &KeyPart) -> bool {
    part.target == other.target && part.collation == other.collation
}

fn keys(table: &Table) -> Vec<Key<'_>> {
    // Neither the order of a key nor what happens on a conflict is broken by a row.
    let plain = |parts: &[KeyPart]| parts.iter().map(|part| KeyPart { descending: false, ..part.clone() }).collect();
    let unique =
        |parts: &[KeyPart]| render::unique(Dialect::Sqlite, &Unique { parts: plain(parts), ..Unique::over([]) });
    let primary = table.primary_key.iter().map(|key| Key {
        parts: &key.parts,
        predicate: None,
        words: render::primary_key(Dialect::Sqlite, &PrimaryKey { parts: plain(&key.parts), ..PrimaryKey::over([]) }),
    });
    let uniques = table.uniques.iter().map(|key| Key { parts: &key.parts, predicate: None, words: unique(&key.parts) });
    let indexes = table.indexes.iter().filter(|index| index.unique).map(|index| {
        let predicate = index.predicate.as_ref();
        let words = predicate.map_or_else(String::new, |expr| format!(" WHERE {expr}"));
        Key { parts: &index.parts, predicate, words: unique(&index.parts) + &words }
    });
    primary.chain(uniques).chain(indexes).collect()
}
