use driftless::{Table, schema};

#[derive(Table)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    pub email: String,
}

schema! {
    pub static APP: Sqlite = "migrations" [User];
}

fn main() {
    let mut db = rusqlite::Connection::open_in_memory().unwrap();
    APP.migrate(&mut db).unwrap();
    assert_eq!(db.execute("INSERT INTO users (email) VALUES ('a')", []).unwrap(), 1);
}
