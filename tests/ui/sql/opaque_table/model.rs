//! A table that was copied has no constraint: each is reported.

use driftless::Table;

#[derive(Table)]
#[table(name = "copies")]
pub struct Copy {
    #[column(primary_key)]
    pub id: i64,
    pub email: String,
}

fn main() {}
