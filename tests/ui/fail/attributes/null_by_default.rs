//! A column that cannot be NULL cannot be NULL by default.

use driftless::Table;

#[derive(Table)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    #[column(default = null)]
    pub email: String,
}

fn main() {}
