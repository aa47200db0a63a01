//! The model is WITHOUT ROWID, the table is not.

use driftless::Table;

#[derive(Table)]
#[table(without_rowid)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    pub email: String,
}

fn main() {}
