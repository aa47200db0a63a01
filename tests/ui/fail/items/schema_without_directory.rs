//! A directory that does not exist.

use driftless::schema;

schema! {
    pub static APP: Sqlite = "migratoins" [];
}

fn main() {}
