//! A declared type that the model states.

use driftless::Table;

#[derive(Table)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    #[column(sql_type = "VARCHAR(320)")]
    pub email: String,
    pub nick: Option<String>,
    #[column(default = 0)]
    pub visits: i64,
}

fn main() {}
