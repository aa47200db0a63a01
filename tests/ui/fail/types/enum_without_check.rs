//! An enum in a column without a CHECK, and in one of integers.

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
    pub title: Status,
    pub subtitle: Option<Status>,
    pub status: Status,
    pub pinned: Status,
}

fn main() {}
