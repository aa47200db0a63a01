//! Borrowed and shared types of the standard library, under their full paths too.

use std::borrow::Cow;
use std::rc::Rc;

use driftless::{SqlType as _, Table, schema};

#[derive(Table)]
#[table(without_rowid)]
pub struct Word {
    #[column(primary_key)]
    pub text: &'static str,
    pub note: core::option::Option<Cow<'static, str>>,
    pub shared: std::sync::Arc<str>,
    pub local: Rc<str>,
    pub owned: Box<str>,
    pub bytes: Box<[u8]>,
    pub small: i16,
    pub tiny: u8,
    pub ratio: f32,
}

schema! {
    static APP: Sqlite = "migrations" [Word];
}

fn main() {
    let mut db = rusqlite::Connection::open_in_memory().unwrap();
    APP.migrate(&mut db).unwrap();
    let word = Word {
        text: "a",
        note: None,
        shared: "b".into(),
        local: "c".into(),
        owned: "d".into(),
        bytes: Box::default(),
        small: -1,
        tiny: 255,
        ratio: 0.5,
    };
    let insert = "INSERT INTO words VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    let (shared, local, owned) = (&*word.shared, &*word.local, &*word.owned);
    let row = (word.text, word.note.as_deref(), shared, local, owned, &*word.bytes, word.small, word.tiny, word.ratio);
    db.execute(insert, row).unwrap();
    assert_eq!(Word::COLUMNS[0].fact, String::TYPE);
}
