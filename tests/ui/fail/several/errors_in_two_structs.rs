//! Both structs have errors, and the code that uses them has none.

use driftless::{Table, schema};

type Title = i64;

#[derive(Table)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    pub email: Vec<u8>,
    pub phone: Option<String>,
}

#[derive(Table)]
pub struct Post {
    #[column(primary_key)]
    pub id: i64,
    #[column(references = User::id)]
    pub user_id: i64,
    pub title: Title,
    pub body: String,
}

schema! {
    /// The application's database.
    pub static APP: Sqlite = "migrations" [User, Post];
}

fn main() {
    let mut db = rusqlite::Connection::open_in_memory().unwrap();
    println!("{}", APP.migrate(&mut db).unwrap());
    println!("{} {:?}", User::DDL.sqlite, Post::COLUMNS);
}
