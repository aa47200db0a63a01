//! A field whose type is stored as another one.

use driftless::Table;

#[derive(Table)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    pub email: Vec<u8>,
    pub nick: Option<i64>,
    #[column(default = 0)]
    pub visits: bool,
}

fn main() {}
