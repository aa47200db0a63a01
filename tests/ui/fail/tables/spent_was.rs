//! A rename of the table that the migrations have carried out.

use driftless::Table;

#[derive(Table)]
#[table(was = "people")]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    pub email: String,
}

fn main() {}
