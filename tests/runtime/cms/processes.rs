//! I and J: processes that are killed at every event of a run, and eight that start at once. The children are this test
//! program itself: it is started again with one test's name, and told in the environment what to do.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use schema_runtime::Options;

use super::case::Case;
use super::found;
use crate::common::{CMS, cms, history, one};

const DATABASE: &str = "DRIFTLESS_CMS_DATABASE";
const EVENTS: &str = "DRIFTLESS_CMS_EVENTS";

/// Not a test of its own: what a child process does.
#[test]
fn child() {
    let Ok(database) = std::env::var(DATABASE) else { return };
    let mut left: usize = std::env::var(EVENTS).expect("a number").parse().expect("a number");
    let options = Options::new().busy_timeout(Duration::from_mins(1)).on_event(|_| {
        left -= 1;
        if left == 0 {
            std::process::abort();
        }
    });
    let report = cms().migrate_file_with(database, options).expect("it migrates");
    println!("steps={}", report.steps.len());
}

/// A process that migrates, and dies at that event.
fn start(database: &Path, events: usize) -> Child {
    Command::new(std::env::current_exe().expect("this program"))
        .args(["cms::processes::child", "--exact", "--nocapture", "--test-threads=1"])
        .env(DATABASE, database)
        .env(EVENTS, events.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a child")
}

type Prepare = fn() -> Case;

/// The states that are migrated, and the history that they end with.
fn states() -> [(&'static str, Prepare, &'static str); 6] {
    [
        ("A", Case::none, "1 created, 2 created, 3 created"),
        ("B", || Case::of(&found::baseline()), "1 adopted, 2 applied, 3 applied"),
        ("C", || Case::of(&found::release()), "1 adopted, 2 adopted, 3 applied"),
        ("D", || Case::of(&found::newest()), "1 adopted, 2 adopted, 3 adopted"),
        ("E", || Case::migrated(&CMS[..2], &found::half_of_the_third()), "1 created, 2 created, 3 completed"),
        ("G", || Case::of(&found::hot_fixed()), "1 adopted, 2 adopted, 3 applied"),
    ]
}

#[test]
fn i_killed_at_every_event() {
    for (name, prepare, recorded) in states() {
        let whole = prepare();
        whole.migrate();
        let (rows, mut killed) = (whole.rows(), 0);
        for events in 1.. {
            let case = prepare();
            let output = start(&case.file.path, events).wait_with_output().expect("an end");
            killed += usize::from(!output.status.success());
            let db = case.file.open();
            assert_eq!(one(&db, "PRAGMA integrity_check"), "ok", "{name} after {events} events");
            drop(db);
            cms().migrate_file(&case.file.path).unwrap_or_else(|error| panic!("{name} after {events} events: {error}"));
            assert_eq!(history(&case.file.open()), recorded, "{name} after {events} events");
            assert_eq!(case.rows(), rows, "{name} after {events} events");
            if output.status.success() {
                break;
            }
        }
        assert!(killed > 1, "{name} was killed {killed} times");
    }
}

#[test]
fn j_eight_at_once() {
    for (name, prepare, recorded) in states() {
        let case = prepare();
        let children: Vec<Child> = (0..8).map(|_| start(&case.file.path, usize::MAX)).collect();
        let mut done = 0;
        for child in children {
            let output = child.wait_with_output().expect("an end");
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(output.status.success(), "{name}: {text}{}", String::from_utf8_lossy(&output.stderr));
            let steps = text.split("steps=").nth(1).and_then(|rest| rest.lines().next()).expect("a report");
            done += steps.parse::<usize>().expect("a number");
        }
        let whole = prepare();
        assert_eq!(done, whole.migrate().report.steps.len(), "{name}: one does the work");
        assert_eq!(history(&case.file.open()), recorded, "{name}");
        assert_eq!(case.rows(), whole.rows(), "{name}");
    }
}
