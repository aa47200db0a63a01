//! `stored` and `virtual` say something about a generated column.

use driftless::Table;

#[derive(Table)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    #[column(stored)]
    pub a: i64,
    #[column(virtual)]
    pub b: i64,
    #[column(generated = sql("id + 1"), stored, virtual)]
    pub c: i64,
}

fn main() {}
