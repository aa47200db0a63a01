//! A type of one's own with the name of a standard one.

use driftless::{SqlType, Table};

#[derive(SqlType)]
pub struct String(std::vec::Vec<u8>);

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
    pub subtitle: Option<std::string::String>,
    pub status: Status,
    pub pinned: i64,
}

fn main() {}
