//! A primary key is never NULL.

use driftless::Table;

#[derive(Table)]
pub struct User {
    #[column(primary_key)]
    pub id: Option<i64>,
}

#[derive(Table)]
#[table(primary_key(org_id, user_id))]
pub struct Member {
    pub org_id: i64,
    pub user_id: std::option::Option<i64>,
}

fn main() {}
