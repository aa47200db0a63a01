//! The schema that the migrations lead to, version by version.

use rusqlite::Connection;
use schema_core::{Inspection, Migration};
use schema_replay::{Replay, Replayer, inspect};

use crate::Error;
use crate::sqlite::{refusal, script};

/// The schemas of the versions, replayed as far as they are asked for.
#[derive(Debug)]
pub(crate) struct Expected {
    migrations: &'static [Migration],
    replayer: Replayer,
    at: usize,
}

impl Expected {
    pub(crate) fn new(migrations: &'static [Migration]) -> Expected {
        Expected { migrations, replayer: Replayer::quiet(), at: 0 }
    }

    /// The schema after that many migrations.
    pub(crate) fn after(&mut self, count: usize) -> Result<Inspection, Error> {
        if count < self.at {
            *self = Expected::new(self.migrations);
        }
        for migration in &self.migrations[self.at..count] {
            self.replayer.run(migration).map_err(refusal::unreplayable)?;
        }
        self.at = count;
        self.replayer.inspection().map_err(refusal::unreplayable)
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
