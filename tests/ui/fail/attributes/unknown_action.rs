//! A mistyped action, an action as text, and a parent that is no field.

use driftless::Table;

#[derive(Table)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    #[column(references = Org::id, on_delete = cascad)]
    pub org_id: i64,
    #[column(references = Org::id, on_update = "CASCADE")]
    pub team_id: i64,
    #[column(references = Org)]
    pub group_id: i64,
    #[column(references = "orgs")]
    pub unit_id: i64,
}

pub struct Org;

fn main() {}
