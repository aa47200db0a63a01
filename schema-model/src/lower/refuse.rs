//! The refusals that depend on the dialect, or on a type that the resolver knows.

use proc_macro2::Span;
use schema_core::{Action, Column, Dialect, ForeignKey, Table};
use syn::Error;

use crate::attribute::among;
use crate::errors::Errors;
use crate::ident::compact;
use crate::model::{Field, ForeignKeyAttribute, KeyAttribute, Model, Parent};
use crate::types::{StandardTypes, TypeResolver as _};

/// The types that a STRICT table knows.
const STRICT: [&str; 6] = ["INT", "INTEGER", "REAL", "TEXT", "BLOB", "ANY"];

/// What only one dialect has, at its place.
type Foreign = (&'static str, Option<Span>);

fn refuse(foreign: impl IntoIterator<Item = Foreign>, dialect: Dialect, errors: &mut Errors) {
    let (here, there) = match dialect {
        Dialect::Sqlite => ("SQLite", "PostgreSQL"),
        Dialect::Postgres => ("PostgreSQL", "SQLite"),
    };
    for (word, span) in foreign {
        if let Some(span) = span {
            errors.push(Error::new(span, format!("`{word}` is {there}'s; these migrations are for {here}")));
        }
    }
}

pub(super) fn table(model: &Model, dialect: Dialect, errors: &mut Errors) {
    let table = &model.table;
    match dialect {
        Dialect::Sqlite => refuse([("schema", table.schema.as_ref().map(|schema| schema.key))], dialect, errors),
        Dialect::Postgres => {
            refuse([("strict", table.strict), ("without_rowid", table.without_rowid)], dialect, errors);
        }
    }
    for key in table.primary_key.iter().chain(&table.uniques) {
        self::key(key, dialect, errors);
    }
    for key in &table.indexes {
        self::key(key, dialect, errors);
    }
    for key in &table.foreign_keys {
        parent_schema(key, dialect, errors);
    }
}

pub(super) fn field(field: &Field, dialect: Dialect, errors: &mut Errors) {
    match dialect {
        Dialect::Sqlite => {
            refuse([("identity", field.identity.as_ref().map(|identity| identity.key))], dialect, errors);
        }
        Dialect::Postgres => {
            refuse([("not_null", field.not_null.as_ref().map(|clause| clause.key))], dialect, errors);
        }
    }
    for key in [&field.primary_key, &field.unique, &field.index].into_iter().flatten() {
        self::key(key, dialect, errors);
    }
    if let Some(key) = &field.references {
        parent_schema(key, dialect, errors);
    }
}

fn key(key: &KeyAttribute, dialect: Dialect, errors: &mut Errors) {
    match dialect {
        Dialect::Sqlite => {
            let place = |element: Option<&crate::KeyElement>| element.map(|element| element.span);
            let nulls = key.elements.iter().find(|element| element.nulls_first.is_some());
            let class = key.elements.iter().find(|element| element.operator_class.is_some());
            let foreign = [
                ("include", place(key.include.first())),
                ("using", key.method.as_ref().map(|method| method.key)),
                ("nulls_not_distinct", key.nulls_not_distinct),
                ("deferrable", key.deferrable.as_ref().map(|deferrable| deferrable.key)),
                ("nulls", place(nulls)),
                ("operator_class", place(class)),
            ];
            refuse(foreign, dialect, errors);
        }
        Dialect::Postgres => {
            refuse([("on_conflict", key.on_conflict.as_ref().map(|clause| clause.key))], dialect, errors);
        }
    }
}

fn parent_schema(key: &ForeignKeyAttribute, dialect: Dialect, errors: &mut Errors) {
    if let Parent::Table { schema: Some(schema), .. } = &key.parent
        && dialect == Dialect::Sqlite
    {
        refuse([("schema", Some(schema.key))], dialect, errors);
    }
}

/// What a column's declared type rules out, and columns of one name.
pub(super) fn column(
    model: &Model,
    field: &Field,
    column: &Column,
    earlier: &[Column],
    known: bool,
    dialect: Dialect,
    errors: &mut Errors,
) {
    if let Some(at) = earlier.iter().position(|other| other.name == column.name) {
        let first = &model.fields[at];
        let place = |field: &Field| field.name.as_ref().map_or_else(|| field.ident.span(), |name| name.span);
        let message = format!("`{}` and `{}` are both the column `{}`", first.ident, field.ident, column.name);
        errors.at_both([place(first), place(field)], &message);
    }
    // The type of a column that only rustc knows is a guess.
    if dialect != Dialect::Sqlite || !known {
        return;
    }
    let ty = column.ty.as_str();
    if model.table.strict.is_some() && !STRICT.iter().any(|word| ty.eq_ignore_ascii_case(word)) {
        let message = format!("a STRICT table has no type `{ty}`; it knows {}", among(&STRICT));
        at_type(field, &message, errors);
    }
    if let (Some(stated), Some(fact)) = (&field.sql_type, StandardTypes.fact(&field.ty))
        && !fact.survives(column.ty.affinity())
    {
        let rust = compact(&field.ty);
        let message = format!("a value of `{rust}` does not come back from a column of type {ty} as it was stored");
        errors.push(Error::new(stated.span, message));
    }
    let integer = ty.eq_ignore_ascii_case("INTEGER");
    let descending = field.primary_key.as_ref().and_then(|key| key.descending);
    if let Some(span) = field.autoincrement
        && (!integer || descending.is_some())
    {
        let found = if descending.is_some() { "INTEGER … DESC".to_owned() } else { ty.to_owned() };
        let message = format!("AUTOINCREMENT is only allowed on an INTEGER PRIMARY KEY, and this is `{found}`");
        errors.push(Error::new(span, message));
    }
}

fn at_type(field: &Field, message: &str, errors: &mut Errors) {
    match &field.sql_type {
        Some(stated) => errors.push(Error::new(stated.span, message)),
        None => errors.at(&field.ty, message),
    }
}

/// SET NULL on columns that are certainly NOT NULL. Stated on the struct it passes: databases that
/// exist may have it, and the check of the whole schema reports it.
pub(super) fn set_null(
    key: &ForeignKeyAttribute,
    found: &ForeignKey,
    table: &Table,
    known: impl Fn(&Column) -> bool,
    errors: &mut Errors,
) {
    for (word, action) in [("on_delete", &key.on_delete), ("on_update", &key.on_update)] {
        let Some(action) = action.as_ref().filter(|action| action.value == Action::SetNull) else { continue };
        let columns = found.columns.iter().filter_map(|name| table.column(name));
        if let Some(column) = columns.into_iter().find(|column| !column.nullable && known(column)) {
            let message =
                format!("`{word} = set_null` on `{}`, which is NOT NULL: its type is no `Option`", column.name);
            errors.push(Error::new(action.span, message));
        }
    }
}
