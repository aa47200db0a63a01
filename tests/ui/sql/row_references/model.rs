//! On a table with rows: REFERENCES with a default, while foreign keys are enforced.

use driftless::Table;

#[derive(Table)]
pub struct Org {
    #[column(primary_key)]
    pub id: i64,
}

#[derive(Table)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    #[column(default = 7, references = Org::id)]
    pub org_id: i64,
}

fn main() {}
