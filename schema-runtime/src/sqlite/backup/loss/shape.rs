//! What a table is, as far as it decides what becomes of rows: its columns, and whether it passes over rows.

use rusqlite::{Connection, OptionalExtension as _};
use schema_core::token::tokens;
use schema_core::{Affinity, Dialect, Name};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) name: Name,
    pub(super) affinity: Affinity,
    /// Whether its values are computed, so that they cannot be lost.
    pub(super) computed: bool,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Shape {
    pub(super) columns: Vec<Column>,
    /// `ON CONFLICT IGNORE` or `ON CONFLICT REPLACE` of a constraint.
    pub(super) passes_over: bool,
}

impl Shape {
    /// A table of the database, with its name as it is there; `None` when there is none.
    pub(super) fn found(db: &Connection, table: &Name) -> rusqlite::Result<Option<(Name, Shape)>> {
        let sql = "SELECT name, sql FROM main.sqlite_schema WHERE type = 'table' AND name = ?1 COLLATE NOCASE";
        let row = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?));
        let Some((name, sql)) = db.query_row(sql, [table.as_str()], row).optional()? else { return Ok(None) };
        Ok(Some((Name::new(Dialect::Sqlite, name), Shape::read(db, table, &sql)?)))
    }

    /// What a `CREATE TABLE` would make; nothing is known of one that does not stand alone.
    pub(super) fn created(sql: &str, table: &Name) -> Shape {
        let read = || {
            let scratch = Connection::open_in_memory()?;
            scratch.execute_batch(sql)?;
            Shape::read(&scratch, table, sql)
        };
        read().unwrap_or_default()
    }

    fn read(db: &Connection, table: &Name, sql: &str) -> rusqlite::Result<Shape> {
        let mut statement = db.prepare("SELECT name, type, hidden FROM pragma_table_xinfo(?1)")?;
        let column = |row: &rusqlite::Row<'_>| {
            let hidden: i64 = row.get(2)?;
            Ok((hidden != 1).then_some(Column {
                name: Name::new(Dialect::Sqlite, row.get::<_, String>(0)?),
                affinity: Affinity::of(&row.get::<_, String>(1)?),
                computed: hidden > 1,
            }))
        };
        let columns = statement.query_map([table.as_str()], column)?.filter_map(Result::transpose);
        Ok(Shape { columns: columns.collect::<rusqlite::Result<_>>()?, passes_over: passes_over(sql) })
    }

    pub(super) fn column(&self, name: &Name) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == *name)
    }

    /// The columns that take values, in their order.
    pub(super) fn written(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(|column| !column.computed)
    }
}

fn passes_over(sql: &str) -> bool {
    tokens(Dialect::Sqlite, sql)
        .windows(2)
        .any(|pair| pair[0].is("CONFLICT") && (pair[1].is("REPLACE") || pair[1].is("IGNORE")))
}

/// Whether every value of a column survives in another one: numbers stay what they are, and BLOB converts nothing.
pub(super) fn keeps(from: Affinity, into: Affinity) -> bool {
    let is_number = |affinity| matches!(affinity, Affinity::Integer | Affinity::Numeric);
    from == into || into == Affinity::Blob || (is_number(from) && is_number(into))
}

/// `5 rows`; `None` when the table has none. Counting stops where the number says enough.
pub(super) fn rows(db: &Connection, table: &Name) -> rusqlite::Result<Option<String>> {
    const ENOUGH: i64 = 100_000;
    let quoted = schema_core::render::name(Dialect::Sqlite, table);
    let any: bool = db.query_row(&format!("SELECT EXISTS (SELECT 1 FROM main.{quoted})"), [], |row| row.get(0))?;
    if !any {
        return Ok(None);
    }
    let sql = format!("SELECT count(*) FROM (SELECT 1 FROM main.{quoted} LIMIT {})", ENOUGH + 1);
    let count: i64 = db.query_row(&sql, [], |row| row.get(0))?;
    Ok(Some(match count {
        1 => "1 row".to_owned(),
        ENOUGH.. if count > ENOUGH => format!("more than {ENOUGH} rows"),
        _ => format!("{count} rows"),
    }))
}
