//! A foreign key that the model does not state.

use driftless::Table;

#[derive(Table)]
pub struct Post {
    #[column(primary_key)]
    pub id: i64,
    pub author_id: i64,
    pub team_id: i64,
    #[column(references("users", "id"), deferrable = deferred)]
    pub reviewer_id: Option<i64>,
}

fn main() {}
