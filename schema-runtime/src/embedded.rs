//! The guard against a build that is older than the migrations directory.

use std::path::Path;

use schema_replay::{Project, read_downs, read_unlocked};

use crate::Sqlite;

/// Fails a test when the directory holds other migrations than the program embeds: cargo does not
/// watch a directory for a macro, so one that was added since is unknown to the build. Without the
/// directory, as on another machine, there is nothing to compare.
///
/// `schema!` writes a test that calls it, so a program seldom does:
///
/// ```
/// # use schema_runtime::{Migration, Sqlite, checksum};
/// # let migration = |version: &'static str, sql: &'static str| Migration {
/// #     version: version.into(),
/// #     name: "notes".into(),
/// #     file: format!("migrations/{version}_notes.sql").into(),
/// #     sql: sql.into(),
/// #     checksum: checksum(sql).into(),
/// #     no_transaction: false,
/// # };
/// # let app = Sqlite::from_migrations(vec![migration("1", "CREATE TABLE notes (id INTEGER PRIMARY KEY)")])?;
/// use schema_runtime::__private::assert_embedded;
///
/// # let package = tempfile::tempdir()?;
/// # let directory = package.path().join("migrations");
/// # let directory = directory.to_str().expect("a path in UTF-8");
/// # std::fs::create_dir(directory)?;
/// # std::fs::write(package.path().join("migrations/1_notes.sql"), "CREATE TABLE notes (id INTEGER PRIMARY KEY)")?;
/// assert_embedded(&app, directory);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
///
/// # Panics
/// When they differ, with the file and what to do.
#[track_caller]
pub fn assert_embedded(database: &Sqlite, directory: &str) {
    if let Err(message) = compare(database, Path::new(directory)) {
        panic!("{message}");
    }
}

fn compare(database: &Sqlite, directory: &Path) -> Result<(), String> {
    if !directory.is_dir() {
        return Ok(());
    }
    let shown = directory.file_name().map_or_else(|| "migrations".into(), |name| name.to_string_lossy());
    let project = Project::at(directory, &shown).map_err(|problem| problem.message)?;
    let found = read_unlocked(&project)
        .map_err(|problems| problems.into_iter().map(|problem| problem.message).collect::<Vec<_>>().join("\n"))?;
    let embedded = database.migrations();
    let same =
        |a: &schema_core::Migration, b: &schema_core::Migration| a.version == b.version && a.checksum == b.checksum;
    let downs = read_downs(&project, &found).unwrap_or_default();
    let unknown = found.migrations.iter().find(|migration| !embedded.iter().any(|other| same(migration, other)));
    let gone = embedded.iter().find(|migration| !found.migrations.iter().any(|other| same(migration, other)));
    let other_way = || downs.iter().find(|down| !database.downs().iter().any(|other| same(down, other)));
    let unknown = unknown.or_else(other_way);
    let (file, fact) = match (unknown, gone) {
        (Some(migration), _) => (&migration.file, "was added or edited since this program was built"),
        (None, Some(migration)) => (&migration.file, "was removed since this program was built"),
        (None, None) => return Ok(()),
    };
    Err(format!(
        "`{file}` {fact}: the program does not embed it\n  \
         help: build again; so that cargo notices by itself, `cargo driftless init` adds a line to build.rs"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_that_moved_on_is_noticed() -> std::io::Result<()> {
        let package = tempfile::tempdir()?;
        let dir = package.path().join("migrations");
        std::fs::create_dir(&dir)?;
        std::fs::write(dir.join("0001_a.sql"), "CREATE TABLE a (id);")?;
        let set = read_unlocked(&Project::at(&dir, "migrations").expect("no configuration")).expect("one migration");
        let database = Sqlite::from_migrations(set.migrations).expect("it runs");
        assert_eq!(compare(&database, &dir), Ok(()));
        assert_eq!(compare(&database, &package.path().join("elsewhere")), Ok(()));

        std::fs::write(dir.join("0002_b.sql"), "CREATE TABLE b (id);")?;
        let message = compare(&database, &dir).expect_err("a new file");
        assert!(message.starts_with("`migrations/0002_b.sql` was added or edited since"), "{message}");

        std::fs::remove_file(dir.join("0002_b.sql"))?;
        std::fs::write(dir.join("0001_a.down.sql"), "DROP TABLE a;")?;
        let message = compare(&database, &dir).expect_err("a way down");
        assert!(message.starts_with("`migrations/0001_a.down.sql` was added or edited since"), "{message}");

        std::fs::remove_file(dir.join("0001_a.down.sql"))?;
        std::fs::remove_file(dir.join("0001_a.sql"))?;
        let message = compare(&database, &dir).expect_err("a file that is gone");
        assert!(message.contains("0001_a.sql` was removed since"), "{message}");
        Ok(())
    }
}
