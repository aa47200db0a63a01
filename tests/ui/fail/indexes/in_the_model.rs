//! Indexes that the migrations do not have.

use driftless::Table;

#[derive(Table)]
#[table(index(author_id, score), index(sql("lower(title)")), index(title, where = "deleted_at IS NULL"))]
pub struct Post {
    #[column(primary_key)]
    pub id: i64,
    pub title: String,
    #[column(index)]
    pub author_id: i64,
    #[column(index)]
    pub score: i64,
    pub deleted_at: Option<String>,
}

fn main() {}
