//! A unique index where the migrations have a plain one.

use driftless::Table;

#[derive(Table)]
#[table(index(author_id, unique))]
pub struct Post {
    #[column(primary_key)]
    pub id: i64,
    pub title: String,
    pub author_id: i64,
    pub score: i64,
    pub deleted_at: Option<String>,
}

fn main() {}
