//! The migrations compared with the lock file.

use std::fs;
use std::io::ErrorKind;

use schema_core::Place;
use schema_core::lock::{self, Lock, LockErrorKind};

use crate::{MigrationSet, Problem, Project};

const RESTORE: &str = "restore it with git, or remove it, and run `cargo driftless lock`";

/// Compares the migrations with the lock file of the directory; without one there is nothing to compare.
pub(crate) fn check(project: &Project, set: &MigrationSet) -> Result<Option<Lock>, Vec<Problem>> {
    let Some(lock) = load(project).map_err(|problem| vec![problem])? else {
        return Ok(None);
    };
    let found = Lock::of(&project.shown, &set.migrations);
    let mut problems = edited_or_deleted(project, &lock, &found);
    problems.extend(unlocked(project, &lock, &found));
    if problems.is_empty() {
        problems.extend(reordered(project, &lock, &found));
    }
    if problems.is_empty() { Ok(Some(lock)) } else { Err(problems) }
}

fn load(project: &Project) -> Result<Option<Lock>, Problem> {
    let shown = format!("{}/{}", project.shown, lock::FILE_NAME);
    let path = project.dir.join(lock::FILE_NAME);
    // A link could lead out of the directory, and a pipe would never end.
    match fs::symlink_metadata(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Ok(metadata) if !metadata.is_file() => {
            return Err(Problem::new("invalid-lock", format!("`{shown}` is not a regular file")).help(RESTORE));
        }
        _ => {}
    }
    let text = fs::read_to_string(&path)
        .map_err(|error| Problem::new("invalid-lock", format!("cannot read `{shown}`: {error}")).help(RESTORE))?;
    Lock::parse(&text).map(Some).map_err(|error| {
        let place = Place { file: shown.as_str().into(), line: error.line, column: 1 };
        match error.kind {
            LockErrorKind::Conflict => {
                Problem::new("conflicting-lock", format!("`{shown}` has a merge conflict that is not resolved"))
                    .at(place)
                    .help("run `cargo driftless rebase`, which orders the migrations of both branches")
            }
            _ => Problem::new("invalid-lock", format!("`{shown}` is not a lock file: {error}")).at(place).help(RESTORE),
        }
    })
}

fn edited_or_deleted(project: &Project, lock: &Lock, found: &Lock) -> Vec<Problem> {
    let mut problems = Vec::new();
    for entry in &lock.entries {
        let shown = format!("{}/{}", project.shown, entry.file);
        match found.get(&entry.file) {
            None => problems.push(
                Problem::new("deleted-migration", format!("`{shown}` is in the lock and not in the directory"))
                    .help("restore the file, or, when no database has run it, run `cargo driftless lock`"),
            ),
            Some(found) if found.checksum != entry.checksum => problems.push(
                Problem::new("edited-migration", format!("`{shown}` was edited after it was locked"))
                    .line("locked", &entry.checksum)
                    .line("found", &found.checksum)
                    .help("restore the file, or, when no database has run it, run `cargo driftless lock`"),
            ),
            Some(_) => {}
        }
    }
    problems
}

fn unlocked(project: &Project, lock: &Lock, found: &Lock) -> Vec<Problem> {
    let missing = found.entries.iter().filter(|entry| lock.get(&entry.file).is_none());
    let problem = |file: &str| {
        Problem::new("unlocked-migration", format!("`{}/{file}` is not in the lock", project.shown))
            .help("run `cargo driftless lock`")
    };
    missing.map(|entry| problem(&entry.file)).collect()
}

fn reordered(project: &Project, lock: &Lock, found: &Lock) -> Option<Problem> {
    let (locked, found) = lock.entries.iter().zip(&found.entries).find(|(locked, found)| locked.file != found.file)?;
    let fact = format!("the migrations of `{}` run in another order than the locked one", project.shown);
    Some(
        Problem::new("reordered-migrations", fact)
            .line("locked", format!("`{}` comes first", locked.file))
            .line("found", format!("`{}` comes first", found.file))
            .help("run `cargo driftless lock`, when no database has run them"),
    )
}
