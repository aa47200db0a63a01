//! Values that a migration leaves in a column whose type it changed.

use rusqlite::{Connection, OptionalExtension as _};
use schema_core::sqlite::read;
use schema_core::{Dialect, Migration, Name, Pair, Schema, Table};

use crate::sqlite::preflight::asked;
use crate::sqlite::preflight::effect::replaced;
use crate::sqlite::preflight::rules::{Class, rules};
use crate::sqlite::refusal;
use crate::{Error, Offenders};

/// The tables that a migration may put others in the place of, which is how SQLite changes the type of a column.
#[derive(Debug)]
pub(crate) struct Types(Vec<Table>);

impl Types {
    /// Notes the tables as they are.
    pub(crate) fn before(db: &Connection, migration: &Migration) -> Result<Types, Error> {
        let mut tables = Vec::new();
        for name in replaced(&migration.sql) {
            tables.extend(table(db, &name).map_err(refusal::database)?);
        }
        Ok(Types(tables))
    }

    /// Refuses values that are not of the new type of their column. SQLite itself refuses them in STRICT tables only,
    /// and a program cannot read them.
    pub(crate) fn refuse_misfits(&self, db: &Connection, migration: &Migration) -> Result<(), Error> {
        let mut schemas = Pair::new(Schema::empty(Dialect::Sqlite), Schema::empty(Dialect::Sqlite));
        for before in &self.0 {
            if let Some(after) = table(db, &before.name.name).map_err(refusal::database)? {
                schemas.before.tables.insert(before.name.clone(), before.clone());
                schemas.after.tables.insert(before.name.clone(), Table { name: before.name.clone(), ..after });
            }
        }
        let mut now = rules(&schemas.after, schemas.as_ref());
        now.retain(|rule| rule.class == Class::Type);
        let mut offenders = asked(db, &now)?;
        // The database will be as it was before the migration, when somebody looks for these rows.
        for then in rules(&schemas.before, schemas.as_ref()) {
            let is_it = |one: &&mut Offenders| then.table.name.name.is(&one.table) && then.words == one.rule;
            if let Some(one) = offenders.iter_mut().find(is_it) {
                one.query = then.question.sql;
            }
        }
        if offenders.is_empty() { Ok(()) } else { Err(refusal::unconverted(migration, offenders)) }
    }
}

/// A table, when it is there and can be read.
fn table(db: &Connection, name: &Name) -> rusqlite::Result<Option<Table>> {
    const STORED: &str = "SELECT sql FROM main.sqlite_schema WHERE type = 'table' AND name = ?1 COLLATE NOCASE";
    let stored: Option<String> = db.query_row(STORED, [name.as_str()], |row| row.get(0)).optional()?;
    Ok(stored.and_then(|sql| read::table(&sql).ok()).map(|read| read.table))
}
