//! Every key takes its own kind of value.

use driftless::Table;

#[derive(Table)]
#[table(name = 5, strict = true, unique = "email")]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    #[column(default = sql(now))]
    pub email: String,
    #[column(generated = "id + 1", default = b'c')]
    pub org_id: i64,
}

fn main() {}
