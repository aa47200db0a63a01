//! A table is a struct, not a union.

use driftless::Table;

#[derive(Table)]
pub union User {
    id: i64,
    raw: [u8; 8],
}

fn main() {}
