//! One struct is refused and the other disagrees; the list knows both.

use driftless::{Table, schema};

#[derive(Table)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    #[column(uniqe)]
    pub email: String,
    pub phone: Option<String>,
}

#[derive(Table)]
pub struct Post {
    #[column(primary_key)]
    pub id: i64,
    #[column(references = User::id)]
    pub user_id: i64,
    #[column(index, default = "untitled")]
    pub title: String,
}

schema! {
    pub static APP: Sqlite = "migrations" [User, Post];
}

fn main() {
    println!("{} {:?}", User::NAME, Post::COLUMNS);
}
