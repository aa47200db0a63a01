//! Another default.

use driftless::Table;

#[derive(Table)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    pub email: String,
    pub nick: Option<String>,
    #[column(default = 1)]
    pub visits: i64,
}

fn main() {}
