//! Comparing what a database has with what the migrations lead to, and saying what differs.

use std::collections::BTreeSet;

use schema_core::sqlite::read::CatalogueRow;
use schema_core::sqlite::statement::{AlterAction, StatementKind, classify};
use schema_core::token::statements;
use schema_core::{
    Change, Dialect, Diff, Edit, Inspection, Migration, Name, ObjectName, Pair, Renames, Schema, Unmanaged,
    UnmanagedKind, checksum, render,
};

pub(crate) use schema_core::render::digest;

use crate::sqlite::history::TABLE;

/// The names of everything that any migration ever creates: what driftless answers for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    tables: BTreeSet<Name>,
    /// Views, triggers and virtual tables.
    others: BTreeSet<Name>,
}

impl Known {
    pub(crate) fn of(migrations: &[Migration]) -> Known {
        let mut known = Known::default();
        for migration in migrations {
            for statement in statements(Dialect::Sqlite, &migration.sql) {
                match classify(&statement) {
                    StatementKind::CreateTable { name, temporary: false, .. }
                    | StatementKind::AlterTable { action: AlterAction::RenameTo(name), .. } => {
                        known.tables.insert(name);
                    }
                    StatementKind::CreateVirtualTable { name }
                    | StatementKind::CreateView { name }
                    | StatementKind::CreateTrigger { name, .. } => {
                        known.others.insert(name);
                    }
                    _ => {}
                }
            }
        }
        known
    }

    /// Whether a migration answers for this row of a catalogue.
    pub(crate) fn has_row(&self, row: &CatalogueRow) -> bool {
        let name = |text: &str| Name::new(Dialect::Sqlite, text);
        match &*row.kind {
            "trigger" | "view" => self.others.contains(&name(&row.name)),
            _ => self.has(&name(&row.table)) || self.others.contains(&name(&row.table)),
        }
    }

    pub(crate) fn has(&self, name: &Name) -> bool {
        self.tables.contains(name)
    }

    /// Whether a migration creates it, under that name.
    pub(crate) fn has_object(&self, object: &Unmanaged) -> bool {
        match object.kind {
            UnmanagedKind::NotUnderstood => self.has(object.table.as_ref().unwrap_or(&object.name)),
            UnmanagedKind::ShadowTable => false,
            // A virtual table can be renamed, so it is known as a table, too.
            _ => self.others.contains(&object.name) || (is_table(object) && self.has(&object.name)),
        }
    }

    /// The first table of the migrations that a database has.
    pub(crate) fn first_in<'a>(&self, found: &'a Inspection) -> Option<&'a str> {
        let tables = found.schema.tables.keys().map(|name| &name.name);
        let others = found.unmanaged.iter().filter(|object| self.has_object(object)).map(|object| &object.name);
        tables.filter(|name| self.has(name)).chain(others).next().map(Name::as_str)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.tables.iter().chain(&self.others).map(Name::as_str)
    }
}

/// What of a schema the migrations answer for.
pub(crate) fn managed(mut schema: Schema, known: &Known) -> Schema {
    schema.tables.retain(|name, _| known.has(&name.name));
    schema
}

/// Whether it takes a name that a table could have.
pub(crate) fn is_table(object: &Unmanaged) -> bool {
    match object.kind {
        UnmanagedKind::View | UnmanagedKind::VirtualTable | UnmanagedKind::ShadowTable => true,
        UnmanagedKind::NotUnderstood => object.table.is_none(),
        UnmanagedKind::Trigger => false,
    }
}

/// What a database lacks, and what it has too much of, one line each; empty when it is as expected. What no
/// migration ever created is no difference.
pub(crate) fn differences(found: &Inspection, expected: &Inspection, known: &Known) -> Vec<String> {
    let schema = managed(found.schema.clone(), known);
    let diff = Diff::between(Pair::new(&schema, &expected.schema), &Renames::default());
    let mut lines: Vec<String> = diff.changes.iter().map(|change| difference(change, found)).collect();
    for object in &expected.unmanaged {
        if object.kind == UnmanagedKind::ShadowTable {
            continue;
        }
        let same = |other: &&Unmanaged| other.kind == object.kind && other.name == object.name;
        match found.unmanaged.iter().find(same) {
            None => lines.push(format!("{} is missing", shown(object))),
            Some(other) if text(other) != text(object) => lines.push(format!("{} is another one", shown(object))),
            Some(_) => {}
        }
    }
    let extra = found.unmanaged.iter().filter(|object| known.has_object(object) && !is_expected(object, expected));
    // A table that is not understood is missing already, with the reason.
    lines.extend(
        extra
            .filter(|object| object.kind != UnmanagedKind::NotUnderstood || object.table.is_some())
            .map(|object| format!("{} should not be there", shown(object))),
    );
    lines
}

pub(crate) fn is_expected(object: &Unmanaged, expected: &Inspection) -> bool {
    expected.unmanaged.iter().any(|other| other.kind == object.kind && other.name == object.name)
}

/// What decides whether two objects are the same.
pub(crate) fn text(object: &Unmanaged) -> Option<String> {
    object.sql.as_deref().map(|sql| checksum(Dialect::Sqlite, sql))
}

/// What is in a database and in no migration.
pub(crate) fn unmanaged(found: &Inspection, expected: &Inspection, known: &Known) -> Vec<String> {
    let tables = found.schema.tables.keys().filter(|name| !known.has(&name.name) && !name.name.is(TABLE));
    let others = found.unmanaged.iter().filter(|object| object.kind != UnmanagedKind::ShadowTable);
    tables
        .map(|name| format!("table `{name}`"))
        .chain(others.filter(|object| !is_expected(object, expected)).map(shown))
        .collect()
}

/// ``trigger `log` on `notes` ``.
pub(crate) fn shown(object: &Unmanaged) -> String {
    let kind = match (object.kind, &object.table) {
        (UnmanagedKind::NotUnderstood, None) => "table",
        (UnmanagedKind::NotUnderstood, Some(_)) => "index",
        (kind, _) => kind.as_str(),
    };
    match &object.table {
        Some(table) => format!("{kind} `{}` on `{table}`", object.name),
        None => format!("{kind} `{}`", object.name),
    }
}

/// One change that the database needs, in one line.
pub(crate) fn difference(change: &Change, found: &Inspection) -> String {
    let sql = Dialect::Sqlite;
    match change {
        Change::CreateTable(table) => {
            let reason = found.unmanaged.iter().find(|object| is_table(object) && object.name == table.name.name);
            match reason.and_then(|object| object.reason.as_deref()) {
                Some(reason) => format!("table `{}` is not understood: {reason}", table.name),
                None => format!("table `{}` is missing", table.name),
            }
        }
        Change::DropTable(table) => format!("table `{}` should not be there", table.name),
        Change::Column { table, edit } => part(table, "column", edit, |column| render::column(sql, column)),
        Change::PrimaryKey { table, edit } => part(table, "key", edit, |key| render::primary_key(sql, key)),
        Change::Unique { table, edit } => part(table, "constraint", edit, |unique| render::unique(sql, unique)),
        Change::ForeignKey { table, edit } => part(table, "constraint", edit, |key| render::foreign_key(sql, key)),
        Change::Check { table, edit } => part(table, "constraint", edit, |check| render::check(sql, check)),
        Change::Index { table, edit } => part(table, "index", edit, |index| render::index(sql, table, index)),
        Change::Options { table, edit } => {
            let words = edit.map(|options| match (options.strict, options.without_rowid) {
                (true, true) => "STRICT, WITHOUT ROWID",
                (true, false) => "STRICT",
                (false, true) => "WITHOUT ROWID",
                (false, false) => "an ordinary table",
            });
            format!("table `{table}` is {}, not {}", words.before, words.after)
        }
        Change::RenameTable(_) | Change::RenameColumn { .. } | Change::Comment { .. } | Change::Enum(_) => {
            format!("{:?} differs", change.path())
        }
    }
}

fn part<T>(table: &ObjectName, kind: &str, edit: &Edit<T>, render: impl Fn(&T) -> String) -> String {
    match edit {
        Edit::Add(part) => format!("table `{table}` lacks the {kind} {}", render(part)),
        Edit::Drop(part) => format!("table `{table}` has the {kind} {}, which should not be there", render(part)),
        Edit::Alter(pair) => {
            format!("table `{table}` has the {kind} {}, not {}", render(&pair.before), render(&pair.after))
        }
    }
}

/// The fingerprint of everything in a database but the history: equal for two databases exactly when driftless sees
/// no difference between them.
pub(crate) fn fingerprint(found: &Inspection) -> String {
    let mut schema = found.schema.clone();
    schema.tables.retain(|name, _| !name.name.is(TABLE));
    let others = found.unmanaged.iter().filter(|object| object.kind != UnmanagedKind::ShadowTable);
    let mut others: Vec<String> =
        others.map(|object| format!("{} {}", shown(object), text(object).unwrap_or_default())).collect();
    others.sort();
    schema_core::digest(&format!("{}\n{}", schema_core::plan::digest(&schema), others.join("\n")))
}
