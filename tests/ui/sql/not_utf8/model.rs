//! A migration that is not UTF-8.

use driftless::Table;

#[derive(Table)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
}

fn main() {}
