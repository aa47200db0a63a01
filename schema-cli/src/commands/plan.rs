//! `plan`: what `apply` would do, with the SQL, and the file that holds it to that.

use std::fmt;
use std::path::Path;

use rusqlite::Connection;
use schema_replay::inspect;
use schema_runtime::{Adopt, DataPolicy, Offenders, Options, Plan, PlannedStep, Sqlite};
use serde_json::{Map, Value, json};

use super::database::{failed, migrations, open};
use crate::args::{Answers, DataStatements, Where};
use crate::atomic::Edits;
use crate::exit::{Outcome, Result, Stop};
use crate::out;

pub(crate) fn run(
    database: &Path,
    place: &Where,
    answers: &Answers,
    file: Option<&Path>,
    as_json: bool,
) -> Result<Outcome> {
    let migrations = migrations(place)?;
    let (plan, document) = made(&migrations, database, answers)?;
    if let Some(file) = file {
        let mut edits = Edits::new();
        edits.write(file, format!("{document:#}\n"));
        edits.commit()?;
    }
    if as_json {
        out::json(&document);
    } else {
        out::line(Shown(&plan));
        out::text(sql(&migrations, &plan));
        if let Some(file) = file {
            let (database, file) = (database.display(), file.display());
            out::line(format_args!(
                "\nthe plan is in {file}; `cargo driftless apply {database} --plan {file}` runs exactly it"
            ));
        }
    }
    let fails = plan.steps.iter().flat_map(|step| &step.offenders).any(|offenders| offenders.certain);
    Ok(if fails { Outcome::Findings } else { Outcome::Done })
}

/// A plan with the name of the state that it is for.
pub(crate) struct Shown<'p>(pub(crate) &'p Plan);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.state, self.0)
    }
}

/// The SQL that would run: that of a migration as its file has it, and what is made for this database otherwise.
fn sql(migrations: &Sqlite, plan: &Plan) -> String {
    let mut text = String::new();
    for step in plan.steps.iter().filter(|step| step.statements > 0) {
        let migration = migrations.migrations().iter().find(|migration| migration.version == step.version);
        let whole = migration.filter(|migration| step.sql.iter().all(|sql| migration.sql.contains(sql.as_str())));
        let statements = listed(&step.sql);
        text.push_str(&match (step.outcome, whole) {
            (schema_runtime::Outcome::Completed, _) => {
                format!("\n-- what is missing of {}\n{statements}\n", step.file)
            }
            (_, Some(migration)) => format!("\n-- {}\n{}\n", migration.file, migration.sql.trim()),
            (_, None) => format!("\n-- the final schema\n{statements}\n"),
        });
    }
    text
}

/// Statements, each with its semicolon.
fn listed(statements: &[String]) -> String {
    let ended = statements.iter().map(|sql| format!("{};", sql.trim_end().trim_end_matches(';')));
    ended.collect::<Vec<_>>().join("\n")
}

/// The plan for a database, and the document that is saved of it.
fn made(migrations: &Sqlite, database: &Path, answers: &Answers) -> Result<(Plan, Value)> {
    let connection = open(database)?;
    let plan = migrations.plan_with(&connection, &options(answers)).map_err(|error| failed(&error))?;
    // Apart from the steps: rows come and go, and the plan still fits.
    let losses = plan.steps.iter().filter(|step| !step.losses.is_empty());
    let losses: Map<String, Value> = losses.map(|step| (step.version.clone(), json!(step.losses))).collect();
    let offenders = plan.steps.iter().filter(|step| !step.offenders.is_empty());
    let offenders: Map<String, Value> =
        offenders.map(|step| (step.version.clone(), step.offenders.iter().map(rows).collect())).collect();
    let document = json!({
        "schema": digest(&connection)?,
        "chain": migrations.chain(),
        "state": plan.state.as_str(),
        "evidence": plan.evidence,
        "reason": plan.reason,
        "steps": plan.steps.iter().map(step).collect::<Vec<_>>(),
        "drift": plan.drift,
        "losses": losses,
        "offenders": offenders,
        "unmanaged": plan.unmanaged,
    });
    Ok((plan, document))
}

/// What would be done about one migration, which depends on the schema and on the history.
fn step(step: &PlannedStep) -> Value {
    json!({
        "version": step.version,
        "name": step.name,
        "file": step.file,
        "outcome": step.outcome.as_str(),
        "why": step.why,
        "statements": step.statements,
        "sql": step.sql,
    })
}

/// Rows that are in the way of a migration.
fn rows(offenders: &Offenders) -> Value {
    json!({
        "table": offenders.table,
        "rule": offenders.rule,
        "count": offenders.count,
        "certain": offenders.certain,
        "samples": offenders.samples,
        "query": offenders.query,
    })
}

/// The options that the command line states.
pub(crate) fn options(answers: &Answers) -> Options<'static> {
    answered(Options::new(), answers)
}

/// The same with what else was stated.
pub(crate) fn answered<'o>(options: Options<'o>, answers: &Answers) -> Options<'o> {
    let adopt = answers.adopt.as_ref().map_or(Adopt::Proven, |version| Adopt::Version(version.clone()));
    let options = options.adopt(adopt);
    match answers.data_statements {
        None => options,
        Some(DataStatements::Adopt) => options.data_statements(DataPolicy::Adopt),
        Some(DataStatements::Run) => options.data_statements(DataPolicy::Run),
    }
}

/// The digest of the schema that a database has now: a plan is made for it and for no other.
fn digest(connection: &Connection) -> Result<String> {
    let inspection = inspect(connection).map_err(|error| Stop::unusable(format!("cannot read the schema: {error}")))?;
    let ddl = schema_core::render::schema(&inspection.schema).join(";\n");
    let unmanaged: Vec<&str> = inspection.unmanaged.iter().filter_map(|object| object.sql.as_deref()).collect();
    Ok(schema_core::digest(&format!("{ddl}\n{}", unmanaged.join(";\n"))))
}

/// Refuses a plan that was made for another schema, for other migrations, or for another history.
pub(crate) fn check(file: &Path, migrations: &Sqlite, database: &Path, answers: &Answers) -> Result<()> {
    let shown = file.display();
    let text = std::fs::read_to_string(file)
        .map_err(|error| Stop::unusable(format!("cannot read the plan `{shown}`: {error}")))?;
    let saved: Value = serde_json::from_str(&text).map_err(|error| {
        Stop::unusable(format!(
            "`{shown}` is not a plan: {error}\n  help: run `cargo driftless plan {} --out {shown}`",
            database.display()
        ))
    })?;
    let (_, now) = made(migrations, database, answers)?;
    let stale = if saved["schema"] != now["schema"] {
        "the database's schema has changed since"
    } else if saved["chain"] != now["chain"] {
        "the migrations have changed since"
    } else if saved["steps"] != now["steps"] {
        "other migrations are pending now"
    } else {
        return Ok(());
    };
    Err(Stop::refused(format!(
        "the plan `{shown}` does not fit any more: {stale}\n  nothing was changed\n  help: run `cargo driftless plan {} --out {shown}` and read it again",
        database.display(),
    )))
}
