//! Which names the stored text of a view or a trigger mentions.

use crate::{Dialect, Name, Unmanaged, UnmanagedKind, token};

/// Whether the text has a name in it, as a name or as a string. It may mean something else by it.
pub(super) fn mentions(object: &Unmanaged, name: &Name) -> bool {
    use token::TokenKind::{Quoted, String, Word};
    let Some(sql) = object.sql.as_deref() else {
        return false;
    };
    token::tokens(Dialect::Sqlite, sql)
        .iter()
        .any(|token| matches!(token.kind, Word | Quoted | String) && name.is(token.value()))
}

/// Views and triggers: what SQLite compiles again when a table is renamed.
pub(super) fn is_program(object: &Unmanaged) -> bool {
    matches!(object.kind, UnmanagedKind::View | UnmanagedKind::Trigger)
}

/// The word for an object whose text is kept.
pub(super) fn kind(object: &Unmanaged) -> &'static str {
    match (object.kind, &object.table) {
        (UnmanagedKind::NotUnderstood, Some(_)) => "index",
        (UnmanagedKind::NotUnderstood, None) => "table",
        (kind, _) => kind.as_str(),
    }
}
