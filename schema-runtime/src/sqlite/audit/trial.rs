//! The copy of a schema that statements are tried on. Only what they touch is read and compared, before and after.

use std::collections::BTreeSet;

use rusqlite::Connection;
use schema_core::sqlite::read::{CatalogueRow, catalogue};
use schema_core::{Inspection, Name, Pair};

use super::compare::faults;
use super::fault::{Fault, SQL};
use crate::sqlite::judge::agreement::Known;
use crate::sqlite::script;

/// The schema of a database in memory, without rows.
pub(super) struct Trial<'a> {
    copy: Connection,
    /// Its catalogue, which is that of the database unless something could not be copied.
    rows: Vec<CatalogueRow>,
    expected: &'a Inspection,
    known: &'a Known,
    /// Children with their parents, on either side.
    references: BTreeSet<(Name, Name)>,
}

impl<'a> Trial<'a> {
    pub(super) fn new(db: &Connection, sides: Pair<&'a Inspection>, known: &'a Known) -> rusqlite::Result<Trial<'a>> {
        let copy = copy(db)?;
        let rows = rows(&copy)?;
        let tables = [sides.before, sides.after].into_iter().flat_map(|side| side.schema.tables.values());
        let references = tables
            .flat_map(|table| table.foreign_keys.iter().map(|key| (table.name.name.clone(), key.parent.name.clone())));
        Ok(Trial { copy, rows, expected: sides.after, known, references: references.collect() })
    }

    /// Whether the statements end a fault, and begin none.
    pub(super) fn proves(&self, fault: &Fault, sql: &[String]) -> bool {
        let Some(Pair { before, after }) = self.run(sql) else { return false };
        let has = |faults: &[Fault], one: &Fault| faults.iter().any(|other| other.key() == one.key());
        // A column that comes stands last, whatever its place was.
        let is_new = |one: &&Fault| one.category != crate::Category::ColumnOrder && !has(&before, one);
        has(&before, fault) && !has(&after, fault) && !after.iter().any(|one| is_new(&one))
    }

    /// The faults of all that the statements touch, without and with them; none when they fail.
    fn run(&self, sql: &[String]) -> Option<Pair<Vec<Fault>>> {
        let db = &self.copy;
        if sql.is_empty() || db.execute_batch("SAVEPOINT audit").is_err() {
            return None;
        }
        let ran = sql.iter().try_for_each(|sql| script::execute(db, sql));
        let after = ran.and_then(|()| rows(db));
        let undone = db.execute_batch("ROLLBACK TO audit; RELEASE audit; PRAGMA legacy_alter_table = OFF");
        undone.ok()?;
        let (before, after) = (&self.rows, after.ok()?);
        let names = self.touched(before, &after);
        let expected = restricted(self.expected, &names);
        let faults_of = |rows: &[CatalogueRow]| {
            let near = rows.iter().filter(|row| names.contains(&name(&row.table)));
            faults(&catalogue(&near.cloned().collect::<Vec<_>>()), &expected, self.known)
        };
        Some(Pair::new(faults_of(before), faults_of(&after)))
    }

    /// The tables whose rows of the catalogue differ, and those that refer to them or are referred to.
    fn touched(&self, before: &[CatalogueRow], after: &[CatalogueRow]) -> BTreeSet<Name> {
        let differ = |rows: &[CatalogueRow], others: &[CatalogueRow]| {
            let others: BTreeSet<_> = others.iter().map(|row| (&row.kind, &row.name, &row.table, &row.sql)).collect();
            let one = |row: &&CatalogueRow| !others.contains(&(&row.kind, &row.name, &row.table, &row.sql));
            rows.iter().filter(one).map(|row| name(&row.table)).collect::<Vec<_>>()
        };
        let own: BTreeSet<Name> = differ(before, after).into_iter().chain(differ(after, before)).collect();
        let near = self.references.iter().filter(|(child, parent)| own.contains(child) || own.contains(parent));
        let near: Vec<Name> = near.flat_map(|(child, parent)| [child.clone(), parent.clone()]).collect();
        own.into_iter().chain(near).collect()
    }
}

fn name(text: &str) -> Name {
    Name::new(SQL, text)
}

/// What is expected of some tables.
fn restricted(expected: &Inspection, names: &BTreeSet<Name>) -> Inspection {
    let mut expected = expected.clone();
    expected.schema.tables.retain(|table, _| names.contains(&table.name));
    expected.unmanaged.retain(|object| names.contains(object.table.as_ref().unwrap_or(&object.name)));
    expected
}

fn rows(db: &Connection) -> rusqlite::Result<Vec<CatalogueRow>> {
    let mut statement = db.prepare("SELECT type, name, tbl_name, sql FROM main.sqlite_schema ORDER BY rowid")?;
    let rows = statement.query_map([], |row| {
        Ok(CatalogueRow { kind: row.get(0)?, name: row.get(1)?, table: row.get(2)?, sql: row.get(3)? })
    })?;
    rows.collect()
}

/// A database in memory with the schema of another one. What cannot be made there, such as an index that uses a
/// function of the application, is left out.
fn copy(db: &Connection) -> rusqlite::Result<Connection> {
    let copy = Connection::open_in_memory()?;
    copy.execute_batch("PRAGMA foreign_keys = OFF")?;
    let mut statement = db.prepare(
        "SELECT sql FROM main.sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
         ORDER BY CASE type WHEN 'table' THEN 1 WHEN 'index' THEN 2 WHEN 'view' THEN 3 ELSE 4 END, rowid",
    )?;
    let statements = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    for sql in statements {
        let _ = script::execute(&copy, &sql);
    }
    Ok(copy)
}
