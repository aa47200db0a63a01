//! Files and directories that the program has no right to write, or to read.

use std::fs::Permissions;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;

use rusqlite::Connection;

use crate::bench::{Bench, assert_shape};
use crate::child::{Running, Stop};
use crate::content::files;

fn set(path: &Path, mode: u32) {
    std::fs::set_permissions(path, Permissions::from_mode(mode)).expect("rights");
}

/// This program for somebody to whom rights matter: nobody, when the test is run by root.
struct Somebody {
    command: Vec<PathBuf>,
    _copy: tempfile::TempDir,
}

impl Somebody {
    /// `None` when root cannot become somebody else here.
    fn new() -> Option<Somebody> {
        let program = std::env::current_exe().expect("this program");
        let copy = tempfile::tempdir().expect("a directory");
        if std::fs::metadata(copy.path()).expect("a directory").uid() != 0 {
            return Some(Somebody { command: vec![program], _copy: copy });
        }
        // The directory of this program may be one that only root can enter.
        set(copy.path(), 0o755);
        let copied = copy.path().join("crash");
        std::fs::copy(program, &copied).expect("a copy");
        set(&copied, 0o755);
        let words = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"].map(PathBuf::from);
        let works = Command::new(&words[0]).args(&words[1..]).arg("true").status().is_ok_and(|status| status.success());
        if !works {
            eprintln!("SKIPPED: root cannot become another user here, and nothing is forbidden to root");
            return None;
        }
        Some(Somebody { command: words.into_iter().chain([copied]).collect(), _copy: copy })
    }

    fn start(&self, bench: &Bench) -> Running {
        let mut command = Command::new(&self.command[0]);
        command.args(&self.command[1..]);
        Running::from(command, bench.scenario, &bench.file(), Stop::Never)
    }
}

/// The rights of the file and of its directory, and the kind of the error and its first line, if there is one.
type Case = (&'static str, u32, u32, Option<(&'static str, &'static str)>);

/// Migrates as somebody with these rights, and proves that a refusal changes nothing.
fn with_rights(somebody: &Somebody, bench: &Bench, case: Case) {
    let (what, file, directory, expected) = case;
    let before = (files(bench.directory.path()), std::fs::read(bench.file()).unwrap_or_default());
    if bench.file().exists() {
        set(&bench.file(), file);
    }
    set(bench.directory.path(), directory);
    let running = somebody.start(bench);
    match expected {
        None => assert_eq!(running.way().recorded, 0, "{what}"),
        Some((kind, fact)) => {
            let (found, text) = running.refusal();
            assert_shape(&text);
            let fact = fact.replace("FILE", &bench.file().display().to_string());
            assert_eq!(found, kind, "{what}: {text}");
            // The file is opened and read; what cannot be written may be a migration's first statement.
            let first = text.lines().next().unwrap_or_default();
            let rest = first.strip_prefix(&*fact).unwrap_or_else(|| panic!("{what}: {text}"));
            assert!(rest.is_empty() || rest.starts_with(" while "), "{what}: {text}");
            assert!(text.contains("\n  nothing was changed\n"), "{what}: {text}");
        }
    }
    set(bench.directory.path(), 0o700);
    let mut left = files(bench.directory.path());
    if bench.mode == "WAL" {
        // Whoever reads creates them where he may, and cannot fold them back where he may not write.
        left.retain(|name| name == "app.db" || name.ends_with(".backup"));
    }
    let after = (left, std::fs::read(bench.file()).unwrap_or_default());
    assert!(before == after, "{what}: {:?} became {:?}", before.0, after.0);
}

const READ_ONLY: Option<(&str, &str)> = Some(("ReadOnly", "the database cannot be written"));
const CLOSED: Option<(&str, &str)> = Some(("Io", "the database `FILE` cannot be opened"));

#[test]
fn pending_migrations() {
    let Some(somebody) = Somebody::new() else { return };
    let cases: [Case; 4] = [
        ("a file that cannot be written", 0o644, 0o777, READ_ONLY),
        ("a directory that cannot be written", 0o666, 0o755, READ_ONLY),
        ("neither can be written", 0o644, 0o755, READ_ONLY),
        ("a file that cannot be read", 0o000, 0o777, CLOSED),
    ];
    for name in ["adopt", "plain", "rebuild", "unmanaged"] {
        let bench = Bench::new(name, "DELETE");
        for case in cases {
            bench.place();
            with_rights(&somebody, &bench, case);
            bench.again();
        }
    }
}

#[test]
fn a_new_database() {
    let Some(somebody) = Somebody::new() else { return };
    let bench = Bench::new("new", "DELETE");
    bench.place();
    with_rights(&somebody, &bench, ("a directory that cannot be written", 0, 0o755, CLOSED));
    with_rights(&somebody, &bench, ("a directory that cannot be entered", 0, 0o700, CLOSED));
    bench.again();
}

#[test]
fn an_up_to_date_database_needs_no_rights_but_to_read() {
    let Some(somebody) = Somebody::new() else { return };
    for mode in ["DELETE", "WAL"] {
        let bench = Bench::new("adopt", mode);
        let none = if mode == "WAL" { READ_ONLY } else { None };
        with_rights(&somebody, &bench, ("a file that cannot be written", 0o644, 0o777, None));
        bench.again();
        with_rights(&somebody, &bench, ("neither can be written", 0o644, 0o755, none));
        bench.again();
    }
}

#[test]
fn a_write_ahead_log_in_a_directory_that_cannot_be_written() {
    let Some(somebody) = Somebody::new() else { return };
    let bench = Bench::new("adopt", "WAL");
    bench.place();
    with_rights(&somebody, &bench, ("no files beside it", 0o666, 0o755, READ_ONLY));
    with_rights(&somebody, &bench, ("a file that cannot be written", 0o644, 0o777, READ_ONLY));
    // Somebody who may write has the files beside it open.
    let other = Connection::open(bench.file()).expect("it opens");
    other.query_row("SELECT count(*) FROM notes", [], |_| Ok(())).expect("rows");
    drop(other);
    bench.again();
}
