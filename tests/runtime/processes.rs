//! Several processes at once, and processes that are killed. The children are this test program itself: it is
//! started again with one test's name and a database in the environment.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use schema_runtime::{Options, Sqlite};

use crate::common::{BASELINE, CMS, File, ROWS, assert_at, cms, history, one, set};

const DATABASE: &str = "DRIFTLESS_TEST_DATABASE";
const SET: &str = "DRIFTLESS_TEST_SET";

/// The CMS, or migrations that move many rows and so take their time.
fn named(name: &str) -> Sqlite {
    match name {
        "cms" => cms(),
        _ => set(&HEAVY),
    }
}

const HEAVY: [(&str, &str, &str); 5] = [
    (
        "1",
        "tables",
        "CREATE TABLE a (id INTEGER PRIMARY KEY, t TEXT); CREATE TABLE b (a REFERENCES a (id) ON DELETE CASCADE)",
    ),
    (
        "2",
        "rows",
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
         INSERT INTO a SELECT i, hex(i) FROM n; INSERT INTO b SELECT id FROM a",
    ),
    ("3", "index", "CREATE UNIQUE INDEX a_t ON a (t, id)"),
    (
        "4",
        "rebuild",
        "CREATE TABLE new_a (id INTEGER PRIMARY KEY, t TEXT NOT NULL, n INTEGER NOT NULL DEFAULT 0);
         INSERT INTO new_a (id, t) SELECT id, t FROM a; DROP TABLE a; ALTER TABLE new_a RENAME TO a;
         CREATE UNIQUE INDEX a_t ON a (t, id)",
    ),
    ("5", "more", "CREATE INDEX b_a ON b (a); UPDATE a SET n = id"),
];

/// Not a test of its own: what a child process does.
#[test]
fn child() {
    let Ok(database) = std::env::var(DATABASE) else { return };
    let set = named(&std::env::var(SET).expect("a set"));
    let options = Options::new().busy_timeout(Duration::from_mins(1));
    let report = set.migrate_file_with(database, options).expect("it migrates");
    println!("steps={}", report.steps.len());
}

fn start(database: &Path, set: &str) -> Child {
    Command::new(std::env::current_exe().expect("this program"))
        .args(["processes::child", "--exact", "--nocapture", "--test-threads=1"])
        .env(DATABASE, database)
        .env(SET, set)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a child")
}

/// Eight at once: all succeed, and every migration is done by one of them.
fn all_at_once(file: &File, steps: usize) {
    let children: Vec<Child> = (0..8).map(|_| start(&file.path, "cms")).collect();
    let mut done = 0;
    for child in children {
        let output = child.wait_with_output().expect("an end");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
        let steps = text.split("steps=").nth(1).and_then(|rest| rest.lines().next()).expect("a report");
        done += steps.parse::<usize>().expect("a number");
    }
    assert_eq!(done, steps);
    assert_at(&file.path, &cms());
}

#[test]
fn j_eight_on_no_file() {
    all_at_once(&File::none(), 3);
}

#[test]
fn j_eight_on_the_baseline() {
    let file = File::of(&format!("{BASELINE}{ROWS}"));
    all_at_once(&file, 3);
    assert_eq!(history(&file.open()), "1 adopted, 2 applied, 3 applied");
}

#[test]
fn j_eight_with_a_write_ahead_log() {
    let file = File::migrated(&CMS[..2]);
    file.open().query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())).expect("a log");
    all_at_once(&file, 1);
}

/// Kills the child after some time, whatever it is doing then, and proves that the next start ends well.
fn killed(prepare: impl Fn() -> File, name: &str, check: impl Fn(&File)) {
    let file = prepare();
    let start_of_whole = Instant::now();
    let output = start(&file.path, name).wait_with_output().expect("an end");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let whole = start_of_whole.elapsed();
    check(&file);
    let mut interrupted = 0;
    for step in 1..=12_u32 {
        let file = prepare();
        let mut child = start(&file.path, name);
        std::thread::sleep(whole * step / 12);
        child.kill().expect("a kill");
        let status = child.wait().expect("an end");
        interrupted += u32::from(!status.success());
        named(name).migrate_file(&file.path).expect("the next start");
        check(&file);
    }
    assert!(interrupted > 0, "no child was ever interrupted");
}

#[test]
fn i_killed_at_any_point() {
    killed(File::none, "heavy", |file| {
        assert_at(&file.path, &set(&HEAVY));
        let db = file.open();
        assert_eq!(one(&db, "SELECT count(*) || ' ' || sum(n = id) FROM a"), "20000 20000");
        assert_eq!(one(&db, "SELECT count(*) FROM b"), "20000");
    });
}

#[test]
fn i_killed_on_pending_migrations() {
    let prepare = || {
        let file = File::migrated(&HEAVY[..3]);
        file.open().execute_batch("DELETE FROM b WHERE a > 100").expect("sql");
        file
    };
    killed(prepare, "heavy", |file| {
        assert_at(&file.path, &set(&HEAVY));
        let db = file.open();
        assert_eq!(one(&db, "SELECT count(*) || ' ' || sum(n = id) FROM a"), "20000 20000");
        assert_eq!(one(&db, "SELECT count(*) FROM b"), "100", "the rows of before");
        assert_eq!(history(&db), "1 created, 2 created, 3 created, 4 applied, 5 applied");
    });
}
