//! What would be done to a database, and how it stands: the judge without a lock.

use rusqlite::Connection;
use schema_core::{Migration, Pair};
use schema_replay::inspect;

use crate::sqlite::backup::loss;
use crate::sqlite::judge::route::{Act, Leg};
use crate::sqlite::judge::{Judge, Situation, Task};
use crate::sqlite::{Sqlite, migrate, preflight, refusal, script};
use crate::{Adopt, Error, MigrationStatus, Options, Outcome, Plan, PlannedStep, State, Status};

/// What [`migrate::migrate`] would do.
pub(crate) fn plan(set: &Sqlite, db: &Connection, options: &Options<'_>) -> Result<Plan, Error> {
    let mut judge = Judge::new(db, set, options.adopt.clone()).with_policy(options.data_statements).proving();
    let situation = judge.situation()?;
    let reason = reason(set, &situation);
    // Between versions, the schema before a migration is not that of the rows.
    let is_exact = !matches!(&situation.task, Task::Follow(route) if route.is_rehearsed());
    let (mut steps, drift) = match situation.task {
        Task::Nothing => (Vec::new(), Vec::new()),
        Task::Create => (create(set), Vec::new()),
        Task::Follow(route) => {
            let pending = &set.migrations()[route.rows.len()..];
            (pending.iter().zip(&route.legs).map(|(migration, leg)| planned(migration, leg)).collect(), route.drift)
        }
    };
    foresee(db, &mut steps)?;
    ask(&mut judge, &mut steps, is_exact)?;
    Ok(Plan { reason, state: situation.state, evidence: situation.evidence, steps, drift, unmanaged: judge.unmanaged })
}

/// Notes what the migrations that would run lose.
fn foresee(db: &Connection, steps: &mut [PlannedStep]) -> Result<(), Error> {
    let runs = |step: &&mut PlannedStep| matches!(step.outcome, Outcome::Applied | Outcome::Completed);
    let mut running: Vec<&mut PlannedStep> = steps.iter_mut().filter(runs).collect();
    let scripts: Vec<String> = running.iter().map(|step| step.sql.join(";\n")).collect();
    let scripts: Vec<&str> = scripts.iter().map(String::as_str).collect();
    let losses = loss::losses_of_each(db, &scripts).map_err(refusal::database)?;
    running.iter_mut().zip(losses).for_each(|(step, losses)| step.losses = losses);
    Ok(())
}

/// Notes the rows that the migrations that would run do not allow: for certain only of the first, on an exact database.
fn ask(judge: &mut Judge<'_>, steps: &mut [PlannedStep], is_exact: bool) -> Result<(), Error> {
    let runs = |step: &PlannedStep| matches!(step.outcome, Outcome::Applied | Outcome::Completed);
    let Some(first) = steps.iter().position(runs) else { return Ok(()) };
    let found = inspect(judge.db).map_err(refusal::database)?.schema;
    let count = judge.set.migrations().len() - steps.len();
    let mut before = judge.expected.after(count + first)?.schema;
    for (at, step) in steps.iter_mut().enumerate().skip(first) {
        let after = judge.expected.after(count + at + 1)?.schema;
        if runs(step) {
            let sql = step.sql.join(";\n");
            let is_next = is_exact && at == first;
            step.offenders = preflight::foreseen(judge.db, &found, Pair::new(&before, &after), &sql, is_next)?;
        }
        before = after;
    }
    Ok(())
}

fn reason(set: &Sqlite, situation: &Situation) -> String {
    let migrations = set.migrations();
    let version = |count: usize| count.checked_sub(1).map_or("", |last| &migrations[last].version);
    match &situation.task {
        Task::Nothing => Plan::up_to_date(migrations.last().map(|last| &*last.version)),
        Task::Create => "the database has none of the tables: the final schema is created at once".to_owned(),
        Task::Follow(route) if situation.state == State::Behind => {
            Plan::behind(version(route.rows.len()), migrations.len() - route.rows.len())
        }
        Task::Follow(_) => situation.evidence.first().cloned().unwrap_or_default(),
    }
}

fn create(set: &Sqlite) -> Vec<PlannedStep> {
    let at_once = migrate::is_schema_alone(set);
    let step = |(at, migration)| match (at_once, at) {
        (true, 0) => step(migration, Outcome::Created, set.schema().iter().map(|sql| (*sql).to_owned()).collect()),
        (true, _) => step(migration, Outcome::Created, Vec::new()),
        (false, _) => step(migration, Outcome::Created, script::texts(migration)),
    };
    set.migrations().iter().enumerate().map(step).collect()
}

fn planned(migration: &Migration, leg: &Leg) -> PlannedStep {
    let (outcome, sql) = match &leg.act {
        Act::Adopt => (Outcome::Adopted, Vec::new()),
        Act::Run => (Outcome::Applied, script::texts(migration)),
        Act::Complete(statements) => (Outcome::Completed, statements.clone()),
    };
    PlannedStep { why: leg.why.clone(), ..step(migration, outcome, sql) }
}

fn step(migration: &Migration, outcome: Outcome, sql: Vec<String>) -> PlannedStep {
    PlannedStep {
        version: migration.version.clone().into_owned(),
        name: migration.name.clone().into_owned(),
        file: migration.file.clone().into_owned(),
        outcome,
        losses: Vec::new(),
        statements: sql.len(),
        sql,
        why: String::new(),
        offenders: Vec::new(),
    }
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
    let situation = match unreadable {
        Some(error) => Err(error),
        None => judge.situation(),
    };
    let (state, evidence, problem) = match situation {
        Ok(situation) => (situation.state, situation.evidence, None),
        Err(error) => (State::of_refusal(error.kind()), Vec::new(), Some(error)),
    };
    Ok(Status { state, evidence, migrations, problem, unmanaged: judge.unmanaged })
}
