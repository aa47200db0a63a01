//! A default that the column does not have.

use driftless::Table;

#[derive(Table)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    #[column(default = "nobody@example.com")]
    pub email: String,
    pub nick: Option<String>,
    #[column(default = 0)]
    pub visits: i64,
}

fn main() {}
