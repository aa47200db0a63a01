//! The closed list of SQL dialects.

use std::fmt;

/// A database engine whose SQL driftless reads and writes.
///
/// The list is closed on purpose: a third engine must fail to compile wherever a decision is owed.
///
/// ```
/// use schema_core::Dialect;
/// assert_eq!(Dialect::parse(&Dialect::Postgres.to_string()), Some(Dialect::Postgres));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dialect {
    /// SQLite 3.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

impl Dialect {
    /// The name that `driftless.toml` and `--dialect` use.
    ///
    /// ```
    /// assert_eq!(schema_core::Dialect::Sqlite.as_str(), "sqlite");
    /// ```
    pub const fn as_str(self) -> &'static str {
        match self {
            Dialect::Sqlite => "sqlite",
            Dialect::Postgres => "postgres",
        }
    }

    /// The dialect with that name, the inverse of [`Dialect::as_str`].
    ///
    /// ```
    /// use schema_core::Dialect;
    /// assert_eq!(Dialect::parse("postgres"), Some(Dialect::Postgres));
    /// assert_eq!(Dialect::parse("mysql"), None);
    /// ```
    pub fn parse(name: &str) -> Option<Dialect> {
        match name {
            "sqlite" => Some(Dialect::Sqlite),
            "postgres" | "postgresql" => Some(Dialect::Postgres),
            _ => None,
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
