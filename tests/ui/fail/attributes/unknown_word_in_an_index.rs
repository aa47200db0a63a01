//! What may follow the column of an index.

use driftless::Table;

#[derive(Table)]
#[table(index(email dsc), index(email descending), index(email collate))]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    pub email: String,
}

fn main() {}
