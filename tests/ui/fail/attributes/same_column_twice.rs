//! Two fields of one column: SQLite compares names without regard to case.

use driftless::Table;

#[derive(Table)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    pub email: String,
    #[column(name = "EMAIL")]
    pub mail: String,
}

fn main() {}
