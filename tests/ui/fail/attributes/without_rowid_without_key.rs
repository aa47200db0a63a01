//! A WITHOUT ROWID table needs a primary key.

use driftless::Table;

#[derive(Table)]
#[table(name = "users", without_rowid)]
pub struct User {
    pub id: i64,
}

fn main() {}
