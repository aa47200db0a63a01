//! Views, triggers and a full-text index are kept, and nobody asks for a model of them.

use driftless::{Table, schema};

#[derive(Table)]
pub struct Note {
    #[column(primary_key)]
    pub id: i64,
    pub content: String,
    #[column(default = 0)]
    pub changes: i64,
}

schema! {
    static APP: Sqlite = "migrations" [Note];
}

fn main() {
    let mut db = rusqlite::Connection::open_in_memory().unwrap();
    APP.migrate(&mut db).unwrap();
    db.execute("INSERT INTO notes (content) VALUES ('hello world'), ('a')", []).unwrap();
    db.execute("UPDATE notes SET content = 'hello you'", []).unwrap();
    let count = |sql: &str| db.query_row::<i64, _, _>(sql, [], |row| row.get(0)).unwrap();
    assert_eq!(count("SELECT count(*) FROM long_notes"), 2);
    assert_eq!(count("SELECT sum(changes) FROM notes"), 2);
    assert_eq!(count("SELECT count(*) FROM notes_fts WHERE notes_fts MATCH 'hello'"), 1);
    assert!(APP.migrate(&mut db).unwrap().is_up_to_date());
}
