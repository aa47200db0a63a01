//! A value has one source.

use driftless::Table;

#[derive(Table)]
pub struct User {
    #[column(primary_key, autoincrement, default = 1)]
    pub id: i64,
    #[column(default = 0, generated = sql("id + 1"))]
    pub org_id: i64,
}

fn main() {}
