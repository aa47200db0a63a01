//! AUTOINCREMENT is for a primary key of one integer.

use driftless::Table;

#[derive(Table)]
pub struct NoKey {
    #[column(autoincrement)]
    pub id: i64,
}

#[derive(Table)]
pub struct NoInteger {
    #[column(primary_key, autoincrement)]
    pub id: String,
}

#[derive(Table)]
pub struct OtherInteger {
    #[column(primary_key, autoincrement, sql_type = "BIGINT")]
    pub id: i64,
}

#[derive(Table)]
#[table(primary_key(a, b))]
pub struct TwoColumns {
    #[column(autoincrement)]
    pub a: i64,
    pub b: i64,
}

#[derive(Table)]
#[table(without_rowid)]
pub struct WithoutRowid {
    #[column(primary_key, autoincrement)]
    pub id: i64,
}

fn main() {}
