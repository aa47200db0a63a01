//! The nouns of driftless and everything pure about them: schemas and their parts, the readers of
//! SQL, the differ, the renderer, checksums and the lock file.
//!
//! No input or output, no clock, no environment, no database driver, and the same output for the
//! same input, always.

#![forbid(unsafe_code)]

mod apply;
mod change;
mod dialect;
mod diff;
mod enumeration;
mod expr;
mod foreign_keys;
pub mod lock;
mod migration;
mod name;
mod place;
pub mod plan;
pub mod postgres;
mod presence;
pub mod render;
mod schema;
pub mod sqlite;
pub mod token;
mod type_fact;
mod visible;
pub mod word;

pub use apply::ApplyError;
pub use change::{Change, Edit, Pair, Part};
pub use dialect::Dialect;
pub use diff::{ColumnFact, Diff, Renames};
pub use expr::{Affinity, ColumnType, Expr, ParseError};
pub use foreign_keys::{ForeignKeyProblem, foreign_key_problems, foreign_key_problems_of};
pub use migration::{Migration, chain, checksum, compare_versions, digest};
pub use name::{Name, ObjectName};
pub use place::{PartKind, Path, Place, SourceMap};
pub use presence::Presence;
pub use schema::{
    Action, Check, Column, ColumnValue, Deferrable, EnumType, ForeignKey, Index, Inspection, KeyPart, KeyTarget,
    OnConflict, PrimaryKey, Schema, Table, TableOptions, Unique, Unmanaged, UnmanagedKind,
};
pub use type_fact::{Storage, TypeFact};
pub use visible::visible;
