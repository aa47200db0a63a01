//! A foreign key to a table that no migration creates.

use driftless::Table;

#[derive(Table)]
pub struct Badge {
    #[column(primary_key)]
    pub id: i64,
    #[column(references("awards", "id"))]
    pub award_id: i64,
}

fn main() {}
