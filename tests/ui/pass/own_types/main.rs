//! Newtypes, newtypes of newtypes, enums, aliases, and types that implement the trait by hand.

use std::borrow::Cow;
use std::sync::Arc;

use driftless::{SqlType, Table, TypeFact, schema};

#[derive(SqlType)]
pub struct Id(i64);

#[derive(SqlType)]
pub struct AccountId(Id);

#[derive(SqlType)]
pub struct Email {
    pub address: String,
}

pub type Phone = Option<Email>;

pub struct Money(pub i64);

impl SqlType for Money {
    const TYPE: TypeFact = <i64 as SqlType>::TYPE;
}

/// Stored in the order of the variants, and admitted in any.
#[derive(SqlType)]
pub enum Status {
    Published,
    Draft,
    #[sql(rename = "in review")]
    InReview,
}

#[derive(SqlType)]
#[sql(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Mood {
    Sad,
    VeryGlad,
}

#[derive(Table)]
pub struct Account {
    #[column(primary_key)]
    pub id: AccountId,
    #[column(unique)]
    pub email: Email,
    pub phone: Phone,
    #[column(default = 0)]
    pub balance: Money,
    #[column(default = "in review")]
    pub status: Status,
    pub mood: Option<Mood>,
    pub shared: Arc<Cow<'static, str>>,
    pub digest: [u8; 32],
    pub any_value: Option<driftless::Value>,
    #[column(sql_type = "FLOAT8")]
    pub weight: f64,
}

schema! {
    static APP: Sqlite = "migrations" [Account];
}

fn main() {
    let mut db = rusqlite::Connection::open_in_memory().unwrap();
    APP.migrate(&mut db).unwrap();
    let facts: Vec<(&str, bool)> =
        Account::COLUMNS.iter().map(|column| (column.fact.sqlite, column.fact.nullable)).collect();
    assert_eq!(facts[..4], [("INTEGER", false), ("TEXT", false), ("TEXT", true), ("INTEGER", false)]);
    assert_eq!(Mood::TYPE.variants, Some(&["SAD", "VERY_GLAD"][..]));
    assert!(
        Account::DDL.sqlite.table.contains("status IN ('draft', 'in review', 'published')"),
        "{}",
        Account::DDL.sqlite
    );
    assert!(Account::DDL.postgres.table.contains("balance bigint NOT NULL"), "{}", Account::DDL.postgres);
    let insert = "INSERT INTO accounts (email, shared, digest, weight, mood) VALUES ('a', 's', x'00', 1.0, ?1)";
    assert_eq!(db.execute(insert, ["SAD"]).unwrap(), 1);
    assert!(db.execute(insert, ["glad"]).is_err());
}
