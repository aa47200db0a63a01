//! The reader of stored DDL: the text in `sqlite_schema`, which SQLite keeps up to date through every
//! `ALTER TABLE`, as nouns.

mod catalogue;
mod index;
mod table;

pub use catalogue::catalogue;
pub use index::index;
pub(crate) use index::index_of;
pub use table::table;
pub(crate) use table::table_of;
pub(crate) use table::{column, constraint};

use crate::{Index, Name, PartKind, Table};

/// A table that was read, and where its parts stand in the text.
///
/// ```
/// use schema_core::{PartKind, sqlite::read};
/// let read = read::table("CREATE TABLE users (id)")?;
/// let (kind, label, offset) = &read.places[0];
/// assert_eq!((*kind, label.as_str(), *offset), (PartKind::Column, "id", 20));
/// assert_eq!(read.table.name.to_string(), "users");
/// # Ok::<_, schema_core::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadTable {
    /// The table.
    pub table: Table,
    /// The kind, the label (see [`crate::Part::label`]) and the byte offset of every part.
    pub places: Vec<(PartKind, Name, usize)>,
}

/// An index that was read.
///
/// ```
/// let read = schema_core::sqlite::read::index("CREATE INDEX by_email ON users (email)")?;
/// assert!(read.table.is("users") && read.index.name.is_some_and(|name| name.is("by_email")));
/// # Ok::<_, schema_core::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadIndex {
    /// The table that it belongs to.
    pub table: Name,
    /// The index.
    pub index: Index,
}

/// One row of `sqlite_schema` (<https://www.sqlite.org/schematab.html>).
///
/// ```
/// use schema_core::{UnmanagedKind, sqlite::read::{CatalogueRow, catalogue}};
/// let sql = "CREATE TRIGGER t AFTER INSERT ON users BEGIN SELECT 1; END";
/// let row = CatalogueRow { kind: "trigger".into(), name: "t".into(), table: "users".into(), sql: Some(sql.into()) };
/// assert_eq!(catalogue(&[row]).unmanaged[0].kind, UnmanagedKind::Trigger);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogueRow {
    /// `table`, `index`, `view` or `trigger`.
    pub kind: Box<str>,
    /// The name of the object.
    pub name: Box<str>,
    /// The table that it belongs to.
    pub table: Box<str>,
    /// The statement that created it; none for the indexes that implement constraints.
    pub sql: Option<Box<str>>,
}
