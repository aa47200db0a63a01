//! A migration without a number.

use driftless::Table;

#[derive(Table)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    pub email: Option<String>,
}

fn main() {}
