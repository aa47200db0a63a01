//! Processes that are killed: at every event, in the middle of statements, in the middle of writes, and at any time.

use rusqlite::Connection;

use crate::bench::Bench;
use crate::child::{Running, Stop, Way};
use crate::content::content;
use crate::random::{Random, factor, seed};
use crate::scenario::{Deed, named};

/// A scenario and what is known of its way.
struct Matrix {
    bench: Bench,
    way: Way,
    random: Random,
}

/// A connection of another program that is open meanwhile.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Reader {
    Nobody,
    Idle,
    /// It is inside a transaction, in which it sees the old state to its end.
    Reading,
}

impl Matrix {
    fn new(name: &str, mode: &'static str) -> Matrix {
        let bench = Bench::new(name, mode);
        let way = |stop: Stop| {
            bench.place();
            Running::start(bench.scenario, &bench.file(), stop).way()
        };
        let way = Way { steps: way(Stop::Step(u64::MAX)).steps, ..way(Stop::Never) };
        Matrix { bench, way, random: Random::of(&format!("{name} {mode}")) }
    }

    /// Kills one process, and proves what it left behind. Whether that interrupted anything.
    fn kill(&self, stop: Stop, reader: Reader) -> bool {
        let bench = &self.bench;
        bench.place();
        let file = bench.file();
        let is_there = reader != Reader::Nobody && bench.found.is_some();
        let other = is_there.then(|| Connection::open(&file).expect("it opens"));
        if let Some(other) = &other {
            let begin = if reader == Reader::Reading { "BEGIN" } else { "" };
            other.execute_batch(begin).expect("a transaction");
            assert_eq!(&content(other).expect("a content"), &bench.states[0]);
        }
        let interrupted = Running::start(bench.scenario, &file, stop).end(stop);
        let state = bench.state();
        assert!(interrupted || state + 1 == bench.states.len(), "it ended well in state {state}");
        if let Some(other) = other {
            let seen = if reader == Reader::Reading { 0 } else { state };
            assert_eq!(content(&other).expect("a content"), bench.states[seen], "what the reader sees");
        }
        bench.again();
        interrupted
    }

    /// The same, and says what led to a failure.
    fn killed(&self, stop: Stop, reader: Reader) -> bool {
        let again = Again(format!(
            "{} {} {stop:?} {reader:?} (CRASH_SEED={})",
            self.bench.scenario.name,
            self.bench.mode,
            seed()
        ));
        let interrupted = self.kill(stop, reader);
        std::mem::forget(again);
        interrupted
    }

    fn reader(&mut self) -> Reader {
        let restores = matches!(self.bench.scenario.deed, Deed::Restore(_));
        match (self.random.below(3), self.bench.mode) {
            (0, _) => Reader::Nobody,
            // Nobody else may have a log open that is replaced.
            (_, "WAL") if restores => Reader::Nobody,
            // Whoever reads with a rollback journal keeps others from committing.
            (1, _) | (_, "DELETE") => Reader::Idle,
            _ => Reader::Reading,
        }
    }

    /// Kills so many processes, those at every event first.
    fn kill_all(&mut self, least: usize) -> usize {
        let mut kills = 0;
        // A copy of the final schema takes no step of the machine.
        let points = self.way.steps.min(12);
        let events = (1..=self.bench.events).map(Stop::Event);
        let steps = (1..=points).map(|point| Stop::Step(1 + self.way.steps * point / (points + 1)));
        for stop in events.chain(steps).collect::<Vec<_>>() {
            let reader = self.reader();
            assert!(self.killed(stop, reader), "{stop:?} interrupted nothing");
            kills += 1;
        }
        let mut tries = 0;
        while kills < least {
            tries += 1;
            assert!(tries < 10 * least, "only {kills} of {tries} processes were interrupted");
            let stop = if self.random.below(2) == 0 { self.size() } else { self.time() };
            let reader = self.reader();
            kills += usize::from(self.killed(stop, reader));
        }
        kills
    }

    fn size(&mut self) -> Stop {
        let most = self.bench.found.as_ref().map_or(64 * 1024, |found| 2 * found.len() as u64);
        Stop::Size(self.random.below(most / 512))
    }

    fn time(&mut self) -> Stop {
        let part = u32::try_from(self.random.below(1000)).expect("a part of a thousand");
        Stop::Time(self.way.duration * part / 1000)
    }
}

/// Says, when a test fails, how to repeat it.
struct Again(String);

impl Drop for Again {
    fn drop(&mut self) {
        eprintln!("killed: {}", self.0);
    }
}

/// Half of the kills in each journal mode.
fn matrix(name: &str) {
    let least = (named(name).kills * factor()).div_ceil(2);
    for mode in ["DELETE", "WAL"] {
        let mut matrix = Matrix::new(name, mode);
        let kills = matrix.kill_all(least);
        let (events, way) = (matrix.bench.events, matrix.way);
        println!("{name}, {mode}: {kills} processes were killed, {events} of them at events; {way:?}");
    }
}

#[test]
fn new_databases() {
    matrix("new");
}

#[test]
fn new_databases_with_rows() {
    matrix("rows");
}

#[test]
fn adoptions() {
    matrix("adopt");
}

#[test]
fn plain_migrations() {
    matrix("plain");
}

#[test]
fn rebuilds() {
    matrix("rebuild");
}

#[test]
fn ways_down() {
    matrix("back");
}

#[test]
fn databases_with_objects_of_their_own() {
    matrix("unmanaged");
}

#[test]
fn half_of_a_migration() {
    matrix("half");
}

#[test]
fn a_part_of_a_migration() {
    matrix("partly");
}

#[test]
fn drift_that_is_overcome() {
    matrix("hotfix");
}

#[test]
fn a_history_of_another_tool() {
    matrix("counted");
}

#[test]
fn restored_backups() {
    matrix("restore");
}
