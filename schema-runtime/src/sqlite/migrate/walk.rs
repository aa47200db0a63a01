//! The way of a database between versions, which was rehearsed: it is gone as a whole, in one transaction, and each
//! leg has to end where its rehearsal ended. So the database is between versions before, or at the last one after.

use std::time::{Duration, Instant};

use schema_core::Migration;
use schema_replay::inspect;

use crate::sqlite::backup::Change;
use crate::sqlite::history::Record;
use crate::sqlite::judge::agreement::fingerprint;
use crate::sqlite::judge::route::{Act, Leg, Route};
use crate::sqlite::migrate::{Run, ms, observe};
use crate::sqlite::settings::Lock;
use crate::sqlite::{guests, preflight, refusal, script};
use crate::{Error, Event, Outcome};

/// What was done with one migration.
type Done = (&'static Migration, Outcome, Duration);

impl Run<'_, '_> {
    /// Goes the whole way.
    pub(super) fn walk(&mut self, lock: Lock<'_>, route: Route) -> Result<(), Error> {
        let migrations = self.judge.set.migrations();
        let pending = &migrations[route.rows.len()..];
        let adopted = route.legs.iter().take_while(|leg| leg.act == Act::Adopt).count();
        if adopted > 0 {
            observe(self.options, &Event::Adopting { migrations: &pending[..adopted] });
        }
        self.protect_from(pending, &route.legs)?;
        let before = self.violations()?;
        let mut done: Vec<Done> = Vec::new();
        for (migration, leg) in pending.iter().zip(&route.legs) {
            let start = Instant::now();
            let outcome = self.perform(migration, leg)?;
            if outcome != Outcome::Adopted {
                self.refuse_orphans(migration, &before)?;
            }
            let is_last = done.len() + 1 == pending.len();
            self.arrive(migration, leg, outcome, is_last, start)?;
            done.push((migration, outcome, start.elapsed()));
        }
        self.commit(lock)?;
        for (migration, outcome, duration) in done {
            self.note(std::slice::from_ref(migration), outcome, duration);
            if outcome != Outcome::Adopted {
                observe(self.options, &Event::Applied { migration, duration });
            }
        }
        Ok(())
    }

    /// Takes a backup before any leg that loses something.
    fn protect_from(&mut self, pending: &'static [Migration], legs: &[Leg]) -> Result<(), Error> {
        let script = |(migration, leg): (&'static Migration, &Leg)| match &leg.act {
            Act::Adopt => None,
            Act::Run => Some((migration, migration.sql.clone().into_owned())),
            Act::Complete(statements) => Some((migration, statements.join(";\n"))),
        };
        let scripts: Vec<(&Migration, String)> = pending.iter().zip(legs).filter_map(script).collect();
        let Some((first, _)) = scripts.first() else { return Ok(()) };
        let all = scripts.iter().map(|(_, sql)| sql.as_str()).collect();
        self.protect(&Change { scripts: all, ..Change::applying(first) })
    }

    fn perform(&mut self, migration: &'static Migration, leg: &Leg) -> Result<Outcome, Error> {
        let migrations = self.judge.set.migrations();
        let total = migrations.len();
        let position = migrations.iter().position(|one| one.version == migration.version).map_or(total, |at| at + 1);
        match &leg.act {
            Act::Adopt => Ok(Outcome::Adopted),
            Act::Run => {
                observe(self.options, &Event::Running { migration, position, total });
                self.run(migration)?;
                Ok(Outcome::Applied)
            }
            Act::Complete(sql) => {
                observe(self.options, &Event::Completing { migration, position, total, statements: sql.len() });
                let guests = self.guests(&sql.join(";\n"))?;
                let options = &mut *self.options;
                let went = script::complete(self.judge.db, migration, sql, &mut |event| observe(options, event));
                went.map_err(|error| preflight::explain(&mut self.judge, migration, error))?;
                self.settings.reset().map_err(refusal::database)?;
                guests::put_back(self.judge.db, migration, &guests)?;
                Ok(Outcome::Completed)
            }
        }
    }

    /// Proves that a leg ended where its rehearsal did, the last one at the schema of the last version, and records
    /// its migration.
    fn arrive(
        &mut self,
        migration: &'static Migration,
        leg: &Leg,
        outcome: Outcome,
        is_last: bool,
        start: Instant,
    ) -> Result<(), Error> {
        let db = self.judge.db;
        if outcome != Outcome::Adopted {
            let found = inspect(db).map_err(refusal::database)?;
            if leg.goal.as_ref() != Some(&fingerprint(&found)) {
                return Err(refusal::otherwise_than_rehearsed(migration));
            }
        }
        let digest = if is_last { Some(self.prove(self.judge.set.migrations().len())?) } else { None };
        let rows = self.judge.rows()?;
        let record = Record { outcome, digest: digest.as_deref(), duration_ms: ms(start.elapsed()) };
        self.record(&rows, std::slice::from_ref(migration), &record)
    }
}
