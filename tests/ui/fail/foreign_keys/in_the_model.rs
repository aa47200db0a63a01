//! A foreign key that the table does not have.

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
pub struct Team {
    #[column(primary_key)]
    pub id: i64,
}

#[derive(Table)]
pub struct Post {
    #[column(primary_key)]
    pub id: i64,
    #[column(references = User::id, on_delete = cascade, on_update = restrict)]
    pub author_id: i64,
    #[column(references = Team::id, on_delete = cascade)]
    pub team_id: i64,
    #[column(references = User::id, deferrable = deferred)]
    pub reviewer_id: Option<i64>,
}

fn main() {}
