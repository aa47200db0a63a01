//! A CHECK that the model does not state.

use driftless::Table;

#[derive(Table)]
pub struct Order {
    #[column(primary_key)]
    pub id: i64,
    pub quantity: i64,
    pub price: i64,
    pub paid: i64,
}

fn main() {}
