//! A foreign key to a column that is neither PRIMARY KEY nor UNIQUE.

use driftless::Table;

#[derive(Table)]
pub struct User {
    pub id: i64,
    #[column(unique)]
    pub email: String,
    #[column(index(unique, where = "nick <> ''"))]
    pub nick: String,
}

#[derive(Table)]
pub struct Session {
    #[column(primary_key)]
    pub id: i64,
    #[column(references = User::id, on_delete = cascade)]
    pub user_id: i64,
}

fn main() {}
