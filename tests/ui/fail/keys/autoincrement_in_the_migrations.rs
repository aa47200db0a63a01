//! AUTOINCREMENT that the model does not state.

use driftless::Table;

#[derive(Table)]
pub struct Ticket {
    #[column(primary_key)]
    pub id: i64,
    #[column(unique)]
    pub code: String,
}

fn main() {}
