//! The reader of stored DDL: the text in `sqlite_schema`, which SQLite keeps up to date through every
//! `ALTER TABLE`, as nouns.

use crate::{Index, Inspection, Name, ParseError, PartKind, Schema, Table};

/// A table that was read, and where its parts stand in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadTable {
    /// The table.
    pub table: Table,
    /// The kind, the label (see [`crate::Part::label`]) and the byte offset of every part.
    pub places: Vec<(PartKind, Name, usize)>,
}

/// An index that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadIndex {
    /// The table that it belongs to.
    pub table: Name,
    /// The index.
    pub index: Index,
}

/// One row of `sqlite_schema`.
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

/// Reads a `CREATE TABLE`.
///
/// # Errors
/// When the text is not one, or holds anything that cannot be represented exactly; `AS SELECT` too.
pub fn table(sql: &str) -> Result<ReadTable, ParseError> {
    let _ = sql;
    Err(ParseError::new("not read yet", 0))
}

/// Reads a `CREATE INDEX`.
///
/// # Errors
/// When the text is not one.
pub fn index(sql: &str) -> Result<ReadIndex, ParseError> {
    let _ = sql;
    Err(ParseError::new("not read yet", 0))
}

/// Reads all rows of `sqlite_schema`, in their order.
pub fn catalogue(rows: &[CatalogueRow]) -> Inspection {
    let _ = rows;
    Inspection { schema: Schema::empty(crate::Dialect::Sqlite), unmanaged: Vec::new() }
}
