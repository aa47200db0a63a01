//! The ways down: what takes a migration back, in each layout.

use std::borrow::Cow;

use schema_core::{Migration, checksum, token};

use crate::directory::{self, is_undo};
use crate::listing::{File, Listing};
use crate::naming::{self, Named, Role};
use crate::{MigrationSet, Problem, Project, markers};

/// Reads what takes each migration back, with the version and the name of the migration. Where there is no such
/// file or part of a file, or no statement in it, the migration cannot be taken back and is not in the list.
///
/// ```
/// use schema_replay::{Project, read, read_downs};
/// # let package = tempfile::tempdir().unwrap();
/// # let dir = package.path().join("migrations");
/// # std::fs::create_dir(&dir).unwrap();
/// std::fs::write(dir.join("1_a.up.sql"), "CREATE TABLE a (id);").unwrap();
/// std::fs::write(dir.join("1_a.down.sql"), "DROP TABLE a;").unwrap();
/// let project = Project::at(&dir, "migrations").unwrap();
/// let downs = read_downs(&project, &read(&project).unwrap()).unwrap();
/// assert_eq!((&*downs[0].version, &*downs[0].file), ("1", "migrations/1_a.down.sql"));
/// ```
///
/// # Errors
/// Files that cannot be read, or are not UTF-8.
pub fn read_downs(project: &Project, set: &MigrationSet) -> Result<Vec<Migration>, Vec<Problem>> {
    let listing = Listing::of(&project.dir, &project.shown).map_err(|problem| vec![problem])?;
    let named = |file| Some((naming::read(set.layout, project.config.dialect, file)?, file));
    let mut all: Vec<(Named, &File)> = listing.files.iter().filter_map(named).collect();
    naming::tag_engines(project.config.dialect, &mut all);
    let mut problems = Vec::new();
    let mut downs = Vec::new();
    for migration in &set.migrations {
        let Some(file) = file_of(project, set, &all, migration) else { continue };
        match directory::text(file, &project.shown) {
            Ok(text) => downs.extend(down(project, set, migration, file, text)),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(downs) } else { Err(problems) }
}

/// The file in which the way down of a migration stands.
fn file_of<'f>(
    project: &Project,
    set: &MigrationSet,
    all: &[(Named, &'f File)],
    migration: &Migration,
) -> Option<&'f File> {
    let own = |file: &File| directory::shown(&project.shown, file) == migration.file;
    let (up, file) = all.iter().find(|(_, file)| own(file))?;
    if markers::has_markers(set.layout) {
        return Some(file);
    }
    let same = |named: &Named| named.version == up.version;
    let stated = |named: &Named| named.role == Role::Down && same(named) && named.name == up.name;
    let mut found: Vec<_> = all.iter().filter(|(named, _)| stated(named)).collect();
    found.sort_by_key(|(named, _)| !named.specific);
    let undo = || all.iter().find(|(named, file)| same(named) && named.role == Role::Up && is_undo(named, file, all));
    found.first().copied().or_else(undo).map(|(_, file)| *file)
}

fn down(project: &Project, set: &MigrationSet, migration: &Migration, file: &File, text: String) -> Option<Migration> {
    let dialect = project.config.dialect;
    let sql = if markers::has_markers(set.layout) { markers::down(set.layout, &text)? } else { text };
    if token::statements(dialect, &sql).is_empty() {
        return None;
    }
    Some(Migration {
        file: Cow::Owned(directory::shown(&project.shown, file)),
        checksum: Cow::Owned(checksum(dialect, &sql)),
        sql: Cow::Owned(sql),
        ..migration.clone()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Layout;
    use std::fs;

    /// The layout that is recognised, and for each migration that has one its way down: file and SQL.
    fn downs(files: &[(&str, &str)]) -> (Layout, Vec<(String, String)>) {
        let package = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = package.path().join("migrations").join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let project = Project::at(&package.path().join("migrations"), "migrations").unwrap();
        let set = crate::read(&project).unwrap();
        let downs = read_downs(&project, &set).unwrap();
        let downs = downs.into_iter().map(|down| (down.file.into_owned(), down.sql.trim().to_owned())).collect();
        (set.layout, downs)
    }

    #[track_caller]
    fn found(files: &[(&str, &str)], layout: Layout, file: &str) {
        let expected = (layout, vec![(format!("migrations/{file}"), "DROP TABLE a;".to_owned())]);
        assert_eq!(downs(files), expected);
    }

    const UP: &str = "CREATE TABLE a (id);";
    const DOWN: &str = "DROP TABLE a;";

    #[test]
    fn every_layout_has_its_own_way_down() {
        found(&[("1_a.sql", UP), ("1_a.down.sql", DOWN)], Layout::Sqlx, "1_a.down.sql");
        found(&[("1_a.up.sql", UP), ("1_a.down.sql", DOWN)], Layout::Sqlx, "1_a.down.sql");
        found(&[("1_a_up.sql", UP), ("1_a_down.sql", DOWN)], Layout::Plain, "1_a_down.sql");
        found(&[("V1__a.sql", UP), ("U1__a.sql", DOWN)], Layout::Refinery, "U1__a.sql");
        let diesel = "2024-01-01-000000_a/down.sql";
        found(&[("2024-01-01-000000_a/up.sql", UP), (diesel, DOWN)], Layout::Diesel, diesel);
        found(&[("01-a/up.sql", UP), ("01-a/down.sql", DOWN)], Layout::RusqliteMigration, "01-a/down.sql");
        for (layout, up, down) in [
            (Layout::Goose, "-- +goose Up", "-- +goose Down"),
            (Layout::SqlMigrate, "-- +migrate Up", "-- +migrate Down"),
            (Layout::Dbmate, "-- migrate:up", "-- migrate:down"),
        ] {
            found(&[("1_a.sql", &format!("{up}\n{UP}\n{down}\n{DOWN}\n"))], layout, "1_a.sql");
        }
    }

    #[test]
    fn a_way_down_without_statements_is_none() {
        assert_eq!(downs(&[("1_a.sql", UP)]).1, []);
        assert_eq!(downs(&[("1_a.up.sql", UP), ("1_a.down.sql", "-- nothing\n")]).1, []);
        assert_eq!(downs(&[("1_a.sql", "-- migrate:up\nSELECT 1;\n-- migrate:down\n")]).1, []);
        assert_eq!(downs(&[("1_a.sql", "-- migrate:up\nSELECT 1;\n")]).1, []);
    }
}
