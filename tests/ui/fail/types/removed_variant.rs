//! A value that the column admits and the enum does not have.

use driftless::{SqlType, Table};

#[derive(SqlType)]
pub enum Status {
    Draft,
}

#[derive(Table)]
pub struct Article {
    #[column(primary_key)]
    pub id: i64,
    pub title: String,
    pub subtitle: Option<String>,
    pub status: Status,
    pub pinned: i64,
}

fn main() {}
