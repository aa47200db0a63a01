//! What is particular to SQLite's SQL.

pub mod canon;
