//! The table is WITHOUT ROWID, the model is not.

use driftless::Table;

#[derive(Table)]
#[table(strict)]
pub struct Setting {
    #[column(primary_key)]
    pub key: String,
    pub value: String,
}

fn main() {}
