//! Processes that are killed: at every event, in the middle of statements, in the middle of writes, and at any time.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;
use schema_runtime::{Event, Options};
use tempfile::TempDir;

use crate::child::{Running, Stop, Way};
use crate::content::{content, files, sound};
use crate::random::{Random, factor, seed};
use crate::scenario::{Scenario, named};

/// One scenario in one journal mode, with everything that is known of its way.
struct Matrix {
    scenario: &'static Scenario,
    mode: &'static str,
    directory: TempDir,
    /// The file that is found; `None` where there is none.
    found: Option<Vec<u8>>,
    /// The contents that are committed on the way, the found one first.
    states: Vec<Vec<String>>,
    events: usize,
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
        let scenario = named(name);
        let directory = tempfile::tempdir().expect("a directory");
        let mut matrix = Matrix {
            scenario,
            mode,
            directory,
            found: None,
            states: Vec::new(),
            events: 0,
            way: Way { steps: 0, duration: Duration::ZERO },
            random: Random::of(&format!("{name} {mode}")),
        };
        matrix.found = matrix.prepared();
        matrix.walk();
        matrix.place();
        let steps = Running::start(scenario, &matrix.file(), Stop::Step(u64::MAX)).way().steps;
        matrix.place();
        let duration = Running::start(scenario, &matrix.file(), Stop::Never).way().duration;
        matrix.way = Way { steps, duration };
        matrix
    }

    fn file(&self) -> PathBuf {
        self.directory.path().join("app.db")
    }

    fn prepared(&self) -> Option<Vec<u8>> {
        if self.mode == "DELETE" && self.scenario.prepare.is_none() {
            return None;
        }
        let file = self.directory.path().join("found.db");
        let db = Connection::open(&file).expect("it opens");
        if let Some(prepare) = self.scenario.prepare {
            prepare(&db);
        }
        let set = |row: &rusqlite::Row<'_>| row.get::<_, String>(0);
        let mode = db.query_row(&format!("PRAGMA journal_mode = {}", self.mode), [], set).expect("a pragma");
        assert_eq!(mode.to_uppercase(), self.mode);
        drop(db);
        let bytes = std::fs::read(&file).expect("a file");
        std::fs::remove_file(&file).expect("it goes");
        Some(bytes)
    }

    /// Puts the file that is found into an empty directory.
    fn place(&self) {
        for name in files(self.directory.path()) {
            std::fs::remove_file(self.directory.path().join(name)).expect("it goes");
        }
        if let Some(found) = &self.found {
            std::fs::write(self.file(), found).expect("a file");
        }
    }

    /// Migrates in this process, and notes at every event what another connection sees.
    fn walk(&mut self) {
        self.place();
        let file = self.file();
        let mut seen = Vec::new();
        let mut events = 0;
        let mut look = |file: &Path| {
            let found = if file.exists() { seen_by_another(file) } else { Some(Vec::new()) };
            if let Some(found) = found.filter(|found| seen.last() != Some(found)) {
                seen.push(found);
            }
        };
        look(&file);
        let observe = |event: &Event<'_>| {
            // At the last one nothing is left to interrupt.
            events += usize::from(!matches!(event, Event::Finished { .. }));
            look(&file);
        };
        let program = (self.scenario.program)();
        self.scenario.act(&program, &file, Options::new().on_event(observe)).expect("it migrates");
        look(&file);
        (self.states, self.events) = (seen, events);
        assert_eq!(self.states.len(), self.scenario.states, "{:#?}", self.states);
    }

    /// Kills one process, and proves what it left behind. Whether that interrupted anything.
    fn kill(&self, stop: Stop, reader: Reader) -> bool {
        self.place();
        let file = self.file();
        let other =
            (reader != Reader::Nobody && self.found.is_some()).then(|| Connection::open(&file).expect("it opens"));
        if let Some(other) = &other {
            let begin = if reader == Reader::Reading { "BEGIN" } else { "" };
            other.execute_batch(begin).expect("a transaction");
            assert_eq!(&content(other).expect("a content"), &self.states[0]);
        }
        let interrupted = Running::start(self.scenario, &file, stop).end(stop);
        let found = sound(&file);
        assert!(self.states.contains(&found), "it has a state that nobody committed: {found:#?}");
        assert!(interrupted || Some(&found) == self.states.last(), "it ended well, and nothing was done: {found:#?}");
        if let Some(other) = other {
            let seen = if reader == Reader::Reading { &self.states[0] } else { &found };
            assert_eq!(&content(&other).expect("a content"), seen, "what the reader sees");
        }
        let program = (self.scenario.program)();
        self.scenario.act(&program, &file, Options::new()).expect("the next start");
        assert_eq!(Some(&sound(&file)), self.states.last(), "the next start ends at the same place");
        assert_eq!(files(self.directory.path()), ["app.db"], "what is left beside the database");
        interrupted
    }

    /// The same, and says what led to a failure.
    fn killed(&self, stop: Stop, reader: Reader) -> bool {
        let again = Again(format!("{} {} {stop:?} {reader:?} (CRASH_SEED={})", self.scenario.name, self.mode, seed()));
        let interrupted = self.kill(stop, reader);
        std::mem::forget(again);
        interrupted
    }

    fn reader(&mut self) -> Reader {
        match (self.random.below(3), self.mode) {
            (0, _) => Reader::Nobody,
            // Whoever reads with a rollback journal keeps others from committing.
            (1, _) | (_, "DELETE") => Reader::Idle,
            _ => Reader::Reading,
        }
    }

    /// Kills so many processes, those at every event first.
    fn kill_all(&mut self, least: usize) -> usize {
        let mut kills = 0;
        let points = 12;
        let events = (1..=self.events).map(Stop::Event);
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
            let stop = if self.random.below(3) == 0 { self.size() } else { self.time() };
            let reader = self.reader();
            kills += usize::from(self.killed(stop, reader));
        }
        kills
    }

    fn size(&mut self) -> Stop {
        let most = self.found.as_ref().map_or(64 * 1024, |found| 2 * found.len() as u64);
        Stop::Size(self.random.below(most / 512))
    }

    fn time(&mut self) -> Stop {
        let part = u32::try_from(self.random.below(1000)).expect("a part of a thousand");
        Stop::Time(self.way.duration * part / 1000)
    }
}

/// What another program sees in the file at this moment; `None` where a writer is in its way.
fn seen_by_another(file: &Path) -> Option<Vec<String>> {
    let db = Connection::open(file).expect("it opens");
    db.busy_timeout(Duration::ZERO).expect("no wait");
    content(&db).ok()
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
        let (events, way) = (matrix.events, matrix.way);
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
