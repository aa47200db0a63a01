//! What `schema!` expects.

use driftless::schema;

schema! {
    pub static A: Postgres = "migrations" [];
}

schema! {
    pub static B: Sqlite = "migrations";
}

schema! {
    pub const C: Sqlite = "migrations" [];
}

schema! {
    pub static D: Sqlite = migrations [];
}

fn main() {}
