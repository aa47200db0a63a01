//! The models of the blog.

#[derive(driftless::Table)]
pub struct Item {
    #[column(primary_key)]
    pub id: i64,
    pub title: String,
}

driftless::schema! {
    pub static BLOG: Sqlite = "migrations" [Item];
}
