//! A scenario in one journal mode, in a directory of its own: what is found, and every state on the way.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;
use schema_runtime::{Error, Event, Options, Sqlite};
use tempfile::TempDir;

use crate::content::{content, files, sound};
use crate::scenario::{BACKUP, Deed, Scenario, named};

/// Where scenarios are played, again and again.
pub(crate) struct Bench {
    pub(crate) scenario: &'static Scenario,
    pub(crate) mode: &'static str,
    pub(crate) program: Sqlite,
    pub(crate) directory: TempDir,
    /// The file that is found; `None` where there is none.
    pub(crate) found: Option<Vec<u8>>,
    /// The backup that is there already.
    backup: Option<Vec<u8>>,
    /// The contents that are committed on the way, the found one first.
    pub(crate) states: Vec<Vec<String>>,
    /// How many events there are before the last one, at which nothing is left to interrupt.
    pub(crate) events: usize,
}

impl Bench {
    pub(crate) fn new(name: &str, mode: &'static str) -> Bench {
        let scenario = named(name);
        let directory = tempfile::tempdir().expect("a directory");
        let program = (scenario.program)();
        let mut bench =
            Bench { scenario, mode, program, directory, found: None, backup: None, states: Vec::new(), events: 0 };
        bench.found = bench.prepared();
        if let Deed::Restore(make) = scenario.deed {
            bench.backup = Some(bench.made(make, "DELETE"));
        }
        bench.walk();
        bench
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.directory.path().join("app.db")
    }

    fn prepared(&self) -> Option<Vec<u8>> {
        if self.mode == "DELETE" && self.scenario.prepare.is_none() {
            return None;
        }
        Some(self.made(self.scenario.prepare.unwrap_or(|_| ()), self.mode))
    }

    /// A file as bytes.
    fn made(&self, make: fn(&Connection), mode: &str) -> Vec<u8> {
        let file = self.directory.path().join("found.db");
        let db = Connection::open(&file).expect("it opens");
        make(&db);
        let set = |row: &rusqlite::Row<'_>| row.get::<_, String>(0);
        let is = db.query_row(&format!("PRAGMA journal_mode = {mode}"), [], set).expect("a pragma");
        assert_eq!(is.to_uppercase(), mode);
        drop(db);
        let bytes = std::fs::read(&file).expect("a file");
        for name in files(self.directory.path()) {
            std::fs::remove_file(self.directory.path().join(name)).expect("it goes");
        }
        bytes
    }

    /// Puts the file that is found into the directory, and nothing else.
    pub(crate) fn place(&self) {
        for name in files(self.directory.path()) {
            std::fs::remove_file(self.directory.path().join(name)).expect("it goes");
        }
        if let Some(found) = &self.found {
            std::fs::write(self.file(), found).expect("a file");
        }
        if let Some(backup) = &self.backup {
            std::fs::write(self.directory.path().join(BACKUP), backup).expect("a file");
        }
    }

    /// Migrates in this process, and notes at every event what another connection sees.
    fn walk(&mut self) {
        self.place();
        let file = self.file();
        let mut seen = Vec::new();
        let mut events = 0;
        let mut look = || {
            let found = if file.exists() { seen_by_another(&file) } else { Some(Vec::new()) };
            if let Some(found) = found.filter(|found| seen.last() != Some(found)) {
                seen.push(found);
            }
        };
        look();
        let observe = |event: &Event<'_>| {
            events += usize::from(!matches!(event, Event::Finished { .. }));
            look();
        };
        self.scenario.act(&self.program, &file, Options::new().on_event(observe)).expect("it migrates");
        look();
        (self.states, self.events) = (seen, events);
        assert_eq!(self.states.len(), self.scenario.states, "{:#?}", self.states);
    }

    /// The content after everything.
    pub(crate) fn goal(&self) -> &Vec<String> {
        &self.states[self.states.len() - 1]
    }

    /// Proves that the file is sound and in a state that was committed, which it returns.
    pub(crate) fn state(&self) -> usize {
        let found = sound(&self.file());
        let at = self.states.iter().position(|state| *state == found);
        at.unwrap_or_else(|| panic!("it has a state that nobody committed: {found:#?}"))
    }

    /// Migrates again, with nothing in the way, and proves that this ends where it should.
    pub(crate) fn again(&self) {
        self.scenario.act(&self.program, &self.file(), Options::new()).expect("the next start");
        assert_eq!(&sound(&self.file()), self.goal(), "the next start ends at the same place");
        self.assert_left();
    }

    /// Proves that nothing is left beside the database but backups, each of which is a state that was committed.
    pub(crate) fn assert_left(&self) {
        let is_backup = |name: &String| name.starts_with("app.db.before-") && name.ends_with(".backup");
        let (backups, others): (Vec<_>, Vec<_>) = files(self.directory.path()).into_iter().partition(is_backup);
        assert_eq!(others, ["app.db"], "what is left beside the database");
        // Whoever restores what is restored already keeps the same once more.
        let most = if self.backup.is_some() { 3 } else { self.states.len() - 1 };
        assert!(backups.len() <= most, "more backups than changes: {backups:?}");
        for name in backups {
            let content = sound(&self.directory.path().join(&name));
            assert!(self.states.contains(&content), "{name} has a state that nobody committed: {content:#?}");
        }
    }

    /// What a refusal leaves is the file that was found, byte for byte, when no migration came before it.
    pub(crate) fn left(&self, error: &Error) -> usize {
        assert_shape(&error.to_string());
        let bytes = std::fs::read(self.file()).unwrap_or_default();
        let state = self.state();
        let says_so = error.to_string().contains("\n  nothing was changed\n");
        assert_eq!(says_so, state == 0, "state {state}: {error}");
        if state == 0 {
            assert!(bytes == self.found.clone().unwrap_or_default(), "the file changed: {error}");
        }
        state
    }
}

/// What another program sees in the file at this moment; `None` where a writer is in its way.
fn seen_by_another(file: &Path) -> Option<Vec<String>> {
    let db = Connection::open(file).expect("it opens");
    db.busy_timeout(Duration::ZERO).expect("no wait");
    content(&db).ok()
}

/// An error is the fact in one line, then indented lines, the last of which says what helps.
pub(crate) fn assert_shape(error: &str) {
    let mut lines = error.lines();
    let fact = lines.next().unwrap_or_default();
    assert!(!fact.is_empty() && !fact.starts_with(' '), "no fact in the first line: {error:?}");
    assert!(lines.all(|line| line.starts_with("  ")), "a line that is not indented: {error}");
    let helps = error.lines().filter(|line| line.starts_with("  help: ")).count();
    assert_eq!(helps, 1, "one help line: {error}");
    let control = |letter: &char| letter.is_control() && !matches!(letter, '\n' | '\t');
    assert_eq!(error.chars().find(control), None, "a control character in {error:?}");
}
