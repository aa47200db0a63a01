//! A column that waits for its rename.

use driftless::Table;

#[derive(Table)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    pub email: String,
    #[column(was = "nick")]
    pub display_name: Option<String>,
    #[column(default = 0)]
    pub visits: i64,
}

fn main() {}
