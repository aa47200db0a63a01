//! A mistyped key is an error that proposes the right one.

use driftless::Table;

#[derive(Table)]
#[table(nmae = "users", unique(email, whre = "org_id > 0"))]
pub struct User {
    #[column(primarykey)]
    pub id: i64,
    #[column(uniqe)]
    pub email: String,
    #[column(frobnicate)]
    pub org_id: i64,
}

fn main() {}
