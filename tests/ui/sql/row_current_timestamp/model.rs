//! On a table with rows: a default that is the time of the day.

use driftless::Table;

#[derive(Table)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    #[column(default = sql("CURRENT_TIMESTAMP"))]
    pub created_at: String,
}

fn main() {}
