//! The names of constraints, where the model states them.

use driftless::Table;

#[derive(Table)]
#[table(unique(org_id, email, name = "users_org_email_key"))]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    pub email: String,
    #[column(unique)]
    pub nick: String,
    pub org_id: i64,
}

fn main() {}
