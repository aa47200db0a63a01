//! On a table with rows: a default in parentheses.

use driftless::Table;

#[derive(Table)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    #[column(default = sql("randomblob(16)"))]
    pub token: Vec<u8>,
}

fn main() {}
