//! All errors of two structs at once, and nothing about the code that uses them.

use driftless::{Table, schema};

#[derive(Table)]
#[table(nmae = "users", unique(emial))]
pub struct User {
    #[column(primary_key)]
    pub id: Option<i64>,
    #[column(uniqe, index = 5)]
    pub email: String,
}

#[derive(Table)]
pub struct Post {
    #[column(primary_key, autoincrement)]
    pub id: String,
    #[column(references = User::id, on_delete = destroy)]
    pub user_id: i64,
}

schema! {
    pub static APP: Sqlite = "migrations" [User, Post];
}

fn main() {
    let mut db = rusqlite::Connection::open_in_memory().unwrap();
    APP.migrate(&mut db).unwrap();
    println!("{} {}", <User as Table>::NAME, <Post as Table>::NAME);
}
