//! Migrations directories, each read and replayed once, whichever models ask for it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use schema_core::Place;
use schema_replay::{Level, MigrationSet, Problem, Project, Replay};

use crate::finding::{self, Finding, Spot};

/// A migrations directory and what became of it.
pub(crate) struct Host {
    pub(crate) project: Project,
    pub(crate) state: State,
}

/// What became of a migrations directory.
pub(crate) enum State {
    /// It cannot be read, or cannot be replayed.
    Broken(Vec<Problem>),
    /// The schema is known.
    Ready { set: MigrationSet, replay: Box<Replay> },
}

/// All directories that were asked for, by their paths.
#[derive(Default)]
pub(crate) struct Hosts(Mutex<BTreeMap<PathBuf, Arc<OnceLock<Arc<Host>>>>>);

impl Hosts {
    /// A directory, read and replayed by the first who asks.
    pub(crate) fn get(&self, project: &Project) -> Arc<Host> {
        let cell = {
            let mut hosts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(hosts.entry(project.dir.clone()).or_default())
        };
        Arc::clone(cell.get_or_init(|| Arc::new(Host { project: project.clone(), state: load(project) })))
    }

    /// All of them, in the order of their paths.
    pub(crate) fn all(&self) -> Vec<Arc<Host>> {
        let hosts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        hosts.values().filter_map(|cell| cell.get().cloned()).collect()
    }
}

fn load(project: &Project) -> State {
    match schema_replay::read(project) {
        Err(problems) => State::Broken(problems),
        Ok(set) => match schema_replay::replay(&set.migrations) {
            Ok(replay) => State::Ready { set, replay: Box::new(replay) },
            Err(problem) => State::Broken(vec![problem]),
        },
    }
}

impl Host {
    /// How bad what has this code is, by `driftless.toml`; `None` where it is allowed.
    pub(crate) fn level(&self, code: &str) -> Option<finding::Level> {
        match self.project.config.lints.level(code) {
            Level::Allow => None,
            Level::Warn => Some(finding::Level::Warning),
            Level::Deny => Some(finding::Level::Error),
        }
    }

    /// The place in the SQL files as a spot.
    pub(crate) fn spot(&self, place: &Place) -> Spot {
        spot(&self.project, place)
    }

    /// What is wrong with the migrations themselves.
    pub(crate) fn findings(&self) -> Vec<Finding> {
        let problems = match &self.state {
            State::Broken(problems) => problems.as_slice(),
            State::Ready { replay, .. } => &replay.findings,
        };
        problems
            .iter()
            .filter_map(|problem| Some(of_problem(&self.project, problem, self.level(problem.code)?)))
            .collect()
    }

    /// The number of migrations.
    pub(crate) fn migrations(&self) -> usize {
        match &self.state {
            State::Broken(_) => 0,
            State::Ready { set, .. } => set.migrations.len(),
        }
    }
}

/// A problem as a finding.
pub(crate) fn of_problem(project: &Project, problem: &Problem, level: finding::Level) -> Finding {
    Finding {
        rust: None,
        sql: problem.place.as_ref().map(|place| spot(project, place)),
        code: problem.code,
        level,
        message: problem.message.clone(),
    }
}

/// Messages name files by what a user calls the directory; a spot names the file itself.
pub(crate) fn spot(project: &Project, place: &Place) -> Spot {
    let file = Path::new(&*place.file);
    let path = if let Ok(below) = file.strip_prefix(&project.shown) {
        project.dir.join(below)
    } else {
        // A file of the package, such as `driftless.toml`, which stands where the shown path begins.
        let depth = Path::new(&project.shown).components().count();
        project.dir.ancestors().nth(depth).unwrap_or(&project.dir).join(file)
    };
    Spot::at(near(&path), place.line as usize, place.column as usize)
}

/// A path as it is shortest from here.
pub(crate) fn near(path: &Path) -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(&here).unwrap_or(path).to_owned()
}
