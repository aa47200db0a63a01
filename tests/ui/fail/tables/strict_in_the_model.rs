//! The model is STRICT, the table is not.

use driftless::Table;

#[derive(Table)]
#[table(strict)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    pub email: String,
}

fn main() {}
