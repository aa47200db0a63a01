//! `driftless.toml` names the directory, its layout and the levels of two findings.

use driftless::{Table, schema};

#[derive(Table)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    pub email: String,
    #[column(default = sql("CURRENT_TIMESTAMP"))]
    pub created_at: String,
}

#[derive(Table)]
pub struct Mail {
    #[column(primary_key)]
    pub id: i64,
    #[column(references = User::email)]
    pub address: String,
}

schema! {
    static APP: Sqlite = "db/changes" [User, Mail];
}

fn main() {
    let mut db = rusqlite::Connection::open_in_memory().unwrap();
    APP.migrate(&mut db).unwrap();
    db.execute("INSERT INTO users (email) VALUES ('a')", []).unwrap();
    assert_eq!(APP.migrations().len(), 2);
    assert_eq!(APP.migrations()[1].name, "created_at");
}
