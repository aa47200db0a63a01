//! Lock files that are damaged.

use std::fs;
use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::{Strategy, any, prop_oneof};
use proptest::sample::{Index, select};
use schema_core::lock::{FILE_NAME, Lock};
use schema_replay::{Problem, Project, read, read_unlocked};

use super::fuzz;
use crate::bench::assert_shape;
use crate::common::CMS;

/// What happened to the text.
#[derive(Clone, Debug)]
enum Damage {
    Byte(Index, u8),
    Gone(Index, u8),
    Insert(Index, Vec<u8>),
    Line(Index, String),
    Twice(Index),
    Swapped(Index, Index),
    Short(Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<Index>;
    let words = [
        "<<<<<<< HEAD",
        "=======",
        ">>>>>>> main",
        "",
        "#",
        "0001_baseline.sql",
        "v1:00",
        "0001_baseline.sql v1:",
        "../../secret.sql v1:00",
        "a b c v1:aa",
        "\u{feff}",
        "0001_baseline.sql v999999999999999999999999:aa",
        "0009_\u{202e}lqs.a v1:aa",
        "\u{1b}[31m v1:aa",
        "0001_baseline.sql\u{a0}v1:aa",
        "0001_baseline.sql\rv1:aa",
    ];
    prop_oneof![
        (at(), any::<u8>()).prop_map(|(at, value)| Damage::Byte(at, value)),
        (at(), 1_u8..40).prop_map(|(at, count)| Damage::Gone(at, count)),
        (at(), vec(any::<u8>(), 1..30)).prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
        (at(), select(words.map(str::to_owned).to_vec())).prop_map(|(at, line)| Damage::Line(at, line)),
        (at(), "\\PC{0,40} v[0-9]{0,3}:[0-9a-f]{0,9}").prop_map(|(at, line)| Damage::Line(at, line)),
        at().prop_map(Damage::Twice),
        (at(), at()).prop_map(|(one, other)| Damage::Swapped(one, other)),
        at().prop_map(Damage::Short),
    ]
}

fn inflict(text: &mut Vec<u8>, damage: &Damage) {
    let length = text.len();
    if length == 0 {
        return;
    }
    let mut lines: Vec<Vec<u8>> = text.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    let count = lines.len();
    match damage {
        Damage::Byte(at, value) => text[at.index(length)] = *value,
        Damage::Gone(at, count) => {
            let start = at.index(length);
            text.drain(start..length.min(start + usize::from(*count)));
        }
        Damage::Insert(at, bytes) => {
            let at = at.index(length);
            text.splice(at..at, bytes.iter().copied());
        }
        Damage::Short(at) => text.truncate(at.index(length)),
        Damage::Line(at, line) => {
            lines.insert(at.index(count), line.clone().into_bytes());
            *text = lines.join(&b'\n');
        }
        Damage::Twice(at) => {
            lines.insert(at.index(count), lines[at.index(count)].clone());
            *text = lines.join(&b'\n');
        }
        Damage::Swapped(one, other) => {
            lines.swap(one.index(count), other.index(count));
            *text = lines.join(&b'\n');
        }
    }
}

/// A directory with the migrations of the CMS and their lock file.
fn locked(directory: &Path) -> (Project, Vec<u8>) {
    for (version, name, sql) in CMS {
        fs::write(directory.join(format!("{version:0>4}_{name}.sql")), sql).expect("a file");
    }
    let project = Project::at(directory, "migrations").expect("a project");
    let set = read_unlocked(&project).expect("migrations");
    let lock = Lock::of("migrations", &set.migrations).to_string();
    (project, lock.into_bytes())
}

/// Reads the directory: the lock says what the files are, or there are clear problems.
fn assert_read(project: &Project, text: &[u8]) {
    fs::write(project.dir.join(FILE_NAME), text).expect("a file");
    let parsed = std::str::from_utf8(text).ok().map(Lock::parse);
    match read(project) {
        Ok(set) => {
            let lock = parsed.expect("UTF-8").expect("a lock");
            assert_eq!(lock, Lock::of("migrations", &set.migrations), "another lock than that of the files is taken");
            assert_eq!(set.lock, Some(lock));
        }
        Err(problems) => problems.iter().for_each(assert_problem),
    }
}

pub(super) fn assert_problem(problem: &Problem) {
    assert_shape(&problem.message);
    assert!(problem.message.len() < 20_000, "a message of {} bytes", problem.message.len());
}

#[test]
fn the_lock() {
    let directory = tempfile::tempdir().expect("a directory");
    let (project, lock) = locked(directory.path());
    assert_read(&project, &lock);
    fuzz("lock", 800, vec(damage(), 1..5), |damages| {
        let mut text = lock.clone();
        for damage in &damages {
            inflict(&mut text, damage);
        }
        assert_read(&project, &text);
    });
}

#[test]
fn a_lock_of_anything() {
    let directory = tempfile::tempdir().expect("a directory");
    let (project, _) = locked(directory.path());
    let text = prop_oneof![
        vec(any::<u8>(), 0..300),
        "\\PC{0,300}".prop_map(String::into_bytes),
        "([a-z0-9_./ ]{0,12} v1:[0-9a-f]{0,6}\r?\n){0,9}".prop_map(String::into_bytes),
    ];
    fuzz("lock of anything", 800, text, |text| {
        if let Ok(Ok(lock)) = std::str::from_utf8(&text).map(Lock::parse) {
            assert_eq!(Lock::parse(&lock.to_string()).as_ref(), Ok(&lock), "what is written is read as it was");
        }
        assert_read(&project, &text);
    });
}
