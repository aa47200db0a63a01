//! A migration that got another number after it was locked, and the set as a whole asks for it.

use driftless::{Table, schema};

#[derive(Table)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
}

#[derive(Table)]
pub struct Role {
    #[column(primary_key)]
    pub id: i64,
}

schema! {
    pub static APP: Sqlite = "migrations" [User, Role];
}

fn main() {
    println!("{}", APP.migrations().len());
}
