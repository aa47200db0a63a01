//! What `#[derive(Table)]` says about a struct.

use schema_core::TypeFact;

/// A struct that is a row of a table: made by `#[derive(Table)]`.
///
/// ```
/// use schema_runtime::{ColumnMeta, Ddl, SqlType, Statements, Table};
///
/// struct User;
///
/// // What the derive writes:
/// impl Table for User {
///     const NAME: &'static str = "users";
///     const SCHEMA: Option<&'static str> = None;
///     const COLUMNS: &'static [ColumnMeta] =
///         &[ColumnMeta { field: "id", name: "id", fact: <i64 as SqlType>::TYPE }];
///     const DDL: Ddl = Ddl {
///         sqlite: Statements { table: "CREATE TABLE users (id INTEGER PRIMARY KEY)", indexes: &[] },
///         postgres: Statements { table: "CREATE TABLE users (id bigint PRIMARY KEY)", indexes: &[] },
///     };
/// }
///
/// assert_eq!(User::DDL.sqlite.table, "CREATE TABLE users (id INTEGER PRIMARY KEY)");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no table",
    label = "this type has no `Table`",
    note = "a struct becomes a table with `#[derive(Table)]`"
)]
pub trait Table {
    /// The name of the table.
    const NAME: &'static str;
    /// The schema (PostgreSQL) where it is not the default one.
    const SCHEMA: Option<&'static str>;
    /// The columns in the order of the fields.
    const COLUMNS: &'static [ColumnMeta];
    /// The statements that create the table and its indexes.
    const DDL: Ddl;
    /// The digest of the table in the migrations that the model was checked against; zero where it was
    /// checked against none.
    const CHECKED: u64 = 0;
}

/// One column of a [`Table`].
///
/// ```
/// use schema_runtime::{ColumnMeta, SqlType};
///
/// let email = ColumnMeta { field: "email", name: "email_address", fact: <Option<String>>::TYPE };
/// assert_eq!((email.fact.sqlite, email.fact.nullable), ("TEXT", true));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ColumnMeta {
    /// The field of the struct.
    pub field: &'static str,
    /// The column.
    pub name: &'static str,
    /// What is stored for the field's type.
    pub fact: TypeFact,
}

/// A model as `schema!` lists it: how the program calls a table and its columns.
///
/// ```
/// use schema_runtime::{ColumnMeta, ModelMeta, SqlType};
///
/// const COLUMNS: &[ColumnMeta] = &[ColumnMeta { field: "id", name: "id", fact: i64::TYPE }];
/// let user = ModelMeta { name: "User", table: "users", columns: COLUMNS };
/// assert_eq!((user.name, user.columns[0].field), ("User", "id"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModelMeta {
    /// The struct.
    pub name: &'static str,
    /// The table.
    pub table: &'static str,
    /// The columns in the order of the fields.
    pub columns: &'static [ColumnMeta],
}

/// The statements that create a table, for each engine; [`Statements::NONE`] for an engine that does
/// not have what the model states.
///
/// ```
/// use schema_runtime::{Ddl, Statements};
///
/// // A STRICT table is not to be had in PostgreSQL.
/// let ddl = Ddl {
///     sqlite: Statements { table: "CREATE TABLE a (b INTEGER) STRICT", indexes: &[] },
///     postgres: Statements::NONE,
/// };
/// assert!(ddl.postgres.table.is_empty());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ddl {
    /// For SQLite.
    pub sqlite: Statements,
    /// For PostgreSQL.
    pub postgres: Statements,
}

/// The statements that create a table; none ends in a semicolon.
///
/// ```
/// let statements = schema_runtime::Statements { table: "CREATE TABLE a (b)", indexes: &["CREATE INDEX i ON a (b)"] };
/// assert_eq!(statements.to_string(), "CREATE TABLE a (b);\nCREATE INDEX i ON a (b);\n");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statements {
    /// `CREATE TABLE …` with all its constraints.
    pub table: &'static str,
    /// `CREATE INDEX …`, one for each index.
    pub indexes: &'static [&'static str],
}

impl Statements {
    /// No statements.
    pub const NONE: Statements = Statements { table: "", indexes: &[] };
}

impl std::fmt::Display for Statements {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{};", self.table)?;
        self.indexes.iter().try_for_each(|index| writeln!(f, "{index};"))
    }
}
