//! The version of the engine that will run a migration.

use std::fmt;

/// A version of SQLite.
///
/// ```
/// use schema_core::plan::EngineVersion;
/// let version = EngineVersion::parse("3.35").unwrap();
/// assert!(version < EngineVersion::of_number(3_035_005));
/// assert_eq!(version.to_string(), "3.35.0");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EngineVersion {
    major: u32,
    minor: u32,
    patch: u32,
}

impl EngineVersion {
    /// Makes a version of its parts.
    ///
    /// ```
    /// use schema_core::plan::EngineVersion;
    /// assert!(EngineVersion::new(3, 9, 0) < EngineVersion::new(3, 35, 5));
    /// ```
    pub const fn new(major: u32, minor: u32, patch: u32) -> EngineVersion {
        EngineVersion { major, minor, patch }
    }

    /// Reads `3.35.5` or `3.35`.
    ///
    /// ```
    /// use schema_core::plan::EngineVersion;
    /// assert_eq!(EngineVersion::parse("3.35.5"), Some(EngineVersion::new(3, 35, 5)));
    /// assert_eq!(EngineVersion::parse("3"), None);
    /// ```
    pub fn parse(text: &str) -> Option<EngineVersion> {
        let mut parts = text.trim().split('.').map(|part| part.parse().ok());
        let version = EngineVersion::new(parts.next()??, parts.next()??, parts.next().unwrap_or(Some(0))?);
        parts.next().is_none().then_some(version)
    }

    /// The version of SQLite's number, `3035005` for 3.35.5.
    ///
    /// ```
    /// use schema_core::plan::EngineVersion;
    /// assert_eq!(EngineVersion::of_number(3_035_005), EngineVersion::new(3, 35, 5));
    /// ```
    pub const fn of_number(number: u32) -> EngineVersion {
        EngineVersion::new(number / 1_000_000, number / 1000 % 1000, number % 1000)
    }
}

impl fmt::Display for EngineVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// What came to SQLite's `ALTER TABLE` with which version (<https://www.sqlite.org/changes.html>).
impl EngineVersion {
    /// `RENAME COLUMN`, and `RENAME TO` that rewrites foreign keys also while they are not enforced (3.25 has the
    /// former without the latter).
    pub(super) const RENAMES: EngineVersion = EngineVersion::new(3, 26, 0);
    /// Pragmas as tables.
    pub(super) const PRAGMA_FUNCTIONS: EngineVersion = EngineVersion::new(3, 16, 0);
    /// Generated columns.
    pub(super) const GENERATED: EngineVersion = EngineVersion::new(3, 31, 0);
    /// `DROP COLUMN`, without the defects of 3.35.0 to 3.35.4 that could corrupt the file.
    pub(super) const DROP_COLUMN: EngineVersion = EngineVersion::new(3, 35, 5);
    /// `ADD COLUMN` tests the rows that exist.
    pub(super) const ADD_TESTS_ROWS: EngineVersion = EngineVersion::new(3, 37, 0);
    /// STRICT tables.
    pub(super) const STRICT: EngineVersion = EngineVersion::new(3, 37, 0);
    /// `SET NOT NULL`, `DROP NOT NULL`, `ADD CHECK` and `DROP CONSTRAINT`.
    pub(super) const ALTER_CONSTRAINT: EngineVersion = EngineVersion::new(3, 53, 0);
}
