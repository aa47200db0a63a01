//! A primary key that the table does not have.

use driftless::Table;

#[derive(Table)]
pub struct Log {
    #[column(primary_key)]
    pub id: i64,
    pub line: String,
}

fn main() {}
