//! A mistake that has nothing to do with the schema is reported as ever.

use driftless::{Table, schema};

#[derive(Table)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    pub email: String,
}

#[derive(Table)]
pub struct Post {
    #[column(primary_key)]
    pub id: i64,
    #[column(references = User::id)]
    pub user_id: i64,
    #[column(index)]
    pub title: String,
}

schema! {
    pub static APP: Sqlite = "migrations" [User, Post];
}

fn main() {
    let user = User { id: 1, email: "a".to_owned(), phone: None };
    let id: String = user.id;
    println!("{id} {}", APP.name());
}
