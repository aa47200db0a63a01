//! A model whose table no migration creates.

use driftless::Table;

#[derive(Table)]
pub struct Invoice {
    #[column(primary_key)]
    pub id: i64,
    pub total: i64,
}

fn main() {}
