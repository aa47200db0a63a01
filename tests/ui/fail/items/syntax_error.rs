//! Where rustc cannot parse the struct, it says so and nobody else does.

use driftless::Table;

#[derive(Table)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    pub email: ,
}

fn main() {}
