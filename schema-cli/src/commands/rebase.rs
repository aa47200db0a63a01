//! `rebase`: two branches added migrations, and the local ones get the numbers after those of the other branch.

mod proof;
mod sides;

use std::collections::BTreeSet;
use std::path::PathBuf;

use schema_core::lock::{self, Lock};
use schema_core::{Migration, compare_versions};
use schema_replay::{MigrationSet, Project, read_duplicated, renumber};
use serde_json::json;

use crate::args::Where;
use crate::atomic::Edits;
use crate::exit::{Outcome, Result, Stop};
use crate::out;
use crate::place::stop;
use proof::Branches;
use sides::{Locked, local, relative};

pub(crate) fn run(place: &Where, stated: &[String], as_json: bool) -> Result<Outcome> {
    let site = place.site()?;
    let project = site.project()?;
    let set = read_duplicated(project).map_err(|problems| stop(&problems))?;
    let locked = Locked::read(project)?;
    let local = local(project, &set, &locked, stated)?;
    refuse_changed(project, &set, &locked, &local)?;
    let (mine, others): (Vec<Migration>, Vec<Migration>) =
        set.migrations.iter().cloned().partition(|migration| local.contains(relative(project, migration)));
    let (moves, renumbered) = numbered(project, &set, &mine, &others)?;
    if moves.is_empty() && !matches!(locked, Locked::Conflict { .. }) {
        schema_replay::replay(&set.migrations).map_err(|problem| stop(&[problem]))?;
        return Ok(nothing(&mine, &locked, as_json));
    }
    let (shared, other) = since(project, &locked, &mine, others.clone());
    Branches { shared: &shared, other: &other, local: &mine }.prove()?;
    let all = [others, renumbered].concat();
    let mut edits = Edits::new();
    // The last one makes room for the one before it.
    for (from, to) in moves.iter().rev() {
        edits.rename(from, to);
    }
    if !matches!(locked, Locked::Absent) {
        edits.write(project.dir.join(lock::FILE_NAME), Lock::of(&project.shown, &all).to_string());
    }
    edits.commit()?;
    report(project, &moves, all.len(), as_json);
    Ok(Outcome::Done)
}

/// A released migration must be the one that was released.
fn refuse_changed(project: &Project, set: &MigrationSet, locked: &Locked, local: &BTreeSet<String>) -> Result<()> {
    let found = Lock::of(&project.shown, &set.migrations);
    let locks: Vec<&Lock> = match locked {
        Locked::Absent => Vec::new(),
        Locked::Whole(lock) => vec![lock],
        Locked::Conflict { ours, theirs } => vec![ours, theirs],
    };
    for entry in locks.iter().flat_map(|lock| &lock.entries).filter(|entry| !local.contains(&entry.file)) {
        let shown = format!("{}/{}", project.shown, entry.file);
        let fact = match found.get(&entry.file) {
            None => format!("`{shown}` is in the lock and not in the directory"),
            Some(found) if found.checksum != entry.checksum => format!("`{shown}` was edited after it was locked"),
            Some(_) => continue,
        };
        return Err(Stop::refused(format!(
            "{fact}\n  nothing was changed\n  help: restore the file: `git checkout` the version of the other branch"
        )));
    }
    Ok(())
}

type Moves = Vec<(PathBuf, PathBuf)>;

/// The local migrations with numbers after all others, and the files that this moves.
fn numbered(
    project: &Project,
    set: &MigrationSet,
    mine: &[Migration],
    others: &[Migration],
) -> Result<(Moves, Vec<Migration>)> {
    let mut moves = Vec::new();
    let mut done: Vec<Migration> = Vec::new();
    for migration in mine {
        let follows = |last: &&Migration| compare_versions(&migration.version, &last.version).is_gt();
        let last = done.last().or(others.last());
        match last.filter(|last| !follows(last)) {
            None => done.push(migration.clone()),
            Some(last) => {
                let renumbered = renumber(project, set, migration, last).map_err(|problem| stop(&[problem]))?;
                moves.extend(renumbered.moves);
                done.push(renumbered.migration);
            }
        }
    }
    Ok((moves, done))
}

/// The migrations of others: those that both branches have, and those that came since.
fn since(
    project: &Project,
    locked: &Locked,
    mine: &[Migration],
    others: Vec<Migration>,
) -> (Vec<Migration>, Vec<Migration>) {
    others.into_iter().partition(|migration| {
        let file = relative(project, migration);
        match locked {
            Locked::Conflict { ours, theirs } => ours.get(file).is_some() && theirs.get(file).is_some(),
            _ => mine.first().is_some_and(|first| compare_versions(&migration.version, &first.version).is_lt()),
        }
    })
}

fn nothing(mine: &[Migration], locked: &Locked, as_json: bool) -> Outcome {
    let open = matches!(locked, Locked::Whole(_)) && !mine.is_empty();
    if as_json {
        out::json(&json!({ "moved": [], "locked": false }));
    } else if open {
        out::line("nothing to renumber; `cargo driftless lock` locks the new migrations");
    } else {
        out::line("nothing to renumber");
    }
    Outcome::Done
}

fn report(project: &Project, moves: &[(PathBuf, PathBuf)], count: usize, as_json: bool) {
    let shown = |path: &PathBuf| {
        let below = path.strip_prefix(&project.dir).unwrap_or(path).display();
        format!("{}/{below}", project.shown)
    };
    if as_json {
        let moved: Vec<_> = moves.iter().map(|(from, to)| json!({ "from": shown(from), "to": shown(to) })).collect();
        out::json(&json!({ "moved": moved, "locked": true, "migrations": count }));
        return;
    }
    for (from, to) in moves {
        out::line(format_args!("{} is now {}", shown(from), shown(to)));
    }
    out::line(format_args!("both orders lead to the same schema; {count} migrations in {}", project.shown));
}
