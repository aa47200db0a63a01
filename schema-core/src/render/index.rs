//! Indexes.

use crate::{Dialect, Index, ObjectName};

use super::key::{include, key_parts};
use super::{name, names::index_name, object, quote::identifier};

/// `CREATE INDEX …` without the semicolon. An open name becomes [`index_name`].
///
/// ```
/// use schema_core::{Dialect, Index, KeyPart, Name, ObjectName, render};
/// let dialect = Dialect::Sqlite;
/// let mut part = KeyPart::column(Name::new(dialect, "created_at"));
/// part.descending = true;
/// let text = render::index(dialect, &ObjectName::new(dialect, None, "notes"), &Index::over(vec![part]));
/// assert_eq!(text, "CREATE INDEX notes_created_at_idx ON notes (created_at DESC)");
/// ```
pub fn index(dialect: Dialect, table: &ObjectName, index: &Index) -> String {
    let own = index.name.as_ref().map_or_else(|| index_name(table, index), |name| name.as_str().to_owned());
    let mut text = String::from(if index.unique { "CREATE UNIQUE INDEX " } else { "CREATE INDEX " });
    let own = identifier(dialect, &own);
    match (dialect, &table.schema) {
        // SQLite wants the schema before the index, PostgreSQL before the table.
        (Dialect::Sqlite, Some(schema)) => {
            text += &format!("{}.{own} ON {}", name(dialect, schema), name(dialect, &table.name));
        }
        _ => text += &format!("{own} ON {}", object(dialect, table)),
    }
    if let Some(method) = &index.method {
        text += &format!(" USING {}", name(dialect, method));
    }
    text += &format!(" ({})", key_parts(dialect, &index.parts));
    text += &include(dialect, &index.include);
    if index.nulls_not_distinct {
        text += " NULLS NOT DISTINCT";
    }
    if let Some(predicate) = &index.predicate {
        text += &format!(" WHERE {predicate}");
    }
    text
}
