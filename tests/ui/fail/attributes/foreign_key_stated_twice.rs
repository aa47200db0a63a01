//! A foreign key on the field and again on the struct: both places are shown.

use driftless::Table;

#[derive(Table)]
#[table(foreign_key(columns(org_id), references(Org, id), on_delete = cascade))]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    #[column(references = Org::id)]
    pub org_id: i64,
}

pub struct Org;

fn main() {}
