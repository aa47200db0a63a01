//! `was` is another name than the one now.

use driftless::Table;

#[derive(Table)]
#[table(was = "users")]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    #[column(was = "email")]
    pub email: String,
    #[column(name = "")]
    pub org_id: i64,
}

fn main() {}
