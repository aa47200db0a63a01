//! Database files with bytes that are not what SQLite wrote.

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::{Index, select};
use rusqlite::Connection;
use schema_runtime::{Error, Kind, Sqlite};

use super::fuzz;
use crate::bench::assert_shape;
use crate::common::{BASELINE, CMS, File, ROWS, set};
use crate::content::{content, files};

/// What happened to the bytes.
#[derive(Clone, Debug)]
enum Damage {
    /// A byte of the header.
    Header(Index, u8),
    /// A byte of the catalogue's page.
    Catalogue(Index, u8),
    /// A byte of some page's own header.
    Page(Index, Index, u8),
    /// A byte anywhere.
    Byte(Index, u8),
    /// A bit anywhere.
    Bit(Index, u8),
    /// Several bytes are the same.
    Run(Index, u8, u8),
    /// A page is another one.
    Copied(Index, Index),
    /// The end is gone.
    Short(Index),
    /// Something follows the end.
    Long(Vec<u8>),
}

/// Values that mean something in many places of the format.
fn byte() -> impl Strategy<Value = u8> {
    prop_oneof![any::<u8>(), select(vec![0, 1, 2, 3, 4, 5, 10, 13, 64, 127, 128, 255])]
}

fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<Index>;
    prop_oneof![
        5 => (at(), byte()).prop_map(|(at, value)| Damage::Header(at, value)),
        4 => (at(), byte()).prop_map(|(at, value)| Damage::Catalogue(at, value)),
        4 => (at(), at(), byte()).prop_map(|(page, at, value)| Damage::Page(page, at, value)),
        3 => (at(), byte()).prop_map(|(at, value)| Damage::Byte(at, value)),
        3 => (at(), 0_u8..8).prop_map(|(at, bit)| Damage::Bit(at, bit)),
        2 => (at(), 1_u8..64, byte()).prop_map(|(at, length, value)| Damage::Run(at, length, value)),
        2 => (at(), at()).prop_map(|(from, to)| Damage::Copied(from, to)),
        2 => at().prop_map(Damage::Short),
        1 => vec(byte(), 1..5000).prop_map(Damage::Long),
    ]
}

const PAGE: usize = 4096;

fn inflict(bytes: &mut Vec<u8>, damage: &Damage) {
    if bytes.len() < PAGE {
        return;
    }
    let (length, pages) = (bytes.len(), bytes.len() / PAGE);
    match damage {
        Damage::Header(at, value) => bytes[at.index(100)] = *value,
        Damage::Catalogue(at, value) => bytes[100 + at.index(PAGE - 100)] = *value,
        Damage::Page(page, at, value) => bytes[page.index(pages) * PAGE + at.index(12)] = *value,
        Damage::Byte(at, value) => bytes[at.index(length)] = *value,
        Damage::Bit(at, bit) => bytes[at.index(length)] ^= 1 << bit,
        Damage::Run(at, count, value) => {
            let start = at.index(length);
            let end = length.min(start + usize::from(*count));
            bytes[start..end].fill(*value);
        }
        Damage::Copied(from, to) => {
            let (from, to) = (from.index(pages) * PAGE, to.index(pages) * PAGE);
            bytes.copy_within(from..from + PAGE, to);
        }
        Damage::Short(at) => bytes.truncate(at.index(length)),
        Damage::Long(more) => bytes.extend(more),
    }
}

/// The result of an integrity check, and everything that can be read; `None` where it cannot.
fn readable(file: &File) -> Option<(String, Vec<String>)> {
    let db = Connection::open(&file.path).ok()?;
    let check = db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).ok()?;
    Some((check, content(&db).ok()?))
}

/// Tables that no migration of the test touches, with their rows.
fn untouched(lines: &[String]) -> Vec<&String> {
    lines.iter().filter(|line| line.starts_with("rows of notes") || line.starts_with("rows of sessions")).collect()
}

fn assert_start(file: &File, program: &Sqlite) {
    let bytes = file.bytes();
    let before = readable(file);
    // Whoever reads a file with a mark of the write-ahead log may take the mark as it is.
    std::fs::write(&file.path, &bytes).expect("a file");
    if let Ok(db) = Connection::open(&file.path) {
        for error in [program.plan(&db).err(), program.status(&db).err()].into_iter().flatten() {
            assert_refused(&error);
        }
    }
    std::fs::write(&file.path, &bytes).expect("a file");
    match program.migrate_file(&file.path) {
        Ok(_) => {
            let after = readable(file);
            if let Some((check, lines)) = before.filter(|(check, _)| check == "ok") {
                let (check_after, lines_after) = after.expect("it was readable");
                assert_eq!((&*check, &*check_after), ("ok", "ok"));
                assert_eq!(untouched(&lines), untouched(&lines_after));
            }
        }
        Err(error) => {
            assert_refused(&error);
            let after = file.bytes();
            let is_partly_done = !error.to_string().contains("\n  nothing was changed\n");
            assert!(after == bytes || is_partly_done, "the file changed: {error}");
        }
    }
    for name in files(file.directory.path()) {
        let is_known = matches!(&*name, "app.db" | "app.db-wal" | "app.db-shm") || name.ends_with(".backup");
        assert!(is_known, "{name} is left");
        std::fs::remove_file(file.directory.path().join(name)).expect("it goes");
    }
}

fn assert_refused(error: &Error) {
    assert_shape(&error.to_string());
    assert!(error.kind() != Kind::Busy, "{error}");
}

#[test]
fn the_file() {
    let program = set(&CMS);
    let found = [1, 2, 3].map(|count| {
        let file = File::of(&format!("{BASELINE}{ROWS}"));
        set(&CMS[..count]).migrate_file(&file.path).expect("it migrates");
        file.bytes()
    });
    let bare = File::of(&format!("{BASELINE}{ROWS}")).bytes();
    let all: Vec<Vec<u8>> = found.into_iter().chain([bare]).collect();
    let file = File::none();
    fuzz("pages", 250, (0_usize..4, vec(damage(), 1..6)), |(which, damages)| {
        let mut bytes = all[which].clone();
        for damage in &damages {
            inflict(&mut bytes, damage);
        }
        std::fs::write(&file.path, bytes).expect("a file");
        assert_start(&file, &program);
    });
}

#[test]
fn a_file_of_anything() {
    let program = set(&CMS);
    let file = File::none();
    let start = prop_oneof![Just(Vec::new()), Just(b"SQLite format 3\0".to_vec()), vec(any::<u8>(), 0..64)];
    fuzz("bytes", 150, (start, vec(byte(), 0..9000)), |(mut bytes, rest)| {
        bytes.extend(rest);
        std::fs::write(&file.path, &bytes).expect("a file");
        assert_start(&file, &program);
    });
}
