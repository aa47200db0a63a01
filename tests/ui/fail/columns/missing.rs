//! A field without a column.

use driftless::Table;

#[derive(Table)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    pub email: String,
    pub nick: Option<String>,
    #[column(default = 0)]
    pub visits: i64,
    #[column(default = sql("CURRENT_TIMESTAMP"))]
    pub created_at: String,
}

fn main() {}
