//! UNIQUE columns that the migrations do not have.

use driftless::Table;

#[derive(Table)]
#[table(unique(org_id, email), unique(nick, org_id))]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    #[column(unique)]
    pub email: String,
    #[column(unique)]
    pub nick: String,
    pub org_id: i64,
}

fn main() {}
