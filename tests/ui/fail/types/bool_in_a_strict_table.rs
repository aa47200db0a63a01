//! In a STRICT table a `bool` is INTEGER, and elsewhere BOOLEAN.

use driftless::{SqlType, Table};

#[derive(SqlType)]
pub enum Status {
    Draft,
    Published,
}

#[derive(Table)]
pub struct Article {
    #[column(primary_key)]
    pub id: i64,
    pub title: String,
    pub subtitle: Option<String>,
    pub status: Status,
    pub pinned: bool,
}

#[derive(Table)]
#[table(strict)]
pub struct Flag {
    #[column(primary_key)]
    pub id: i64,
    pub raised: Option<bool>,
    #[column(default = "{}")]
    pub extra: String,
}

fn main() {}
