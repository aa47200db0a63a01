//! The refusals that do not depend on the dialect.

mod field;
mod lists;
mod twice;

use proc_macro2::{Ident, Span};
use syn::Error;

use crate::attribute::closest;
use crate::errors::Errors;
use crate::ident::plain;
use crate::model::{Field, Model, Setting};

pub(crate) fn model(model: &Model, errors: &mut Errors) {
    table(model, errors);
    primary_key(model, errors);
    lists::all(model, errors);
    twice::all(model, errors);
    for field in &model.fields {
        field::all(model, field, errors);
    }
}

fn table(model: &Model, errors: &mut Errors) {
    let table = &model.table;
    for name in [&table.name, &table.schema, &table.was, &table.database].into_iter().flatten() {
        refuse_empty(name, errors);
    }
    if let Some(schema) = &table.schema {
        for (word, span) in [("strict", table.strict), ("without_rowid", table.without_rowid)] {
            if let Some(span) = span {
                let message = format!("`schema` is PostgreSQL's and `{word}` is SQLite's, so they exclude each other");
                errors.at_both([schema.key, span], &message);
            }
        }
    }
    if let Some(was) = &table.was
        && was.value == model.table_name()
    {
        errors.push(Error::new(
            was.span,
            format!("`was` is the name before a rename, and `{}` is the name now", was.value),
        ));
    }
    if let Some(span) = table.without_rowid
        && let Some(autoincrement) = model.fields.iter().find_map(|field| field.autoincrement)
    {
        let message = "a WITHOUT ROWID table has no AUTOINCREMENT";
        errors.at_both([span, autoincrement], message);
    }
}

fn primary_key(model: &Model, errors: &mut Errors) {
    let mut on_fields = model.fields.iter().filter_map(|field| Some((field, field.primary_key.as_ref()?)));
    let first = on_fields.next();
    match (&model.table.primary_key, first, on_fields.next()) {
        (Some(on_struct), Some((field, key)), _) => {
            let message = format!("the primary key is stated twice: on the field `{}` and on the struct", field.ident);
            errors.at_both([on_struct.key, key.key], &message);
        }
        (None, Some((first, key)), Some((second, other))) => {
            let (first, second) = (&first.ident, &second.ident);
            let message = format!(
                "a table has one primary key; over two columns it is `#[table(primary_key({first}, {second}))]`"
            );
            errors.at_both([key.key, other.key], &message);
        }
        (None, None, _) => {
            if let Some(span) = model.table.without_rowid {
                errors.push(Error::new(span, "a WITHOUT ROWID table needs a primary key"));
            }
        }
        _ => {}
    }
}

/// The fields of the primary key, wherever it is stated.
fn is_in_primary_key(model: &Model, field: &Field) -> bool {
    let on_struct = model.table.primary_key.as_ref();
    field.primary_key.is_some()
        || on_struct.is_some_and(|key| key.elements.iter().any(|element| lists::names(element, field)))
}

fn refuse_empty(name: &Setting<String>, errors: &mut Errors) {
    if name.value.is_empty() {
        errors.push(Error::new(name.span, "a name cannot be empty"));
    }
}

/// Refuses a field that the struct does not have.
fn refuse_unknown(model: &Model, ident: &Ident, errors: &mut Errors) -> bool {
    if model.field(ident).is_some() {
        return false;
    }
    let fact = if model.skipped.contains(ident) {
        format!("`{ident}` is skipped, so it is no column")
    } else {
        let fields = model.fields.iter().map(|field| plain(&field.ident)).collect::<Vec<_>>();
        no_such(model, "field", &plain(ident), &fields)
    };
    errors.push(Error::new(ident.span(), fact));
    true
}

/// Refuses a column that the struct does not have.
fn refuse_unknown_column(model: &Model, name: &str, span: Span, errors: &mut Errors) {
    let columns = model.fields.iter().map(Field::column_name).collect::<Vec<_>>();
    if !columns.iter().any(|column| column.eq_ignore_ascii_case(name)) {
        errors.push(Error::new(span, no_such(model, "column", name, &columns)));
    }
}

fn no_such(model: &Model, kind: &str, name: &str, known: &[String]) -> String {
    let fact = format!("`{}` has no {kind} `{name}`", model.ident);
    match closest(name, known.iter().map(String::as_str)) {
        Some(near) => format!("{fact}; did you mean `{near}`?"),
        None => fact,
    }
}
