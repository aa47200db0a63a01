//! SET NULL on a field that cannot be NULL.

use driftless::Table;

#[derive(Table)]
pub struct Post {
    #[column(primary_key)]
    pub id: i64,
    #[column(references("users", "id"), on_delete = set_null)]
    pub user_id: i64,
}

fn main() {}
