//! An alias of a type that is stored as another one.

use driftless::{SqlType, Table};

type Title = Vec<u8>;

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
