//! Other connections that are in the way.

use std::time::{Duration, Instant};

use rusqlite::Connection;
use schema_runtime::{Kind, Options};

use crate::bench::Bench;
use crate::child::{Running, Stop};

fn waiting(bench: &Bench, timeout: Duration) -> Result<schema_runtime::Report, schema_runtime::Error> {
    bench.scenario.act(&bench.program, &bench.file(), Options::new().busy_timeout(timeout))
}

/// A file with pending migrations, and a connection that did this.
fn held(name: &str, mode: &'static str, sql: &str) -> (Bench, Connection) {
    let bench = Bench::new(name, mode);
    bench.place();
    let other = Connection::open(bench.file()).expect("it opens");
    other.execute_batch(sql).expect("a lock");
    (bench, other)
}

/// Another connection is in the way: refused at once or after the timeout, and done when it is gone.
fn refused(mode: &'static str, sql: &str) {
    for name in ["adopt", "plain", "rebuild", "back"] {
        let (bench, other) = held(name, mode, sql);
        for (timeout, least, most) in [(0, 0, 2000), (200, 150, 4000)] {
            let start = Instant::now();
            let error = waiting(&bench, Duration::from_millis(timeout)).expect_err("a lock");
            assert_eq!(error.kind(), Kind::Busy, "{error}");
            assert!(error.is_busy());
            let waited = start.elapsed();
            assert!(waited >= Duration::from_millis(least) && waited < Duration::from_millis(most), "{waited:?}");
        }
        let error = waiting(&bench, Duration::ZERO).expect_err("a lock");
        drop(other);
        assert_eq!(bench.left(&error), 0, "{name}, {mode}");
        bench.again();
    }
}

#[test]
fn a_writer_with_a_rollback_journal() {
    refused("DELETE", "BEGIN IMMEDIATE");
    refused("DELETE", "BEGIN EXCLUSIVE");
}

#[test]
fn a_writer_with_a_write_ahead_log() {
    refused("WAL", "BEGIN IMMEDIATE");
    refused("WAL", "BEGIN EXCLUSIVE");
}

#[test]
fn a_reader_that_does_not_end() {
    refused("DELETE", "BEGIN; SELECT * FROM sqlite_schema");
    // Nobody waits for readers of a write-ahead log.
    let (bench, other) = held("adopt", "WAL", "BEGIN; SELECT * FROM sqlite_schema");
    waiting(&bench, Duration::ZERO).expect("it migrates");
    drop(other);
    bench.again();
}

#[test]
fn a_connection_that_keeps_the_file_for_itself() {
    refused("DELETE", "PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; COMMIT");
}

#[test]
fn a_writer_that_ends_in_time() {
    for mode in ["DELETE", "WAL"] {
        let (bench, other) = held("adopt", mode, "BEGIN IMMEDIATE");
        let waiter = std::thread::spawn(move || {
            waiting(&bench, Duration::from_secs(20)).expect("it migrates");
            bench
        });
        std::thread::sleep(Duration::from_millis(150));
        other.execute_batch("COMMIT").expect("the end");
        drop(other);
        waiter.join().expect("it migrates").again();
    }
}

#[test]
fn an_up_to_date_database_has_no_need_of_the_lock() {
    for mode in ["DELETE", "WAL"] {
        let bench = Bench::new("adopt", mode);
        let other = Connection::open(bench.file()).expect("it opens");
        other.execute_batch("BEGIN IMMEDIATE").expect("a lock");
        assert!(waiting(&bench, Duration::ZERO).expect("nothing to do").is_up_to_date());
        other.execute_batch("COMMIT; BEGIN EXCLUSIVE").expect("a lock");
        match waiting(&bench, Duration::ZERO) {
            Ok(report) => assert!(mode == "WAL" && report.is_up_to_date()),
            Err(error) => assert!(mode == "DELETE" && error.kind() == Kind::Busy, "{error}"),
        }
    }
}

#[test]
fn another_process_that_migrates() {
    for mode in ["DELETE", "WAL"] {
        for name in ["adopt", "plain", "half", "back"] {
            let bench = Bench::new(name, mode);
            for event in 1..=bench.events {
                bench.place();
                let stop = Stop::Event(event);
                let mut other = Running::start(bench.scenario, &bench.file(), stop);
                other.halted();
                let result = waiting(&bench, Duration::ZERO);
                let busy = result.as_ref().is_err_and(schema_runtime::Error::is_busy);
                // Between two migrations the other one holds nothing.
                assert!(busy || result.is_ok(), "event {event}: {result:?}");
                assert!(other.end_now());
                assert!(bench.state() + 1 == bench.states.len() || busy);
                bench.again();
            }
        }
    }
}
