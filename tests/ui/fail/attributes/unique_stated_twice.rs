//! UNIQUE on the field and again on the struct: both places are shown.

use driftless::Table;

#[derive(Table)]
#[table(unique(email))]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    #[column(unique)]
    pub email: String,
}

fn main() {}
