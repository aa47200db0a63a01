//! Files with a byte order mark and line ends of Windows, in pairs of up and down.

use driftless::{Table, schema};

#[derive(Table)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    #[column(default = "a;b")]
    pub bio: String,
    pub nick: Option<String>,
}

schema! {
    static APP: Sqlite = "migrations" [User];
}

fn main() {
    let mut db = rusqlite::Connection::open_in_memory().unwrap();
    let report = APP.migrate(&mut db).unwrap();
    assert_eq!(report.steps.len(), 2);
    db.execute("INSERT INTO users DEFAULT VALUES", []).unwrap();
    let bio: String = db.query_row("SELECT bio FROM users", [], |row| row.get(0)).unwrap();
    assert_eq!(bio, "a;b");
    // The checksum passes over how the lines end.
    assert!(APP.migrations()[0].sql.contains("\r\n"));
}
