//! A default that looks like a place for a value is left alone.

use driftless::Table;

type Json = Vec<u8>;

#[derive(Table)]
#[table(strict)]
pub struct Flag {
    #[column(primary_key)]
    pub id: i64,
    pub raised: i64,
    #[column(default = "{}")]
    pub extra: Json,
}

fn main() {}
