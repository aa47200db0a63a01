//! A migration that misspells a function.

use driftless::Table;

#[derive(Table)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    #[column(check = "length(email) > 3")]
    pub email: String,
}

fn main() {}
