//! Which migrations directory belongs to a source file.

use std::path::{Component, Path, PathBuf};

use schema_core::Place;

use crate::config::FILE_NAME;
use crate::{Config, Problem};

const DEFAULT_DIRECTORY: &str = "migrations";

/// A migrations directory and what is configured for it.
///
/// ```
/// use schema_core::Dialect;
/// use schema_replay::Project;
/// # let package = tempfile::tempdir().unwrap();
/// # let dir = package.path().join("migrations");
/// # std::fs::create_dir(&dir).unwrap();
/// std::fs::write(dir.join("driftless.toml"), "dialect = 'postgres'").unwrap();
/// let project = Project::at(&dir, "migrations").unwrap();
/// assert!(project.dir.ends_with("migrations"));
/// assert_eq!(project.shown, "migrations");
/// assert_eq!(project.config.dialect, Dialect::Postgres);
/// assert!(project.configured_in[0].ends_with("driftless.toml"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// The migrations directory.
    pub dir: PathBuf,
    /// The directory as a user would name it, `migrations`: what messages and [`schema_core::Migration::file`] begin with.
    pub shown: String,
    /// What `driftless.toml` states.
    pub config: Config,
    /// The files that state it, the nearest first.
    pub configured_in: Vec<PathBuf>,
}

impl Project {
    /// Finds the migrations directory for a source file: the nearest one at or above the file's
    /// directory, up to the package root, which is the nearest directory with a `Cargo.toml`.
    /// Without a source file, and for one that lies outside the package, as generated code does, the
    /// search starts at `manifest_dir`.
    ///
    /// The directory's name is `dir_name`, or what the `driftless.toml` of the directory at hand
    /// states, or `migrations`. `None` is the answer when there is no such directory.
    ///
    /// ```
    /// use schema_replay::Project;
    /// # let package = tempfile::tempdir().unwrap();
    /// # let package = package.path();
    /// std::fs::create_dir_all(package.join("src")).unwrap();
    /// std::fs::create_dir_all(package.join("migrations")).unwrap();
    /// let project = Project::locate(Some(&package.join("src/main.rs")), package, None).unwrap();
    /// assert_eq!(project.unwrap().shown, "migrations");
    /// ```
    ///
    /// # Errors
    /// When a `driftless.toml` on the way cannot be read, is not right, or names a directory that does not exist.
    pub fn locate(
        source_file: Option<&Path>,
        manifest_dir: &Path,
        dir_name: Option<&str>,
    ) -> Result<Option<Project>, Problem> {
        let manifest_dir = absolute(manifest_dir);
        if let Some(start) = source_file.map(absolute).as_deref().and_then(Path::parent)
            && let Some(found) = search(start, &package_root(start, &manifest_dir), dir_name)?
        {
            return Ok(Some(found));
        }
        search(&manifest_dir, &manifest_dir, dir_name)
    }

    /// The project of a directory that the caller names.
    ///
    /// # Errors
    /// When the `driftless.toml` in the directory, or the nearest one beside or above it, up to the package root,
    /// cannot be read or is not right.
    ///
    /// ```
    /// use std::path::Path;
    /// use schema_replay::{Config, Project};
    /// let project = Project::at(Path::new("/nowhere/migrations"), "migrations").unwrap();
    /// assert_eq!(project.config, Config::default());
    /// ```
    pub fn at(dir: &Path, shown: &str) -> Result<Project, Problem> {
        let dir = absolute(dir);
        let root = package_root(dir.parent().unwrap_or(&dir), &dir);
        let (config, configured_in) = configuration(&dir, &root)?;
        Ok(Project { dir, shown: shown.to_owned(), config, configured_in })
    }
}

/// The nearest migrations directory from `start` up to `root`.
fn search(start: &Path, root: &Path, dir_name: Option<&str>) -> Result<Option<Project>, Problem> {
    for directory in up_to(start, root) {
        let shown = relative(&directory.join(FILE_NAME), root);
        let stated = match dir_name {
            None => Config::load(directory, &shown)?.and_then(|config| config.migrations),
            Some(_) => None,
        };
        let dir = absolute(&match (&stated, dir_name) {
            (Some(stated), _) => directory.join(stated),
            (None, name) => directory.join(name.unwrap_or(DEFAULT_DIRECTORY)),
        });
        if dir.is_dir() {
            let (config, configured_in) = configuration(&dir, root)?;
            return Ok(Some(Project { shown: relative(&dir, root), dir, config, configured_in }));
        }
        if stated.is_some() {
            return Err(missing(directory, &shown, &relative(&dir, root)));
        }
    }
    Ok(None)
}

fn missing(directory: &Path, shown: &str, dir: &str) -> Problem {
    let fact = format!("`{shown}` names the migrations directory `{dir}`, which does not exist");
    let text = std::fs::read_to_string(directory.join(FILE_NAME)).unwrap_or_default();
    let offset = text.find(DEFAULT_DIRECTORY).unwrap_or(0);
    Problem::new("invalid-configuration", fact)
        .at(Place::at(shown, &text, offset))
        .help("create the directory, or correct its name")
}

/// What the `driftless.toml` in the directory states, and for the rest the nearest one beside or above it.
///
/// The one inside travels with the migrations: what it says is about them, wherever they are copied.
fn configuration(dir: &Path, root: &Path) -> Result<(Config, Vec<PathBuf>), Problem> {
    let load = |directory: &Path| Config::load(directory, &relative(&directory.join(FILE_NAME), root));
    let inside = load(dir)?;
    let mut files: Vec<PathBuf> = inside.iter().map(|_| dir.join(FILE_NAME)).collect();
    let mut config = inside.unwrap_or_default();
    for directory in up_to(dir.parent().unwrap_or(dir), root) {
        if let Some(mut outside) = load(directory)? {
            let stated = outside.migrations.as_deref().unwrap_or(Path::new(DEFAULT_DIRECTORY));
            // A layout says how one directory is named, the other keys speak of the package.
            if absolute(&directory.join(stated)) != dir {
                outside.layout = None;
            }
            files.push(directory.join(FILE_NAME));
            config = config.over(outside);
            break;
        }
    }
    Ok((config, files))
}

/// The directory and its ancestors up to `root`; only the directory itself when it does not lie below the root.
fn up_to<'a>(start: &'a Path, root: &Path) -> impl Iterator<Item = &'a Path> {
    let depth = start.strip_prefix(root).map_or(0, |below| below.components().count());
    start.ancestors().take(depth + 1)
}

fn package_root(start: &Path, manifest_dir: &Path) -> PathBuf {
    start
        .ancestors()
        .find(|directory| *directory == manifest_dir || directory.join("Cargo.toml").is_file())
        .unwrap_or(manifest_dir)
        .to_owned()
}

/// The path below `root` with slashes, or the whole path.
fn relative(path: &Path, root: &Path) -> String {
    let below = path.strip_prefix(root).unwrap_or(path);
    below.to_string_lossy().replace('\\', "/")
}

/// The absolute path without `.` and `..`, since links are followed by nobody here.
fn absolute(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut clean = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => {
                clean.pop();
            }
            Component::CurDir => {}
            other => clean.push(other),
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Layout;
    use std::fs;

    struct Package(tempfile::TempDir);

    impl Package {
        fn new(files: &[(&str, &str)]) -> Package {
            let directory = tempfile::tempdir().unwrap();
            for (path, text) in files {
                let path = directory.path().join(path);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
            }
            Package(directory)
        }

        fn locate(&self, source: Option<&str>, name: Option<&str>) -> Option<Project> {
            let source = source.map(|source| self.0.path().join(source));
            Project::locate(source.as_deref(), self.0.path(), name).unwrap()
        }
    }

    #[test]
    fn the_nearest_directory_wins() {
        let package = Package::new(&[
            ("Cargo.toml", ""),
            ("migrations/1_a.sql", ""),
            ("tests/ui/case/migrations/1_b.sql", ""),
            ("src/db/models.rs", ""),
        ]);
        let shown = |source| package.locate(source, None).unwrap().shown;
        assert_eq!(shown(Some("src/db/models.rs")), "migrations");
        assert_eq!(shown(Some("tests/ui/case/main.rs")), "tests/ui/case/migrations");
        assert_eq!(shown(Some("tests/ui/other.rs")), "migrations");
        assert_eq!(shown(None), "migrations");
    }

    #[test]
    fn the_search_ends_at_the_package_root() {
        let package = Package::new(&[("Cargo.toml", ""), ("migrations/1.sql", ""), ("member/Cargo.toml", "")]);
        let member = package.0.path().join("member");
        assert_eq!(Project::locate(Some(&member.join("src/lib.rs")), &member, None).unwrap(), None);
        // Generated code lies in the target directory of the workspace.
        fs::create_dir_all(member.join("migrations")).unwrap();
        let generated = package.0.path().join("target/out/models.rs");
        fs::remove_dir_all(package.0.path().join("migrations")).unwrap();
        assert!(Project::locate(Some(&generated), &member, None).unwrap().is_some());
    }

    #[test]
    fn the_name_comes_from_the_caller_or_the_configuration() {
        let package = Package::new(&[
            ("Cargo.toml", ""),
            ("driftless.toml", "migrations = 'db/sqlite'\nlayout = 'sqlx'\n[lints]\nrow-dependent = 'warn'"),
            ("db/sqlite/1_a.sql", ""),
            ("other/1_a.sql", ""),
        ]);
        let stated = package.locate(Some("src/main.rs"), None).unwrap();
        assert_eq!((stated.shown.as_str(), stated.config.layout), ("db/sqlite", Some(Layout::Sqlx)));
        let named = package.locate(Some("src/main.rs"), Some("other")).unwrap();
        assert_eq!((named.shown.as_str(), named.config.layout), ("other", None));
        assert_eq!(named.config.lints.level("row-dependent"), crate::Level::Warn);
        let at = Project::at(&package.0.path().join("src/../db/sqlite"), "db/sqlite").unwrap();
        assert_eq!(at, stated);
    }

    #[test]
    fn what_stands_in_the_directory_goes_before_what_stands_beside_it() {
        let package = Package::new(&[
            ("Cargo.toml", ""),
            ("driftless.toml", "layout = 'sqlx'\n[lints]\nrow-dependent = 'allow'\nmissing-parent = 'allow'"),
            ("migrations/1_a.sql", ""),
            ("migrations/driftless.toml", "[lints]\nrow-dependent = 'warn'"),
        ]);
        let project = package.locate(None, None).unwrap();
        assert_eq!(project.config.layout, Some(Layout::Sqlx));
        assert_eq!(project.config.lints.level("row-dependent"), crate::Level::Warn);
        assert_eq!(project.config.lints.level("missing-parent"), crate::Level::Allow);
        let root = absolute(package.0.path());
        assert_eq!(project.configured_in, [root.join("migrations/driftless.toml"), root.join("driftless.toml")]);
    }

    #[test]
    fn a_stated_directory_must_exist() {
        let package = Package::new(&[("Cargo.toml", ""), ("driftless.toml", "migrations = 'db'")]);
        let problem = Project::locate(None, package.0.path(), None).unwrap_err();
        assert_eq!(
            problem.message,
            "`driftless.toml` names the migrations directory `db`, which does not exist\n  \
             at:          driftless.toml:1:1\n  help: create the directory, or correct its name"
        );
    }
}
