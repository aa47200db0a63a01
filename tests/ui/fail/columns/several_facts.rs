//! A column that differs in three ways is one error.

use driftless::Table;

#[derive(Table)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    #[column(collate = "RTRIM", default = "x")]
    pub email: Option<Vec<u8>>,
    pub nick: Option<String>,
    #[column(default = 0)]
    pub visits: i64,
}

fn main() {}
