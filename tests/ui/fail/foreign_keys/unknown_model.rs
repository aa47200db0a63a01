//! A foreign key to a type that does not exist, and to one that is no table.

use driftless::Table;

#[derive(Table)]
pub struct Post {
    #[column(primary_key)]
    pub id: i64,
    #[column(references = Usr::id, on_delete = cascade, on_update = restrict)]
    pub author_id: i64,
    pub team_id: i64,
    #[column(references = User::id, deferrable = deferred)]
    pub reviewer_id: Option<i64>,
}

pub struct User;

fn main() {}
