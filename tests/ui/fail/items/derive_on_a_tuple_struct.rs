//! Columns have names.

use driftless::Table;

#[derive(Table)]
pub struct User(i64, String);

#[derive(Table)]
pub struct Unit;

#[derive(Table)]
pub struct NoColumns {
    #[column(skip)]
    pub cache: Vec<u8>,
}

fn main() {}
