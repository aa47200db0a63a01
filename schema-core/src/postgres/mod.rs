//! What is particular to PostgreSQL's SQL.

pub mod canon;
