//! What only PostgreSQL has.

use driftless::Table;

#[derive(Table)]
#[table(schema = "auth", index(email, using = "gin"), index(org_id, include(email)))]
#[table(unique(email, nulls_not_distinct), unique(org_id, deferrable))]
pub struct User {
    #[column(primary_key, identity)]
    pub id: i64,
    pub email: String,
    pub org_id: i64,
}

fn main() {}
