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

/// Makes a newtype or an enum of unit variants a type that a column can hold.
///
/// A newtype is stored as what it wraps:
///
/// ```
/// use driftless::SqlType;
///
/// #[derive(SqlType)]
/// struct UserId(i64);
///
/// assert_eq!(UserId::TYPE, i64::TYPE);
/// assert!(<Option<UserId>>::TYPE.nullable);
/// ```
///
/// An enum is stored as text, and its variants are the values that the column's `CHECK` admits:
///
/// ```
/// use driftless::SqlType;
///
/// #[derive(SqlType)]
/// enum State {
///     Draft,
///     #[sql(rename = "live")]
///     Published,
/// }
///
/// assert_eq!(State::TYPE.sqlite, "TEXT");
/// assert_eq!(State::TYPE.variants, Some(["draft", "live"].as_slice()));
/// ```
pub use schema_macros::SqlType;

/// Makes a struct the model of a table, which the build compares with the migrations.
///
/// ```
/// use driftless::Table;
///
/// // migrations/0002_roles.sql:
/// // CREATE TABLE roles (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
/// #[derive(Table)]
/// struct Role {
///     #[column(primary_key)]
///     id: i64,
///     #[column(unique)]
///     name: String,
/// }
///
/// assert_eq!(Role::NAME, "roles");
/// assert_eq!(Role::COLUMNS[1].name, "name");
/// assert!(Role::DDL.sqlite.table.starts_with("CREATE TABLE roles ("));
/// ```
///
/// A field that the migrations say otherwise is an error at that field:
///
/// ```compile_fail
/// use driftless::Table;
///
/// #[derive(Table)]
/// struct Role {
///     #[column(primary_key)]
///     id: i64,
///     #[column(unique)]
///     name: Option<String>, // `Option` is nullable, but migrations/0002_roles.sql has NOT NULL
/// }
/// ```
pub use schema_macros::Table;

/// Embeds the migrations of a database into the program, as a static that can migrate.
///
/// ```
/// use driftless::{Table, schema};
/// # #[derive(Table)]
/// # pub struct User {
/// #     #[column(primary_key, autoincrement)]
/// #     pub id: i64,
/// #     #[column(unique, collate = "NOCASE")]
/// #     pub email: String,
/// #     #[column(default = sql("CURRENT_TIMESTAMP"))]
/// #     pub created_at: String,
/// #     pub deleted_at: Option<String>,
/// # }
/// # #[derive(Table)]
/// # #[table(unique(user_id, role_id))]
/// # pub struct UserRole {
/// #     #[column(primary_key)]
/// #     pub id: i64,
/// #     #[column(references = User::id, on_delete = cascade)]
/// #     pub user_id: i64,
/// #     #[column(references = Role::id, on_delete = cascade, index)]
/// #     pub role_id: i64,
/// # }
///
/// #[derive(Table)]
/// pub struct Role {
///     #[column(primary_key)]
///     pub id: i64,
///     #[column(unique)]
///     pub name: String,
/// }
///
/// schema! {
///     /// The application's database: the directory of its migrations, and a model for each table.
///     pub static APP: Sqlite = "migrations" [User, Role, UserRole];
/// }
///
/// # #[cfg(feature = "sqlite")] {
/// assert_eq!(APP.migrations().len(), 4);
/// assert_eq!(APP.migrations()[0].file, "migrations/0001_users.sql");
/// # }
/// ```
pub use schema_macros::schema;

pub use schema_runtime::*;

#[doc(hidden)]
pub use schema_runtime::__private;

/// The SQLite driver, in the version that this build resolved.
#[cfg(feature = "sqlite")]
pub use rusqlite;
