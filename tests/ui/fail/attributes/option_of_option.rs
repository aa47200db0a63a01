//! A column is NULL or not.

use driftless::Table;

#[derive(Table)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    pub email: Option<Option<String>>,
}

fn main() {}
