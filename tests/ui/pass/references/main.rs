//! A model that refers to itself, and two that refer to each other.

use driftless::{Table, schema};

#[derive(Table)]
#[table(name = "people")]
pub struct Person {
    #[column(primary_key)]
    pub id: i64,
    #[column(references = Self::id)]
    pub mother_id: Option<i64>,
    #[column(references = Person::id)]
    pub father_id: Option<i64>,
    #[column(references = self::House::id)]
    pub house_id: Option<i64>,
}

#[derive(Table)]
pub struct House {
    #[column(primary_key)]
    pub id: i64,
    #[column(references = crate::Person::id, deferrable = deferred)]
    pub owner_id: i64,
}

schema! {
    static APP: Sqlite = "migrations" [House, Person];
}

fn main() {
    let mut db = rusqlite::Connection::open_in_memory().unwrap();
    APP.migrate(&mut db).unwrap();
    db.execute_batch(
        "PRAGMA foreign_keys = ON;
         BEGIN;
         INSERT INTO houses VALUES (1, 1);
         INSERT INTO people VALUES (1, NULL, NULL, 1), (2, 1, NULL, 1);
         COMMIT;",
    )
    .unwrap();
    db.execute("INSERT INTO people VALUES (3, 9, NULL, 1)", []).unwrap_err();
}
