//! What is written otherwise and means the same is no disagreement.

use driftless::{Table, schema};

#[derive(Table)]
#[table(index(nick, unique, where = "nick IS NOT NULL"), check("score >= 0 AND email != ''"))]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    #[column(unique)]
    pub email: String,
    #[column(default = 1)]
    pub active: bool,
    #[column(sql_type = "DOUBLE PRECISION", default = sql("+1"))]
    pub score: f64,
    #[column(sql_type = "varchar(20)")]
    pub nick: Option<String>,
    #[column(default = "it's")]
    pub note: String,
}

#[derive(Table)]
#[table(name = "POSTS")]
pub struct Post {
    #[column(primary_key)]
    pub id: i64,
    #[column(references = User::id)]
    pub author: i64,
}

schema! {
    static APP: Sqlite = "migrations" [User, Post];
}

fn main() {
    let mut db = rusqlite::Connection::open_in_memory().unwrap();
    APP.migrate(&mut db).unwrap();
    db.execute("INSERT INTO users (email) VALUES ('a')", []).unwrap();
    let row: (bool, f64, String) = db
        .query_row("SELECT active, score, note FROM users", [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .unwrap();
    assert_eq!(row, (true, 1.0, "it's".to_owned()));
}
