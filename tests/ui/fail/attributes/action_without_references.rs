//! Actions belong to a foreign key.

use driftless::Table;

#[derive(Table)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    #[column(on_delete = cascade)]
    pub org_id: i64,
    #[column(deferrable)]
    pub team_id: i64,
}

fn main() {}
