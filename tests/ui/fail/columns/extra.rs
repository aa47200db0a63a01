//! A column without a field.

use driftless::Table;

#[derive(Table)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    pub email: String,
    #[column(default = 0)]
    pub visits: i64,
}

fn main() {}
