//! A foreign key to a column of another type.

use driftless::Table;

#[derive(Table)]
pub struct Mail {
    #[column(primary_key)]
    pub id: i64,
    #[column(references("users", "email"))]
    pub address: i64,
}

fn main() {}
