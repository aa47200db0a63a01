//! UNIQUE over the same columns and one more.

use driftless::Table;

#[derive(Table)]
#[table(unique(org_id, email, nick))]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    pub email: String,
    #[column(unique)]
    pub nick: String,
    pub org_id: i64,
}

fn main() {}
