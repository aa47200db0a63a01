//! Indexes that the model does not state.

use driftless::Table;

#[derive(Table)]
pub struct Event {
    #[column(primary_key)]
    pub id: i64,
    pub name: String,
    pub at: String,
    pub done: i64,
}

fn main() {}
