//! A model that is listed in a schema and was checked against the migrations of another.

#[derive(driftless::Table)]
pub struct Item {
    #[column(primary_key)]
    pub id: i64,
}

driftless::schema! {
    pub static BLOG: Sqlite = "blog" [Item];
}

fn main() {}
