//! The schema that the migrations lead to, version by version.

use rusqlite::Connection;
use schema_core::{Inspection, Migration};
use schema_replay::{Changes, Ledger, Replay, Replayer, inspect};

use crate::Error;
use crate::sqlite::{refusal, script};

/// The schemas of the versions, replayed as far as they are asked for.
#[derive(Debug)]
pub(crate) struct Expected {
    migrations: &'static [Migration],
    replayer: Replayer,
    at: usize,
    /// The catalogue, and what the last migration changed in it, once somebody asked for that.
    watched: Option<(Ledger, Option<Changes>)>,
}

impl Expected {
    pub(crate) fn new(migrations: &'static [Migration]) -> Expected {
        Expected { migrations, replayer: Replayer::quiet(), at: 0, watched: None }
    }

    /// The schema after that many migrations.
    pub(crate) fn after(&mut self, count: usize) -> Result<Inspection, Error> {
        self.go(count)?;
        self.replayer.inspection().map_err(refusal::unreplayable)
    }

    /// The catalogue after that many migrations. From there on, what each of them changes is noted.
    pub(crate) fn ledger(&mut self, count: usize) -> Result<&Ledger, Error> {
        self.go(count)?;
        let watched = match self.watched.take() {
            Some(watched) => watched,
            None => (self.replayer.ledger().map_err(refusal::unreplayable)?, None),
        };
        Ok(&self.watched.insert(watched).0)
    }

    /// What the last of that many migrations changes in the catalogue, and the catalogue then. `None` when it was
    /// not watched.
    pub(crate) fn changes(&mut self, count: usize) -> Result<Option<(&Ledger, &Changes)>, Error> {
        self.go(count)?;
        Ok(self.watched.as_ref().and_then(|(ledger, changes)| Some((ledger, changes.as_ref()?))))
    }

    fn go(&mut self, count: usize) -> Result<(), Error> {
        if count < self.at {
            *self = Expected::new(self.migrations);
        }
        for migration in &self.migrations[self.at..count] {
            self.replayer.run(migration).map_err(refusal::unreplayable)?;
            if let Some((ledger, changes)) = &mut self.watched {
                *changes = Some(self.replayer.changes(&migration.sql, ledger).map_err(refusal::unreplayable)?);
            }
        }
        self.at = count;
        Ok(())
    }
}

/// What all migrations lead to.
pub(crate) fn replay(migrations: &[Migration]) -> Result<Replay, Error> {
    schema_replay::replay(migrations).map_err(refusal::unreplayable)
}

/// The schema that some stored statements make, without replaying what led to them. `None` when they do not
/// stand alone, as those of a virtual table with its shadow tables do not.
pub(crate) fn of_catalogue(statements: &[&str]) -> Option<Inspection> {
    let db = Connection::open_in_memory().ok()?;
    for sql in statements {
        script::execute(&db, sql).ok()?;
    }
    inspect(&db).ok()
}
