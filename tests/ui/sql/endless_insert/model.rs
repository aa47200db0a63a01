//! A hostile migration: rows without an end.

use driftless::Table;

#[derive(Table)]
pub struct Blob {
    pub bytes: Vec<u8>,
}

fn main() {}
