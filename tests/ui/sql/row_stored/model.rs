//! On a table with rows: a generated column that is stored.

use driftless::Table;

#[derive(Table)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    #[column(generated = sql("id * 2"), stored)]
    pub twice: i64,
}

fn main() {}
