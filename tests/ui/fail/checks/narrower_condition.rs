//! A narrower condition about the same column.

use driftless::Table;

#[derive(Table)]
#[table(check("paid <= price * quantity", name = "paid_in_full"))]
pub struct Order {
    #[column(primary_key)]
    pub id: i64,
    #[column(check = "quantity > 0 AND quantity < 100")]
    pub quantity: i64,
    pub price: i64,
    pub paid: i64,
}

fn main() {}
