//! Names and string literals, quoted exactly when they must be.

use crate::{Dialect, Name, ObjectName};

use super::keywords;

/// A name, in double quotes where the engine would not take it bare for what it is.
///
/// ```
/// use schema_core::{Dialect, Name, render};
/// let text = |dialect, name: &str| render::name(dialect, &Name::new(dialect, name));
/// assert_eq!(text(Dialect::Sqlite, "Users"), "Users");
/// assert_eq!(text(Dialect::Postgres, "Users"), "\"Users\""); // bare, it would be folded to lower case
/// assert_eq!(text(Dialect::Sqlite, "order"), "\"order\"");
/// assert_eq!(text(Dialect::Sqlite, "a \"b\""), "\"a \"\"b\"\"\"");
/// ```
pub fn name(dialect: Dialect, name: &Name) -> String {
    identifier(dialect, name.as_str())
}

/// The name of a table or a type, with its schema where it is not in the default one.
///
/// ```
/// use schema_core::{Dialect, ObjectName, render};
/// let table = ObjectName::new(Dialect::Postgres, Some("auth"), "user");
/// assert_eq!(render::object(Dialect::Postgres, &table), "auth.\"user\"");
/// ```
pub fn object(dialect: Dialect, object: &ObjectName) -> String {
    let own = name(dialect, &object.name);
    match &object.schema {
        Some(schema) => format!("{}.{own}", name(dialect, schema)),
        None => own,
    }
}

/// A string literal.
///
/// ```
/// assert_eq!(schema_core::render::literal("it's"), "'it''s'");
/// ```
pub fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// The text of an identifier, quoted when it has to be.
pub(crate) fn identifier(dialect: Dialect, text: &str) -> String {
    if is_bare(dialect, text) { text.to_owned() } else { format!("\"{}\"", text.replace('"', "\"\"")) }
}

/// Whether the engine takes this text, without quotes, for the identifier of that text.
pub(crate) fn is_bare(dialect: Dialect, text: &str) -> bool {
    let starts = |c: char| match dialect {
        Dialect::Sqlite => c.is_ascii_alphabetic() || c == '_',
        Dialect::Postgres => c.is_ascii_lowercase() || c == '_',
    };
    text.starts_with(starts)
        && text.chars().all(|c| starts(c) || c.is_ascii_digit())
        && !keywords::is_reserved(dialect, text)
}
