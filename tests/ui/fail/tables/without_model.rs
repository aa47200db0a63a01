//! Tables that no model is for.

use driftless::{Table, schema};

#[derive(Table)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    pub email: String,
}

schema! {
    pub static APP: Sqlite = "migrations" [User];
}

fn main() {}
