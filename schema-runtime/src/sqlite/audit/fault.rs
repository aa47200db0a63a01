//! What is wrong with one object, before anybody says how to mend it.

use schema_core::{Change, Dialect, Expr, KeyPart, KeyTarget, Name, ObjectName, Path, Table};

use crate::Category;

pub(super) const SQL: Dialect = Dialect::Sqlite;

/// What would mend a fault.
#[derive(Clone, Debug)]
pub(super) enum Mend {
    /// These changes of the schema; the planner finds the statements.
    Changes(Vec<Change>),
    /// These statements.
    Statements(Vec<String>),
    /// People, who are told what they have to decide.
    Words(String),
}

/// One thing that is wrong.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    pub(super) category: Category,
    /// What tells it from the others of its category.
    pub(super) object: String,
    pub(super) table: Option<ObjectName>,
    pub(super) columns: Vec<Name>,
    pub(super) message: String,
    pub(super) expected: Option<String>,
    pub(super) found: Option<String>,
    /// Where the migrations would state it.
    pub(super) path: Option<Path>,
    pub(super) mend: Mend,
}

impl Fault {
    pub(super) fn new(category: Category, object: impl Into<String>, message: impl Into<String>) -> Fault {
        Fault {
            category,
            object: object.into(),
            table: None,
            columns: Vec::new(),
            message: message.into(),
            expected: None,
            found: None,
            path: None,
            mend: Mend::Words(String::new()),
        }
    }

    pub(super) fn of(self, table: &ObjectName, columns: Vec<Name>) -> Fault {
        Fault { table: Some(table.clone()), columns, ..self }
    }

    /// What the migrations state, and what the database has.
    pub(super) fn sides(self, expected: Option<String>, found: Option<String>) -> Fault {
        Fault { expected, found, ..self }
    }

    pub(super) fn at(self, path: Path) -> Fault {
        Fault { path: Some(path), ..self }
    }

    pub(super) fn changes(self, changes: Vec<Change>) -> Fault {
        Fault { mend: Mend::Changes(changes), ..self }
    }

    pub(super) fn words(self, words: impl Into<String>) -> Fault {
        Fault { mend: Mend::Words(words.into()), ..self }
    }

    /// What tells it from all others.
    pub(super) fn key(&self) -> (Category, &str) {
        (self.category, &self.object)
    }
}

/// The columns of a table that an expression mentions.
pub(super) fn columns_in(table: &Table, expr: &Expr) -> Vec<Name> {
    let names = table.columns.iter().map(|column| &column.name);
    names.filter(|name| expr.mentions(SQL, name)).cloned().collect()
}

/// The columns of a key or an index.
pub(super) fn columns_of(table: &Table, parts: &[KeyPart]) -> Vec<Name> {
    let mut columns = Vec::new();
    for part in parts {
        let more = match &part.target {
            KeyTarget::Column(name) => vec![name.clone()],
            KeyTarget::Expr(expr) => columns_in(table, expr),
        };
        columns.extend(more);
    }
    columns.dedup();
    columns
}

/// Whether two keys compare the same: the order of the columns and their direction mean nothing to that.
pub(super) fn same_rule(a: &[KeyPart], b: &[KeyPart]) -> bool {
    let plain = |part: &KeyPart| KeyPart { descending: false, nulls_first: None, ..part.clone() };
    let holds = |parts: &[KeyPart], part: &KeyPart| parts.iter().any(|other| plain(other) == plain(part));
    a.len() == b.len() && a.iter().all(|part| holds(b, part)) && b.iter().all(|part| holds(a, part))
}

/// Whether a table refuses a second row with the same key, among the rows that the condition lets through.
pub(super) fn enforces(table: &Table, parts: &[KeyPart], condition: Option<&Expr>) -> bool {
    let key = table.primary_key.iter().map(|key| &key.parts);
    let constraints = table.uniques.iter().map(|unique| &unique.parts);
    let is_one = |index: &&schema_core::Index| {
        index.unique && (index.predicate.is_none() || index.predicate.as_ref() == condition)
    };
    let indexes = table.indexes.iter().filter(is_one).map(|index| &index.parts);
    key.chain(constraints).chain(indexes).any(|other| same_rule(other, parts))
}
