//! Lists of columns, and the names of constraints.

use syn::Error;

use super::{refuse_empty, refuse_unknown, refuse_unknown_column};
use crate::errors::Errors;
use crate::ident::plain;
use crate::model::{ElementTarget, Field, ForeignKeyAttribute, KeyAttribute, KeyElement, Model, Parent};

pub(super) fn all(model: &Model, errors: &mut Errors) {
    let table = &model.table;
    if let Some(key) = &table.primary_key {
        list(model, "primary_key", key, errors);
        columns_only(key, "a primary key is over columns, not over SQL", errors);
    }
    for key in &table.uniques {
        list(model, "unique", key, errors);
        columns_only(key, "a UNIQUE constraint is over columns; over SQL it is `index(unique, sql(\"…\"))`", errors);
    }
    for key in &table.indexes {
        list(model, "index", key, errors);
    }
    for key in model.fields.iter().flat_map(|field| [&field.primary_key, &field.unique, &field.index]).flatten() {
        names_of(key, errors);
    }
    let checks = model.fields.iter().flat_map(|field| &field.checks).chain(&table.checks);
    for name in checks.filter_map(|check| check.name.as_ref()) {
        refuse_empty(name, errors);
    }
    for key in &table.foreign_keys {
        elements(model, &key.columns, true, errors);
        foreign_key(model, key, key.columns.len(), errors);
    }
    for key in model.fields.iter().filter_map(|field| field.references.as_ref()) {
        foreign_key(model, key, 1, errors);
    }
}

/// Whether an element is that field.
pub(super) fn names(element: &KeyElement, field: &Field) -> bool {
    match &element.target {
        ElementTarget::Field(ident) => *ident == field.ident,
        ElementTarget::Column(name) => name.eq_ignore_ascii_case(&field.column_name()),
        ElementTarget::Sql(_) => false,
    }
}

fn list(model: &Model, word: &str, key: &KeyAttribute, errors: &mut Errors) {
    elements(model, &key.elements, word != "index", errors);
    elements(model, &key.include, true, errors);
    names_of(key, errors);
}

fn names_of(key: &KeyAttribute, errors: &mut Errors) {
    for name in [&key.name, &key.method].into_iter().flatten() {
        refuse_empty(name, errors);
    }
}

fn columns_only(key: &KeyAttribute, message: &str, errors: &mut Errors) {
    for element in &key.elements {
        if matches!(element.target, ElementTarget::Sql(_)) {
            errors.push(Error::new(element.span, message));
        } else if element.nulls_first.is_some() || element.operator_class.is_some() {
            errors.push(Error::new(element.span, "`nulls` and `operator_class` are for the columns of an index"));
        }
    }
}

/// Refuses fields that do not exist, and those that are listed twice. An index may list a column
/// twice, under two collations.
fn elements(model: &Model, elements: &[KeyElement], once: bool, errors: &mut Errors) {
    for (at, element) in elements.iter().enumerate() {
        match &element.target {
            ElementTarget::Field(ident) => {
                if refuse_unknown(model, ident, errors) {
                    continue;
                }
            }
            ElementTarget::Column(name) => refuse_unknown_column(model, name, element.span, errors),
            ElementTarget::Sql(_) => continue,
        }
        let name = column_name(model, element);
        let twice = elements[..at]
            .iter()
            .any(|earlier| column_name(model, earlier) == name && (once || earlier.collation == element.collation));
        if twice {
            errors.push(Error::new(element.span, format!("`{}` is listed twice", name.unwrap_or_default())));
        }
    }
}

/// The column of an element, in the case in which the engine of the narrowest taste compares it.
pub(super) fn column_name(model: &Model, element: &KeyElement) -> Option<String> {
    match &element.target {
        ElementTarget::Field(ident) => Some(model.field(ident).map_or_else(|| plain(ident), Field::column_name)),
        ElementTarget::Column(name) => Some(name.clone()),
        ElementTarget::Sql(_) => None,
    }
}

fn foreign_key(model: &Model, key: &ForeignKeyAttribute, columns: usize, errors: &mut Errors) {
    if let Some(name) = &key.name {
        refuse_empty(name, errors);
    }
    let parents = match &key.parent {
        Parent::Table { name, columns, .. } => {
            refuse_empty(name, errors);
            columns.len()
        }
        Parent::Model { path, fields } => {
            if path.is_ident("Self") || path.is_ident(&model.ident) {
                for ident in fields {
                    refuse_unknown(model, ident, errors);
                }
            }
            fields.len()
        }
    };
    let plural = |n: usize| if n == 1 { format!("{n} column") } else { format!("{n} columns") };
    if parents != 0 && parents != columns && columns != 0 {
        let message = format!("a foreign key of {} cannot refer to {}", plural(columns), plural(parents));
        errors.push(Error::new(key.key, message));
    }
}
