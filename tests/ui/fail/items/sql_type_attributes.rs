//! The keys of `#[sql(…)]`.

use driftless::SqlType;

#[derive(SqlType)]
#[sql(rename_all = "snake-case")]
pub enum Mood {
    Sad,
    Glad,
}

#[derive(SqlType)]
#[sql(renam_all = "lowercase")]
pub enum Status {
    Draft,
    #[sql(rename = "draft")]
    Published,
}

#[derive(SqlType)]
#[sql(rename_all = "lowercase")]
pub struct Email(String);

fn main() {}
