//! A CHECK that the table does not have.

use driftless::Table;

#[derive(Table)]
#[table(check("paid <= price * quantity"), check("price >= paid", name = "price_covers"))]
pub struct Order {
    #[column(primary_key)]
    pub id: i64,
    #[column(check = "quantity > 0")]
    pub quantity: i64,
    #[column(check = "price > 0")]
    pub price: i64,
    pub paid: i64,
}

fn main() {}
