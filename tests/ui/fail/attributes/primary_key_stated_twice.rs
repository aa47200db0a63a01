//! The primary key is stated on the field or on the struct.

use driftless::Table;

#[derive(Table)]
#[table(primary_key(id))]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    pub email: String,
}

fn main() {}
