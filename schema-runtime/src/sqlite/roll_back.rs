//! Taking migrations back by their way down. Each is run, proved and struck from the history inside one write
//! transaction, so that it is either whole or not there.

use std::time::{Duration, Instant};

use rusqlite::Connection;
use schema_core::{Migration, Pair};

use crate::sqlite::backup::{Change, Guard};
use crate::sqlite::foreign_keys;
use crate::sqlite::history::{self, Row};
use crate::sqlite::judge::Judge;
use crate::sqlite::judge::agreement::differences;
use crate::sqlite::judge::route::Rehearsal;
use crate::sqlite::judge::verdict;
use crate::sqlite::settings::{BusyTimeout, Lock, Settings};
use crate::sqlite::{Sqlite, migrate, preflight, refusal, script};
use crate::{Adopt, Error, Event, Options, Outcome, Report, Step};

impl Sqlite {
    /// Takes migrations back until the database is at version `to`; `None` takes all of them back. The ways down are
    /// those that `schema!` found in the migrations directory: see [`Sqlite::downs`].
    ///
    /// All of them are looked for before the first one runs. Where the schema is not exactly that of its version, they
    /// run on a likeness in memory first, and only a way that ends at the schema of version `to` is gone. Each runs in a transaction of its own, in which the schema
    /// must be exactly that of the migration before it again, and no row may be left that refers to nothing; then its
    /// row leaves the history. What the migration brought into the database is lost, so a backup is taken before that
    /// ([`Options::backup`]). This is for people and tools, and no program does it at its start.
    ///
    /// ```
    /// # use schema_runtime::{Migration, Sqlite, checksum};
    /// # use schema_runtime::rusqlite::Connection;
    /// # let migration = |file: &'static str, sql: &'static str| Migration {
    /// #     version: "1".into(),
    /// #     name: "notes".into(),
    /// #     file: file.into(),
    /// #     sql: sql.into(),
    /// #     checksum: checksum(sql).into(),
    /// #     no_transaction: false,
    /// # };
    /// # let down = migration("migrations/1_notes.down.sql", "DROP TABLE notes");
    /// # let app = Sqlite::from_migrations(vec![migration("migrations/1_notes.up.sql", "CREATE TABLE notes (id)")])?;
    /// # let app = app.with_downs(vec![down].leak());
    /// use schema_runtime::Outcome;
    ///
    /// let mut db = Connection::open_in_memory()?;
    /// app.migrate(&mut db)?;
    /// let report = app.roll_back(&mut db, None)?;
    /// assert_eq!(report.steps[0].outcome, Outcome::RolledBack);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When one of the migrations has no way down, when the database is not in the state that its history says, when
    /// the backup cannot be made, or when a way down fails or does not lead back. Migrations that were taken back before
    /// the error stay so; the one that failed is as it was.
    pub fn roll_back(&self, db: &mut Connection, to: Option<&str>) -> Result<Report, Error> {
        self.roll_back_with(db, to, Options::new())
    }

    /// The same, with [`Options`]: who watches, how long to wait, whether and where a backup is taken.
    ///
    /// ```
    /// # use schema_runtime::{Migration, Sqlite, checksum};
    /// # use schema_runtime::rusqlite::Connection;
    /// # let migration = |file: &'static str, sql: &'static str| Migration {
    /// #     version: "1".into(),
    /// #     name: "notes".into(),
    /// #     file: file.into(),
    /// #     sql: sql.into(),
    /// #     checksum: checksum(sql).into(),
    /// #     no_transaction: false,
    /// # };
    /// # let down = migration("migrations/1_notes.down.sql", "DROP TABLE notes");
    /// # let app = Sqlite::from_migrations(vec![migration("migrations/1_notes.up.sql", "CREATE TABLE notes (id)")])?;
    /// # let app = app.with_downs(vec![down].leak());
    /// use schema_runtime::Options;
    ///
    /// let mut db = Connection::open_in_memory()?;
    /// app.migrate(&mut db)?;
    /// app.roll_back_with(&mut db, None, Options::new().on_event(|event| println!("{event}")))?;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Sqlite::roll_back`].
    pub fn roll_back_with(&self, db: &mut Connection, to: Option<&str>, options: Options<'_>) -> Result<Report, Error> {
        self.roll_back_by(db, self.downs, to, options)
    }

    /// The same with ways down that are known only at run time, as those of a tool that reads a directory; each has the
    /// version of the migration that it undoes.
    ///
    /// ```
    /// use schema_runtime::{Migration, Options, Sqlite, checksum};
    ///
    /// let migration = |file: &'static str, sql: &'static str| Migration {
    ///     version: "1".into(),
    ///     name: "notes".into(),
    ///     file: file.into(),
    ///     sql: sql.into(),
    ///     checksum: checksum(sql).into(),
    ///     no_transaction: false,
    /// };
    /// let app = Sqlite::from_migrations(vec![migration("migrations/1_notes.up.sql", "CREATE TABLE notes (id)")])?;
    /// let down = migration("migrations/1_notes.down.sql", "DROP TABLE notes");
    ///
    /// let mut db = schema_runtime::rusqlite::Connection::open_in_memory()?;
    /// app.migrate(&mut db)?;
    /// let report = app.roll_back_by(&mut db, &[down], None, Options::new())?;
    /// assert_eq!(report.version, None);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Sqlite::roll_back`].
    pub fn roll_back_by(
        &self,
        db: &mut Connection,
        downs: &[Migration],
        to: Option<&str>,
        options: Options<'_>,
    ) -> Result<Report, Error> {
        roll_back(self, db, downs, to, options)
    }
}

/// Takes migrations back until `to` is the last one that the database has.
fn roll_back(
    set: &Sqlite,
    db: &Connection,
    downs: &[Migration],
    to: Option<&str>,
    mut options: Options<'_>,
) -> Result<Report, Error> {
    let start = Instant::now();
    let _timeout = BusyTimeout::set(db, options.busy_timeout)?;
    if !db.is_autocommit() {
        return Err(refusal::in_transaction());
    }
    let judge = Judge::new(db, set, Adopt::Never);
    migrate::refuse_hidden(&judge)?;
    let settings = Settings::switch_off(db)?;
    let guard = Guard::new(&options);
    let (steps, halts, drift) = (Vec::new(), Vec::new(), Vec::new());
    let mut run = Run { judge, settings, options: &mut options, downs, guard, steps, halts, drift };
    let result = run.descend(to);
    let (steps, unmanaged, drift, guard) = run.finish();
    result.map_err(|error| guard.explain(refusal::after_some(error, steps.len())))?;
    let mut report = Report {
        version: to.map(str::to_owned),
        steps,
        unmanaged,
        drift,
        duration: start.elapsed(),
        ..Report::default()
    };
    report.note_backup(guard.made());
    migrate::observe(&mut options, &Event::Finished { duration: report.duration });
    Ok(report)
}

struct Run<'a, 'o> {
    judge: Judge<'a>,
    settings: Settings<'a>,
    options: &'a mut Options<'o>,
    downs: &'a [Migration],
    guard: Guard,
    steps: Vec<Step>,
    /// What differs after each step, where that was rehearsed; nothing differs after the last.
    halts: Vec<Vec<String>>,
    /// What differed at first.
    drift: Vec<String>,
}

impl Run<'_, '_> {
    fn finish(self) -> (Vec<Step>, Vec<String>, Vec<String>, Guard) {
        (self.steps, self.judge.unmanaged, self.drift, self.guard)
    }

    fn descend(&mut self, to: Option<&str>) -> Result<(), Error> {
        let mut total = None;
        loop {
            let lock = Lock::take(self.judge.db)?;
            let rows = self.judge.rows()?;
            let migrations = self.judge.set.migrations();
            verdict::sequence(migrations)?;
            let count = verdict::prefix(&rows, migrations, self.judge.db)?;
            let (lines, _) = self.judge.compare(count)?;
            let keep = target(&rows, to)?;
            let total = *total.get_or_insert(count - keep);
            if self.steps.is_empty() && count > keep {
                // All of them are looked for at once: half a way down helps nobody.
                migrations[keep..count].iter().rev().try_for_each(|migration| self.down(migration).map(|_| ()))?;
                self.rehearse(keep, count, lines)?;
            } else if lines != self.halt(self.steps.len()) {
                self.judge.prove(count)?;
            }
            if count == keep {
                return Ok(());
            }
            self.undo(lock, &rows, total)?;
        }
    }

    /// What differs after that many steps, if all is well.
    fn halt(&self, steps: usize) -> &[String] {
        steps.checked_sub(1).and_then(|at| self.halts.get(at)).map_or(&[], Vec::as_slice)
    }

    /// Where the schema is not that of its version, the way down is gone on a likeness first: it has to end at the
    /// schema of the version that is asked for, whatever was different before.
    fn rehearse(&mut self, keep: usize, count: usize, lines: Vec<String>) -> Result<(), Error> {
        if lines.is_empty() {
            return Ok(());
        }
        let (db, migrations) = (self.judge.db, self.judge.set.migrations());
        let last = &migrations[count - 1];
        let mut rehearsal = Rehearsal::of(db, true)?;
        for at in (keep..count).rev() {
            let down = self.down(&migrations[at])?;
            let ran = rehearsal.run_down(down);
            ran.map_err(|problem| refusal::drifted(last, &lines, Some(&problem), db))?;
            let expected = self.judge.expected.after(at)?;
            self.halts.push(differences(&rehearsal.inspection()?, &expected, &self.judge.known));
        }
        if self.halts.last().is_some_and(|differ| !differ.is_empty()) {
            return Err(refusal::drifted(last, &lines, None, db));
        }
        self.drift = lines;
        Ok(())
    }

    fn down(&self, migration: &Migration) -> Result<&Migration, Error> {
        self.downs.iter().find(|down| down.version == migration.version).ok_or_else(|| refusal::irreversible(migration))
    }

    /// Takes the last migration back, proves the schema of the one before it, and strikes it from the history.
    fn undo(&mut self, lock: Lock<'_>, rows: &[Row], total: usize) -> Result<(), Error> {
        let start = Instant::now();
        let migrations = self.judge.set.migrations();
        let migration = &migrations[rows.len() - 1];
        let down = self.down(migration)?.clone();
        let options = &mut *self.options;
        self.guard.before(self.judge.db, &Change::undoing(&down), &mut |event| migrate::observe(options, event))?;
        let position = self.steps.len() + 1;
        migrate::observe(self.options, &Event::Running { migration: &down, position, total });
        let db = self.judge.db;
        let before = foreign_keys::violations(db).map_err(refusal::database)?;
        let options = &mut *self.options;
        let went = script::run(db, &down, &mut |event| migrate::observe(options, event));
        let counts = Pair::new(rows.len(), rows.len() - 1);
        let waiting = went.map_err(|error| {
            refusal::on_the_way_down(preflight::explain_between(&mut self.judge, &down, counts, error))
        })?;
        self.settings.reset().map_err(refusal::database)?;
        preflight::refuse_orphans(db, &down, &before)?;
        let (lines, _) = self.judge.compare(rows.len() - 1)?;
        if lines != self.halt(self.steps.len() + 1) {
            return Err(refusal::not_undone(&down, migrations[..rows.len() - 1].last(), &lines));
        }
        history::strike(db, rows.len()).map_err(refusal::database)?;
        self.guard.keep();
        lock.commit()?;
        for sql in waiting {
            // Another connection may be in the way of a change of the journal mode, which matters to no schema.
            drop(script::execute(db, sql));
        }
        let duration = start.elapsed();
        self.note(migration, duration);
        migrate::observe(self.options, &Event::Applied { migration: &down, duration });
        Ok(())
    }

    fn note(&mut self, migration: &Migration, duration: Duration) {
        self.steps.push(Step {
            version: migration.version.clone().into_owned(),
            name: migration.name.clone().into_owned(),
            file: migration.file.clone().into_owned(),
            outcome: Outcome::RolledBack,
            duration,
        });
    }
}

/// How many rows of the history stay.
fn target(rows: &[Row], to: Option<&str>) -> Result<usize, Error> {
    let Some(version) = to else { return Ok(0) };
    match rows.iter().position(|row| row.version == version) {
        Some(at) => Ok(at + 1),
        None => Err(refusal::no_such_version(version, rows)),
    }
}
