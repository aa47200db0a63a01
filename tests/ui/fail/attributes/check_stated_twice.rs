//! CHECK on the field and again on the struct: both places are shown.

use driftless::Table;

#[derive(Table)]
#[table(check("org_id > 0"))]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    #[column(check = "org_id > 0")]
    pub org_id: i64,
}

fn main() {}
