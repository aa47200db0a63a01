//! A condition that is no SQL.

use driftless::Table;

#[derive(Table)]
#[table(check("paid <= (price"))]
pub struct Order {
    #[column(primary_key)]
    pub id: i64,
    #[column(check = "quantity >", default = sql("1 +"))]
    pub quantity: i64,
    pub price: i64,
    #[column(generated = sql("'open"))]
    pub paid: i64,
}

fn main() {}
