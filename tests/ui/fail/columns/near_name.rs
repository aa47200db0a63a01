//! A field whose name is nearly that of a column.

use driftless::Table;

#[derive(Table)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    pub emial: String,
    pub nick: Option<String>,
    #[column(default = 0)]
    pub visits: i64,
}

fn main() {}
