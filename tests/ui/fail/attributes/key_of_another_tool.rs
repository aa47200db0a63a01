//! Keys that other libraries have are answered with the one that driftless has.

use driftless::Table;

#[derive(Table)]
#[table(table_name = "users")]
pub struct User {
    #[column(pk)]
    pub id: i64,
    #[column(rename = "mail")]
    pub email: String,
    #[column(type = "BIGINT", nullable, required)]
    pub org_id: i64,
    #[column(foreign_key = "users.id", renamed_from = "parent")]
    pub parent_id: i64,
}

fn main() {}
