//! A partial unique index makes no parent.

use driftless::Table;

#[derive(Table)]
pub struct Mention {
    #[column(primary_key)]
    pub id: i64,
    #[column(references("users", "nick"))]
    pub nick: String,
}

fn main() {}
