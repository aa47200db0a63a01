//! A migration that was edited after it was locked.

use driftless::Table;

#[derive(Table)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    pub email: Option<String>,
}

fn main() {}
