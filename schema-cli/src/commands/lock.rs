//! `lock`: the lock file says what the migrations are; it is made again after pending ones were edited.

use schema_core::lock::Lock;
use schema_replay::read_unlocked;

use crate::args::Where;
use crate::atomic::Edits;
use crate::exit::{Outcome, Result, Stop};
use crate::place::stop;

pub(crate) fn run(place: &Where, released: &[String], json: bool) -> Result<Outcome> {
    let site = place.site()?;
    let project = site.project()?;
    let set = read_unlocked(project).map_err(|problems| stop(&problems))?;
    schema_replay::replay(&set.migrations).map_err(|problem| stop(&[problem]))?;
    let path = project.dir.join("driftless.lock");
    let new = Lock::of(&project.shown, &set.migrations);
    let before = match std::fs::read_to_string(&path) {
        Ok(text) => Some(Lock::parse(&text).map_err(|error| Stop::unusable(format!("{}: {error}", path.display())))?),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(Stop::unusable(format!("cannot read {}: {error}", path.display()))),
    };
    if let Some(before) = &before {
        refuse_released(before, &new, released)?;
    }
    let text = new.to_string();
    let changed = before.as_ref() != Some(&new);
    if changed {
        let mut edits = Edits::new();
        edits.write(&path, text);
        edits.commit()?;
    }
    if json {
        anstream::println!("{:#}", serde_json::json!({ "changed": changed, "migrations": new.entries.len() }));
    } else {
        let verb = if changed { "locked" } else { "already locked:" };
        anstream::println!("{verb} {} migrations in {}/driftless.lock", new.entries.len(), project.shown);
    }
    Ok(Outcome::Done)
}

/// A migration that is followed by another one was released: databases have run it. It changes, or goes,
/// only when it is named.
fn refuse_released(before: &Lock, new: &Lock, released: &[String]) -> Result<()> {
    let pending = before.entries.last().map(|entry| entry.file.clone());
    let mut refused = Vec::new();
    for entry in before.entries.iter().filter(|entry| Some(&entry.file) != pending.as_ref()) {
        let same = new.get(&entry.file).is_some_and(|other| other.checksum == entry.checksum);
        if !same && !released.contains(&entry.file) {
            refused.push(entry.file.clone());
        }
    }
    if refused.is_empty() {
        return Ok(());
    }
    let flags: Vec<String> = refused.iter().map(|file| format!("--released {file}")).collect();
    Err(Stop::refused(format!(
        "{} changed, but later migrations are locked after it, so databases may have run it\n  nothing was changed\n  \
         help: write a new migration instead; if no database has run it, `cargo driftless lock {}`",
        refused.iter().map(|file| format!("`{file}`")).collect::<Vec<_>>().join(", "),
        flags.join(" ")
    )))
}
