//! A key is stated once.

use driftless::Table;

#[derive(Table)]
#[table(name = "users", name = "people")]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    #[column(unique)]
    #[column(unique)]
    pub email: String,
}

fn main() {}
