//! The lock file: which migrations there are, in which order, with which content.
//!
//! It stands beside the migrations as `driftless.lock`, one line per migration, so that two
//! branches that each add one merge, or conflict, in a readable way. The macro includes the file, so that a
//! migration added by `cargo driftless` makes cargo build again.

use std::fmt;

use crate::Migration;

/// The name of the lock file, inside the migrations directory.
pub const FILE_NAME: &str = "driftless.lock";

const HEADER: &str = "\
# The migrations of this directory in the order in which they run, each with the checksum of its SQL.
# Written by `cargo driftless lock`: commit it, do not edit it. After a merge conflict run
# `cargo driftless rebase`.
";

/// A lock file's content.
///
/// ```
/// use schema_core::lock::Lock;
/// let lock = Lock::parse("# comment\n0001_users.sql v1:aa\n")?;
/// assert_eq!(lock.entries[0].file, "0001_users.sql");
/// assert_eq!(Lock::parse(&lock.to_string())?, lock);
/// # Ok::<_, schema_core::lock::LockError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    /// The migrations in the order in which they run.
    pub entries: Vec<Entry>,
}

/// One locked migration.
///
/// ```
/// use schema_core::lock::{Entry, Lock};
/// let lock = Lock { entries: vec![Entry { file: "0001_users.sql".into(), checksum: "v1:aa".into() }] };
/// assert!(lock.to_string().ends_with("\n0001_users.sql v1:aa\n"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The file relative to the migrations directory, `0003_rbac.sql` or `0003_rbac/up.sql`.
    pub file: String,
    /// The [`checksum`](crate::checksum) of its SQL.
    pub checksum: String,
}

/// Why a text is no lock file.
///
/// ```
/// use schema_core::lock::Lock;
/// let error = Lock::parse("0001_users.sql v1:aa\n0002_roles.sql\n").unwrap_err();
/// assert_eq!(error.line, 2);
/// assert_eq!(error.to_string(), "expected a file name, a space and a checksum");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockError {
    /// The line, counted from 1.
    pub line: u32,
    /// What is wrong with it.
    pub kind: LockErrorKind,
}

/// The kinds of [`LockError`]s.
///
/// ```
/// use schema_core::lock::{Lock, LockErrorKind};
/// let kind = |text| Lock::parse(text).unwrap_err().kind;
/// assert_eq!(kind("<<<<<<< HEAD"), LockErrorKind::Conflict);
/// assert_eq!(kind("a.sql v1:aa\na.sql v1:bb"), LockErrorKind::Duplicate("a.sql".into()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LockErrorKind {
    /// A marker that `git merge` leaves.
    Conflict,
    /// Not a file name and a checksum.
    NotAnEntry,
    /// The same file twice.
    Duplicate(String),
}

impl fmt::Display for LockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            LockErrorKind::Conflict => f.write_str("a merge conflict is not resolved"),
            LockErrorKind::NotAnEntry => f.write_str("expected a file name, a space and a checksum"),
            LockErrorKind::Duplicate(file) => write!(f, "`{file}` is locked twice"),
        }
    }
}

impl std::error::Error for LockError {}

impl Lock {
    /// Reads a lock file.
    ///
    /// ```
    /// use schema_core::lock::Lock;
    /// assert_eq!(Lock::parse("")?, Lock::default());
    /// assert!(Lock::parse("0001_users.sql").is_err());
    /// # Ok::<_, schema_core::lock::LockError>(())
    /// ```
    ///
    /// # Errors
    /// The first line that is not right.
    pub fn parse(text: &str) -> Result<Lock, LockError> {
        let mut lock = Lock::default();
        for (line, number) in text.trim_start_matches('\u{feff}').lines().zip(1..) {
            let error = |kind| LockError { line: number, kind };
            let line = line.trim();
            if ["<<<<<<<", "=======", ">>>>>>>", "|||||||"].iter().any(|marker| line.starts_with(marker)) {
                return Err(error(LockErrorKind::Conflict));
            }
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let entry = Entry::parse(line).ok_or_else(|| error(LockErrorKind::NotAnEntry))?;
            if lock.entries.iter().any(|earlier| earlier.file == entry.file) {
                return Err(error(LockErrorKind::Duplicate(entry.file)));
            }
            lock.entries.push(entry);
        }
        Ok(lock)
    }

    /// The lock of migrations whose [`Migration::file`] begins with the name of the directory.
    ///
    /// ```
    /// use schema_core::{Dialect, Migration, checksum, lock::Lock};
    /// let sql = "CREATE TABLE users (id INTEGER PRIMARY KEY);";
    /// let migration = Migration {
    ///     version: "1".into(),
    ///     name: "users".into(),
    ///     file: "migrations/0001_users.sql".into(),
    ///     sql: sql.into(),
    ///     checksum: checksum(Dialect::Sqlite, sql).into(),
    ///     no_transaction: false,
    /// };
    /// let lock = Lock::of("migrations", &[migration]);
    /// assert_eq!(lock.entries[0].file, "0001_users.sql");
    /// assert_eq!(lock.entries[0].checksum, checksum(Dialect::Sqlite, sql));
    /// ```
    pub fn of(directory: &str, migrations: &[Migration]) -> Lock {
        let entry = |migration: &Migration| Entry {
            file: relative(directory, &migration.file).to_owned(),
            checksum: migration.checksum.clone().into_owned(),
        };
        Lock { entries: migrations.iter().map(entry).collect() }
    }

    /// The entry of a file.
    ///
    /// ```
    /// use schema_core::lock::Lock;
    /// let lock = Lock::parse("0001_users.sql v1:aa\n")?;
    /// assert_eq!(lock.get("0001_users.sql").unwrap().checksum, "v1:aa");
    /// assert!(lock.get("0002_roles.sql").is_none());
    /// # Ok::<_, schema_core::lock::LockError>(())
    /// ```
    pub fn get(&self, file: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.file == file)
    }
}

fn relative<'a>(directory: &str, file: &'a str) -> &'a str {
    file.strip_prefix(directory).map_or(file, |rest| rest.trim_start_matches('/'))
}

impl Entry {
    fn parse(line: &str) -> Option<Entry> {
        let (file, checksum) = line.rsplit_once(char::is_whitespace)?;
        let (tag, digits) = checksum.split_once(':')?;
        let valid = tag.strip_prefix('v').is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
            && !digits.is_empty()
            && digits.bytes().all(|b| b.is_ascii_hexdigit());
        valid.then(|| Entry { file: file.trim_end().to_owned(), checksum: checksum.to_owned() })
    }
}

impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HEADER)?;
        self.entries.iter().try_for_each(|entry| writeln!(f, "{} {}", entry.file, entry.checksum))
    }
}
