//! Attributes of one field that contradict each other or its type.

use proc_macro2::Span;
use schema_core::Storage;
use syn::Error;

use super::{is_in_primary_key, refuse_empty};
use crate::errors::Errors;
use crate::ident::compact;
use crate::model::{DefaultValue, Field, Model};
use crate::types::{StandardTypes, TypeResolver, option_argument};

pub(super) fn all(model: &Model, field: &Field, errors: &mut Errors) {
    names(field, errors);
    value(field, errors);
    generated(field, errors);
    key(model, field, errors);
    integer(field, errors);
    option(field, errors);
}

fn names(field: &Field, errors: &mut Errors) {
    for name in [&field.name, &field.was, &field.collate].into_iter().flatten() {
        refuse_empty(name, errors);
    }
    if let Some(was) = &field.was
        && was.value == field.column_name()
    {
        let message = format!("`was` is the name before a rename, and `{}` is the name now", was.value);
        errors.push(Error::new(was.span, message));
    }
}

/// A value has one source.
fn value(field: &Field, errors: &mut Errors) {
    let mut sources: Vec<(&str, Span)> = Vec::new();
    sources.extend(field.default.as_ref().map(|default| ("default", default.key)));
    sources.extend(field.generated.as_ref().map(|generated| ("generated", generated.key)));
    sources.extend(field.autoincrement.map(|span| ("autoincrement", span)));
    sources.extend(field.identity.as_ref().map(|identity| ("identity", identity.key)));
    if let [(first, place), (second, other), ..] = sources.as_slice() {
        errors.at_both([*place, *other], &format!("`{first}` and `{second}` exclude each other"));
    }
    if let Some(default) = &field.default
        && matches!(default.value, DefaultValue::Null)
        && StandardTypes.fact(&field.ty).is_some_and(|fact| !fact.nullable)
    {
        let message =
            format!("a field that is no `Option` cannot be NULL by default; its type is `{}`", compact(&field.ty));
        errors.push(Error::new(default.span, message));
    }
}

fn generated(field: &Field, errors: &mut Errors) {
    match (field.stored, field.computed) {
        (Some(stored), Some(computed)) => {
            errors.at_both([stored, computed], "`stored` and `virtual` exclude each other");
        }
        (Some(span), None) | (None, Some(span)) if field.generated.is_none() => {
            let word = if field.stored.is_some() { "stored" } else { "virtual" };
            let message =
                format!("`{word}` without `generated`, as in `generated = sql(\"price * quantity\"), {word}`");
            errors.push(Error::new(span, message));
        }
        _ => {}
    }
}

fn key(model: &Model, field: &Field, errors: &mut Errors) {
    let in_key = is_in_primary_key(model, field);
    if in_key && option_argument(&field.ty).is_some() {
        errors.at(&field.ty, "a primary key is never NULL, so its field cannot be an `Option`");
    }
    if in_key && let Some(generated) = &field.generated {
        errors.push(Error::new(generated.key, "a generated column cannot be in the primary key"));
    }
    let Some(span) = field.autoincrement else { return };
    if !in_key {
        errors.push(Error::new(span, "`autoincrement` without `primary_key`"));
    } else if model.table.primary_key.as_ref().is_some_and(|key| key.elements.len() > 1) {
        errors.push(Error::new(span, "`autoincrement` is for a primary key of one column"));
    }
}

/// `autoincrement` and `identity` make integers.
fn integer(field: &Field, errors: &mut Errors) {
    let word = if field.autoincrement.is_some() { "autoincrement" } else { "identity" };
    let stated = field.autoincrement.or(field.identity.as_ref().map(|identity| identity.key));
    let fact = StandardTypes.fact(&field.ty);
    if stated.is_some()
        && let Some(fact) = fact
        && fact.storage != Storage::Integer
    {
        errors.at(&field.ty, format!("`{word}` makes integers, and `{}` is none", compact(&field.ty)));
    }
}

fn option(field: &Field, errors: &mut Errors) {
    let Some(inner) = option_argument(&field.ty) else { return };
    if option_argument(inner).is_some() {
        errors.at(&field.ty, "a column is NULL or not, so one `Option` is enough");
    }
    if let Some(clause) = &field.not_null {
        errors.push(Error::new(clause.key, "`not_null` on a field that is an `Option`"));
    }
}
