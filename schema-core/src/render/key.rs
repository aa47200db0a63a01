//! The elements of a key or an index, and the columns that it carries besides.

use crate::{Dialect, KeyPart, KeyTarget, Name};

use super::{name, shape::is_call};

pub(super) fn key_parts(dialect: Dialect, parts: &[KeyPart]) -> String {
    let texts: Vec<String> = parts.iter().map(|part| key_part(dialect, part)).collect();
    texts.join(", ")
}

fn key_part(dialect: Dialect, part: &KeyPart) -> String {
    let mut text = match &part.target {
        KeyTarget::Column(column) => name(dialect, column),
        KeyTarget::Expr(expr) if is_call(dialect, expr) => expr.to_string(),
        KeyTarget::Expr(expr) => format!("({expr})"),
    };
    if let Some(collation) = &part.collation {
        text += &format!(" COLLATE {}", collation_name(dialect, collation));
    }
    if let Some(class) = &part.operator_class {
        text += &format!(" {class}");
    }
    if part.descending {
        text += " DESC";
    }
    match part.nulls_first {
        Some(true) => text += " NULLS FIRST",
        Some(false) => text += " NULLS LAST",
        None => {}
    }
    text
}

/// A collation; PostgreSQL's may be in a schema, which a [`Name`] holds as one text.
pub(super) fn collation_name(dialect: Dialect, collation: &Name) -> String {
    name(dialect, collation)
}

pub(super) fn include(dialect: Dialect, columns: &[Name]) -> String {
    if columns.is_empty() { String::new() } else { format!(" INCLUDE ({})", names(dialect, columns)) }
}

pub(super) fn names(dialect: Dialect, list: &[Name]) -> String {
    let quoted: Vec<String> = list.iter().map(|one| name(dialect, one)).collect();
    quoted.join(", ")
}
