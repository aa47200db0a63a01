//! An alias that hides an `Option`.

use driftless::{SqlType, Table};

type Title = Option<String>;
type Subtitle = String;

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
    pub subtitle: Subtitle,
    pub status: Status,
    pub pinned: i64,
}

fn main() {}
