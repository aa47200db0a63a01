//! A key, or a whole attribute, that stands where it does not belong.

use driftless::Table;

#[derive(Table)]
#[table(autoincrement)]
#[column(unique)]
pub struct User {
    #[column(primary_key, strict)]
    pub id: i64,
    #[table(strict)]
    pub email: String,
}

fn main() {}
