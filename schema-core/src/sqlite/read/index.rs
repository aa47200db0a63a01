//! `CREATE INDEX`.

use super::ReadIndex;
use crate::sqlite::canon::{self, Scope};
use crate::sqlite::cursor::Cursor;
use crate::sqlite::{key, settle};
use crate::token::{Token, tokens};
use crate::{Dialect, Expr, Index, Name, ParseError, Table};

/// Reads a `CREATE INDEX` (<https://www.sqlite.org/lang_createindex.html>).
///
/// Without its table it cannot be told whether `"a"` in an expression is a column or a string, nor
/// whether a collation is the column's own: [`catalogue`](super::catalogue) settles both.
///
/// ```
/// use schema_core::sqlite::read;
///
/// let read = read::index("CREATE UNIQUE INDEX i ON users (lower(email), age DESC) WHERE deleted_at IS NULL")?;
/// assert!(read.table.is("users") && read.index.unique && read.index.predicate.is_some());
/// # Ok::<_, schema_core::ParseError>(())
/// ```
///
/// # Errors
/// When the text is not one.
pub fn index(sql: &str) -> Result<ReadIndex, ParseError> {
    index_of(&tokens(Dialect::Sqlite, sql), None)
}

/// Reads a `CREATE INDEX` on this table.
pub(super) fn index_on(sql: &str, table: &Table) -> Result<ReadIndex, ParseError> {
    let columns: Vec<Name> = table.columns.iter().map(|column| column.name.clone()).collect();
    let scope = Scope { table: Some(&table.name.name), columns: Some(&columns) };
    let mut read = index_of(&tokens(Dialect::Sqlite, sql), Some(scope))?;
    settle::settle_parts(&mut read.index.parts, table).map_err(|message| ParseError::new(message, 0))?;
    Ok(read)
}

/// Reads the tokens of a `CREATE INDEX`.
pub(crate) fn index_of(tokens: &[Token<'_>], scope: Option<Scope<'_>>) -> Result<ReadIndex, ParseError> {
    let mut cursor = Cursor::new(tokens);
    cursor.expect(&["CREATE"])?;
    let unique = cursor.take(&["UNIQUE"]);
    cursor.expect(&["INDEX"])?;
    cursor.take(&["IF", "NOT", "EXISTS"]);
    let (_, name) = cursor.qualified_name()?;
    cursor.expect(&["ON"])?;
    let table = cursor.name()?;
    let list = cursor.group()?;
    let parts = key::parts(list, scope, cursor.offset())?;
    let predicate = if cursor.take(&["WHERE"]) {
        let start = cursor.position();
        while !cursor.is_at_end() && !cursor.peek().is_some_and(|token| token.is_punct(";")) {
            cursor.advance();
        }
        Some(Expr::canonical(canon::expr_of(cursor.since(start), scope)?))
    } else {
        None
    };
    cursor.take_punct(";");
    if !cursor.is_at_end() {
        return Err(cursor.expected("`WHERE` or the end"));
    }
    Ok(ReadIndex { table, index: Index { name: Some(name), unique, predicate, ..Index::over(parts) } })
}
