//! A crate that has models and no `schema!` is checked model by model.

use driftless::Table;

/// A model may be of a part of the program only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Table)]
#[non_exhaustive]
#[must_use]
pub struct User {
    /// The key.
    #[doc(alias = "key")]
    #[column(primary_key)]
    pub id: i64,
    #[deprecated]
    pub name: Option<String>,
}

fn main() {
    let user = User::default();
    assert_eq!(user.id, 0);
    assert_eq!(User::DDL.sqlite.table, "CREATE TABLE users (\n    id INTEGER PRIMARY KEY,\n    name TEXT\n)");
    assert_ne!(User::CHECKED, 0);
}
