//! A UNIQUE constraint and a primary key are over columns.

use driftless::Table;

#[derive(Table)]
#[table(unique(sql("lower(email)")), primary_key(sql("abs(id)")))]
pub struct User {
    pub id: i64,
    pub email: String,
}

fn main() {}
