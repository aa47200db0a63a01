//! The proof of one migration by what it changed: a database that was at a version, and whose catalogue changed as the
//! catalogue of the replay did, is at the next one. So what a step costs does not grow with the schema.

use schema_replay::{Ledger, only_appends};

use crate::Error;
use crate::sqlite::history::TABLE;
use crate::sqlite::migrate::Run;
use crate::sqlite::refusal;
use crate::sqlite::route::Route;

impl Run<'_, '_> {
    /// Looks at the catalogues before a step, in a database that is exactly at the version where the step begins.
    pub(super) fn watch(&mut self, route: &Route) -> Result<(), Error> {
        let at = route.rows.len();
        // The first step brings the history as well, which no migration does.
        if at == 0 || !route.drift.is_empty() {
            self.ledger = None;
            return Ok(());
        }
        if self.ledger.is_none() {
            self.ledger = Some(Ledger::of(self.judge.db).map_err(refusal::database)?);
        }
        self.judge.expected.ledger(at).map(drop)
    }

    /// Proves that a step led to the schema of that many migrations, and returns the digest of it when it is known.
    pub(super) fn prove_step(&mut self, count: usize) -> Result<Option<String>, Error> {
        let migrations = self.judge.set.migrations();
        let appended = only_appends(&migrations[count - 1].sql);
        let Some(mut ledger) = self.ledger.take() else { return self.prove(count).map(Some) };
        let changes = ledger.follow(self.judge.db, appended).map_err(refusal::database)?;
        let Some((expected, _)) = self.judge.expected.changes(count)?.filter(|(_, expected)| **expected == changes)
        else {
            return self.prove(count).map(Some);
        };
        if count < migrations.len() {
            self.ledger = Some(ledger);
            return Ok(None);
        }
        // The last one is the schema that the program was compiled with. Whatever else there is has to be told.
        match self.judge.set.blueprint {
            Some(blueprint) if ledger.has_same_objects(expected, TABLE) => {
                self.judge.unmanaged.clear();
                Ok(Some(blueprint.digest.to_string()))
            }
            _ => self.prove(count).map(Some),
        }
    }
}
