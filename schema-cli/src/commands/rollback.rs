//! `rollback`: migrations are taken back by their way down.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};
use schema_core::Migration;
use schema_runtime::{Kind, Sqlite, Status};
use serde_json::json;

use super::database::{ask, backed_up, existing, failed, observe, open, progress, told};
use crate::args::{BackupArgs, Where};
use crate::exit::{Outcome, Result, Stop};
use crate::out;
use crate::place::stop;

/// What the command line says beside the database and the place.
pub(crate) struct Wishes<'a> {
    pub(crate) to: Option<&'a str>,
    pub(crate) backup: &'a BackupArgs,
    pub(crate) yes: bool,
}

pub(crate) fn run(database: &Path, place: &Where, wishes: &Wishes<'_>, as_json: bool) -> Result<Outcome> {
    existing(database)?;
    let site = place.site()?;
    let set = site.read()?;
    let downs = schema_replay::read_downs(site.project()?, &set).map_err(|problems| stop(&problems))?;
    let migrations = Sqlite::from_migrations(set.migrations).map_err(|error| failed(&error))?;
    let status = migrations.status(&open(database)?).map_err(|error| failed(&error))?;
    // From a schema that was changed by hand there may be a way, too, which the runtime rehearses.
    if let Some(problem) = status.problem.as_ref().filter(|problem| problem.kind() != Kind::Drifted) {
        return Err(failed(problem));
    }
    let target = target(&status, wishes.to)?;
    let undone = undone(&status, target.as_deref());
    if undone.is_empty() {
        nothing(&status, as_json);
        return Ok(Outcome::Done);
    }
    // Without a way down there is nothing to agree to: the runtime refuses.
    if !wishes.yes
        && let Some(preview) = preview(&undone, &migrations, &downs)
    {
        if !as_json {
            out::text(preview);
        }
        ask(&format!("take this back in `{}`? What these migrations brought is lost", database.display()))?;
    }
    let mut connection = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_WRITE)
        .map_err(|error| Stop::unusable(format!("cannot open `{}`: {error}", database.display())))?;
    let bar = progress(undone.len());
    let options = backed_up(wishes.backup).on_event(|event| observe(&bar, event));
    let outcome = migrations.roll_back_by(&mut connection, &downs, target.as_deref(), options);
    told(&bar, outcome, as_json)
}

/// The version to end at; `None` is before the first. Leading zeros do not count, as in file names.
fn target(status: &Status, to: Option<&str>) -> Result<Option<String>> {
    let has: Vec<&str> =
        status.migrations.iter().filter(|one| one.outcome.is_some()).map(|one| one.version.as_str()).collect();
    let Some(to) = to else {
        return Ok(has.len().checked_sub(2).map(|before| has[before].to_owned()));
    };
    let same = |version: &&&str| schema_core::compare_versions(version, to).is_eq();
    match has.iter().find(same) {
        Some(version) => Ok(Some((*version).to_owned())),
        None if to == "0" => Ok(None),
        None => {
            let list = if has.is_empty() { "none".to_owned() } else { has.join(", ") };
            Err(Stop::unusable(format!(
                "the database does not have version {to}\n  it has:      {list}\n  help: name one of these, or 0 for all of them back"
            )))
        }
    }
}

/// The files that are taken back, in their order.
fn undone<'s>(status: &'s Status, target: Option<&str>) -> Vec<&'s str> {
    let has = status.migrations.iter().filter(|one| one.outcome.is_some());
    has.rev().take_while(|one| Some(one.version.as_str()) != target).map(|one| one.file.as_str()).collect()
}

fn nothing(status: &Status, as_json: bool) {
    let version = status.migrations.iter().rfind(|one| one.outcome.is_some()).map(|one| one.version.as_str());
    if as_json {
        out::json(&json!({ "version": version, "steps": [], "unmanaged": status.unmanaged }));
    } else {
        match version {
            Some(version) => out::line(format_args!("nothing to take back: the database is at version {version}")),
            None => out::line("nothing to take back: the database has none of the migrations"),
        }
    }
}

/// What would run; `None` where one of the migrations has no way down.
fn preview(undone: &[&str], migrations: &Sqlite, downs: &[Migration]) -> Option<String> {
    let down = |file: &&str| {
        let migration = migrations.migrations().iter().find(|migration| migration.file == **file)?;
        let down = downs.iter().find(|down| down.version == migration.version)?;
        Some(format!("-- {}\n{}\n\n", down.file, down.sql.trim()))
    };
    undone.iter().map(down).collect()
}
