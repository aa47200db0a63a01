//! What is particular to SQLite's SQL: the canonical text of expressions and types, the reader of the
//! DDL that SQLite stores, and what a statement of a script does to the schema.

pub mod canon;
mod cursor;
mod definition;
mod key;
pub(crate) mod keyword;
pub mod places;
pub mod read;
mod settle;
pub mod statement;
mod write;
