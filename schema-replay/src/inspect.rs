//! Reading the schema of a connection.

use rusqlite::Connection;
use schema_core::sqlite::read::{CatalogueRow, catalogue};
use schema_core::{Column, ColumnValue, Dialect, Expr, Inspection, Name, ObjectName, Table, Unmanaged, UnmanagedKind};

/// Reads the schema of a connection's main database.
///
/// The statements that SQLite stores are read and then compared with what SQLite itself says about the columns,
/// so that a table which was misread is reported as not understood.
///
/// ```
/// use schema_core::{Dialect, ObjectName};
/// let connection = rusqlite::Connection::open_in_memory()?;
/// connection.execute_batch("CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL)")?;
/// let inspection = schema_replay::inspect(&connection)?;
/// assert!(inspection.schema.tables.contains_key(&ObjectName::new(Dialect::Sqlite, None, "users")));
/// # Ok::<_, rusqlite::Error>(())
/// ```
///
/// # Errors
/// When SQLite cannot read the catalogue: the file is not a database, or it is locked.
pub fn inspect(connection: &Connection) -> rusqlite::Result<Inspection> {
    inspect_rows(connection, &stored(connection)?)
}

/// All rows of the catalogue of a connection's main database, in their order, as SQLite stores them.
///
/// ```
/// let connection = rusqlite::Connection::open_in_memory()?;
/// connection.execute_batch("CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT UNIQUE)")?;
/// let rows = schema_replay::stored(&connection)?;
/// assert_eq!(&*rows[0].name, "users");
/// assert_eq!((&*rows[1].kind, &rows[1].sql), ("index", &None));
/// # Ok::<_, rusqlite::Error>(())
/// ```
///
/// # Errors
/// When SQLite cannot read the catalogue: the file is not a database, or it is locked.
pub fn stored(connection: &Connection) -> rusqlite::Result<Vec<CatalogueRow>> {
    let mut statement =
        connection.prepare("SELECT type, name, tbl_name, sql FROM main.sqlite_schema ORDER BY rowid")?;
    let rows = statement.query_map([], |row| {
        Ok(CatalogueRow { kind: row.get(0)?, name: row.get(1)?, table: row.get(2)?, sql: row.get(3)? })
    })?;
    rows.collect()
}

/// The schema of these rows, compared with the connection's own view of the columns.
pub(crate) fn inspect_rows(connection: &Connection, rows: &[CatalogueRow]) -> rusqlite::Result<Inspection> {
    let mut inspection = catalogue(rows);
    let misread = misread(connection, &inspection)?;
    for (name, reason) in misread {
        let table = inspection.schema.tables.remove(&name);
        let indexes = table.iter().flat_map(|table| &table.indexes).filter_map(|index| index.name.clone());
        inspection.unmanaged.extend(indexes.map(|index| {
            let row = rows.iter().find(|row| &*row.kind == "index" && index.is(&*row.name));
            Unmanaged {
                kind: UnmanagedKind::NotUnderstood,
                name: index,
                table: Some(name.name.clone()),
                sql: row.and_then(|row| row.sql.clone()),
                reason: Some(format!("an index of `{name}`, which is not understood").into()),
            }
        }));
        let row = rows.iter().find(|row| &*row.kind == "table" && name.name.is(&*row.name));
        inspection.unmanaged.push(Unmanaged {
            kind: UnmanagedKind::NotUnderstood,
            name: name.name,
            table: None,
            sql: row.and_then(|row| row.sql.clone()),
            reason: Some(reason.into()),
        });
    }
    Ok(inspection)
}

fn misread(connection: &Connection, inspection: &Inspection) -> rusqlite::Result<Vec<(ObjectName, String)>> {
    let mut statement = connection.prepare(
        "SELECT name, type, \"notnull\", dflt_value, pk, hidden FROM pragma_table_xinfo(?1, 'main') ORDER BY cid",
    )?;
    let mut misread = Vec::new();
    for table in inspection.schema.tables.values() {
        let columns =
            statement.query_map([table.name.name.as_str()], Found::read)?.collect::<rusqlite::Result<Vec<_>>>()?;
        if let Some(reason) = disagreement(table, &columns) {
            misread.push((table.name.clone(), reason));
        }
    }
    Ok(misread)
}

/// A column as `PRAGMA table_xinfo` tells it.
struct Found {
    name: String,
    ty: String,
    not_null: bool,
    default: Option<String>,
    /// The position in the primary key, from 1; 0 outside it.
    key: usize,
    /// 2 for virtual and 3 for stored generated columns.
    hidden: i64,
}

impl Found {
    fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Found> {
        Ok(Found {
            name: row.get(0)?,
            ty: row.get(1)?,
            not_null: row.get(2)?,
            default: row.get(3)?,
            key: usize::try_from(row.get::<_, i64>(4)?).unwrap_or_default(),
            hidden: row.get(5)?,
        })
    }
}

fn disagreement(table: &Table, found: &[Found]) -> Option<String> {
    if table.columns.len() != found.len() {
        return Some(format!("SQLite counts {} columns, the reader {}", found.len(), table.columns.len()));
    }
    let key = table.primary_key.as_ref().map(schema_core::PrimaryKey::columns).unwrap_or_default();
    table.columns.iter().zip(found).find_map(|(column, found)| {
        let is_placed = places(&key, &column.name).contains(&found.key);
        let what = difference(column, found).or((!is_placed).then_some("its place in the primary key"))?;
        Some(format!("column `{}`: SQLite and the reader disagree about {what}", found.name))
    })
}

/// Where SQLite may say that a column stands in the primary key: as written, or counted without the columns
/// that the key repeats, which a WITHOUT ROWID table leaves out.
fn places(key: &[Name], column: &Name) -> [usize; 2] {
    let mut seen: Vec<Name> = Vec::new();
    for (at, name) in key.iter().enumerate() {
        if name == column {
            return [at + 1, seen.len() + 1];
        }
        if !seen.contains(name) {
            seen.push(name.clone());
        }
    }
    [0, 0]
}

fn difference(column: &Column, found: &Found) -> Option<&'static str> {
    // A rowid alias is never NULL, and SQLite does not say so here.
    let nullable = if found.not_null { !column.nullable } else { column.nullable || found.key > 0 };
    let value = match (&column.value, found.hidden, &found.default) {
        (ColumnValue::Given, 0, None) => true,
        (ColumnValue::Given, 0, Some(sql)) => {
            Expr::parse_default(Dialect::Sqlite, sql).is_ok_and(|found| found.is_none())
        }
        (ColumnValue::Default(expr), 0, Some(sql)) => {
            Expr::parse_default(Dialect::Sqlite, sql).is_ok_and(|found| found.as_ref() == Some(expr))
        }
        (ColumnValue::Generated { stored, .. }, 2 | 3, _) => *stored == (found.hidden == 3),
        _ => false,
    };
    if !column.name.is(&found.name) {
        Some("its name")
    } else if !column.ty.is_shown_as(&found.ty) {
        Some("its type")
    } else if !nullable {
        Some("NOT NULL")
    } else if !value {
        Some("its default")
    } else {
        None
    }
}
