//! Every attribute of SQLite in one model.

use driftless::{Table, schema};

#[derive(Table)]
#[table(name = "organisations", strict, without_rowid, primary_key(x, y))]
pub struct Org {
    pub x: i64,
    pub y: String,
}

#[derive(Table)]
#[table(
    name = "people",
    unique(org_x, org_y, name),
    index(age desc, sql("lower(name)"), name = "by_age", where = "active = 1"),
    check("age >= 18 or boss_id is not null", name = "adult"),
    foreign_key(columns(org_x, org_y), references(Org, x, y), on_delete = restrict)
)]
pub struct Person {
    #[column(primary_key, autoincrement)]
    pub id: i64,
    #[column(
        name = "e-mail",
        sql_type = "VARCHAR(320)",
        collate = "NOCASE",
        unique(name = "one_mail"),
        not_null(on_conflict = ignore)
    )]
    pub email: String,
    pub org_x: i64,
    pub org_y: String,
    #[column(references = Person::id, on_delete = set_null, on_update = cascade, deferrable = deferred)]
    pub boss_id: Option<i64>,
    #[column(default = 18, check = "age >= 0", index)]
    pub age: i64,
    #[column(default = 1.5)]
    pub price: f64,
    #[column(default = "nobody")]
    pub name: String,
    #[column(default = b"\x00\xff", index(unique))]
    pub raw: Vec<u8>,
    #[column(default = true)]
    pub active: bool,
    #[column(generated = sql("age * 2"), stored)]
    pub twice: i64,
    #[column(generated = sql("upper(name)"), virtual)]
    pub loud: String,
    #[column(sql_type = "TIMESTAMP", default = sql("CURRENT_TIMESTAMP"), comment = "for PostgreSQL")]
    pub seen_at: Option<String>,
    #[column(skip)]
    pub cache: Option<std::cell::RefCell<Vec<Person>>>,
}

schema! {
    static APP: Sqlite = "migrations" [Org, Person];
}

fn main() {
    let mut db = rusqlite::Connection::open_in_memory().unwrap();
    APP.migrate(&mut db).unwrap();
    // The constants make the same tables as the migrations.
    let other = rusqlite::Connection::open_in_memory().unwrap();
    other.execute_batch(&format!("{}{}", Org::DDL.sqlite, Person::DDL.sqlite)).unwrap();
    for db in [&db, &other] {
        db.execute_batch(
            "PRAGMA foreign_keys = ON;
             INSERT INTO organisations VALUES (1, 'a');
             INSERT INTO people (\"e-mail\", org_x, org_y, name) VALUES ('a@b', 1, 'a', 'ada');",
        )
        .unwrap();
        let row: (i64, String) =
            db.query_row("SELECT twice, loud FROM people", [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        assert_eq!(row, (36, "ADA".to_owned()));
        let refuse = |sql: &str, words: &str| {
            let error = db.execute(sql, []).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        };
        refuse(
            "INSERT INTO people (\"e-mail\", org_x, org_y) VALUES ('c@d', 2, 'a')",
            "UNIQUE constraint failed: people.raw",
        );
        refuse("UPDATE people SET org_x = 2", "FOREIGN KEY constraint failed");
        refuse("UPDATE people SET age = 17", "CHECK constraint failed: adult");
        refuse("UPDATE people SET age = -1, boss_id = 1", "CHECK constraint failed: age >= 0");
        refuse("INSERT INTO organisations VALUES ('one', 'b')", "cannot store TEXT value in INTEGER column");
    }
}
