//! A migration that indexes a column which does not exist.

use driftless::Table;

#[derive(Table)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    #[column(index(unique))]
    pub email: String,
}

fn main() {}
