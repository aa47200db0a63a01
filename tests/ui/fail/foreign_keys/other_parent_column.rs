//! A foreign key to another column of the right table.

use driftless::Table;

#[derive(Table)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    #[column(unique)]
    pub email: String,
    pub nick: String,
}

#[derive(Table)]
pub struct Post {
    #[column(primary_key)]
    pub id: i64,
    #[column(references = User::email, on_delete = cascade, on_update = restrict)]
    pub author_id: i64,
    pub team_id: i64,
    #[column(references = User::uuid, deferrable = deferred)]
    pub reviewer_id: Option<i64>,
}

fn main() {}
