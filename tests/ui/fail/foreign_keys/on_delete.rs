//! Another action ON DELETE.

use driftless::Table;

#[derive(Table)]
pub struct Post {
    #[column(primary_key)]
    pub id: i64,
    #[column(references("users", "id"), on_delete = restrict, on_update = restrict)]
    pub author_id: i64,
    pub team_id: i64,
    #[column(references("users", "id"), on_delete = set_null, deferrable = deferred)]
    pub reviewer_id: Option<i64>,
}

fn main() {}
