//! An index over all rows where the migrations have a partial one.

use driftless::Table;

#[derive(Table)]
#[table(index(at desc), index(sql("lower(name)")), index(name, at), index(name collate "NOCASE"))]
pub struct Event {
    #[column(primary_key)]
    pub id: i64,
    pub name: String,
    pub at: String,
    pub done: i64,
}

fn main() {}
