//! A database of an earlier release comes to the schema of the models, with its rows.

use driftless::{Sqlite, Table, schema};

#[derive(Table)]
#[table(name = "people")]
pub struct Person {
    #[column(primary_key)]
    pub id: i64,
    #[column(unique)]
    pub email: String,
    #[column(default = "nobody")]
    pub nick: String,
}

schema! {
    static APP: Sqlite = "migrations" [Person];
}

fn main() {
    let released = Sqlite::from_migrations(APP.migrations()[..1].to_vec()).unwrap();
    let mut db = rusqlite::Connection::open_in_memory().unwrap();
    released.migrate(&mut db).unwrap();
    db.execute("INSERT INTO users (mail, phone) VALUES ('Ada@Example.org', '1'), ('b', NULL)", []).unwrap();
    assert_eq!(APP.status(&db).unwrap().pending().count(), 3);
    assert_eq!(APP.plan(&db).unwrap().steps.len(), 3);
    let report = APP.migrate(&mut db).unwrap();
    assert_eq!(report.steps.iter().map(|step| step.version.as_str()).collect::<Vec<_>>(), ["2", "3", "4"]);
    let rows: String = db.query_row("SELECT group_concat(email || nick) FROM people", [], |row| row.get(0)).unwrap();
    assert_eq!(rows, "ada@example.orgnobody,bnobody");
    assert!(APP.plan(&db).unwrap().is_up_to_date());
}
