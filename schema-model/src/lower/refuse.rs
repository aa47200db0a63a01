//! The refusals that depend on the dialect.

use schema_core::{Column, Dialect, ForeignKey, Table};

use crate::errors::Errors;
use crate::model::{Field, ForeignKeyAttribute, Model};

pub(super) fn table(model: &Model, dialect: Dialect, errors: &mut Errors) {
    let _ = (model, dialect, errors);
}
pub(super) fn field(field: &Field, dialect: Dialect, errors: &mut Errors) {
    let _ = (field, dialect, errors);
}
pub(super) fn column(model: &Model, field: &Field, column: &Column, dialect: Dialect, errors: &mut Errors) {
    let _ = (model, field, column, dialect, errors);
}
pub(super) fn foreign_key(key: &ForeignKeyAttribute, found: &ForeignKey, table: &Table, errors: &mut Errors) {
    let _ = (key, found, table, errors);
}
