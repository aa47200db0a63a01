//! What a program that uses driftless runs with: the traits that the derives implement, and the
//! engines that bring a live database to the schema that was proved at compile time.
//!
//! Use it through the crate `driftless`, which adds the macros.

#![forbid(unsafe_code)]

#[cfg(feature = "sqlite")]
mod audit;
mod claim;
#[cfg(feature = "sqlite")]
mod embedded;
#[cfg(feature = "sqlite")]
mod error;
#[cfg(feature = "sqlite")]
mod event;
#[cfg(feature = "sqlite")]
mod offenders;
#[cfg(feature = "sqlite")]
mod options;
#[cfg(feature = "sqlite")]
mod plan;
mod private;
#[cfg(feature = "sqlite")]
mod report;
mod sql_type;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(feature = "sqlite")]
mod state;
#[cfg(feature = "sqlite")]
mod status;
mod table;
#[cfg(feature = "sqlite")]
pub mod testing;
mod value;

#[doc(hidden)]
pub mod __private {
    pub use crate::private::*;
}

#[cfg(feature = "sqlite")]
pub use rusqlite;
pub use schema_core::{Migration, Storage, TypeFact};

#[cfg(feature = "sqlite")]
pub use audit::{Audit, AuditFinding, Category, Severity};
#[cfg(feature = "sqlite")]
pub use error::{Error, Kind};
#[cfg(feature = "sqlite")]
pub use event::Event;
#[cfg(feature = "sqlite")]
pub use offenders::Offenders;
#[cfg(feature = "sqlite")]
pub use options::{Adopt, Backup, DataPolicy, Options};
#[cfg(feature = "sqlite")]
pub use plan::{Plan, PlannedStep};
#[cfg(feature = "sqlite")]
pub use report::{Outcome, Report, Restored, Step};
pub use sql_type::SqlType;
#[cfg(feature = "sqlite")]
pub use sqlite::Sqlite;
#[cfg(feature = "sqlite")]
pub use state::State;
#[cfg(feature = "sqlite")]
pub use status::{MigrationStatus, Status};
pub use table::{ColumnMeta, Ddl, ModelMeta, Statements, Table};
pub use value::Value;

/// The checksum of a SQLite migration: see [`schema_core::checksum`].
///
/// ```
/// assert_eq!(schema_runtime::checksum("SELECT 1"), schema_runtime::checksum("-- one\nSELECT  1;"));
/// ```
#[cfg(feature = "sqlite")]
pub fn checksum(sql: &str) -> String {
    schema_core::checksum(schema_core::Dialect::Sqlite, sql)
}
