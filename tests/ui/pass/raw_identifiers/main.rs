//! Raw identifiers, and the keywords of SQL as names.

use driftless::{Table, schema};

#[derive(Table)]
#[table(index(group, order), check("\"order\" > 0"))]
pub struct Type {
    #[column(primary_key)]
    pub id: i64,
    #[column(unique)]
    pub r#type: String,
    pub r#match: Option<i64>,
    pub order: i64,
    pub group: String,
}

#[derive(Table)]
#[table(name = "select")]
#[allow(non_camel_case_types)]
pub struct r#yield {
    #[column(primary_key, references = Type::id)]
    pub from: i64,
    #[column(default = "x")]
    pub r#where: String,
}

schema! {
    pub static APP: Sqlite = "migrations" [Type, r#yield];
}

fn main() {
    let mut db = rusqlite::Connection::open_in_memory().unwrap();
    APP.migrate(&mut db).unwrap();
    assert_eq!(Type::COLUMNS[1].field, "type");
    assert_eq!(r#yield::COLUMNS[1].name, "where");
    let other = rusqlite::Connection::open_in_memory().unwrap();
    other.execute_batch(&format!("{}{}", Type::DDL.sqlite, r#yield::DDL.sqlite)).unwrap();
    for db in [&db, &other] {
        db.execute("INSERT INTO types (type, \"order\", \"group\") VALUES ('a', 1, 'g')", []).unwrap();
        db.execute("INSERT INTO \"select\" (\"from\") VALUES (1)", []).unwrap();
        db.execute("UPDATE types SET \"order\" = 0", []).unwrap_err();
    }
}
