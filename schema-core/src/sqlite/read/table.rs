//! `CREATE TABLE`.

use super::ReadTable;
use crate::sqlite::canon::{self, Scope};
use crate::sqlite::cursor::{Cursor, Source};
use crate::sqlite::definition::{Definition, RawBody, RawColumn, RawConstraint, RawValue};
use crate::sqlite::settle;
use crate::token::{Token, tokens};
use crate::{
    Check, Column, ColumnValue, Dialect, Expr, Name, ObjectName, ParseError, Part, PartKind, PrimaryKey, Table,
    TableOptions, Unique,
};

/// Reads a `CREATE TABLE` (<https://www.sqlite.org/lang_createtable.html>).
///
/// Temporary tables and names behind a schema are read as well; what is read has no schema. The names
/// that `CONSTRAINT` gives to NOT NULL, DEFAULT, COLLATE and generated columns are not kept.
///
/// ```
/// use schema_core::sqlite::read;
///
/// let read = read::table("CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE)")?;
/// assert_eq!(read.table.columns.len(), 2);
/// assert_eq!(read.table.uniques.len(), 1);
/// # Ok::<_, schema_core::ParseError>(())
/// ```
///
/// # Errors
/// When the text is not one, or holds anything that cannot be represented exactly; `AS SELECT` too.
pub fn table(sql: &str) -> Result<ReadTable, ParseError> {
    let tokens = tokens(Dialect::Sqlite, sql);
    table_of(&tokens, Source { text: sql, start: 0 })
}

/// Reads the tokens of a `CREATE TABLE`.
pub(crate) fn table_of(tokens: &[Token<'_>], source: Source<'_>) -> Result<ReadTable, ParseError> {
    let mut cursor = Cursor::new(tokens);
    cursor.expect(&["CREATE"])?;
    let _temporary = cursor.take(&["TEMP"]) || cursor.take(&["TEMPORARY"]);
    cursor.expect(&["TABLE"])?;
    cursor.take(&["IF", "NOT", "EXISTS"]);
    let (_, name) = cursor.qualified_name()?;
    if cursor.sees(&["AS"]) {
        return Err(ParseError::new("the columns of CREATE TABLE AS SELECT are not written in it", cursor.offset()));
    }
    let start = cursor.offset();
    let body = cursor.group()?;
    let mut inner = Cursor::within(body, start + 1);
    let definition = Definition::read(&mut inner, source)?;
    if !inner.is_at_end() {
        return Err(inner.expected("a comma or a constraint"));
    }
    let options = options(&mut cursor)?;
    assemble(ObjectName { schema: None, name }, definition, options)
}

fn options(cursor: &mut Cursor<'_, '_>) -> Result<TableOptions, ParseError> {
    let mut options = TableOptions::default();
    let ends = |cursor: &Cursor<'_, '_>| cursor.peek().is_none_or(|token| token.is_punct(";"));
    while !ends(cursor) {
        if cursor.take(&["STRICT"]) {
            options.strict = true;
        } else if cursor.take(&["WITHOUT", "ROWID"]) {
            options.without_rowid = true;
        } else {
            return Err(cursor.expected("`STRICT` or `WITHOUT ROWID`"));
        }
        if !ends(cursor) {
            cursor.expect_punct(",")?;
        }
    }
    cursor.take_punct(";");
    if cursor.is_at_end() { Ok(options) } else { Err(cursor.expected("the end")) }
}

/// Puts the parts together and gives them the meaning that they have for each other.
fn assemble(name: ObjectName, definition: Definition<'_, '_>, options: TableOptions) -> Result<ReadTable, ParseError> {
    let columns: Vec<Name> = definition.columns.iter().map(|column| column.name.clone()).collect();
    let scope = Scope { table: Some(&name.name), columns: Some(&columns) };
    let mut table = Table { options, ..Table::empty(name.clone()) };
    let mut places = Vec::new();
    for raw in definition.columns {
        if table.column(&raw.name).is_some() {
            return Err(ParseError::new(format!("a second column `{}`", raw.name), raw.offset));
        }
        places.push((PartKind::Column, raw.name.clone(), raw.offset));
        table.columns.push(column(raw, scope)?);
    }
    let mut keys = settle::Keys::default();
    for raw in definition.constraints {
        constraint(raw, scope, &mut table, &mut keys, &mut places)?;
    }
    keys.settle(&mut table, &mut places)?;
    Ok(ReadTable { table, places })
}

/// A column, as far as it can be told without the keys of its table.
pub(crate) fn column(raw: RawColumn<'_, '_>, scope: Scope<'_>) -> Result<Column, ParseError> {
    let value = match raw.value {
        RawValue::Given => ColumnValue::Given,
        RawValue::Default(tokens) => match canon::default_of(tokens)? {
            Some(text) => ColumnValue::Default(Expr::canonical(text)),
            None => ColumnValue::Given,
        },
        RawValue::Generated { expr, stored } => {
            ColumnValue::Generated { expr: Expr::canonical(canon::expr_of(expr, Some(scope))?), stored }
        }
    };
    Ok(Column {
        name: raw.name,
        ty: raw.ty,
        nullable: !raw.not_null,
        value,
        collation: raw.collation.filter(|name| !settle::is_default_collation(name)),
        on_conflict: raw.on_conflict,
        comment: None,
    })
}

pub(crate) fn constraint(
    raw: RawConstraint<'_, '_>,
    scope: Scope<'_>,
    table: &mut Table,
    keys: &mut settle::Keys,
    places: &mut Vec<(PartKind, Name, usize)>,
) -> Result<(), ParseError> {
    let RawConstraint { name, offset, body } = raw;
    match body {
        RawBody::PrimaryKey { parts, autoincrement, on_conflict, inline } => {
            let key = PrimaryKey { name, parts, autoincrement, on_conflict, ..PrimaryKey::over([]) };
            keys.primary(key, inline, offset)?;
        }
        RawBody::Unique { parts, on_conflict } => {
            keys.unique(Unique { name, parts, on_conflict, ..Unique::over([]) }, offset);
        }
        RawBody::ForeignKey(mut key) => {
            if let Some(missing) = key.columns.iter().find(|column| table.column(column).is_none()) {
                return Err(ParseError::new(format!("a foreign key over `{missing}`, which is no column"), offset));
            }
            key.name = name;
            places.push((PartKind::ForeignKey, key.label(), offset));
            table.foreign_keys.push(key);
        }
        RawBody::Check(tokens) => {
            let check = Check { name, expr: Expr::canonical(canon::expr_of(tokens, Some(scope))?) };
            places.push((PartKind::Check, check.label(), offset));
            table.checks.push(check);
        }
    }
    Ok(())
}
