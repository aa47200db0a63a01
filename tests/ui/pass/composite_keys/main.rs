//! Primary keys and foreign keys over several columns; the migrations leave the parent's columns out.

use driftless::{Table, schema};

#[derive(Table)]
#[table(without_rowid, primary_key(region, number))]
pub struct Org {
    pub number: i64,
    pub region: String,
}

#[derive(Table)]
#[table(
    primary_key(org_region, org_number, user_id),
    foreign_key(columns(org_region, org_number), references(Org, region, number), on_delete = cascade)
)]
pub struct Member {
    pub user_id: i64,
    pub org_region: String,
    pub org_number: i64,
}

schema! {
    static APP: Sqlite = "migrations" [Org, Member];
}

fn main() {
    let mut db = rusqlite::Connection::open_in_memory().unwrap();
    APP.migrate(&mut db).unwrap();
    db.execute_batch(
        "PRAGMA foreign_keys = ON;
         INSERT INTO orgs VALUES ('eu', 1);
         INSERT INTO members VALUES ('eu', 1, 7);
         DELETE FROM orgs;",
    )
    .unwrap();
    let left: i64 = db.query_row("SELECT count(*) FROM members", [], |row| row.get(0)).unwrap();
    assert_eq!(left, 0);
}
