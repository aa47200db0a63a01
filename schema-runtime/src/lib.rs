//! What a program that uses driftless runs with: the traits that the derives implement, and the
//! engines that bring a live database to the schema that was proved at compile time.
//!
//! Use it through the crate `driftless`, which adds the macros.

#![forbid(unsafe_code)]

mod claim;
mod private;
mod sql_type;
#[cfg(feature = "sqlite")]
mod sqlite;
mod table;
mod value;

#[doc(hidden)]
pub mod __private {
    pub use crate::private::*;
}

pub use schema_core::{Migration, Storage, TypeFact};

pub use sql_type::SqlType;
#[cfg(feature = "sqlite")]
pub use sqlite::Sqlite;
pub use table::{ColumnMeta, Ddl, Statements, Table};
pub use value::Value;
