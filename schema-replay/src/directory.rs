//! Reading a migrations directory.

use std::borrow::Cow;
use std::fs;
use std::path::PathBuf;

use schema_core::{Migration, checksum, lock::Lock};

use crate::{Problem, Project};

/// The migrations of a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrationSet {
    /// The migrations in the order in which they run.
    pub migrations: Vec<Migration>,
    /// Their files, absolute, in the same order.
    pub files: Vec<PathBuf>,
    /// The lock file, where there is one.
    pub lock: Option<Lock>,
}

/// Reads the migrations of a project.
///
/// # Errors
/// Everything that is wrong with the files, at once.
pub fn read(project: &Project) -> Result<MigrationSet, Vec<Problem>> {
    let failed = |error: std::io::Error| {
        vec![Problem {
            code: "unreadable-migrations",
            message: format!("cannot read `{}`: {error}", project.shown),
            place: None,
        }]
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(&project.dir).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == "sql") {
            files.push(path);
        }
    }
    files.sort();
    let mut migrations = Vec::new();
    for path in &files {
        let sql = fs::read_to_string(path).map_err(failed)?;
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let (version, name) = stem.split_once('_').unwrap_or((&stem, ""));
        let version = version.trim_start_matches('0');
        migrations.push(Migration {
            version: Cow::Owned(version.to_owned()),
            name: Cow::Owned(name.to_owned()),
            file: Cow::Owned(format!("{}/{stem}.sql", project.shown)),
            checksum: Cow::Owned(checksum(project.config.dialect, &sql)),
            sql: Cow::Owned(sql),
            no_transaction: false,
        });
    }
    Ok(MigrationSet { migrations, files, lock: None })
}
