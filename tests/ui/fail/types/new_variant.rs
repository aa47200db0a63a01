//! A variant that the CHECK of the column does not admit.

use driftless::{SqlType, Table};

#[derive(SqlType)]
pub enum Status {
    Draft,
    InReview,
    Published,
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
