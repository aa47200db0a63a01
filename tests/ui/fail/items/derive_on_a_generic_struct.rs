//! A table is one type.

use driftless::Table;

#[derive(Table)]
pub struct User<T> {
    #[column(primary_key)]
    pub id: i64,
    pub email: T,
}

fn main() {}
