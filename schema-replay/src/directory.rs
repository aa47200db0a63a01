//! Reading a migrations directory.

use std::borrow::Cow;
use std::fs;
use std::path::PathBuf;

use schema_core::lock::Lock;
use schema_core::{Migration, Place, checksum, compare_versions};

use crate::listing::{File, Listing, unreadable};
use crate::naming::{self, Named, Role};
use crate::{Layout, Problem, Project, locked, markers};

/// More than any migration written by hand or by a dump; a bound on what a wrong file costs.
const MAX_BYTES: u64 = 64 << 20;

/// The migrations of a directory.
///
/// ```
/// use schema_replay::{Layout, Project, read};
/// # let package = tempfile::tempdir().unwrap();
/// # let dir = package.path().join("migrations");
/// # std::fs::create_dir(&dir).unwrap();
/// std::fs::write(dir.join("0001_a.up.sql"), "CREATE TABLE a (id);").unwrap();
/// std::fs::write(dir.join("0001_a.down.sql"), "DROP TABLE a;").unwrap();
/// std::fs::write(dir.join("notes.sql"), "SELECT 1;").unwrap();
/// let set = read(&Project::at(&dir, "migrations").unwrap()).unwrap();
/// assert_eq!(set.layout, Layout::Sqlx);
/// assert_eq!(set.migrations.len(), 1);
/// assert!(set.files[0].ends_with("0001_a.up.sql"));
/// assert!(set.lock.is_none());
/// assert_eq!(set.ignored, ["migrations/notes.sql"]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrationSet {
    /// The migrations in the order in which they run.
    pub migrations: Vec<Migration>,
    /// Their files, absolute, in the same order.
    pub files: Vec<PathBuf>,
    /// The lock file, where there is one.
    pub lock: Option<Lock>,
    /// The layout that the files were read in.
    pub layout: Layout,
    /// Files that the tool of the layout passes over, with the directory's shown name.
    pub ignored: Vec<String>,
}

/// Reads the migrations of a project and compares them with its lock file, where it has one.
///
/// ```
/// use schema_replay::{Project, read};
/// # let package = tempfile::tempdir().unwrap();
/// # let dir = package.path().join("migrations");
/// # std::fs::create_dir(&dir).unwrap();
/// std::fs::write(dir.join("0002_b.sql"), "CREATE TABLE b (id);").unwrap();
/// std::fs::write(dir.join("0001_a.sql"), "CREATE TABLE a (id);").unwrap();
/// let set = read(&Project::at(&dir, "migrations").unwrap()).unwrap();
/// assert_eq!(set.migrations[1].file, "migrations/0002_b.sql");
/// assert_eq!(set.migrations[1].version, "2");
/// ```
///
/// # Errors
/// Everything that is wrong with the files, at once: files that cannot be read or are not UTF-8, links out of
/// the directory, two files of one version, and disagreements with the lock file.
pub fn read(project: &Project) -> Result<MigrationSet, Vec<Problem>> {
    let mut set = read_unlocked(project)?;
    set.lock = locked::check(project, &set).map_err(|problems| problems.into_iter().collect::<Vec<_>>())?;
    Ok(set)
}

/// Reads the migrations of a project without a look at the lock file: what `cargo driftless lock` locks.
///
/// ```
/// use schema_core::lock;
/// use schema_replay::{Project, read, read_unlocked};
/// # let package = tempfile::tempdir().unwrap();
/// # let dir = package.path().join("migrations");
/// # std::fs::create_dir(&dir).unwrap();
/// std::fs::write(dir.join("0001_a.sql"), "CREATE TABLE a (id);").unwrap();
/// std::fs::write(dir.join(lock::FILE_NAME), "not a lock file").unwrap();
/// let project = Project::at(&dir, "migrations").unwrap();
/// assert_eq!(read_unlocked(&project).unwrap().migrations.len(), 1);
/// assert_eq!(read(&project).unwrap_err()[0].code, "invalid-lock");
/// ```
///
/// # Errors
/// Everything that is wrong with the files, at once.
pub fn read_unlocked(project: &Project) -> Result<MigrationSet, Vec<Problem>> {
    read_files(project, Versions::Distinct)
}

/// Reads the migrations of a project also where two of them have one version, which stand beside each other in
/// the order of their names: what `cargo driftless rebase` renumbers.
///
/// ```
/// use schema_replay::{Project, read, read_duplicated};
/// # let package = tempfile::tempdir().unwrap();
/// # let dir = package.path().join("migrations");
/// # std::fs::create_dir(&dir).unwrap();
/// std::fs::write(dir.join("0001_b.sql"), "CREATE TABLE b (id);").unwrap();
/// std::fs::write(dir.join("0001_a.sql"), "CREATE TABLE a (id);").unwrap();
/// let project = Project::at(&dir, "migrations").unwrap();
/// let set = read_duplicated(&project).unwrap();
/// assert_eq!(set.migrations[1].file, "migrations/0001_b.sql");
/// assert!(read(&project).is_err());
/// ```
///
/// # Errors
/// Everything else that is wrong with the files, at once.
pub fn read_duplicated(project: &Project) -> Result<MigrationSet, Vec<Problem>> {
    read_files(project, Versions::Any)
}

/// Whether two migrations may have one version.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Versions {
    Distinct,
    Any,
}

fn read_files(project: &Project, versions: Versions) -> Result<MigrationSet, Vec<Problem>> {
    let listing = Listing::of(&project.dir, &project.shown).map_err(|problem| vec![problem])?;
    let layout = layout(project, &listing).map_err(|problem| vec![problem])?;
    let mut reader = Reader { project, layout, problems: listing.problems, ignored: Vec::new() };
    let mut found = reader.candidates(&listing.files);
    reader.check_unrecognised(&found);
    found.sort_by(|(a, file_a), (b, file_b)| {
        compare_versions(&a.version, &b.version).then_with(|| file_a.relative.cmp(&file_b.relative))
    });
    if versions == Versions::Distinct {
        reader.check_duplicates(&found);
    }
    let (migrations, files) = found.iter().filter_map(|(named, file)| reader.migration(named, file)).unzip();
    if reader.problems.is_empty() {
        Ok(MigrationSet { migrations, files, lock: None, layout, ignored: reader.ignored })
    } else {
        Err(reader.problems)
    }
}

/// The stated layout, or the one that the names, and for markers the texts, tell.
fn layout(project: &Project, listing: &Listing) -> Result<Layout, Problem> {
    if let Some(layout) = project.config.layout {
        return Ok(layout);
    }
    let named = Layout::recognise(listing, &project.shown)?;
    if named != Layout::Plain {
        return Ok(named);
    }
    let plain = |file: &&File| naming::read(Layout::Plain, project.config.dialect, file).is_some();
    let first = listing.files.iter().find(plain);
    let text = first.and_then(|file| text(file, &project.shown).ok()).unwrap_or_default();
    Ok(markers::recognise(&text).unwrap_or(Layout::Plain))
}

struct Reader<'a> {
    project: &'a Project,
    layout: Layout,
    problems: Vec<Problem>,
    ignored: Vec<String>,
}

impl Reader<'_> {
    fn shown(&self, file: &File) -> String {
        shown(&self.project.shown, file)
    }

    /// The files that move the schema forward.
    fn candidates<'f>(&mut self, files: &'f [File]) -> Vec<(Named, &'f File)> {
        let mut all = Vec::new();
        for file in files {
            match naming::read(self.layout, self.project.config.dialect, file) {
                Some(named) => all.push((named, file)),
                None => self.pass_over(file),
            }
        }
        if self.layout == Layout::Diesel {
            naming::pad_dates(&mut all);
        }
        naming::tag_engines(self.project.config.dialect, &mut all);
        self.check_directories(&all);
        for (_, file) in all.iter().filter(|(named, _)| named.role == Role::Code) {
            let fact = format!("`{}` is a migration in another language than SQL", self.shown(file));
            let help = "write it as SQL: only what the SQL files do can be known while the application is built";
            self.problems.push(Problem::new("code-migration", fact).help(help));
        }
        let specific = |named: &Named| {
            all.iter().any(|(other, _)| {
                other.specific && other.role == Role::Up && other.version == named.version && other.name == named.name
            })
        };
        let runs = |(named, file): &&(Named, &File)| {
            named.role == Role::Up && !is_undo(named, file, &all) && (named.specific || !specific(named))
        };
        all.iter().filter(runs).cloned().collect()
    }

    /// sqlx, and driftless as well, refuse a name with an underscore that begins with no number.
    fn pass_over(&mut self, file: &File) {
        let name = file.name();
        let strict = matches!(self.layout, Layout::Plain | Layout::Sqlx);
        if strict && name.ends_with(".sql") && name.contains('_') && file.split().0.is_none() {
            let fact = format!("`{}` begins with no version number", self.shown(file));
            let help = format!("number it, as in `0001_{name}`, or move it out of the directory");
            self.problems.push(Problem::new("unnumbered-migration", fact).help(help));
        } else if name.ends_with(".sql") {
            self.ignored.push(self.shown(file));
        }
    }

    /// A directory with only a way back is a migration that nobody would run.
    fn check_directories(&mut self, all: &[(Named, &File)]) {
        if !matches!(self.layout, Layout::Diesel | Layout::RusqliteMigration) {
            return;
        }
        for (named, file) in all.iter().filter(|(named, _)| named.role == Role::Down) {
            let forward = |(other, _): &(Named, &File)| other.role == Role::Up && other.version == named.version;
            if !all.iter().any(forward) {
                let directory = self.shown(file).trim_end_matches("/down.sql").to_owned();
                let fact = format!("`{directory}` has a `down.sql` and no `up.sql`");
                self.problems.push(Problem::new("missing-migration", fact).help("add the `up.sql`"));
            }
        }
    }

    fn check_unrecognised(&mut self, found: &[(Named, &File)]) {
        if !found.is_empty() || !self.problems.is_empty() || self.ignored.is_empty() {
            return;
        }
        let shown = &self.project.shown;
        let fact = format!("no file of `{shown}` is named like a migration of the layout `{}`", self.layout.as_str());
        let engine = self.project.config.dialect.as_str();
        let nested = self.ignored.iter().find_map(|file| {
            let directory = file.strip_prefix(shown.as_str())?.trim_start_matches('/').split('/').next()?;
            directory.starts_with(engine).then(|| format!("{shown}/{directory}"))
        });
        let help = match nested {
            Some(directory) => format!("write `migrations = \"{directory}\"` in `driftless.toml`"),
            None => "name them as in `0001_name.sql`, or state the `layout` in `driftless.toml`".to_owned(),
        };
        let example = self.ignored[0].clone();
        self.problems.push(Problem::new("unknown-layout", fact).line("found", example).help(help));
    }

    fn check_duplicates(&mut self, found: &[(Named, &File)]) {
        for pair in found.windows(2) {
            let [(a, first), (b, second)] = pair else { continue };
            if compare_versions(&a.version, &b.version).is_eq() {
                let (first, second) = (self.shown(first), self.shown(second));
                let fact = format!("`{first}` and `{second}` have the same version {}", a.version);
                let mut help = "run `cargo driftless rebase`, which renumbers the one that is not released".to_owned();
                // Two branches that met share the last number.
                if found.last().is_some_and(|(last, _)| compare_versions(&a.version, &last.version).is_lt()) {
                    help += "; if the application runs its files in the order of their names, state \
                             `layout = \"by-name\"` in `driftless.toml`";
                }
                self.problems.push(Problem::new("duplicate-version", fact).help(help));
            }
        }
    }

    fn migration(&mut self, named: &Named, file: &File) -> Option<(Migration, PathBuf)> {
        match self.try_migration(named, file) {
            Ok(migration) => Some((migration, file.path.clone())),
            Err(problem) => {
                self.problems.push(problem);
                None
            }
        }
    }

    fn try_migration(&self, named: &Named, file: &File) -> Result<Migration, Problem> {
        let dialect = self.project.config.dialect;
        let shown = self.shown(file);
        let mut sql = text(file, &self.project.shown)?;
        let mut no_transaction = named.no_transaction;
        if markers::has_markers(self.layout) {
            let up = markers::up(self.layout, dialect, &shown, &sql)?;
            (sql, no_transaction) = (up.sql, up.no_transaction);
        } else if self.layout == Layout::Diesel {
            no_transaction = self.metadata(file)?;
        } else if matches!(self.layout, Layout::Plain | Layout::Sqlx) {
            no_transaction |= sql.trim_start_matches('\u{feff}').starts_with("-- no-transaction");
        }
        Ok(Migration {
            version: Cow::Owned(named.version.clone()),
            name: Cow::Owned(named.name.clone()),
            file: Cow::Owned(shown),
            checksum: Cow::Owned(checksum(dialect, &sql)),
            sql: Cow::Owned(sql),
            no_transaction,
        })
    }

    /// Whether diesel's `metadata.toml` asks to run outside a transaction. Diesel reads a file without
    /// the key as `false`, and only a missing file as `true`.
    fn metadata(&self, up: &File) -> Result<bool, Problem> {
        let file = File {
            relative: up.relative.replace("up.sql", "metadata.toml"),
            path: up.path.with_file_name("metadata.toml"),
        };
        match fs::symlink_metadata(&file.path) {
            Ok(metadata) if metadata.is_file() => {}
            _ => return Ok(false),
        }
        let (shown, text) = (self.shown(&file), text(&file, &self.project.shown)?);
        let document = toml_span::parse(&text).map_err(|error| {
            Problem::new("invalid-configuration", format!("`{shown}` is not valid TOML: {error}")).at(Place::at(
                &shown,
                &text,
                error.span.start,
            ))
        })?;
        let stated = document.pointer("/run_in_transaction").and_then(toml_span::Value::as_bool);
        Ok(!stated.unwrap_or(false))
    }
}

/// Whether the file takes another one back, by its name alone: `1_x_down.sql` beside `1_x_up.sql`, and
/// Flyway's `U1__x.sql` beside `V1__x.sql`.
pub(crate) fn is_undo(named: &Named, file: &File, all: &[(Named, &File)]) -> bool {
    let mut others = all.iter().filter(|(other, _)| other.role == Role::Up && other.version == named.version);
    if file.name().starts_with('U') {
        return others.any(|(_, other)| other.name().starts_with('V'));
    }
    let Some(stem) = named.name.strip_suffix("_down").or_else(|| named.name.strip_suffix("-down")) else {
        return false;
    };
    others.any(|(other, _)| {
        other.name.strip_prefix(stem).is_some_and(|end| matches!(end.trim_start_matches(['_', '-']), "" | "up"))
    })
}

pub(crate) fn shown(directory: &str, file: &File) -> String {
    format!("{directory}/{}", file.relative)
}

/// The text of a file.
pub(crate) fn text(file: &File, directory: &str) -> Result<String, Problem> {
    let shown = shown(directory, file);
    let failed = |error| unreadable(&shown, &error);
    let size = fs::metadata(&file.path).map_err(failed)?.len();
    if size > MAX_BYTES {
        let fact = format!("`{shown}` is too large: {size} bytes");
        return Err(Problem::new("unreadable-migration", fact)
            .help(format!("a migration may have {MAX_BYTES} bytes; load data in another way")));
    }
    let bytes = fs::read(&file.path).map_err(failed)?;
    let text = String::from_utf8(bytes).map_err(|error| not_utf8(&shown, &error))?;
    match text.find('\0') {
        Some(offset) => {
            let fact = format!("`{shown}` has a NUL character, at which SQLite would stop to read");
            Err(Problem::new("unreadable-migration", fact).at(Place::at(&shown, &text, offset)).help("remove it"))
        }
        None => Ok(text),
    }
}

fn not_utf8(shown: &str, error: &std::string::FromUtf8Error) -> Problem {
    let valid = error.utf8_error().valid_up_to();
    let before = String::from_utf8_lossy(&error.as_bytes()[..valid]);
    let byte = error.as_bytes()[valid];
    Problem::new("unreadable-migration", format!("`{shown}` is not UTF-8: it has the byte 0x{byte:02x}"))
        .at(Place::at(shown, &before, before.len()))
        .help("save the file as UTF-8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn order(files: &[&str], layout: Layout, expected: &[&str]) {
        let dir = tempfile::tempdir().unwrap();
        for file in files {
            let path = dir.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "SELECT 1;").unwrap();
        }
        let set = read(&Project::at(dir.path(), "m").unwrap()).unwrap();
        let found: Vec<&str> = set.migrations.iter().map(|migration| migration.file.as_ref()).collect();
        assert_eq!((set.layout, found.as_slice()), (layout, expected));
    }

    #[test]
    fn versions_of_diesel_are_texts() {
        order(
            &["2024-03-13_drop/up.sql", "2024-03-06-170000_add/up.sql", "2023-09-10-133000_init/up.sql"],
            Layout::Diesel,
            &["m/2023-09-10-133000_init/up.sql", "m/2024-03-06-170000_add/up.sql", "m/2024-03-13_drop/up.sql"],
        );
    }

    #[test]
    fn a_number_that_is_shared_long_ago_may_be_no_slip() {
        let dir = tempfile::tempdir().unwrap();
        for file in ["1_a.sql", "2_b.sql", "2_c.sql", "3_d.sql"] {
            fs::write(dir.path().join(file), "SELECT 1;").unwrap();
        }
        let problems = read(&Project::at(dir.path(), "m").unwrap()).unwrap_err();
        assert_eq!(
            problems[0].message,
            "`m/2_b.sql` and `m/2_c.sql` have the same version 2\n  \
             help: run `cargo driftless rebase`, which renumbers the one that is not released; if the application \
             runs its files in the order of their names, state `layout = \"by-name\"` in `driftless.toml`"
        );
    }

    #[test]
    fn only_maragu_shares_the_first_number() {
        order(
            &["0001_a.up.sql", "0001_b.up.sql", "0002_c.up.sql"],
            Layout::Maragu,
            &["m/0001_a.up.sql", "m/0001_b.up.sql", "m/0002_c.up.sql"],
        );
        order(
            &["0000_a.up.sql", "0001_b.up.sql", "0001_c.up.sql", "0002_d.up.sql", "0002_e.up.sql", "0003_f.up.sql"],
            Layout::Maragu,
            &[
                "m/0000_a.up.sql",
                "m/0001_b.up.sql",
                "m/0001_c.up.sql",
                "m/0002_d.up.sql",
                "m/0002_e.up.sql",
                "m/0003_f.up.sql",
            ],
        );
        // Files for several engines share their numbers as well.
        order(
            &["1_a.mysql.up.sql", "1_a.sqlite.up.sql", "1_a.up.sql", "2_b.mysql.up.sql", "2_b.up.sql"],
            Layout::Sqlx,
            &["m/1_a.sqlite.up.sql", "m/2_b.up.sql"],
        );
        order(
            &[
                "1_a_postgres.up.sql",
                "1_a_sqlite.down.sql",
                "1_a_sqlite.up.sql",
                "2_b_postgres.up.sql",
                "2_b_sqlite.up.sql",
                "3_from_postgres.up.sql",
            ],
            Layout::Sqlx,
            &["m/1_a_sqlite.up.sql", "m/2_b_sqlite.up.sql", "m/3_from_postgres.up.sql"],
        );
    }
}
