//! What would be done to a database, and how it stands: the judge without a lock.

use rusqlite::Connection;
use schema_core::Migration;

use crate::sqlite::judge::{Judge, State};
use crate::sqlite::{Sqlite, loss, migrate, refusal, script};
use crate::{Adopt, Error, MigrationStatus, Outcome, Plan, PlannedStep, Status};

/// What [`migrate::migrate`] would do.
pub(crate) fn plan(set: &Sqlite, db: &Connection, adopt: Adopt) -> Result<Plan, Error> {
    let migrations = set.migrations();
    let mut judge = Judge::new(db, set, adopt).proving();
    let version = |count: usize| count.checked_sub(1).map_or("", |last| &migrations[last].version);
    let (reason, mut steps) = match judge.state()? {
        State::UpToDate => (Plan::up_to_date(migrations.last().map(|last| &*last.version)), Vec::new()),
        State::Fresh => (created(), create(set)),
        State::Unrecorded(count) => {
            let mut steps = planned(&migrations[..count], Outcome::Adopted);
            steps.extend(planned(&migrations[count..], Outcome::Applied));
            (format!("the database has no history, and the schema of version {}", version(count)), steps)
        }
        State::Behind(rows) => {
            let pending = &migrations[rows.len()..];
            (Plan::behind(version(rows.len()), pending.len()), planned(pending, Outcome::Applied))
        }
    };
    foresee(set, db, &mut steps)?;
    Ok(Plan { reason, steps, unmanaged: judge.unmanaged })
}

/// Notes what the migrations that would run lose.
fn foresee(set: &Sqlite, db: &Connection, steps: &mut [PlannedStep]) -> Result<(), Error> {
    let mut running: Vec<&mut PlannedStep> = steps.iter_mut().filter(|step| step.outcome == Outcome::Applied).collect();
    let sql_of = |step: &&mut PlannedStep| {
        let own = set.migrations().iter().find(|migration| migration.version == step.version);
        own.map_or("", |migration| &*migration.sql)
    };
    let scripts: Vec<&str> = running.iter().map(sql_of).collect();
    let losses = loss::losses_of_each(db, &scripts).map_err(refusal::database)?;
    running.iter_mut().zip(losses).for_each(|(step, losses)| step.losses = losses);
    Ok(())
}

fn created() -> String {
    "the database has none of the tables: the final schema is created at once".to_owned()
}

fn create(set: &Sqlite) -> Vec<PlannedStep> {
    let mut steps = planned(set.migrations(), Outcome::Created);
    if migrate::is_schema_alone(set) {
        for (at, step) in steps.iter_mut().enumerate() {
            step.statements = if at == 0 { set.schema().len() } else { 0 };
        }
    }
    steps
}

fn planned(migrations: &[Migration], outcome: Outcome) -> Vec<PlannedStep> {
    let step = |migration: &Migration| PlannedStep {
        version: migration.version.clone().into_owned(),
        name: migration.name.clone().into_owned(),
        file: migration.file.clone().into_owned(),
        outcome,
        losses: Vec::new(),
        statements: if outcome == Outcome::Adopted { 0 } else { script::count(migration) },
    };
    migrations.iter().map(step).collect()
}

/// How the database stands.
pub(crate) fn status(set: &Sqlite, db: &Connection) -> Result<Status, Error> {
    let mut judge = Judge::new(db, set, Adopt::Proven).proving();
    let (rows, unreadable) = match judge.rows() {
        Ok(rows) => (rows, None),
        Err(error) if error.is_history() => (Vec::new(), Some(error)),
        Err(error) => return Err(error),
    };
    let migrations = set.migrations().iter().map(|migration| {
        let row = rows.iter().find(|row| row.version == migration.version);
        MigrationStatus {
            version: migration.version.clone().into_owned(),
            name: migration.name.clone().into_owned(),
            file: migration.file.clone().into_owned(),
            outcome: row.and_then(|row| Outcome::parse(&row.outcome)),
            applied_at: row.map(|row| row.applied_at.clone()),
        }
    });
    let migrations = migrations.collect();
    let problem = match unreadable {
        Some(error) => Some(error),
        None => judge.state().err(),
    };
    Ok(Status { migrations, problem, unmanaged: judge.unmanaged })
}
