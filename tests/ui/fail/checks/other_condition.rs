//! Another condition about the same column.

use driftless::Table;

#[derive(Table)]
#[table(check("paid <= price * quantity"))]
pub struct Order {
    #[column(primary_key)]
    pub id: i64,
    #[column(check = "quantity >= 0")]
    pub quantity: i64,
    pub price: i64,
    pub paid: i64,
}

fn main() {}
