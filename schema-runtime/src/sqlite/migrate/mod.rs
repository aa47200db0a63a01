//! Bringing a database to the schema of the migrations, step by step. Every step is judged, done, proved and
//! recorded inside one write transaction, so that it is either whole or not there.

pub(crate) mod image;
pub(crate) mod install;
pub(crate) mod pages;
mod step;
mod walk;

use std::time::{Duration, Instant};

use rusqlite::Connection;
use schema_core::Migration;

use crate::sqlite::backup::{Change, Guard};
use crate::sqlite::foreign_keys::{self, Violations};
use crate::sqlite::guests::{self, Guest};
use crate::sqlite::history::{self, Glance, Record, Row};
use crate::sqlite::judge::agreement::digest;
use crate::sqlite::judge::route::{Act, Route};
use crate::sqlite::judge::{Judge, Task};
use crate::sqlite::migrate::install::install;
use crate::sqlite::migrate::step::Watch;
use crate::sqlite::script::{self, Nature};
use crate::sqlite::settings::{BusyTimeout, Lock, Settings};
use crate::sqlite::{Sqlite, preflight, refusal};
use crate::{Error, Event, Options, Outcome, Report, Step};

/// Brings a database to the schema of the program's migrations.
pub(crate) fn migrate(set: &Sqlite, db: &mut Connection, mut options: Options<'_>) -> Result<Report, Error> {
    let start = Instant::now();
    let mut report =
        Report { version: set.migrations().last().map(|last| last.version.clone().into_owned()), ..Report::default() };
    let waiting = BusyTimeout::set(&*db, options.busy_timeout)?;
    let glance = history::glance(db, set.migrations(), set.chain()).map_err(refusal::database)?;
    if glance == Glance::Unproved {
        prove_again(set, db, &mut report)?;
    }
    drop(waiting);
    if glance == Glance::Otherwise {
        if let Some(steps) = install(set, db, &mut options)? {
            report.steps = steps;
        } else {
            let _waiting = BusyTimeout::set(&*db, options.busy_timeout)?;
            converge(set, db, &mut options, &mut report)?;
        }
    }
    report.duration = start.elapsed();
    observe(&mut options, &Event::Finished { duration: report.duration });
    Ok(report)
}

/// Does what is missing in a database that is not new.
fn converge(set: &Sqlite, db: &Connection, options: &mut Options<'_>, report: &mut Report) -> Result<(), Error> {
    let mut run = Run::new(set, db, options)?;
    let result = run.converge();
    let guard;
    (report.steps, report.unmanaged, report.drift, guard) = run.finish();
    report.note_backup(guard.made());
    result.map_err(|error| {
        guard.explain(match report.steps.last() {
            Some(last) => refusal::after(error, report.steps.len(), &last.version),
            None => error,
        })
    })
}

/// Proves that a database whose history is complete still has its schema after somebody ran DDL, and notes it,
/// so that the next start is short again.
fn prove_again(set: &Sqlite, db: &Connection, report: &mut Report) -> Result<(), Error> {
    let cookie = history::cookie(db).map_err(refusal::database)?;
    let mut judge = Judge::new(db, set, crate::Adopt::Proven);
    judge.prove_final()?;
    report.unmanaged = judge.unmanaged;
    // Only a short cut for the next start: a database that cannot be written now does without.
    drop(history::renew(db, cookie));
    Ok(())
}

pub(crate) fn observe(options: &mut Options<'_>, event: &Event<'_>) {
    #[cfg(feature = "tracing")]
    if let Event::Statement { .. } = event {
        tracing::debug!(target: "driftless", "{event}");
    } else {
        tracing::info!(target: "driftless", "{event}");
    }
    if let Some(observer) = &mut options.observer {
        observer(event);
    }
}

/// One run of [`migrate`] that has something to do.
struct Run<'a, 'o> {
    judge: Judge<'a>,
    // Restored after the transaction of a step is rolled back, since a step's lock is dropped before.
    settings: Settings<'a>,
    options: &'a mut Options<'o>,
    guard: Guard,
    steps: Vec<Step>,
    /// Statements of committed migrations that SQLite allows in no transaction.
    waiting: Vec<&'static str>,
    /// Whether the migration that comes next found violations, so that those before it must be known.
    suspicious: bool,
    /// The rest of the way, and the mark by which the database is known not to have changed since.
    route: Option<(Mark, Route)>,
    /// What was recorded last.
    recorded: Vec<Row>,
    /// The catalogue of a database that is exactly at a version.
    watch: Option<Watch>,
    drift: Vec<String>,
}

/// A number that stays the same as long as no other connection commits anything.
type Mark = i64;

impl<'a, 'o> Run<'a, 'o> {
    fn new(set: &'a Sqlite, db: &'a Connection, options: &'a mut Options<'o>) -> Result<Run<'a, 'o>, Error> {
        if !db.is_autocommit() {
            return Err(refusal::in_transaction());
        }
        let judge = Judge::new(db, set, options.adopt.clone()).with_policy(options.data_statements);
        refuse_hidden(&judge)?;
        let settings = Settings::switch_off(db)?;
        let guard = Guard::new(options);
        Ok(Run {
            judge,
            settings,
            options,
            guard,
            steps: Vec::new(),
            waiting: Vec::new(),
            suspicious: false,
            route: None,
            recorded: Vec::new(),
            watch: None,
            drift: Vec::new(),
        })
    }

    fn commit(&mut self, lock: Lock<'_>) -> Result<(), Error> {
        self.guard.keep();
        lock.commit()?;
        for sql in self.waiting.drain(..) {
            // Another connection may be in the way of a change of the journal mode, which matters to no schema.
            drop(script::execute(self.judge.db, sql));
        }
        Ok(())
    }

    fn finish(self) -> (Vec<Step>, Vec<String>, Vec<String>, Guard) {
        (self.steps, self.judge.unmanaged, self.drift, self.guard)
    }

    /// Takes a backup before something is lost; nothing may have been written since the lock was taken.
    fn protect(&mut self, change: &Change<'_>) -> Result<(), Error> {
        let options = &mut *self.options;
        self.guard.before(self.judge.db, change, &mut |event| observe(options, event))
    }

    fn converge(&mut self) -> Result<(), Error> {
        loop {
            let lock = Lock::take(self.judge.db)?;
            let mark = history::mark(self.judge.db).map_err(refusal::database)?;
            let route = match self.route.take() {
                Some((before, route)) if before == mark => route,
                _ => {
                    self.watch = None;
                    match self.judge.situation()?.task {
                        Task::Nothing => return Ok(()),
                        Task::Create => return self.create(lock),
                        Task::Follow(route) => route,
                    }
                }
            };
            for line in &route.drift {
                if !self.drift.contains(line) {
                    self.drift.push(line.clone());
                }
            }
            if route.is_rehearsed() {
                return self.walk(lock, route);
            }
            match self.follow(lock, route)? {
                Some(rest) if rest.legs.is_empty() => return Ok(()),
                rest => self.route = rest.map(|rest| (mark, rest)),
            }
        }
    }

    /// Goes one leg, or all those that are only recorded, and returns the rest of the way. `None` when it has to be
    /// found again.
    fn follow(&mut self, lock: Lock<'_>, mut route: Route) -> Result<Option<Route>, Error> {
        let adopted = route.legs.iter().take_while(|leg| leg.act == Act::Adopt).count();
        if adopted > 0 {
            self.adopt(lock, &route, adopted)?;
        } else if !self.go(lock, &route)? {
            return Ok(None);
        }
        route.legs.drain(..adopted.max(1));
        route.rows.append(&mut self.recorded);
        Ok(Some(route))
    }

    /// Creates the schema of all migrations, and records them, at once.
    fn create(&mut self, lock: Lock<'_>) -> Result<(), Error> {
        let start = Instant::now();
        let migrations = self.judge.set.migrations();
        observe(self.options, &Event::Creating { migrations: migrations.len() });
        if is_schema_alone(self.judge.set) {
            self.create_catalogue()?;
        } else {
            self.replay_all()?;
        }
        let digest = self.judge.digest()?;
        let duration = start.elapsed();
        self.record(
            &[],
            migrations,
            &Record { outcome: Outcome::Created, digest: Some(&digest), duration_ms: ms(duration) },
        )?;
        self.commit(lock)?;
        self.note(migrations, Outcome::Created, duration);
        Ok(())
    }

    /// Runs the statements that SQLite stored where the migrations were replayed, and proves that it stores the
    /// same here.
    fn create_catalogue(&mut self) -> Result<(), Error> {
        let db = self.judge.db;
        let statements = self.judge.set.schema().iter().filter(|sql| !is_internal(sql));
        for sql in statements.clone() {
            script::execute(db, sql).map_err(|error| refusal::uncreatable(sql, error))?;
        }
        let stored = stored(db).map_err(refusal::database)?;
        if statements.clone().all(|sql| stored.contains(*sql)) { Ok(()) } else { self.prove_created() }
    }

    /// Runs every migration, since some do more than their schema shows.
    fn replay_all(&mut self) -> Result<(), Error> {
        let migrations = self.judge.set.migrations();
        if let Some(last) = migrations.last() {
            let scripts = migrations.iter().map(|migration| &*migration.sql).collect();
            self.protect(&Change { scripts, ..Change::applying(last) })?;
        }
        let before = foreign_keys::violations(self.judge.db).map_err(refusal::database)?;
        for (at, migration) in migrations.iter().enumerate() {
            observe(self.options, &Event::Running { migration, position: at + 1, total: migrations.len() });
            self.run(migration)?;
        }
        if let Some(last) = migrations.last() {
            self.refuse_orphans(last, &before)?;
        }
        self.prove_created()
    }

    fn prove_created(&mut self) -> Result<(), Error> {
        let migrations = self.judge.set.migrations();
        self.prove(migrations.len()).map(drop)
    }

    /// Records migrations that are there already.
    fn adopt(&mut self, lock: Lock<'_>, route: &Route, count: usize) -> Result<(), Error> {
        let start = Instant::now();
        let from = route.rows.len();
        let migrations = &self.judge.set.migrations()[from..from + count];
        observe(self.options, &Event::Adopting { migrations });
        let digest = self.prove(from + count)?;
        let duration = start.elapsed();
        let record = Record { outcome: Outcome::Adopted, digest: Some(&digest), duration_ms: ms(duration) };
        self.record(&route.rows, migrations, &record)?;
        self.commit(lock)?;
        self.note(migrations, Outcome::Adopted, duration);
        Ok(())
    }

    /// Goes one leg, proves where it led, and records it. `false` when it has to be gone again, with more knowledge.
    fn go(&mut self, lock: Lock<'_>, route: &Route) -> Result<bool, Error> {
        let start = Instant::now();
        let at = route.rows.len();
        let migration = &self.judge.set.migrations()[at];
        self.watch(route)?;
        self.protect(&Change::applying(migration))?;
        let before = if self.suspicious { Some(self.violations()?) } else { None };
        if before.is_none() {
            let total = self.judge.set.migrations().len();
            observe(self.options, &Event::Running { migration, position: at + 1, total });
        }
        self.run(migration)?;
        match &before {
            Some(before) => self.refuse_orphans(migration, before)?,
            // Checking is a scan of all children, so the state before is read only when it matters. What the
            // migration did is rolled back, and it runs again with that knowledge.
            None if !script::is_additive(&migration.sql) && !self.violations()?.is_empty() => {
                self.suspicious = true;
                self.waiting.clear();
                return Ok(false);
            }
            None => {}
        }
        self.suspicious = false;
        let digest = self.prove_step(at + 1)?;
        let one = std::slice::from_ref(migration);
        let outcome = Outcome::Applied;
        let record = Record { outcome, digest: digest.as_deref(), duration_ms: ms(start.elapsed()) };
        self.record(&route.rows, one, &record)?;
        self.commit(lock)?;
        let duration = start.elapsed();
        self.note(one, outcome, duration);
        observe(self.options, &Event::Applied { migration, duration });
        Ok(true)
    }

    /// Proves that the database has the schema of that many migrations, and returns its digest.
    fn prove(&mut self, count: usize) -> Result<String, Error> {
        let (lines, expected) = self.judge.compare(count)?;
        match (lines.is_empty(), self.judge.set.migrations()[..count].last()) {
            (false, Some(last)) => Err(refusal::diverged(last, &lines)),
            _ => Ok(digest(&expected.schema)),
        }
    }

    fn run(&mut self, migration: &'static Migration) -> Result<(), Error> {
        let types = preflight::Types::before(self.judge.db, migration)?;
        let guests = self.guests(&migration.sql)?;
        let options = &mut *self.options;
        let waiting = script::run(self.judge.db, migration, &mut |event| observe(options, event));
        self.waiting.extend(waiting.map_err(|error| preflight::explain(&mut self.judge, migration, error))?);
        self.settings.reset().map_err(refusal::database)?;
        guests::put_back(self.judge.db, migration, &guests)?;
        types.refuse_misfits(self.judge.db, migration)
    }

    /// The triggers that no migration knows, which go with a table that is made again.
    fn guests(&self, sql: &str) -> Result<Vec<Guest>, Error> {
        guests::before(self.judge.db, &self.judge.known, sql).map_err(refusal::database)
    }

    fn violations(&self) -> Result<Violations, Error> {
        foreign_keys::violations(self.judge.db).map_err(refusal::database)
    }

    fn refuse_orphans(&self, migration: &Migration, before: &Violations) -> Result<(), Error> {
        preflight::refuse_orphans(self.judge.db, migration, before)
    }

    /// Records migrations, and notes their rows while nobody else can add any.
    fn record(&mut self, rows: &[Row], migrations: &[Migration], record: &Record<'_>) -> Result<(), Error> {
        let db = self.judge.db;
        if rows.is_empty() {
            history::create(db).map_err(refusal::database)?;
        }
        history::append(db, rows, migrations, record).map_err(refusal::database)?;
        let last = rows.last().map(|row| row.position);
        let rows = history::read_after(db, last).map_err(refusal::database)?;
        self.recorded = rows.unwrap_or_default();
        Ok(())
    }

    fn note(&mut self, migrations: &[Migration], outcome: Outcome, duration: Duration) {
        self.steps.extend(migrations.iter().map(|migration| Step {
            version: migration.version.clone().into_owned(),
            name: migration.name.clone().into_owned(),
            file: migration.file.clone().into_owned(),
            outcome,
            duration: if matches!(outcome, Outcome::Applied | Outcome::Completed) { duration } else { Duration::ZERO },
        }));
    }
}

fn ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Whether the stored statements say all that the migrations do.
pub(crate) fn is_schema_alone(set: &Sqlite) -> bool {
    !set.schema().is_empty() && set.migrations().iter().all(|migration| script::nature(migration) == Nature::Schema)
}

/// The tables of SQLite's own, such as `sqlite_sequence`, which it creates when they are needed.
fn is_internal(sql: &str) -> bool {
    sql.starts_with("CREATE TABLE sqlite_")
}

fn stored(db: &Connection) -> rusqlite::Result<std::collections::HashSet<String>> {
    let mut statement = db.prepare("SELECT sql FROM main.sqlite_schema WHERE sql IS NOT NULL")?;
    statement.query_map([], |row| row.get(0))?.collect()
}

/// A temporary table takes the statements that are meant for a table of the same name.
pub(crate) fn refuse_hidden(judge: &Judge<'_>) -> Result<(), Error> {
    let read = |db: &Connection| {
        let mut statement = db.prepare("SELECT name FROM sqlite_temp_schema WHERE type IN ('table', 'view')")?;
        statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()
    };
    let temporary = read(judge.db).map_err(refusal::database)?;
    let hides =
        |name: &&String| judge.known.names().chain([history::TABLE]).any(|known| known.eq_ignore_ascii_case(name));
    match temporary.iter().find(hides) {
        Some(name) => Err(refusal::hidden(name)),
        None => Ok(()),
    }
}
