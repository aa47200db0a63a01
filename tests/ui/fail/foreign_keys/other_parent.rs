//! A foreign key to another table.

use driftless::Table;

#[derive(Table)]
pub struct Team {
    #[column(primary_key)]
    pub id: i64,
}

#[derive(Table)]
pub struct Post {
    #[column(primary_key)]
    pub id: i64,
    #[column(references = Team::id, on_delete = cascade, on_update = restrict)]
    pub author_id: i64,
    pub team_id: i64,
    #[column(references("teams", "id"), deferrable = deferred)]
    pub reviewer_id: Option<i64>,
}

fn main() {}
