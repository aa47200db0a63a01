//! The direction of a column.

use driftless::Table;

#[derive(Table)]
#[table(index(at), index(sql("lower(name)")), index(name, at, where = "done = 0"), index(name collate "NOCASE"))]
pub struct Event {
    #[column(primary_key)]
    pub id: i64,
    pub name: String,
    pub at: String,
    pub done: i64,
}

fn main() {}
