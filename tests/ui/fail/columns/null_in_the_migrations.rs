//! The column may be NULL, the field may not.

use driftless::Table;

#[derive(Table)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    pub email: String,
    pub nick: String,
    #[column(default = 0)]
    pub visits: i64,
}

fn main() {}
