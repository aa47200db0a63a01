//! An ordinary column that the migrations generate.

use driftless::Table;

#[derive(Table)]
pub struct Product {
    #[column(primary_key)]
    pub id: i64,
    #[column(collate = "NOCASE")]
    pub name: String,
    pub price: i64,
    #[column(generated = sql("price * 119 / 100"), stored)]
    pub gross: i64,
    pub label: String,
    #[column(not_null(on_conflict = ignore))]
    pub weight: f64,
}

fn main() {}
