//! A migration that SQLite does not understand; the second struct says nothing more about it.

use driftless::Table;

#[derive(Table)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    pub email: String,
}

#[derive(Table)]
pub struct Role {
    #[column(primary_key)]
    pub id: i64,
    pub name: String,
}

fn main() {}
