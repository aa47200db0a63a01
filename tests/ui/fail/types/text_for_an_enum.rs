//! A `String` in a column that admits two values.

use driftless::Table;

#[derive(Table)]
pub struct Article {
    #[column(primary_key)]
    pub id: i64,
    pub title: String,
    pub subtitle: Option<String>,
    pub status: String,
    pub pinned: i64,
}

fn main() {}
