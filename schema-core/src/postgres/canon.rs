//! Canonical text of expressions and types.

use crate::ParseError;

pub(crate) fn expr(sql: &str) -> Result<String, ParseError> {
    Ok(sql.to_owned())
}

pub(crate) fn column_type(text: &str) -> String {
    text.to_owned()
}
