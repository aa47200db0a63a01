//! `status`, `plan` and `apply`: what a SQLite file is, and what becomes of it.

use std::io::IsTerminal as _;
use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};
use rusqlite::{Connection, OpenFlags};
use schema_replay::inspect;
use schema_runtime::{Error, Event, Options, Sqlite};
use serde_json::json;

use crate::args::Where;
use crate::atomic::Edits;
use crate::exit::{Outcome, Result, Stop};

/// The migrations as the runtime takes them.
fn migrations(place: &Where) -> Result<Sqlite> {
    let set = place.site()?.read()?;
    Sqlite::from_migrations(set.migrations).map_err(|error| failed(&error))
}

fn failed(error: &Error) -> Stop {
    Stop::unusable(error.to_string())
}

fn open(database: &Path) -> Result<Connection> {
    if !database.exists() {
        return Err(Stop::unusable(format!(
            "there is no file `{}`\n  help: `cargo driftless apply` creates it",
            database.display()
        )));
    }
    Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY)
        .map_err(|error| Stop::unusable(format!("cannot open `{}`: {error}", database.display())))
}

pub(crate) fn status(database: &Path, place: &Where, as_json: bool) -> Result<Outcome> {
    let migrations = migrations(place)?;
    let status = migrations.status(&open(database)?).map_err(|error| failed(&error))?;
    if as_json {
        let list = status.migrations.iter().map(|migration| {
            json!({
                "version": migration.version,
                "name": migration.name,
                "file": migration.file,
                "outcome": migration.outcome.map(schema_runtime::Outcome::as_str),
                "applied_at": migration.applied_at,
            })
        });
        let problem = status.problem.as_ref().map(ToString::to_string);
        let document = json!({
            "up_to_date": status.is_up_to_date(),
            "migrations": list.collect::<Vec<_>>(),
            "problem": problem,
            "unmanaged": status.unmanaged,
        });
        anstream::println!("{document:#}");
    } else {
        anstream::println!("{status}");
    }
    Ok(if status.is_up_to_date() { Outcome::Done } else { Outcome::Findings })
}

/// The digest of the schema that a database has now: a plan is made for it and for no other.
fn digest(connection: &Connection) -> Result<String> {
    let inspection = inspect(connection).map_err(|error| Stop::unusable(format!("cannot read the schema: {error}")))?;
    let ddl = schema_core::render::schema(&inspection.schema).join(";\n");
    let unmanaged: Vec<&str> = inspection.unmanaged.iter().filter_map(|object| object.sql.as_deref()).collect();
    Ok(schema_core::digest(&format!("{ddl}\n{}", unmanaged.join(";\n"))))
}

pub(crate) fn plan(database: &Path, place: &Where, out: Option<&Path>, as_json: bool) -> Result<Outcome> {
    let migrations = migrations(place)?;
    let connection = open(database)?;
    let plan = migrations.plan(&connection).map_err(|error| failed(&error))?;
    let steps = plan.steps.iter().map(|step| {
        let migration = migrations.migrations().iter().find(|migration| migration.version == step.version);
        json!({
            "version": step.version,
            "name": step.name,
            "file": step.file,
            "outcome": step.outcome.as_str(),
            "statements": step.statements,
            "sql": migration.map(|migration| &*migration.sql),
        })
    });
    let document = json!({
        "schema": digest(&connection)?,
        "chain": migrations.chain(),
        "reason": plan.reason,
        "steps": steps.collect::<Vec<_>>(),
        "unmanaged": plan.unmanaged,
    });
    if let Some(out) = out {
        let mut edits = Edits::new();
        edits.write(out, format!("{document:#}\n"));
        edits.commit()?;
    }
    if as_json {
        anstream::println!("{document:#}");
    } else {
        anstream::println!("{plan}");
        for step in plan.steps.iter().filter(|step| step.statements > 0) {
            let migration = migrations.migrations().iter().find(|migration| migration.version == step.version);
            if let Some(migration) = migration {
                anstream::println!("\n-- {}\n{}", migration.file, migration.sql.trim_end());
            }
        }
    }
    Ok(if plan.is_up_to_date() { Outcome::Done } else { Outcome::Findings })
}

/// Refuses a plan that was made for another schema or for other migrations.
fn check_plan(path: &Path, database: &Path, migrations: &Sqlite) -> Result<()> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Stop::unusable(format!("cannot read the plan `{}`: {error}", path.display())))?;
    let plan: serde_json::Value = serde_json::from_str(&text)
        .map_err(|error| Stop::unusable(format!("`{}` is not a plan: {error}", path.display())))?;
    let found = match database.exists() {
        true => digest(&open(database)?)?,
        false => String::new(),
    };
    let stale = if plan["schema"].as_str() != Some(&found) {
        "the database's schema has changed since"
    } else if plan["chain"].as_str() != Some(migrations.chain()) {
        "the migrations have changed since"
    } else {
        return Ok(());
    };
    Err(Stop::refused(format!(
        "the plan `{}` does not fit any more: {stale}\n  nothing was changed\n  help: run `cargo driftless plan {} --out {}` and read it again",
        path.display(),
        database.display(),
        path.display()
    )))
}

pub(crate) fn apply(database: &Path, place: &Where, plan: Option<&Path>, yes: bool, as_json: bool) -> Result<Outcome> {
    let migrations = migrations(place)?;
    if let Some(path) = plan {
        check_plan(path, database, &migrations)?;
    }
    if !yes && plan.is_none() && !as_json && std::io::stdin().is_terminal() && database.exists() {
        let plan = migrations.plan(&open(database)?).map_err(|error| failed(&error))?;
        if !plan.is_up_to_date() {
            anstream::println!("{plan}");
            if !confirmed(&format!("apply this to `{}`?", database.display())) {
                return Err(Stop::refused("not applied, as you chose; nothing was changed"));
            }
        }
    }
    let bar = progress(migrations.migrations().len());
    let options = Options::new().on_event(|event| observe(&bar, event));
    let outcome = migrations.migrate_file_with(database, options);
    bar.finish_and_clear();
    let report = outcome.map_err(|error| failed(&error))?;
    if as_json {
        let steps = report.steps.iter().map(|step| {
            json!({
                "version": step.version,
                "name": step.name,
                "outcome": step.outcome.as_str(),
                "milliseconds": u64::try_from(step.duration.as_millis()).unwrap_or(u64::MAX),
            })
        });
        let document = json!({
            "version": report.version,
            "steps": steps.collect::<Vec<_>>(),
            "unmanaged": report.unmanaged,
        });
        anstream::println!("{document:#}");
    } else {
        anstream::println!("{report}");
    }
    Ok(Outcome::Done)
}

/// Asks on the terminal; only `y` and `yes` are a yes.
pub(crate) fn confirmed(question: &str) -> bool {
    anstream::eprint!("{question} [y/N] ");
    let mut answer = String::new();
    let read = std::io::stdin().read_line(&mut answer);
    read.is_ok() && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}

fn progress(migrations: usize) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(u64::try_from(migrations).unwrap_or(0));
    let style =
        ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}").unwrap_or_else(|_| ProgressStyle::default_bar());
    bar.with_style(style)
}

fn observe(bar: &ProgressBar, event: &Event<'_>) {
    match event {
        Event::Running { migration, .. } => bar.set_message(migration.file.to_string()),
        Event::Applied { .. } => bar.inc(1),
        _ => {}
    }
}
