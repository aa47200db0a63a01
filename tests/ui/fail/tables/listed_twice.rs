//! Two listed models of one table.

use driftless::{Table, schema};

#[derive(Table)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    pub email: String,
}

#[derive(Table)]
#[table(name = "users")]
pub struct Account {
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
    pub static APP: Sqlite = "migrations" [User, Role, Setting, Account];
}

fn main() {}
