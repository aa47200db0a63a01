//! Giving a migration another number: which files that moves, in each layout.

use std::borrow::Cow;
use std::path::PathBuf;

use schema_core::Migration;

use crate::listing::{File, Listing};
use crate::naming::{self, Named};
use crate::{Layout, MigrationSet, Problem, Project, directory};

/// What another number changes.
///
/// ```
/// use schema_replay::{Project, read_duplicated, renumber};
/// # let package = tempfile::tempdir().unwrap();
/// # let dir = package.path().join("migrations");
/// # std::fs::create_dir(&dir).unwrap();
/// for file in ["0003_a.up.sql", "0003_b.up.sql", "0003_b.down.sql"] {
///     std::fs::write(dir.join(file), "SELECT 1;").unwrap();
/// }
/// let project = Project::at(&dir, "migrations").unwrap();
/// let set = read_duplicated(&project).unwrap();
/// let renumbered = renumber(&project, &set, &set.migrations[1], &set.migrations[0]).unwrap();
/// assert_eq!(renumbered.migration.version, "4");
/// assert_eq!(renumbered.moves.len(), 2);
/// assert!(renumbered.moves.iter().all(|(from, to)| from.exists() && !to.exists()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renumbered {
    /// The files, or the directory of them, from where to where.
    pub moves: Vec<(PathBuf, PathBuf)>,
    /// The migration with its new version and file.
    pub migration: Migration,
}

/// Gives a migration of the set the number that follows the one of `after`, as that is written. Nothing is moved, and
/// nobody looks whether the new name is taken.
///
/// ```
/// use schema_replay::{Project, read_duplicated, renumber};
/// # let package = tempfile::tempdir().unwrap();
/// # let dir = package.path().join("migrations");
/// # std::fs::create_dir(&dir).unwrap();
/// std::fs::write(dir.join("0003_a.sql"), "CREATE TABLE a (id);").unwrap();
/// std::fs::write(dir.join("0003_b.sql"), "CREATE TABLE b (id);").unwrap();
/// let project = Project::at(&dir, "migrations").unwrap();
/// let set = read_duplicated(&project).unwrap();
/// let renumbered = renumber(&project, &set, &set.migrations[1], &set.migrations[0]).unwrap();
/// assert_eq!(renumbered.migration.file, "migrations/0004_b.sql");
/// ```
///
/// # Errors
/// When the directory cannot be read, or the name has no number that could follow the other one.
pub fn renumber(
    project: &Project,
    set: &MigrationSet,
    migration: &Migration,
    after: &Migration,
) -> Result<Renumbered, Problem> {
    let listing = Listing::of(&project.dir, &project.shown)?;
    let layout = set.layout;
    let relative = |migration: &Migration| below(project, &migration.file).to_owned();
    let own = relative(migration);
    let stuck = |reason: &str| {
        let fact = format!("`{}` cannot be renumbered: {reason}", migration.file);
        Problem::new("unnumbered-migration", fact).help("rename it by hand, then run `cargo driftless lock`")
    };
    let mut moves = Vec::new();
    let mut file = None;
    for entry in siblings(project, layout, &listing, &own) {
        let path = renamed(layout, &entry.relative, &relative(after)).ok_or_else(|| stuck("its name has no number"))?;
        if entry.relative == own {
            file = Some(path.clone());
        }
        let (from, to) = unit(layout, &entry.relative, &path);
        let pair = (project.dir.join(from), project.dir.join(to));
        if !moves.contains(&pair) {
            moves.push(pair);
        }
    }
    let file = file.ok_or_else(|| stuck("it is not in the directory"))?;
    let named = naming::read(layout, project.config.dialect, &File { relative: file.clone(), path: PathBuf::new() });
    let named = named.ok_or_else(|| stuck("the new name would not be a migration"))?;
    let migration = Migration {
        version: Cow::Owned(named.version),
        file: Cow::Owned(format!("{}/{file}", project.shown)),
        ..migration.clone()
    };
    Ok(Renumbered { moves, migration })
}

fn below<'f>(project: &Project, file: &'f str) -> &'f str {
    file.strip_prefix(&project.shown).map_or(file, |rest| rest.trim_start_matches('/'))
}

/// Whether a migration is a directory of its own.
const fn is_directory(layout: Layout) -> bool {
    matches!(layout, Layout::Diesel | Layout::RusqliteMigration | Layout::Prisma)
}

/// The files of a migration: its own and its way down.
fn siblings<'l>(project: &Project, layout: Layout, listing: &'l Listing, own: &str) -> Vec<&'l File> {
    let read = |file: &'l File| Some((naming::read(layout, project.config.dialect, file)?, file));
    let all: Vec<(Named, &File)> = listing.files.iter().filter_map(read).collect();
    let Some((mine, file)) = all.iter().find(|(_, file)| file.relative == own) else { return Vec::new() };
    let directory = file.split().0;
    let stem = |named: &Named| {
        let name = named.name.as_str();
        let ends = ["_up", "_down", "-up", "-down"];
        ends.into_iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name).to_owned()
    };
    let undoes = |named: &Named, file: &File| stem(named) == stem(mine) || directory::is_undo(named, file, &all);
    all.iter()
        .filter(|(named, other)| other.split().0 == directory && named.version == mine.version && undoes(named, other))
        .map(|(_, file)| *file)
        .collect()
}

/// What is moved: the file, or the directory that is the migration.
fn unit<'p>(layout: Layout, from: &'p str, to: &'p str) -> (&'p str, &'p str) {
    let directory = |path: &'p str| path.split('/').next().unwrap_or(path);
    if is_directory(layout) { (directory(from), directory(to)) } else { (from, to) }
}

/// The path with the number that follows the other one's.
fn renamed(layout: Layout, relative: &str, after: &str) -> Option<String> {
    let (parent, name, rest) = split(layout, relative);
    let (_, other, _) = split(layout, after);
    let (start, end) = number(layout, name)?;
    let (from, to) = number(layout, other)?;
    let next = following(&name[start..end], &other[from..to])?;
    Some(format!("{parent}{}{next}{}{rest}", &name[..start], &name[end..]))
}

/// The part of a path that holds the number, and what stands before and behind it.
fn split(layout: Layout, relative: &str) -> (&str, &str, &str) {
    if is_directory(layout) {
        let at = relative.find('/').unwrap_or(relative.len());
        return ("", &relative[..at], &relative[at..]);
    }
    let at = relative.rfind('/').map_or(0, |at| at + 1);
    (&relative[..at], &relative[at..], "")
}

/// Where the number stands in a name.
fn number(layout: Layout, name: &str) -> Option<(usize, usize)> {
    let start = name.find(|c: char| c.is_ascii_digit()).filter(|start| *start <= 1)?;
    let rest = &name[start..];
    let length = match layout {
        Layout::Refinery => rest.find("__")?,
        Layout::Diesel => rest.find('_').unwrap_or(rest.len()),
        Layout::RusqliteMigration => rest.find('-').unwrap_or(rest.len()),
        _ => naming::numbered(rest)?.0.len(),
    };
    (length > 0).then_some((start, start + length))
}

/// The number that follows `other`, written as `own` is: with as many digits at least, and its separators.
fn following(own: &str, other: &str) -> Option<String> {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    if other.contains(['.', '_']) {
        // A release: the last number of it goes up.
        let at = other.rfind(['.', '_'])? + 1;
        return Some(format!("{}{}", &other[..at], plus_one(&other[at..])?));
    }
    let next = plus_one(&digits(other))?;
    if own.contains('.') {
        // A release among plain numbers becomes one of them.
        return Some(next);
    }
    let wanted = digits(own);
    let width = wanted.len().max(next.len());
    let next = format!("{next:0>width$}");
    if next.len() != wanted.len() || next.len() < other.len() && !own.contains('-') {
        return Some(next);
    }
    // A date keeps its hyphens.
    let mut next = next.chars();
    own.chars().map(|c| if c.is_ascii_digit() { next.next() } else { Some(c) }).collect()
}

/// The number plus one, with as many digits at least.
fn plus_one(digits: &str) -> Option<String> {
    let number = digits.parse::<u128>().ok()?.checked_add(1)?;
    Some(format!("{number:0>width$}", width = digits.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// The moves when the last migration gets the number after the one before it.
    fn moves(files: &[&str]) -> Result<Vec<(String, String)>, String> {
        let package = tempfile::tempdir().unwrap();
        for path in files {
            let text = if path.contains("goose") { "-- +goose Up\nSELECT 1;" } else { "SELECT 1;" };
            let path = package.path().join("migrations").join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let project = Project::at(&package.path().join("migrations"), "migrations").unwrap();
        let set = crate::read_duplicated(&project).unwrap();
        let [.., other, own] = set.migrations.as_slice() else { panic!("two migrations") };
        let renumbered = renumber(&project, &set, own, other).map_err(|problem| problem.message)?;
        let shown = |path: &PathBuf| path.strip_prefix(&project.dir).unwrap().display().to_string();
        Ok(renumbered.moves.iter().map(|(from, to)| (shown(from), shown(to))).collect())
    }

    #[track_caller]
    fn moved(files: &[&str], expected: &[(&str, &str)]) {
        let expected: Vec<_> = expected.iter().map(|(from, to)| ((*from).to_owned(), (*to).to_owned())).collect();
        assert_eq!(moves(files), Ok(expected));
    }

    #[test]
    fn files_get_the_number_that_follows() {
        moved(&["0009_a.sql", "0009_b.sql"], &[("0009_b.sql", "0010_b.sql")]);
        moved(&["9_a.sql", "9_b.sql"], &[("9_b.sql", "10_b.sql")]);
        moved(&["0003-a.sql", "0003-b.sql"], &[("0003-b.sql", "0004-b.sql")]);
        moved(&["20240101000000_a.sql", "20240101000000_b.sql"], &[("20240101000000_b.sql", "20240101000001_b.sql")]);
        moved(&["1.2.0_a.sql", "1.2.0_b.sql"], &[("1.2.0_b.sql", "1.2.1_b.sql")]);
        moved(&["2024-01-02_a.sql", "2024-01-02_b.sql"], &[("2024-01-02_b.sql", "2024-01-03_b.sql")]);
        moved(&["0001_goose_a.sql", "0001_goose_b.sql"], &[("0001_goose_b.sql", "0002_goose_b.sql")]);
    }

    /// The one that is renumbered need not stand behind the one whose number it follows.
    #[test]
    fn a_release_among_plain_numbers() {
        assert_eq!(following("0002.1", "0003").as_deref(), Some("0004"));
        assert_eq!(following("2.1", "9").as_deref(), Some("10"));
        assert_eq!(following("2", "2.1").as_deref(), Some("2.2"));
        assert_eq!(following("0002", "0003").as_deref(), Some("0004"));
    }

    #[test]
    fn the_way_down_goes_with_them() {
        moved(
            &["1_z.up.sql", "2_a.up.sql", "2_a.down.sql", "2_b.up.sql", "2_b.down.sql"],
            &[("2_b.down.sql", "3_b.down.sql"), ("2_b.up.sql", "3_b.up.sql")],
        );
        moved(
            &["0002_a.sql", "0002_b.sql", "0002_b.down.sql"],
            &[("0002_b.down.sql", "0003_b.down.sql"), ("0002_b.sql", "0003_b.sql")],
        );
        moved(&["V2__a.sql", "V2__b.sql", "U2__b.sql"], &[("U2__b.sql", "U3__b.sql"), ("V2__b.sql", "V3__b.sql")]);
        moved(&["V1_2__a.sql", "V1_2__b.sql"], &[("V1_2__b.sql", "V1_3__b.sql")]);
    }

    #[test]
    fn directories_move_as_a_whole() {
        moved(
            &["2024-01-01-000000_a/up.sql", "2024-01-01-000000_b/up.sql", "2024-01-01-000000_b/down.sql"],
            &[("2024-01-01-000000_b", "2024-01-01-000001_b")],
        );
        moved(&["02-a/up.sql", "02-b/up.sql", "02-b/down.sql"], &[("02-b", "03-b")]);
        moved(
            &["20240101000000_a/migration.sql", "20240101000000_b/migration.sql"],
            &[("20240101000000_b", "20240101000001_b")],
        );
    }
}
