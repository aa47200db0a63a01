//! The proof of one migration by what it changed: a database that was at a version, and whose catalogue changed as the
//! catalogue of the replay did, is at the next one. So nothing is replayed, and a step costs the same in a large schema.

use schema_replay::Ledger;

use crate::Error;
use crate::sqlite::judge::route::Route;
use crate::sqlite::migrate::Run;
use crate::sqlite::refusal;

/// What is known of a database that is exactly at a version.
#[derive(Debug)]
pub(super) struct Watch {
    ledger: Ledger,
    /// What it has beside the words of the migrations: the difference of the fingerprints. A step does not change it.
    rest: u128,
}

impl Run<'_, '_> {
    /// Looks at the catalogue before a step, in a database that is exactly at the version where the step begins.
    pub(super) fn watch(&mut self, route: &Route) -> Result<(), Error> {
        let at = route.rows.len();
        // The first step brings the history as well, which may be in the way of something.
        let expected = self.judge.set.fingerprint(at).filter(|_| at > 0 && route.drift.is_empty());
        let Some(expected) = expected else {
            self.watch = None;
            return Ok(());
        };
        if self.watch.is_none() {
            let ledger = Ledger::of(self.judge.db).map_err(refusal::database)?;
            let rest = ledger.fingerprint().wrapping_sub(expected);
            self.watch = Some(Watch { ledger, rest });
        }
        Ok(())
    }

    /// Proves that a step led to the schema of that many migrations, and returns the digest of it when it is known.
    pub(super) fn prove_step(&mut self, count: usize) -> Result<Option<String>, Error> {
        let migrations = self.judge.set.migrations();
        let Some(mut watch) = self.watch.take() else { return self.prove(count).map(Some) };
        watch.ledger.follow(self.judge.db, &migrations[count - 1].sql).map_err(refusal::database)?;
        let found = watch.ledger.fingerprint().wrapping_sub(watch.rest);
        if self.judge.set.fingerprint(count) != Some(found) {
            return self.prove(count).map(Some);
        }
        if count < migrations.len() {
            self.watch = Some(watch);
            return Ok(None);
        }
        // The last one is the schema that the program was compiled with. Whatever else there is has to be told.
        match self.judge.set.blueprint {
            Some(blueprint) if watch.rest == 0 => {
                self.judge.unmanaged.clear();
                Ok(Some(blueprint.digest.to_string()))
            }
            _ => self.prove(count).map(Some),
        }
    }
}
