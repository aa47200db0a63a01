//! Small models and migrations that the tests share.

use crate::support::Dir;

/// Two models.
pub(crate) const MODELS: &str = "//! The models.

use driftless::{SqlType, Table, schema};

/// How far it is.
#[derive(SqlType)]
pub enum Status {
    Draft,
    Published,
}

#[derive(Table)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    #[column(unique)]
    pub email: String,
}

#[derive(Table)]
pub struct Post {
    #[column(primary_key)]
    pub id: i64,
    #[column(references = User::id, on_delete = cascade)]
    pub user_id: i64,
    pub title: String,
    pub status: Status,
}

schema! {
    pub static APP: Sqlite = \"migrations\" [User, Post];
}
";

/// The first migration of them.
pub(crate) const USERS: &str = "-- The people.
CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    email TEXT NOT NULL UNIQUE
);
";

/// The second one.
pub(crate) const POSTS: &str = "CREATE TABLE posts (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    title TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('draft', 'published'))
);
";

/// Bare paths: `models.rs` and `migrations/`.
pub(crate) fn bare(models: &str, posts: &str) -> Dir {
    Dir::with(&[("models.rs", models), ("migrations/0001_users.sql", USERS), ("migrations/0002_posts.sql", posts)])
}

/// The command line for them.
pub(crate) const BARE: &str = "check --models models.rs --migrations migrations";

/// A package with one module of models.
pub(crate) fn package(models: &str, posts: &str) -> Dir {
    Dir::package(&[
        ("src/lib.rs", "pub mod models;\n"),
        ("src/models.rs", models),
        ("migrations/0001_users.sql", USERS),
        ("migrations/0002_posts.sql", posts),
    ])
}
