//! A table is a struct, not an enum.

use driftless::Table;

#[derive(Table)]
pub enum User {
    Admin,
    Guest,
}

fn main() {}
