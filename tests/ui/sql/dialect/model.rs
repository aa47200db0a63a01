//! Migrations for PostgreSQL, which this version does not replay.

use driftless::Table;

#[derive(Table)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
}

fn main() {}
