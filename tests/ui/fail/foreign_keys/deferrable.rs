//! A foreign key that is checked at another time.

use driftless::Table;

#[derive(Table)]
pub struct Post {
    #[column(primary_key)]
    pub id: i64,
    #[column(references("users", "id"), on_delete = cascade, on_update = restrict, deferrable = deferred)]
    pub author_id: i64,
    pub team_id: i64,
    #[column(references("users", "id"))]
    pub reviewer_id: Option<i64>,
}

fn main() {}
