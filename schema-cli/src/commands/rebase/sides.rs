//! Which migrations are local: those that no other branch has.

use std::collections::BTreeSet;
use std::path::Path;

use schema_core::lock::{self, Lock};
use schema_core::{Migration, compare_versions};
use schema_replay::{MigrationSet, Project};

use crate::commands::git;
use crate::exit::{Result, Stop};

/// What the lock file says.
pub(super) enum Locked {
    /// There is none.
    Absent,
    /// It can be read.
    Whole(Lock),
    /// Both sides of a merge conflict.
    Conflict { ours: Lock, theirs: Lock },
}

impl Locked {
    pub(super) fn read(project: &Project) -> Result<Locked> {
        let shown = format!("{}/{}", project.shown, lock::FILE_NAME);
        let text = match std::fs::read_to_string(project.dir.join(lock::FILE_NAME)) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Locked::Absent),
            Err(error) => return Err(Stop::unusable(format!("cannot read `{shown}`: {error}"))),
        };
        let parse = |text: &str| {
            Lock::parse(text).map_err(|error| {
                Stop::unusable(format!(
                    "`{shown}` is not a lock file: {error}\n  at:          {shown}:{}\n  nothing was changed\n  help: restore it with git, or remove it, and run `cargo driftless lock`",
                    error.line
                ))
            })
        };
        if !text.lines().any(|line| line.starts_with("<<<<<<<")) {
            return parse(&text).map(Locked::Whole);
        }
        let (ours, theirs) = split(&text);
        Ok(Locked::Conflict { ours: parse(&ours)?, theirs: parse(&theirs)? })
    }
}

/// Both sides of a text with conflict markers.
fn split(text: &str) -> (String, String) {
    let (mut ours, mut theirs) = (String::new(), String::new());
    let (mut in_ours, mut in_theirs) = (true, true);
    for line in text.lines() {
        match line.get(..7) {
            Some("<<<<<<<") => (in_ours, in_theirs) = (true, false),
            Some("|||||||") => (in_ours, in_theirs) = (false, false),
            Some("=======") => (in_ours, in_theirs) = (false, true),
            Some(">>>>>>>") => (in_ours, in_theirs) = (true, true),
            _ => {
                for (side, is) in [(&mut ours, in_ours), (&mut theirs, in_theirs)] {
                    if is {
                        side.push_str(line);
                        side.push('\n');
                    }
                }
            }
        }
    }
    (ours, theirs)
}

/// The file of a migration relative to the directory.
pub(super) fn relative<'m>(project: &Project, migration: &'m Migration) -> &'m str {
    migration.file.strip_prefix(&project.shown).map_or(&*migration.file, |rest| rest.trim_start_matches('/'))
}

/// The pairs of migrations that have one version.
fn pairs<'m>(project: &Project, set: &'m MigrationSet) -> Vec<(&'m str, &'m str)> {
    let same = |pair: &&[Migration]| compare_versions(&pair[0].version, &pair[1].version).is_eq();
    let files = |pair: &'m [Migration]| (relative(project, &pair[0]), relative(project, &pair[1]));
    set.migrations.windows(2).filter(same).map(files).collect()
}

/// The files of the local migrations.
pub(super) fn local(
    project: &Project,
    set: &MigrationSet,
    locked: &Locked,
    stated: &[String],
) -> Result<BTreeSet<String>> {
    let files: Vec<&str> = set.migrations.iter().map(|migration| relative(project, migration)).collect();
    if !stated.is_empty() {
        return stated.iter().map(|name| named(project, &files, name)).collect();
    }
    let pairs = pairs(project, set);
    let tells = |local: &BTreeSet<String>| pairs.iter().all(|(a, b)| local.contains(*a) != local.contains(*b));
    let not_in = |known: &dyn Fn(&str) -> bool| -> BTreeSet<String> {
        files.iter().filter(|file| !known(file)).map(|file| (*file).to_owned()).collect()
    };
    if let Locked::Conflict { ours, theirs } = locked {
        let not_locked = |lock: &Lock| not_in(&|file| lock.get(file).is_some());
        let (by_ours, by_theirs) = (not_locked(theirs), not_locked(ours));
        for tree in git::released(&project.dir) {
            let local = not_in(&|file| tree.contains(file));
            if (local == by_ours || local == by_theirs) && tells(&local) {
                return Ok(local);
            }
        }
        // While commits are replayed, what git calls theirs is one's own.
        let local = if git::is_replaying(&project.dir) { by_theirs } else { by_ours };
        return if tells(&local) { Ok(local) } else { Err(ambiguous(project, &pairs)) };
    }
    if !pairs.is_empty() {
        let by_git = git::released(&project.dir).map(|tree| not_in(&|file| tree.contains(file)));
        if let Some(local) = by_git.into_iter().find(|local| tells(local)) {
            return Ok(local);
        }
    }
    match locked {
        Locked::Whole(lock) => {
            let local = not_in(&|file| lock.get(file).is_some());
            if tells(&local) { Ok(local) } else { Err(ambiguous(project, &pairs)) }
        }
        _ if pairs.is_empty() => Ok(BTreeSet::new()),
        _ => Err(ambiguous(project, &pairs)),
    }
}

/// The migration that the command line names, by its file, its directory or its whole path.
fn named(project: &Project, files: &[&str], name: &str) -> Result<String> {
    let wanted = Path::new(name);
    let shown = |file: &str| Path::new(&project.shown).join(file);
    let is = |file: &&&str| {
        let own = Path::new(file);
        [own, &shown(file), &project.dir.join(file)].iter().any(|path| *path == wanted || path.parent() == Some(wanted))
    };
    files.iter().find(is).map(|file| (*file).to_owned()).ok_or_else(|| {
        Stop::unusable(format!(
            "there is no migration `{name}` in `{}`\n  nothing was changed\n  help: name its file, as in `--local {}`",
            project.shown,
            files.last().copied().unwrap_or("0001_name.sql")
        ))
    })
}

fn ambiguous(project: &Project, pairs: &[(&str, &str)]) -> Stop {
    let Some((a, b)) = pairs.iter().copied().find(|(a, b)| a != b) else {
        return Stop::unusable(
            "nothing tells which migrations are local\n  nothing was changed\n  help: name them with `--local`",
        );
    };
    let dir = &project.shown;
    Stop::unusable(format!(
        "`{dir}/{a}` and `{dir}/{b}` have one number, and nothing tells which of them is local\n  nothing was changed\n  \
         help: name the one that gets the next number: `cargo driftless rebase --local {b}`"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_of_a_conflict() {
        let text = "# head\n1 v1:aa\n<<<<<<< HEAD\n2_a v1:bb\n||||||| base\n2_z v1:dd\n=======\n2_b v1:cc\n>>>>>>> main\n3 v1:ee\n";
        let (ours, theirs) = split(text);
        assert_eq!(ours, "# head\n1 v1:aa\n2_a v1:bb\n3 v1:ee\n");
        assert_eq!(theirs, "# head\n1 v1:aa\n2_b v1:cc\n3 v1:ee\n");
    }
}
