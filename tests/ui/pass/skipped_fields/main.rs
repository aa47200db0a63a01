//! Fields that are no columns, of any type, and fields that `cfg` removes.

use std::collections::HashMap;

use driftless::{Table, schema};

pub struct NotStorable;

#[cfg_attr(all(), derive(Table))]
#[derive(Default)]
#[cfg_attr(all(), table(name = "jobs"))]
pub struct Job {
    #[cfg_attr(all(), column(primary_key))]
    pub id: i64,
    pub payload: String,
    #[column(skip)]
    pub cache: HashMap<u64, Option<Box<dyn Fn() -> NotStorable + Send>>>,
    #[column(skip)]
    pub children: Vec<Job>,
    #[cfg(any())]
    pub removed: NoSuchType,
}

schema! {
    static APP: Sqlite = "migrations" [Job];
}

fn main() {
    let mut db = rusqlite::Connection::open_in_memory().unwrap();
    APP.migrate(&mut db).unwrap();
    let job = Job { payload: "x".to_owned(), ..Job::default() };
    db.execute("INSERT INTO jobs (payload) VALUES (?1)", [&job.payload]).unwrap();
    assert_eq!(Job::COLUMNS.len(), 2);
    assert_eq!((job.cache.len(), job.children.len()), (0, 0));
}
