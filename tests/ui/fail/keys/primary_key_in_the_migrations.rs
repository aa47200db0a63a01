//! A primary key that the model does not state.

use driftless::Table;

#[derive(Table)]
#[table(unique(org_id, email))]
pub struct User {
    pub id: i64,
    pub email: String,
    #[column(unique)]
    pub nick: String,
    pub org_id: i64,
}

fn main() {}
