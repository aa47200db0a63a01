//! A primary key over other columns.

use driftless::Table;

#[derive(Table)]
pub struct Member {
    pub org_id: i64,
    #[column(primary_key)]
    pub user_id: i64,
}

fn main() {}
