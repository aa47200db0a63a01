//! A STRICT table has six types.

use driftless::Table;

#[derive(Table)]
#[table(strict)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    #[column(sql_type = "VARCHAR(9)")]
    pub email: String,
}

fn main() {}
