//! A model that the list of `schema!` forgets.

use driftless::{Table, schema};

#[derive(Table)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    pub email: String,
}

#[derive(Table)]
pub struct Role {
    #[column(primary_key)]
    pub id: i64,
}

#[derive(Table)]
#[table(strict, without_rowid)]
pub struct Setting {
    #[column(primary_key)]
    pub key: String,
    pub value: String,
}

schema! {
    pub static APP: Sqlite = "migrations" [User, Setting];
}

fn main() {}
