//! What state a database is in. The judge only reads; it is asked inside the lock before anything is done, and
//! without a lock for a plan.

use rusqlite::Connection;
use schema_core::Inspection;
use schema_replay::inspect;

use crate::sqlite::agreement::{Known, differences, digest, managed, unmanaged};
use crate::sqlite::expected::{Expected, of_catalogue};
use crate::sqlite::history::{self, Row};
use crate::sqlite::script::{Nature, nature};
use crate::sqlite::{Sqlite, refusal, verdict};
use crate::{Adopt, Error};

/// What is to be done with a database; a refusal is an [`Error`].
#[derive(Clone, Debug)]
pub(crate) enum State {
    /// Nothing.
    UpToDate,
    /// No table of the migrations is there: create them all.
    Fresh,
    /// There is no history, but the schema of that many migrations: record them.
    Unrecorded(usize),
    /// The history has fewer migrations than the program: run the next.
    Behind(Vec<Row>),
}

/// Judges one database against the migrations of one program.
#[derive(Debug)]
pub(crate) struct Judge<'a> {
    pub(crate) db: &'a Connection,
    pub(crate) set: &'a Sqlite,
    pub(crate) expected: Expected,
    pub(crate) known: Known,
    /// What was last seen in the database and is in no migration.
    pub(crate) unmanaged: Vec<String>,
    adopt: Adopt,
    always_prove: bool,
}

impl<'a> Judge<'a> {
    pub(crate) fn new(db: &'a Connection, set: &'a Sqlite, adopt: Adopt) -> Judge<'a> {
        Judge {
            db,
            set,
            expected: Expected::new(set.migrations()),
            known: Known::of(set.migrations()),
            unmanaged: Vec::new(),
            adopt,
            always_prove: false,
        }
    }

    /// Reads the schema even when the history proves that no DDL ran.
    pub(crate) fn proving(mut self) -> Judge<'a> {
        self.always_prove = true;
        self
    }

    /// What is to be done.
    pub(crate) fn state(&mut self) -> Result<State, Error> {
        let migrations = self.set.migrations();
        verdict::sequence(migrations)?;
        let rows = self.rows()?;
        if rows.is_empty() {
            return if migrations.is_empty() { Ok(State::UpToDate) } else { self.without_history() };
        }
        let count = verdict::prefix(&rows, migrations, self.db)?;
        let cookie = history::cookie(self.db).map_err(refusal::database)?;
        if self.always_prove || rows.last().is_some_and(|row| row.cookie != cookie) {
            self.prove(count)?;
        }
        Ok(if count == migrations.len() { State::UpToDate } else { State::Behind(rows) })
    }

    /// The rows of the history, none when there is no table.
    pub(crate) fn rows(&self) -> Result<Vec<Row>, Error> {
        if !history::exists(self.db).map_err(refusal::database)? {
            return Ok(Vec::new());
        }
        let rows = history::read(self.db).map_err(refusal::database)?;
        rows.ok_or_else(|| refusal::corrupt("it has other columns or values", self.db))
    }

    /// Compares the schema with the one after that many migrations.
    pub(crate) fn prove(&mut self, count: usize) -> Result<(), Error> {
        let (lines, _) = self.compare(count)?;
        match (lines.is_empty(), self.set.migrations()[..count].last()) {
            (false, Some(last)) => Err(refusal::drifted(last, &lines, self.db)),
            _ => Ok(()),
        }
    }

    /// The differences from the schema after that many migrations, and that schema.
    pub(crate) fn compare(&mut self, count: usize) -> Result<(Vec<String>, Inspection), Error> {
        let found = inspect(self.db).map_err(refusal::database)?;
        let expected = self.expected.after(count)?;
        let lines = differences(&found, &expected, &self.known);
        self.unmanaged = unmanaged(&found, &expected, &self.known);
        Ok((lines, expected))
    }

    /// Compares the schema with the final one, which is at hand: nothing is replayed.
    pub(crate) fn prove_final(&mut self) -> Result<(), Error> {
        let count = self.set.migrations().len();
        let found = inspect(self.db).map_err(refusal::database)?;
        match of_catalogue(self.set.schema()) {
            Some(expected) if differences(&found, &expected, &self.known).is_empty() => {
                self.unmanaged = unmanaged(&found, &expected, &self.known);
                Ok(())
            }
            // What a virtual table keeps beside it, for example: the replay has the last word.
            _ => self.prove(count),
        }
    }

    /// The digest of what is managed of the database.
    pub(crate) fn digest(&self) -> Result<String, Error> {
        let found = inspect(self.db).map_err(refusal::database)?;
        Ok(digest(&managed(found.schema, &self.known)))
    }

    fn without_history(&mut self) -> Result<State, Error> {
        let found = inspect(self.db).map_err(refusal::database)?;
        let Some(table) = self.known.first_in(&found) else {
            self.unmanaged = unmanaged(&found, &empty(), &self.known);
            return Ok(State::Fresh);
        };
        if self.adopt == Adopt::Never {
            return Err(refusal::unadopted(table));
        }
        self.version_of(&found).map(State::Unrecorded)
    }

    /// How many migrations lead to the schema that was found.
    fn version_of(&mut self, found: &Inspection) -> Result<usize, Error> {
        let migrations = self.set.migrations();
        let mut equal: Vec<usize> = Vec::new();
        let mut nearest: Option<(usize, Vec<String>)> = None;
        for count in 1..=migrations.len() {
            let expected = self.expected.after(count)?;
            let lines = differences(found, &expected, &self.known);
            if lines.is_empty() {
                self.unmanaged = unmanaged(found, &expected, &self.known);
                equal.push(count);
            } else if nearest.as_ref().is_none_or(|(_, fewest)| lines.len() <= fewest.len()) {
                nearest = Some((count, lines));
            }
        }
        if let Adopt::Version(version) = &self.adopt {
            let wanted = equal.iter().copied().find(|count| migrations[count - 1].version == **version);
            let found: Vec<_> = equal.iter().map(|count| &migrations[count - 1]).collect();
            return wanted.ok_or_else(|| refusal::not_that_version(version, &found));
        }
        let (Some(&first), Some(&last)) = (equal.first(), equal.last()) else {
            let nearest = nearest.as_ref().map(|(count, lines)| (&migrations[count - 1], lines.as_slice()));
            return Err(refusal::unknown(nearest, self.db));
        };
        match migrations[first..last].iter().find(|migration| nature(migration) == Nature::Rows) {
            Some(data) => Err(refusal::ambiguous(&migrations[first - 1], &migrations[last - 1], data)),
            None => Ok(last),
        }
    }
}

fn empty() -> Inspection {
    Inspection { schema: schema_core::Schema::empty(schema_core::Dialect::Sqlite), unmanaged: Vec::new() }
}
