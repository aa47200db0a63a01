//! Names and texts beyond ASCII, with spaces and quotes.

use driftless::{Table, schema};

#[derive(Table)]
#[table(name = "größen")]
pub struct Größe {
    #[column(primary_key)]
    pub id: i64,
    #[column(default = 1.5)]
    pub länge: f64,
    #[column(unique, default = "名前 🦀")]
    pub имя: String,
    #[column(name = "with space")]
    pub space: Option<i64>,
    #[column(name = "quo\"te")]
    pub quote: Option<i64>,
}

schema! {
    static DATENBANK: Sqlite = "migrations" [Größe];
}

fn main() {
    let mut db = rusqlite::Connection::open_in_memory().unwrap();
    DATENBANK.migrate(&mut db).unwrap();
    assert_eq!(Größe::COLUMNS.iter().map(|column| column.name).collect::<String>(), "idlängeимяwith spacequo\"te");
    db.execute("INSERT INTO größen (\"quo\"\"te\") VALUES (7)", []).unwrap();
    let name: String = db.query_row("SELECT имя FROM größen", [], |row| row.get(0)).unwrap();
    assert_eq!(name, "名前 🦀");
    assert_eq!(DATENBANK.migrations()[0].name, "größen");
}
