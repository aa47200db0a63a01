//! A model whose table waits for its rename.

use driftless::Table;

#[derive(Table)]
#[table(name = "accounts", was = "users")]
pub struct Account {
    #[column(primary_key)]
    pub id: i64,
    pub email: String,
}

fn main() {}
