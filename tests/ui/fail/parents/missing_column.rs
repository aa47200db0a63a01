//! A foreign key to a column that does not exist.

use driftless::Table;

#[derive(Table)]
pub struct Visit {
    #[column(primary_key)]
    pub id: i64,
    #[column(references("users", "mail"))]
    pub user_email: String,
}

fn main() {}
