//! The checksums that other tools keep of their migrations, computed as they compute them.

use std::hash::{Hash as _, Hasher as _};

use schema_core::Migration;
use sha2::{Digest as _, Sha384};
use siphasher::sip::SipHasher13;

use crate::sqlite::foreign::ledger::Checksum;

/// What sqlx can be told to leave out of a checksum (`ignored-chars` in `sqlx.toml`): the sets in its documentation,
/// with and without the byte order mark.
const IGNORED: [&[char]; 5] =
    [&['\r'], &['\r', '\n'], &[' ', '\t', '\r', '\n'], &['\u{feff}', '\r'], &['\u{feff}', ' ', '\t', '\r', '\n']];

/// Whether a recorded checksum is that of the migration's file. Git may have turned the ends of its lines into CRLF on
/// the machine where the recording program was built, or an editor a byte order mark; the SQL is the same.
pub(super) fn agrees(checksum: &Checksum, migration: &Migration) -> bool {
    match checksum {
        Checksum::None => true,
        Checksum::Sqlx { sum, .. } => {
            let same = |text: &str| sha384(text) == *sum;
            let without = |ignored: &[char]| same(&migration.sql.replace(ignored, ""));
            same(&migration.sql)
                || spellings(&migration.sql).any(|text| same(&text))
                || IGNORED.into_iter().any(without)
        }
        Checksum::Refinery { name, version, checksum } => spellings(&migration.sql)
            .any(|text| siphash(name, version, &text).iter().flatten().any(|own| own.to_string() == *checksum)),
    }
}

/// Whether the migration has the name that is recorded, as far as one is.
pub(super) fn is_namesake(checksum: &Checksum, migration: &Migration) -> bool {
    let words = |name: &str| name.replace(['_', '-'], " ");
    match checksum {
        Checksum::Sqlx { name: Some(name), .. } | Checksum::Refinery { name, .. } => {
            words(name) == words(&migration.name)
        }
        Checksum::Sqlx { name: None, .. } | Checksum::None => true,
    }
}

/// What the tool would record for the migration as it is now, in words.
pub(super) fn current(checksum: &Checksum, migration: &Migration) -> String {
    match checksum {
        Checksum::None => String::new(),
        Checksum::Sqlx { .. } => shown_hex(&sha384(&migration.sql)),
        Checksum::Refinery { name, version, .. } => {
            let own = siphash(name, version, &migration.sql).into_iter().flatten().next();
            own.map_or_else(String::new, |own| format!("SipHash {own}"))
        }
    }
}

/// The recorded checksum in words.
pub(super) fn recorded(checksum: &Checksum) -> String {
    match checksum {
        Checksum::None => String::new(),
        Checksum::Sqlx { sum, .. } => shown_hex(sum),
        Checksum::Refinery { checksum, .. } => format!("SipHash {checksum}"),
    }
}

fn shown_hex(bytes: &[u8]) -> String {
    let start: String = bytes.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    format!("SHA-384 {start}…")
}

/// The text, and the same with other line ends and without or with a byte order mark.
fn spellings(sql: &str) -> impl Iterator<Item = String> {
    let bare = sql.strip_prefix('\u{feff}').unwrap_or(sql);
    let unix = bare.replace("\r\n", "\n");
    let windows = unix.replace('\n', "\r\n");
    let marked = |text: &str| format!("\u{feff}{text}");
    let marked = [marked(bare), marked(&unix), marked(&windows)];
    [sql.to_owned(), bare.to_owned(), unix, windows].into_iter().chain(marked)
}

fn sha384(text: &str) -> Vec<u8> {
    Sha384::digest(text).to_vec()
}

/// The checksum of refinery, with versions of 32 bits and of 64 bits (its feature `int8-versions`).
fn siphash(name: &str, version: &str, sql: &str) -> [Option<u64>; 2] {
    let hash = |version: &dyn Fn(&mut SipHasher13)| {
        let mut hasher = SipHasher13::new();
        name.hash(&mut hasher);
        version(&mut hasher);
        sql.hash(&mut hasher);
        hasher.finish()
    };
    let short = version.parse::<i32>().ok().map(|version| hash(&|hasher| version.hash(hasher)));
    let long = version.parse::<i64>().ok().map(|version| hash(&|hasher| version.hash(hasher)));
    [short, long]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn migration(sql: &str) -> Migration {
        Migration {
            version: "1".into(),
            name: "initial".into(),
            file: "migrations/V1__initial.sql".into(),
            sql: sql.to_owned().into(),
            checksum: "".into(),
            no_transaction: false,
        }
    }

    fn refinery(checksum: &str) -> Checksum {
        Checksum::Refinery { name: "initial".to_owned(), version: "1".to_owned(), checksum: checksum.to_owned() }
    }

    fn sqlx(sum: Vec<u8>) -> Checksum {
        Checksum::Sqlx { sum, name: None }
    }

    #[test]
    fn the_checksums_of_refinery() {
        let migration = migration("CREATE TABLE a(id);");
        assert!(agrees(&refinery("11638695386905893901"), &migration));
        assert!(!agrees(&refinery("11638695386905893902"), &migration));
        assert!(!agrees(&refinery("011638695386905893901"), &migration));
        let [short, long] = siphash("initial", "1", "CREATE TABLE a(id);");
        assert_ne!(short, long, "the width of the version counts");
        assert!(agrees(&refinery(&long.unwrap().to_string()), &migration));
        assert_eq!(siphash("a", "20240101000000", "")[0], None);
    }

    #[test]
    fn the_checksums_of_sqlx() {
        let unix = "-- a\nCREATE TABLE a (id);\n\nCREATE TABLE b (id);\n";
        let windows = unix.replace('\n', "\r\n");
        let marked = format!("\u{feff}{windows}");
        let spaced = "-- a\nCREATE  TABLE a ( id );CREATE TABLE b (id);";
        for recorded in [unix, &windows, &marked] {
            for program in [unix, &windows, &marked] {
                assert!(agrees(&sqlx(sha384(recorded)), &migration(program)), "{recorded:?} {program:?}");
            }
            assert!(!agrees(&sqlx(sha384(recorded)), &migration(spaced)));
        }
        // With all white space in `ignored-chars`.
        let ignored = sqlx(sha384("--aCREATETABLEa(id);CREATETABLEb(id);"));
        assert!(agrees(&ignored, &migration(&marked)) && agrees(&ignored, &migration(spaced)));
        assert!(!agrees(&sqlx(Vec::new()), &migration(unix)));
    }

    /// The hasher of the standard library is the one that refinery's first versions used, and is the same today.
    #[test]
    fn the_hash_is_that_of_the_standard_library() {
        for text in ["", "a", "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL);\n", "é\u{1f980}"] {
            let mut standard = std::hash::DefaultHasher::new();
            "name".hash(&mut standard);
            7_i32.hash(&mut standard);
            text.hash(&mut standard);
            assert_eq!(siphash("name", "7", text)[0], Some(standard.finish()));
        }
    }
}
