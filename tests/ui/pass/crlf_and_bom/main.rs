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
    // The ways down are embedded as well.
    let downs: Vec<&str> = APP.downs().iter().map(|down| down.file.rsplit('/').next().unwrap()).collect();
    assert_eq!(downs, ["0001_users.down.sql", "0002_nick.down.sql"]);
    let report = APP.roll_back(&mut db, Some("1")).unwrap();
    assert_eq!(report.to_string().lines().next().unwrap().split(',').next(), Some("rolled back 1 migration"));
    APP.roll_back(&mut db, None).unwrap();
    assert!(db.prepare("SELECT * FROM users").is_err());
}
