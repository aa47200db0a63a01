//! The field may be NULL, the column may not.

use driftless::Table;

#[derive(Table)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    pub email: Option<String>,
    pub nick: Option<String>,
    #[column(default = 0)]
    pub visits: i64,
}

fn main() {}
