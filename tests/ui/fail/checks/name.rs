//! The name of a CHECK, where the model states it.

use driftless::Table;

#[derive(Table)]
#[table(check("paid <= price * quantity", name = "not_overpaid"))]
pub struct Order {
    #[column(primary_key)]
    pub id: i64,
    #[column(check = "quantity > 0")]
    pub quantity: i64,
    pub price: i64,
    pub paid: i64,
}

fn main() {}
