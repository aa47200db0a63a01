//! SET NULL on a column that cannot be NULL, as the migrations have it.

use driftless::Table;

#[derive(Table)]
#[table(foreign_key(columns(author), references("users", "email"), on_delete = set_null))]
pub struct Note {
    #[column(primary_key)]
    pub id: i64,
    pub author: String,
}

fn main() {}
