//! A newtype over a type that is stored as another one.

use driftless::{SqlType, Table};

#[derive(SqlType)]
pub struct Title(i64);

#[derive(SqlType)]
pub struct Subtitle(f64);

#[derive(SqlType)]
pub enum Status {
    Draft,
    Published,
}

#[derive(Table)]
pub struct Article {
    #[column(primary_key)]
    pub id: i64,
    pub title: Title,
    pub subtitle: Option<Subtitle>,
    pub status: Status,
    pub pinned: i64,
}

fn main() {}
