//! On a table with rows: a CHECK that the default violates.

use driftless::Table;

#[derive(Table)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    #[column(default = 0, check = "age > 0")]
    pub age: i64,
}

fn main() {}
