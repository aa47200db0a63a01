//! What is particular to PostgreSQL's SQL.

pub mod canon;
pub(crate) mod keyword;
mod types;
