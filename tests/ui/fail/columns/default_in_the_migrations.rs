//! A default that the model does not state.

use driftless::Table;

#[derive(Table)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    pub email: String,
    pub nick: Option<String>,
    pub visits: i64,
}

fn main() {}
