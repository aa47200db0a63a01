//! A string that is never closed.

use driftless::Table;

#[derive(Table)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    #[column(default = "nobody")]
    pub email: String,
}

fn main() {}
