//! Migrations as values, their checksums and the chain over them.

use std::borrow::Cow;
use std::cmp::Ordering;

use sha2::{Digest as _, Sha256};

use crate::{Dialect, token};

/// One migration. A set of them can be a `static`: [`Cow::Borrowed`] is const.
///
/// ```
/// use schema_core::{Dialect, Migration, checksum};
///
/// let sql = "CREATE TABLE notes (id INTEGER PRIMARY KEY)";
/// let migration = Migration {
///     version: "1".into(),
///     name: "notes".into(),
///     file: "migrations/0001_notes.sql".into(),
///     sql: sql.into(),
///     checksum: checksum(Dialect::Sqlite, sql).into(),
///     no_transaction: false,
/// };
/// assert!(migration.checksum.starts_with("v1:"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migration {
    /// The version as the file name states it, without leading zeros: `3`, `20240101120000`, `1.10.0`.
    pub version: Cow<'static, str>,
    /// The name: `rbac` of `0003_rbac.sql`.
    pub name: Cow<'static, str>,
    /// The file relative to the package, as a user would name it: `migrations/0003_rbac.sql`.
    pub file: Cow<'static, str>,
    /// The SQL that moves the schema forward.
    pub sql: Cow<'static, str>,
    /// [`checksum`] of `sql`.
    pub checksum: Cow<'static, str>,
    /// Whether the file asks to run outside a transaction.
    pub no_transaction: bool,
}

/// The checksum of a migration: `v1:` and the SHA-256, in hexadecimal, of its token stream. Comments, white
/// space, a byte order mark and line ends do not count; the case of a word does.
///
/// ```
/// use schema_core::{checksum, Dialect};
/// let a = checksum(Dialect::Sqlite, "CREATE TABLE a (id);\r\n");
/// let b = checksum(Dialect::Sqlite, "-- the first\nCREATE TABLE a(id)\n;");
/// assert_eq!(a, b);
/// assert!(a.starts_with("v1:"));
/// ```
pub fn checksum(dialect: Dialect, sql: &str) -> String {
    let mut hash = Sha256::new();
    for statement in token::statements(dialect, sql) {
        for token in &statement.tokens {
            hash.update(token.text.as_bytes());
            hash.update([0]);
        }
        hash.update([1]);
    }
    format!("v1:{}", hex(&hash.finalize()))
}

/// The chain after a migration: the SHA-256 of the chain before it (empty for the first), its version and
/// its checksum. Two databases with the same chain have run the same migrations in the same order.
///
/// ```
/// use schema_core::chain;
/// let first = chain("", "1", "v1:aa");
/// assert_ne!(chain(&first, "2", "v1:bb"), chain(&first, "2", "v1:cc"));
/// ```
pub fn chain(before: &str, version: &str, checksum: &str) -> String {
    let mut hash = Sha256::new();
    for part in [before, version, checksum] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hex(&hash.finalize())
}

/// SHA-256 in hexadecimal of some text: the digest of a schema's DDL.
///
/// ```
/// assert_eq!(schema_core::digest("").len(), 64);
/// ```
pub fn digest(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |n: u8| char::from(DIGITS[usize::from(n)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// The order of versions: number by number at the dots, so `10` follows `9` and `1.10` follows `1.9`;
/// what is not a number is compared as text.
///
/// ```
/// use std::cmp::Ordering;
/// assert_eq!(schema_core::compare_versions("9", "10"), Ordering::Less);
/// assert_eq!(schema_core::compare_versions("1.10", "1.9"), Ordering::Greater);
/// ```
pub fn compare_versions(a: &str, b: &str) -> Ordering {
    let split = |version: &'_ str| version.split(['.', '_']).map(str::to_owned).collect::<Vec<_>>();
    let (a, b) = (split(a), split(b));
    let segment = |a: &String, b: &String| match (a.parse::<u128>(), b.parse::<u128>()) {
        (Ok(a), Ok(b)) => a.cmp(&b),
        _ => a.cmp(b),
    };
    a.iter().zip(&b).map(|(a, b)| segment(a, b)).find(|order| order.is_ne()).unwrap_or_else(|| a.len().cmp(&b.len()))
}
