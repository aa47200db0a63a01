//! Four disagreements of one struct are four errors.

use driftless::Table;

#[derive(Table)]
pub struct User {
    #[column(primary_key, autoincrement)]
    pub id: i64,
    #[column(unique)]
    pub email: Option<String>,
    pub fax: Option<String>,
}

fn main() {}
