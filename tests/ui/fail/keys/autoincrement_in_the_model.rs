//! AUTOINCREMENT that the table does not have.

use driftless::Table;

#[derive(Table)]
#[table(unique(org_id, email))]
pub struct User {
    #[column(primary_key, autoincrement)]
    pub id: i64,
    pub email: String,
    #[column(unique)]
    pub nick: String,
    pub org_id: i64,
}

fn main() {}
