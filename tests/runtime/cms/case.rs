//! A database of the system, and what is asked of it: every question leaves each byte as it is.

use std::collections::BTreeMap;
use std::path::PathBuf;

use schema_runtime::{Error, Event, Kind, Options, Report, Sqlite, State};

use crate::common::{File, assert_at, cms, one, stable};

/// A database as it was found.
pub(crate) struct Case {
    pub(crate) file: File,
    pub(crate) program: Sqlite,
}

/// What a run did.
pub(crate) struct Done {
    pub(crate) report: Report,
    /// The statements of migrations that ran, in one line each.
    pub(crate) ran: Vec<String>,
}

impl Case {
    /// No file.
    pub(crate) fn none() -> Case {
        Case { file: File::none(), program: cms() }
    }

    /// What this SQL makes.
    pub(crate) fn of(sql: &str) -> Case {
        Case { file: File::of(sql), program: cms() }
    }

    /// What a program with these migrations left, and this SQL after it.
    pub(crate) fn migrated(migrations: &[(&str, &str, &str)], sql: &str) -> Case {
        let file = File::migrated(migrations);
        file.open().execute_batch(sql).expect("the SQL of the test");
        Case { file, program: cms() }
    }

    /// The same database for another program.
    pub(crate) fn of_program(self, program: Sqlite) -> Case {
        Case { program, ..self }
    }

    /// Every file of the directory: the database, its log, backups.
    fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let files = std::fs::read_dir(self.file.directory.path()).expect("the directory");
        let paths = files.map(|file| file.expect("a file").path());
        paths.map(|path| (path.clone(), std::fs::read(path).expect("its bytes"))).collect()
    }

    /// Nothing that `look` does changes a byte.
    pub(crate) fn unchanged<T>(&self, look: impl FnOnce() -> T) -> T {
        let before = self.files();
        let seen = look();
        assert!(self.files() == before, "the files are others now: {:?}", self.files().keys());
        seen
    }

    /// What `status` calls it, and its evidence.
    #[track_caller]
    pub(crate) fn state(&self, state: State) -> String {
        let status = self.unchanged(|| self.program.status(&self.file.open()).expect("a status"));
        assert_eq!(status.state, state, "{status}");
        let text = status.to_string();
        assert!(text.contains(&format!("\nstate: {state}")), "{text}");
        assert!(status.evidence.iter().all(|line| text.contains(line)), "{text}");
        status.evidence.join("\n")
    }

    /// What `plan` prints.
    #[track_caller]
    pub(crate) fn plan(&self) -> String {
        let plan = self.unchanged(|| self.program.plan(&self.file.open()));
        plan.unwrap_or_else(|error| panic!("refused: {error}")).to_string()
    }

    /// Migrates, and proves that what was planned is what was done, and that the end is the end.
    #[track_caller]
    pub(crate) fn migrate(&self) -> Done {
        self.migrate_with(Options::new())
    }

    #[track_caller]
    pub(crate) fn migrate_with(&self, options: Options<'_>) -> Done {
        let planned = self.program.plan(&self.file.open()).ok();
        let mut ran = Vec::new();
        let options = options.on_event(|event| {
            if let Event::Statement { sql, .. } = event {
                ran.push(sql.split_whitespace().collect::<Vec<_>>().join(" "));
            }
        });
        let report = self.program.migrate_file_with(&self.file.path, options);
        let report = report.unwrap_or_else(|error| panic!("refused: {error}"));
        let steps: Vec<_> = report.steps.iter().map(|step| (step.version.clone(), step.outcome)).collect();
        if let Some(plan) = planned {
            let planned: Vec<_> = plan.steps.iter().map(|step| (step.version.clone(), step.outcome)).collect();
            assert_eq!(planned, steps, "the plan is what is done");
        }
        assert_at(&self.file.path, &self.program);
        assert_eq!(one(&self.file.open(), "SELECT count(*) FROM pragma_foreign_key_check"), "0");
        self.state(State::Current);
        assert!(self.program.migrate_file(&self.file.path).expect("a second run").is_up_to_date());
        Done { report, ran }
    }

    /// Refused by `plan`, by `status` and by `migrate` in the same words, and not one byte is changed. The text.
    #[track_caller]
    pub(crate) fn refused(&self, kind: Kind, state: State) -> String {
        self.state(state);
        let status = self.program.status(&self.file.open()).expect("a status");
        let error = self.unchanged(|| self.program.migrate_file(&self.file.path).expect_err("a refusal"));
        let planned = self.unchanged(|| self.program.plan(&self.file.open()).expect_err("a refusal"));
        assert_eq!(error.kind(), kind, "{error}");
        assert_eq!(planned.to_string(), error.to_string());
        assert_eq!(status.problem.map(|problem| problem.to_string()), Some(error.to_string()));
        self.text(&error)
    }

    /// An error without what differs from run to run.
    pub(crate) fn text(&self, error: &Error) -> String {
        let text = error.to_string();
        assert!(text.contains("\n  help: "), "every refusal says what to do: {text}");
        stable(&text, self.file.directory.path())
    }

    /// How many rows each table has: `auth_state 1, notes 2`.
    pub(crate) fn rows(&self) -> String {
        let db = self.file.open();
        let names = "SELECT group_concat(name) FROM (SELECT name FROM sqlite_schema WHERE type = 'table'
            AND name NOT IN ('driftless_migrations', 'sqlite_sequence') ORDER BY name)";
        let names = one(&db, names);
        let count = |name: &str| format!("{name} {}", one(&db, &format!("SELECT count(*) FROM \"{name}\"")));
        names.split(',').map(count).collect::<Vec<_>>().join(", ")
    }

    /// All rows of a table, as one text.
    pub(crate) fn dump(&self, table: &str) -> String {
        let db = self.file.open();
        let mut statement = db.prepare(&format!("SELECT * FROM {table}")).expect("a table");
        let columns = statement.column_count();
        let row = |row: &rusqlite::Row<'_>| {
            let values = (0..columns).map(|at| row.get_ref(at).map(|value| format!("{value:?}")));
            values.collect::<rusqlite::Result<Vec<_>>>().map(|values| values.join("|"))
        };
        let rows = statement.query_map([], row).expect("rows");
        rows.collect::<rusqlite::Result<Vec<_>>>().expect("texts").join("\n")
    }
}
