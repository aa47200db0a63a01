//! A model of a view, and one of a full-text index.

use driftless::Table;

#[derive(Table)]
#[table(name = "active_users")]
pub struct ActiveUser {
    pub id: i64,
}

#[derive(Table)]
pub struct Note {
    pub body: String,
}

fn main() {}
