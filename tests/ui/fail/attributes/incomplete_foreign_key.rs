//! A foreign key of the struct names its columns and its parent, as many of each.

use driftless::Table;

#[derive(Table)]
#[table(foreign_key(references(Org, id)))]
#[table(foreign_key(columns(org_id)))]
#[table(foreign_key(columns(org_id, email), references(Org, id)))]
#[table(foreign_key(columns(org), references(Org, id)))]
#[table(foreign_key(columns(org_id), references(Org)))]
#[table(foreign_key(colums(org_id), references(Org, id)))]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    pub email: String,
    pub org_id: i64,
}

pub struct Org;

fn main() {}
