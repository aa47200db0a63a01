//! Triggers that somebody has on the tables of the migrations, and that no migration knows. SQLite drops them with their
//! table, so they go when a migration makes the table again; they are put back then, or the migration is refused.

use rusqlite::Connection;
use schema_core::Migration;

use crate::Error;
use crate::sqlite::judge::agreement::Known;
use crate::sqlite::{refusal, script};

/// One of them.
#[derive(Clone, Debug)]
pub(crate) struct Guest {
    pub(crate) name: String,
    pub(crate) table: String,
    sql: String,
}

/// Those that are there before a migration runs that may drop their tables.
pub(crate) fn before(db: &Connection, known: &Known, migration: &str) -> rusqlite::Result<Vec<Guest>> {
    if script::is_additive(migration) {
        return Ok(Vec::new());
    }
    let mut statement = db.prepare(
        "SELECT name, tbl_name, sql FROM main.sqlite_schema WHERE type = 'trigger' AND sql IS NOT NULL ORDER BY name",
    )?;
    let guests =
        statement.query_map([], |row| Ok(Guest { name: row.get(0)?, table: row.get(1)?, sql: row.get(2)? }))?;
    let mut guests = guests.collect::<rusqlite::Result<Vec<Guest>>>()?;
    guests.retain(|guest| !known.names().any(|name| name.eq_ignore_ascii_case(&guest.name)));
    Ok(guests)
}

/// Puts back those that are gone though their tables are there.
pub(crate) fn put_back(db: &Connection, migration: &Migration, guests: &[Guest]) -> Result<(), Error> {
    guests
        .iter()
        .try_for_each(|guest| put_one_back(db, guest).map_err(|error| refusal::evicted(migration, guest, &error)))
}

fn put_one_back(db: &Connection, guest: &Guest) -> rusqlite::Result<()> {
    let count = |kind: &str, name: &str| {
        let sql = "SELECT count(*) FROM main.sqlite_schema WHERE type = ?1 AND name = ?2 COLLATE NOCASE";
        db.query_row(sql, [kind, name], |row| row.get::<_, i64>(0))
    };
    if count("trigger", &guest.name)? > 0 || count("table", &guest.table)? == 0 {
        return Ok(());
    }
    script::execute(db, &guest.sql)?;
    // What a trigger does is only looked at when a statement that fires it is compiled.
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let mut statement = db.prepare("SELECT name FROM pragma_table_info(?1, 'main')")?;
    let columns = statement.query_map([&guest.table], |row| row.get::<_, String>(0))?;
    let columns = columns.collect::<rusqlite::Result<Vec<String>>>()?;
    let table = quoted(&guest.table);
    let pairs: Vec<String> = columns.iter().map(|name| format!("{0} = {0}", quoted(name))).collect();
    db.prepare(&format!("INSERT INTO main.{table} DEFAULT VALUES"))?;
    db.prepare(&format!("UPDATE main.{table} SET {}", pairs.join(", ")))?;
    db.prepare(&format!("DELETE FROM main.{table}"))?;
    Ok(())
}
