//! Two findings about the migrations beside a disagreement of the model.

use driftless::Table;

#[derive(Table)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    pub email: Option<String>,
    #[column(default = sql("CURRENT_TIMESTAMP"))]
    pub seen_at: Option<String>,
}

fn main() {}
