//! A plain index where the migrations have UNIQUE, and the other way about.

use driftless::Table;

#[derive(Table)]
#[table(unique(org_id, email))]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    pub email: String,
    #[column(index)]
    pub nick: String,
    pub org_id: i64,
}

#[derive(Table)]
pub struct Ticket {
    #[column(primary_key, autoincrement)]
    pub id: i64,
    #[column(index)]
    pub code: String,
}

fn main() {}
