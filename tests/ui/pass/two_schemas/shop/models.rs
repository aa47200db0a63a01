//! The models of the shop.

#[derive(driftless::Table)]
pub struct Item {
    #[column(primary_key)]
    pub id: i64,
    pub price: i64,
}

driftless::schema! {
    pub static SHOP: Sqlite = "migrations" [Item];
}
