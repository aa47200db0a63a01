//! A listed type that is no table, and one that does not exist.

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

pub struct Setting;

schema! {
    pub static APP: Sqlite = "migrations" [User, Role, Setting];
}

fn main() {}
