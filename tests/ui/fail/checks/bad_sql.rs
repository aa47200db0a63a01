//! Conditions that are no SQL.

use driftless::Table;

#[derive(Table)]
#[table(check("paid <= (price"))]
pub struct Order {
    #[column(primary_key)]
    pub id: i64,
    #[column(check = "quantity > 0)")]
    pub quantity: i64,
    #[column(generated = sql("'open"))]
    pub price: i64,
    #[column(default = sql(""))]
    pub paid: i64,
}

fn main() {}
