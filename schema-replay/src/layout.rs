//! The ways in which tools lay out a migrations directory.

use crate::Problem;
use crate::listing::{File, Listing};
use crate::naming;

/// How the files of a migrations directory are named and what is in them.
///
/// ```
/// use schema_replay::{Layout, Project, read};
/// # let package = tempfile::tempdir().unwrap();
/// # let dir = package.path().join("migrations");
/// # std::fs::create_dir(&dir).unwrap();
/// std::fs::write(dir.join("V1__users.sql"), "CREATE TABLE users (id);").unwrap();
/// let set = read(&Project::at(&dir, "migrations").unwrap()).unwrap();
/// assert_eq!(set.layout, Layout::Refinery);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Layout {
    /// `0001_name.sql`, driftless' own. Directories that are named by a release, `0.2/01_name.sql`, are read in
    /// the order of the releases.
    Plain,
    /// sqlx: `1_name.sql`, or `1_name.up.sql` and `1_name.down.sql`.
    Sqlx,
    /// diesel: `2024-01-01-000000-0000_name/up.sql`, with an optional `metadata.toml`.
    Diesel,
    /// refinery and Flyway: `V1__name.sql`, `U1__name.sql`.
    Refinery,
    /// golang-migrate: `1_name.up.sql`, whatever follows `up.`.
    GolangMigrate,
    /// maragu's migrate: `0001-name.up.sql` in the order of the names, which may repeat a number.
    Maragu,
    /// `002_a_name.sql` in the order of the names, which may repeat a number. Never recognised, only stated.
    ByName,
    /// goose: `-- +goose Up` and `-- +goose Down` in one file.
    Goose,
    /// sql-migrate: `-- +migrate Up` and `-- +migrate Down` in one file.
    SqlMigrate,
    /// dbmate: `-- migrate:up` and `-- migrate:down` in one file.
    Dbmate,
    /// `rusqlite_migration`: `01-name/up.sql`.
    RusqliteMigration,
    /// Prisma: `20240101000000_name/migration.sql`.
    Prisma,
}

impl Layout {
    /// All layouts.
    ///
    /// ```
    /// use schema_replay::{Config, Layout};
    /// for layout in Layout::ALL {
    ///     let config = Config::parse("driftless.toml", &format!("layout = '{}'", layout.as_str())).unwrap();
    ///     assert_eq!(config.layout, Some(layout));
    /// }
    /// ```
    pub const ALL: [Layout; 12] = [
        Layout::Plain,
        Layout::Sqlx,
        Layout::Diesel,
        Layout::Refinery,
        Layout::GolangMigrate,
        Layout::Maragu,
        Layout::ByName,
        Layout::Goose,
        Layout::SqlMigrate,
        Layout::Dbmate,
        Layout::RusqliteMigration,
        Layout::Prisma,
    ];

    /// The name that `driftless.toml` and `--layout` use.
    ///
    /// ```
    /// assert_eq!(schema_replay::Layout::GolangMigrate.as_str(), "golang-migrate");
    /// ```
    pub const fn as_str(self) -> &'static str {
        match self {
            Layout::Plain => "plain",
            Layout::Sqlx => "sqlx",
            Layout::Diesel => "diesel",
            Layout::Refinery => "refinery",
            Layout::GolangMigrate => "golang-migrate",
            Layout::Maragu => "maragu",
            Layout::ByName => "by-name",
            Layout::Goose => "goose",
            Layout::SqlMigrate => "sql-migrate",
            Layout::Dbmate => "dbmate",
            Layout::RusqliteMigration => "rusqlite_migration",
            Layout::Prisma => "prisma",
        }
    }

    /// The layout with that name, the inverse of [`Layout::as_str`].
    ///
    /// ```
    /// use schema_replay::Layout;
    /// assert_eq!(Layout::parse("diesel"), Some(Layout::Diesel));
    /// assert_eq!(Layout::parse("ecto"), None);
    /// ```
    pub fn parse(name: &str) -> Option<Layout> {
        Layout::ALL.into_iter().find(|layout| layout.as_str() == name)
    }

    /// The layout that the names of the files tell. The layouts with markers are told by what is
    /// in the files, see [`crate::markers::recognise`]; by their names they are plain.
    pub(crate) fn recognise(listing: &Listing, shown: &str) -> Result<Layout, Problem> {
        let files = &listing.files;
        let any = |is: &dyn Fn(&File) -> bool| files.iter().any(is);
        if any(&|file| file.relative == "meta/_journal.json") {
            return Err(journal(shown));
        }
        if any(&|file| nested(file, "up.sql")) {
            // The hyphens of a diesel version are before the first underscore, with digits between them.
            let diesel = |file: &File| file.relative.split('_').next().is_some_and(naming::is_dated);
            let all_diesel = files.iter().filter(|file| nested(file, "up.sql")).all(diesel);
            return Ok(if all_diesel { Layout::Diesel } else { Layout::RusqliteMigration });
        }
        if any(&|file| nested(file, "migration.sql")) {
            return Ok(Layout::Prisma);
        }
        if any(&|file| naming::refinery(file.name()).is_some()) {
            return Ok(Layout::Refinery);
        }
        Ok(naming::two_files(files))
    }
}

fn nested(file: &File, name: &str) -> bool {
    matches!(file.split(), (Some(directory), found) if found == name && !directory.contains('/'))
}

fn journal(shown: &str) -> Problem {
    let fact = format!("`{shown}` is laid out by drizzle, whose order `{shown}/meta/_journal.json` states");
    Problem::new("unknown-layout", fact)
        .line("driftless", "reads no journal yet, and the order of the names may be another one")
        .help("number copies of the files in their order, as in `0001_name.sql`, in a directory of their own")
}
