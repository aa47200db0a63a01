//! A skipped field is no column.

use driftless::Table;

#[derive(Table)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    #[column(skip, unique)]
    pub email: String,
}

fn main() {}
