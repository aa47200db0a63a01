//! Types that no column holds.

use driftless::{SqlType, Table};

pub struct Money(i64);

#[derive(SqlType)]
pub enum Status {
    Draft,
    Published,
}

#[derive(SqlType)]
pub struct Cents(u64);

#[derive(Table)]
pub struct Article {
    #[column(primary_key)]
    pub id: u64,
    pub title: String,
    pub subtitle: Option<Vec<String>>,
    pub status: Status,
    pub pinned: Money,
}

fn main() {}
