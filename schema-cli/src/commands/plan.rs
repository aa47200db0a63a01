//! `plan`: what `apply` would do, with the SQL, and the file that holds it to that.

use std::path::Path;

use rusqlite::Connection;
use schema_replay::inspect;
use schema_runtime::{Adopt, Options, Plan, PlannedStep, Sqlite};
use serde_json::{Value, json};

use super::database::{failed, migrations, open};
use crate::args::Where;
use crate::atomic::Edits;
use crate::exit::{Outcome, Result, Stop};
use crate::out;

pub(crate) fn run(
    database: &Path,
    place: &Where,
    adopt: Option<&str>,
    file: Option<&Path>,
    as_json: bool,
) -> Result<Outcome> {
    let migrations = migrations(place)?;
    let (plan, document) = made(&migrations, database, adopt)?;
    if let Some(file) = file {
        let mut edits = Edits::new();
        edits.write(file, format!("{document:#}\n"));
        edits.commit()?;
    }
    if as_json {
        out::json(&document);
    } else {
        out::line(&plan);
        out::text(sql(&migrations, &plan));
        if let Some(file) = file {
            let (database, file) = (database.display(), file.display());
            out::line(format_args!(
                "\nthe plan is in {file}; `cargo driftless apply {database} --plan {file}` runs exactly it"
            ));
        }
    }
    Ok(Outcome::Done)
}

/// The SQL that would run.
pub(crate) fn sql(migrations: &Sqlite, plan: &Plan) -> String {
    let mut text = String::new();
    for step in plan.steps.iter().filter(|step| step.statements > 0) {
        let migration = migrations.migrations().iter().find(|migration| migration.version == step.version);
        if step.outcome == schema_runtime::Outcome::Created && migrations.schema().len() == step.statements {
            text.push_str(&format!("\n{};\n", migrations.schema().join(";\n")));
        } else if step.outcome == schema_runtime::Outcome::Completed {
            text.push_str(&format!("\n-- what is missing of {}\n{}\n", step.file, completion(step)));
        } else if let Some(migration) = migration {
            text.push_str(&format!("\n-- {}\n{}\n", migration.file, migration.sql.trim()));
        }
    }
    text
}

/// The statements for what is missing of a migration.
fn completion(step: &PlannedStep) -> String {
    step.sql.iter().map(|sql| format!("{};", sql.trim_end().trim_end_matches(';'))).collect::<Vec<_>>().join("\n")
}

/// The plan for a database, and the document that is saved of it.
fn made(migrations: &Sqlite, database: &Path, adopt: Option<&str>) -> Result<(Plan, Value)> {
    let connection = open(database)?;
    let plan =
        migrations.plan_with(&connection, &Options::new().adopt(adoption(adopt))).map_err(|error| failed(&error))?;
    let steps = plan.steps.iter().map(|step| {
        let migration = migrations.migrations().iter().find(|migration| migration.version == step.version);
        json!({
            "version": step.version,
            "name": step.name,
            "file": step.file,
            "outcome": step.outcome.as_str(),
            "statements": step.statements,
            "sql": match step.outcome {
                schema_runtime::Outcome::Completed => Some(completion(step)),
                _ => migration.filter(|_| step.statements > 0).map(|migration| migration.sql.to_string()),
            },
            "why": step.why,
        })
    });
    // Apart from the steps: rows come and go, and the plan still fits.
    let losses = plan.steps.iter().filter(|step| !step.losses.is_empty());
    let losses: serde_json::Map<String, Value> =
        losses.map(|step| (step.version.clone(), json!(step.losses))).collect();
    let document = json!({
        "schema": digest(&connection)?,
        "chain": migrations.chain(),
        "state": plan.state.as_str(),
        "reason": plan.reason,
        "evidence": plan.evidence,
        "steps": steps.collect::<Vec<_>>(),
        "drift": plan.drift,
        "losses": losses,
        "unmanaged": plan.unmanaged,
    });
    Ok((plan, document))
}

/// What `--adopt` says.
pub(crate) fn adoption(version: Option<&str>) -> Adopt {
    version.map_or(Adopt::Proven, |version| Adopt::Version(version.to_owned()))
}

/// The digest of the schema that a database has now: a plan is made for it and for no other.
fn digest(connection: &Connection) -> Result<String> {
    let inspection = inspect(connection).map_err(|error| Stop::unusable(format!("cannot read the schema: {error}")))?;
    let ddl = schema_core::render::schema(&inspection.schema).join(";\n");
    let unmanaged: Vec<&str> = inspection.unmanaged.iter().filter_map(|object| object.sql.as_deref()).collect();
    Ok(schema_core::digest(&format!("{ddl}\n{}", unmanaged.join(";\n"))))
}

/// Refuses a plan that was made for another schema, for other migrations, or for another history.
pub(crate) fn check(file: &Path, migrations: &Sqlite, database: &Path, adopt: Option<&str>) -> Result<()> {
    let shown = file.display();
    let text = std::fs::read_to_string(file)
        .map_err(|error| Stop::unusable(format!("cannot read the plan `{shown}`: {error}")))?;
    let saved: Value = serde_json::from_str(&text).map_err(|error| {
        Stop::unusable(format!(
            "`{shown}` is not a plan: {error}\n  help: run `cargo driftless plan {} --out {shown}`",
            database.display()
        ))
    })?;
    let (_, now) = made(migrations, database, adopt)?;
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
