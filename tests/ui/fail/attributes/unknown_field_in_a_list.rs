//! Lists name fields of the struct, each once.

use driftless::Table;

#[derive(Table)]
#[table(unique(emial, org_id), index(phone), index("e-mail"))]
#[table(unique(org_id, org_id), unique(), primary_key(id, cache))]
pub struct User {
    pub id: i64,
    pub email: String,
    pub org_id: i64,
    #[column(skip)]
    pub cache: i64,
}

fn main() {}
