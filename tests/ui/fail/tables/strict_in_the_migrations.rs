//! The table is STRICT, the model is not.

use driftless::Table;

#[derive(Table)]
#[table(without_rowid)]
pub struct Setting {
    #[column(primary_key)]
    pub key: String,
    pub value: String,
}

fn main() {}
