//! Disks and databases that are full.

use std::path::Path;
use std::process::Command;

use rusqlite::Connection;
use schema_runtime::{Kind, Options};

use crate::bench::Bench;
use crate::content::{files, sound};

const NAMES: [&str; 7] = ["rows", "adopt", "plain", "rebuild", "back", "half", "hotfix"];

fn pages(file: &Path) -> u32 {
    let db = Connection::open(file).expect("it opens");
    db.query_row("PRAGMA page_count", [], |row| row.get(0)).expect("a number")
}

/// Migrates with so many pages at most. Whether that was enough.
fn with_pages(bench: &Bench, most: u32) -> bool {
    bench.place();
    let db = Connection::open(bench.file()).expect("it opens");
    db.execute_batch(&format!("PRAGMA max_page_count = {most}")).expect("a limit");
    let result = bench.scenario.act_on(&bench.program, db, Options::new());
    match &result {
        Ok(_) => assert_eq!(bench.state() + 1, bench.states.len()),
        Err(error) => {
            assert_eq!(error.kind(), Kind::Full, "{error}");
            assert!(bench.left(error) + 1 < bench.states.len());
        }
    }
    bench.again();
    result.is_ok()
}

#[test]
fn a_limit_of_pages() {
    for mode in ["DELETE", "WAL"] {
        for name in NAMES {
            let bench = Bench::new(name, mode);
            let end = pages(&bench.file()) * 2 + 16;
            bench.place();
            let start = pages(&bench.file()).max(1);
            let step = ((end - start) / 12).max(1);
            let enough = (start..end).step_by(step as usize).filter(|most| with_pages(&bench, *most)).count();
            println!("{name}, {mode}: {enough} limits of {} were high enough", (end - start) / step);
            assert!(enough > 0);
        }
    }
}

/// A file system that is mounted for a test, and is gone with it.
struct Mount<'a>(&'a Path);

impl Mount<'_> {
    fn new(at: &Path, bytes: u64) -> Option<Mount<'_>> {
        let options = format!("size={bytes}");
        let status = Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(at).output().ok()?.status;
        status.success().then_some(Mount(at))
    }
}

impl Drop for Mount<'_> {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("--lazy").arg(self.0).status());
    }
}

/// Migrates on a file system that has so much room besides the file. Whether that was enough; `None` when nothing
/// can be mounted.
fn with_room(bench: &Bench, room: u64) -> Option<bool> {
    bench.place();
    let copy = |from: &Path, to: &Path| {
        let names = files(from);
        for name in &names {
            std::fs::copy(from.join(name), to.join(name)).expect("there is room for it");
        }
        names.iter().map(|name| std::fs::metadata(from.join(name)).expect("a file").len()).collect::<Vec<u64>>()
    };
    let (own, directory) = (bench.directory.path(), tempfile::tempdir().expect("a directory"));
    let sizes = copy(own, directory.path());
    let needed: u64 = sizes.iter().map(|size| size.next_multiple_of(4096)).sum();
    let mount = Mount::new(directory.path(), needed + room)?;
    copy(own, directory.path());
    let file = directory.path().join("app.db");
    let result = bench.scenario.act(&bench.program, &file, Options::new());
    // The database is looked at where there is room.
    bench.place();
    copy(directory.path(), own);
    drop(mount);
    match &result {
        Ok(_) => assert_eq!(bench.state() + 1, bench.states.len()),
        Err(error) => {
            let is_known = matches!((error.kind(), bench.mode), (Kind::Full, _) | (Kind::Io, "WAL"));
            assert!(is_known, "{:?}: {error}", error.kind());
            assert!(bench.left(error) + 1 < bench.states.len());
        }
    }
    bench.again();
    Some(result.is_ok())
}

const INSIDE: &str = "CRASH_INSIDE_NAMESPACE";

#[test]
fn a_small_file_system() {
    let directory = tempfile::tempdir().expect("a directory");
    if Mount::new(directory.path(), 4096).is_none() {
        return in_a_namespace();
    }
    for mode in ["DELETE", "WAL"] {
        for name in NAMES.into_iter().chain(["new", "restore"]) {
            let bench = Bench::new(name, mode);
            let found = bench.found.as_ref().map_or(0, |found| found.len() as u64);
            let most = if mode == "WAL" { found * 10 + 900_000 } else { found * 3 + 400_000 };
            // A size of nothing would be one without end.
            let rooms = (0..12).map(|part| 4096 + most * part / 11);
            let enough = rooms.filter_map(|room| with_room(&bench, room)).filter(|enough| *enough).count();
            println!("{name}, {mode}: {enough} sizes of 12 were large enough");
            assert!(enough > 0 && enough < 12);
            assert_eq!(&sound(&bench.file()), bench.goal());
        }
    }
}

/// Whoever may not mount may do so where he is alone.
fn in_a_namespace() {
    let program = std::env::current_exe().expect("this program");
    let inside = std::env::var_os(INSIDE).is_some();
    let mut command = Command::new("unshare");
    command.arg("-rm").arg(program).args(["full::a_small_file_system", "--exact", "--nocapture"]).env(INSIDE, "1");
    match command.output() {
        Ok(output) if !inside && String::from_utf8_lossy(&output.stdout).contains("test result") => {
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        _ => eprintln!("SKIPPED: no file system can be mounted here, so none is full"),
    }
}
