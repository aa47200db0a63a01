//! Everything in the body of a function, beside a model that no list knows of.

fn migrated() -> rusqlite::Connection {
    use driftless::{Table, schema};

    #[derive(Table)]
    #[allow(dead_code)]
    struct User {
        #[column(primary_key)]
        id: i64,
        name: String,
    }

    schema! {
        static LOCAL: Sqlite = "migrations" [User];
    }

    let mut db = rusqlite::Connection::open_in_memory().unwrap();
    LOCAL.migrate(&mut db).unwrap();
    assert_eq!(User::NAME, "users");
    db
}

fn main() {
    let db = migrated();
    assert_eq!(db.execute("INSERT INTO users (name) VALUES ('a'), ('b')", []).unwrap(), 2);
}
