//! Two fields are not two primary keys.

use driftless::Table;

#[derive(Table)]
pub struct Member {
    #[column(primary_key)]
    pub org_id: i64,
    #[column(primary_key)]
    pub user_id: i64,
}

fn main() {}
