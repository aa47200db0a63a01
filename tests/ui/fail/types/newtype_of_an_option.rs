//! A newtype over an `Option` may be NULL.

use driftless::{SqlType, Table};

#[derive(SqlType)]
pub struct Title(Option<String>);

#[derive(SqlType)]
pub enum Status {
    Draft,
    Published,
}

#[derive(Table)]
pub struct Article {
    #[column(primary_key)]
    pub id: i64,
    pub title: Title,
    pub subtitle: Option<String>,
    pub status: Status,
    pub pinned: i64,
}

fn main() {}
