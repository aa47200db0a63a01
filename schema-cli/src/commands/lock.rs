//! `lock`: the lock file says what the migrations are; it is made again after pending ones were edited.

use schema_core::lock::{self, Entry, Lock, LockErrorKind};
use schema_replay::{Project, read_unlocked};
use serde_json::json;

use super::git;
use crate::args::Where;
use crate::atomic::Edits;
use crate::exit::{Outcome, Result, Stop};
use crate::out;
use crate::place::stop;

pub(crate) fn run(place: &Where, released: &[String], json: bool) -> Result<Outcome> {
    let site = place.site()?;
    let project = site.project()?;
    let set = read_unlocked(project).map_err(|problems| stop(&problems))?;
    schema_replay::replay(&set.migrations).map_err(|problem| stop(&[problem]))?;
    let path = project.dir.join(lock::FILE_NAME);
    let new = Lock::of(&project.shown, &set.migrations);
    let before = before(project)?;
    if let Some(before) = &before {
        refuse_released(project, before, &new, released)?;
    }
    let changed = before.as_ref() != Some(&new);
    if changed {
        let mut edits = Edits::new();
        edits.write(&path, new.to_string());
        edits.commit()?;
    }
    let count = new.entries.len();
    if json {
        out::json(&json!({ "changed": changed, "migrations": count }));
    } else {
        let verb = if changed { "locked" } else { "already locked:" };
        let s = if count == 1 { "" } else { "s" };
        out::line(format_args!("{verb} {count} migration{s} in {}/{}", project.shown, lock::FILE_NAME));
    }
    Ok(Outcome::Done)
}

/// The lock as it is. What it knows must not get lost, so one that cannot be read stays.
fn before(project: &Project) -> Result<Option<Lock>> {
    let shown = format!("{}/{}", project.shown, lock::FILE_NAME);
    let text = match std::fs::read_to_string(project.dir.join(lock::FILE_NAME)) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Stop::unusable(format!("cannot read `{shown}`: {error}\n  nothing was changed"))),
    };
    Lock::parse(&text).map(Some).map_err(|error| {
        let help = match error.kind {
            LockErrorKind::Conflict => "run `cargo driftless rebase`, which orders the migrations of both branches",
            _ => "restore it with git, or remove it, and run `cargo driftless lock` again",
        };
        Stop::unusable(format!(
            "`{shown}` is not a lock file: {error}\n  at:          {shown}:{}:1\n  nothing was changed\n  help: {help}",
            error.line
        ))
    })
}

/// A migration that is followed by another one was released, unless git knows that it is on no shared branch.
/// Databases have run it, so it changes, or goes, only when it is named.
fn refuse_released(project: &Project, before: &Lock, new: &Lock, released: &[String]) -> Result<()> {
    let last = before.entries.last().map(|entry| entry.file.as_str());
    let trees: Vec<_> = git::released(&project.dir).collect();
    let pending =
        |file: &str| Some(file) == last || (!trees.is_empty() && !trees.iter().any(|tree| tree.contains(file)));
    let same = |entry: &Entry| new.get(&entry.file).is_some_and(|other| other.checksum == entry.checksum);
    let named = |file: &str| released.iter().any(|name| name == file || *name == format!("{}/{file}", project.shown));
    let refused: Vec<&str> = before
        .entries
        .iter()
        .filter(|entry| !pending(&entry.file) && !same(entry) && !named(&entry.file))
        .map(|entry| entry.file.as_str())
        .collect();
    if refused.is_empty() {
        return Ok(());
    }
    let flags: Vec<String> = refused.iter().map(|file| format!("--released {file}")).collect();
    let it = if refused.len() == 1 { "it" } else { "them" };
    Err(Stop::refused(format!(
        "{} changed, but later migrations are locked after {it}, so databases may have run {it}\n  nothing was changed\n  \
         help: write a new migration instead; if no database has run {it}, `cargo driftless lock {}`",
        refused.iter().map(|file| format!("`{file}`")).collect::<Vec<_>>().join(", "),
        flags.join(" ")
    )))
}
