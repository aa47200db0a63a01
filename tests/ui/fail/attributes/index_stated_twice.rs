//! An index on the field and again on the struct, and two indexes of one name.

use driftless::Table;

#[derive(Table)]
#[table(index(email))]
#[table(index(email, org_id, name = "by_org"), index(org_id, email, name = "BY_ORG"))]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    #[column(index)]
    pub email: String,
    pub org_id: i64,
}

fn main() {}
