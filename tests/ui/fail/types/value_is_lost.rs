//! A declared type in which the field's values do not survive.

use driftless::{SqlType, Table};

#[derive(SqlType)]
pub struct Title(i64);

#[derive(SqlType)]
pub enum Status {
    Draft,
    Published,
}

#[derive(Table)]
pub struct Article {
    #[column(primary_key)]
    pub id: i64,
    #[column(sql_type = "TEXT")]
    pub title: Title,
    pub subtitle: Option<String>,
    pub status: Status,
    pub pinned: i64,
}

#[derive(Table)]
#[table(strict)]
pub struct Flag {
    #[column(primary_key)]
    pub id: i64,
    #[column(sql_type = "INTEGER")]
    pub raised: String,
    #[column(default = "{}")]
    pub extra: String,
}

fn main() {}
