//! Migrations directories for the tests, and what is read and replayed of them.

use std::fs;
use std::path::{Path, PathBuf};

use schema_core::{Dialect, Migration, checksum};
use schema_replay::{MigrationSet, Problem, Project, Replay, read, replay};

/// A package with a migrations directory.
pub(crate) struct Package(tempfile::TempDir);

impl Package {
    /// A package with these files, by their paths in it.
    pub(crate) fn new(files: &[(&str, &[u8])]) -> Package {
        let package = Package(tempfile::tempdir().unwrap());
        fs::create_dir(package.path("migrations")).unwrap();
        for (name, bytes) in files {
            let path = package.path(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        package
    }

    pub(crate) fn root(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn read(&self) -> Result<MigrationSet, Vec<Problem>> {
        let project = Project::at(&self.path("migrations"), "migrations").map_err(|problem| vec![problem])?;
        read(&project)
    }

    /// Everything that is wrong, each with its code.
    pub(crate) fn problems(&self) -> String {
        let problems = match self.read() {
            Err(problems) => problems,
            Ok(set) => match replay(&set.migrations) {
                Err(problem) => vec![problem],
                Ok(replay) => replay.findings,
            },
        };
        problems.iter().map(|problem| format!("{}: {problem}\n", problem.code)).collect()
    }
}

/// A migration of that number.
pub(crate) fn migration(number: usize, sql: &str) -> Migration {
    Migration {
        version: number.to_string().into(),
        name: "m".into(),
        file: format!("migrations/{number}_m.sql").into(),
        sql: sql.to_owned().into(),
        checksum: checksum(Dialect::Sqlite, sql).into(),
        no_transaction: false,
    }
}

/// What these texts make, as migrations 1, 2, ….
pub(crate) fn run(texts: &[&str]) -> Result<Replay, Problem> {
    let migrations: Vec<_> = texts.iter().zip(1..).map(|(sql, number)| migration(number, sql)).collect();
    replay(&migrations)
}

/// The problem of one migration.
pub(crate) fn refused(sql: &str) -> Problem {
    match run(&[sql]) {
        Err(problem) => problem,
        Ok(_) => panic!("it runs: {sql}"),
    }
}
