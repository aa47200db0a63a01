//! Schema drift is a compile error.
//!
//! Annotate structs with `#[derive(Table)]`, keep plain SQL migrations in a directory, and the build
//! fails, at the field, when the migrations do not produce exactly the schema that the structs
//! describe. At run time the same static brings a database to that schema.
//!
//! ```
//! use driftless::{Table, schema};
//!
//! #[derive(Table)]
//! pub struct User {
//!     #[column(primary_key, autoincrement)]
//!     pub id: i64,
//!     #[column(unique, collate = "NOCASE")]
//!     pub email: String,
//!     #[column(default = sql("CURRENT_TIMESTAMP"))]
//!     pub created_at: String,
//!     pub deleted_at: Option<String>,
//! }
//! # #[derive(Table)]
//! # pub struct Role {
//! #     #[column(primary_key)]
//! #     pub id: i64,
//! #     #[column(unique)]
//! #     pub name: String,
//! # }
//!
//! #[derive(Table)]
//! #[table(unique(user_id, role_id))]
//! pub struct UserRole {
//!     #[column(primary_key)]
//!     pub id: i64,
//!     #[column(references = User::id, on_delete = cascade)]
//!     pub user_id: i64,
//!     #[column(references = Role::id, on_delete = cascade, index)]
//!     pub role_id: i64,
//! }
//!
//! schema! {
//!     /// The application's database.
//!     pub static APP: Sqlite = "migrations" [User, Role, UserRole];
//! }
//!
//! let mut db = driftless::rusqlite::Connection::open_in_memory()?;
//! let report = APP.migrate(&mut db)?; // fresh, old or hand-made: all end at the same schema
//! println!("{report}");
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]

pub use schema_macros::{SqlType, Table, schema};
pub use schema_runtime::*;

#[doc(hidden)]
pub use schema_runtime::__private;

/// The SQLite driver, in the version that this build resolved.
#[cfg(feature = "sqlite")]
pub use rusqlite;
