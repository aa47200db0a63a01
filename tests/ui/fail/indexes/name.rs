//! The name of an index, where the model states it.

use driftless::Table;

#[derive(Table)]
pub struct Post {
    #[column(primary_key)]
    pub id: i64,
    pub title: String,
    #[column(index(name = "by_author"))]
    pub author_id: i64,
    pub score: i64,
    pub deleted_at: Option<String>,
}

fn main() {}
