//! Eight processes that start at the same moment, round after round.

use std::time::Instant;

use crate::bench::Bench;
use crate::child::{Running, Stop};
use crate::random::factor;

const PROCESSES: usize = 8;
const ROUNDS: usize = 50;

/// All succeed, every migration is recorded by one of them, and the database is at the end.
fn herd(name: &str, mode: &'static str, recorded: u64) {
    let bench = Bench::new(name, mode);
    let start = Instant::now();
    for _ in 0..ROUNDS * factor() {
        bench.place();
        let start = || Running::start(bench.scenario, &bench.file(), Stop::Signal);
        let mut all: Vec<Running> = (0..PROCESSES).map(|_| start()).collect();
        all.iter_mut().for_each(Running::signal);
        let done: u64 = all.into_iter().map(|one| one.way().recorded).sum();
        assert_eq!(done, recorded, "every migration is recorded by one process");
        assert_eq!(bench.state() + 1, bench.states.len(), "all of them are done");
        bench.again();
    }
    println!("{name}, {mode}: {} processes in {:?}", PROCESSES * ROUNDS * factor(), start.elapsed());
}

#[test]
fn on_no_file() {
    herd("new", "DELETE", 3);
}

#[test]
fn on_the_baseline() {
    herd("adopt", "DELETE", 3);
}

#[test]
fn on_the_baseline_with_a_write_ahead_log() {
    herd("adopt", "WAL", 3);
}

#[test]
fn on_half_of_a_migration() {
    herd("half", "DELETE", 1);
}
