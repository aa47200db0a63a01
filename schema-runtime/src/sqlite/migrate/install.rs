//! A new database as a copy: where nothing is there yet, the file that the migrations would have made is put in
//! place in one transaction, without running them.

use std::path::PathBuf;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, ffi};
use schema_replay::Blueprint;

use crate::sqlite::history::{self, Record};
use crate::sqlite::judge::verdict;
use crate::sqlite::migrate::image::{COOKIE, Content, Image};
use crate::sqlite::migrate::observe;
use crate::sqlite::settings::BusyTimeout;
use crate::sqlite::{Sqlite, refusal};
use crate::{Error, Event, Options, Outcome, Step};

/// The time, as it stands in the history.
const NOW: &str = "SELECT strftime('%Y-%m-%dT%H:%M:%fZ', 'now')";

/// Puts the final schema and its history into a database that is new. `None` when it is not, or when this way is
/// not open: then nothing was written, and migrating has the last word.
pub(crate) fn install(
    set: &Sqlite,
    db: &mut Connection,
    options: &mut Options<'_>,
) -> Result<Option<Vec<Step>>, Error> {
    let start = Instant::now();
    let Some(blueprint) = usable(set) else { return Ok(None) };
    let Ok(Some(target)) = Target::of(db) else { return Ok(None) };
    verdict::sequence(set.migrations())?;
    let Some(Ok(source)) = image(set, blueprint, &target, start).map(|image| image.open()) else { return Ok(None) };
    let mut waiting = BusyTimeout::set(db, options.busy_timeout)?;
    let Ok(backup) = Backup::new(&source, waiting.connection()) else { return Ok(None) };
    // Without a page to copy, the first step only takes the lock that keeps everybody else out.
    match backup.step(0) {
        Ok(StepResult::More) => {}
        Ok(StepResult::Busy) => return Err(busy()),
        _ => return Ok(None),
    }
    if !target.is_still_new() {
        return Ok(None);
    }
    observe(options, &Event::Creating { migrations: set.migrations().len() });
    match backup.step(-1) {
        Ok(StepResult::Done) => Ok(Some(steps(set))),
        Ok(_) => Err(busy()),
        Err(error) => Err(refusal::database(error)),
    }
}

/// What to write down, where there is a schema alone and this engine can read it.
fn usable(set: &Sqlite) -> Option<&Blueprint> {
    let is_usable = |blueprint: &&Blueprint| blueprint.engine <= rusqlite::version_number();
    set.blueprint.filter(is_usable).filter(|_| !set.migrations().is_empty())
}

fn image(set: &Sqlite, blueprint: &Blueprint, target: &Target, start: Instant) -> Option<Image> {
    let duration_ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
    let record = Record { outcome: Outcome::Created, digest: Some(&blueprint.digest), duration_ms };
    let content = Content { migrations: set.migrations(), record, now: &target.now };
    Image::new(blueprint, content, target.page_size)
}

fn steps(set: &Sqlite) -> Vec<Step> {
    let step = |migration: &schema_core::Migration| Step {
        version: migration.version.clone().into_owned(),
        name: migration.name.clone().into_owned(),
        file: migration.file.clone().into_owned(),
        outcome: Outcome::Created,
        duration: Duration::ZERO,
    };
    set.migrations().iter().map(step).collect()
}

fn busy() -> Error {
    let code = ffi::Error::new(ffi::SQLITE_BUSY);
    refusal::database(rusqlite::Error::SqliteFailure(code, Some("database is locked".to_owned())))
}

/// A database in which nothing was ever written.
struct Target {
    /// `None` when there is no file, and nobody else can reach it.
    file: Option<PathBuf>,
    page_size: usize,
    now: String,
}

impl Target {
    /// `None` when there is something in it, or when the copy would not be what migrations make of it.
    fn of(db: &Connection) -> rusqlite::Result<Option<Target>> {
        let number = |pragma: &str| db.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get::<_, i64>(0));
        if !db.is_autocommit() || number("main.page_count")? != 0 {
            return Ok(None);
        }
        let file = match db.path() {
            Some("") if !is_shared(db)? => None,
            Some("") | None => return Ok(None),
            Some(path) => Some(PathBuf::from(path)),
        };
        // A copy knows no wish to write nothing, writes no map of pages, and is in UTF-8; and what hides a table from
        // migrations is refused by them.
        let encoding: String = db.query_row("PRAGMA encoding", [], |row| row.get(0))?;
        let temporary: i64 = db.query_row("SELECT count(*) FROM sqlite_temp_schema", [], |row| row.get(0))?;
        if number("query_only")? != 0 || number("main.auto_vacuum")? != 0 || encoding != "UTF-8" || temporary != 0 {
            return Ok(None);
        }
        let page_size = usize::try_from(number("main.page_size")?).unwrap_or_default();
        Ok(Some(Target { file, page_size, now: db.query_row(NOW, [], |row| row.get(0))? }))
    }

    /// Whether it is as it was found, now that it is locked. Only the size of the file is asked for: who opens and
    /// closes it would lose the lock of the whole process.
    fn is_still_new(&self) -> bool {
        let length = |file: &PathBuf| std::fs::metadata(file).map(|metadata| metadata.len());
        self.file.as_ref().is_none_or(|file| length(file).is_ok_and(|length| length == 0))
    }
}

/// Whether other connections may have the same database in memory. Then SQLite locks its tables, which shows in
/// the program of a statement.
fn is_shared(db: &Connection) -> rusqlite::Result<bool> {
    let mut program = db.prepare("EXPLAIN SELECT 1 FROM main.sqlite_schema")?;
    let codes = program.query_map([], |row| row.get::<_, String>(1))?.collect::<rusqlite::Result<Vec<String>>>()?;
    Ok(codes.iter().any(|code| code == "TableLock"))
}

/// A new database in memory with the final schema and its history, copied from one that is made the first time.
pub(crate) fn in_memory(set: &Sqlite, source: &OnceLock<Mutex<Connection>>) -> Result<Connection, Error> {
    if source.get().is_none() {
        // Somebody else may be faster, and has made the same.
        let _ = source.set(Mutex::new(first_in_memory(set)?));
    }
    let mut db = Connection::open_in_memory().map_err(refusal::database)?;
    if let Some(source) = source.get() {
        let source = source.lock().unwrap_or_else(PoisonError::into_inner);
        let backup = Backup::new(&source, &mut db).map_err(refusal::database)?;
        match backup.step(-1).map_err(refusal::database)? {
            StepResult::Done => {}
            _ => return Err(busy()),
        }
    }
    Ok(db)
}

fn first_in_memory(set: &Sqlite) -> Result<Connection, Error> {
    let mut db = Connection::open_in_memory().map_err(refusal::database)?;
    set.migrate(&mut db)?;
    // The count of schema changes that a copy into a new database ends with.
    history::renew(&db, COOKIE).map_err(refusal::database)?;
    Ok(db)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set() -> Sqlite {
        let sql = "CREATE TABLE a (b)";
        let migration = schema_core::Migration {
            version: "1".into(),
            name: "a".into(),
            file: "migrations/1_a.sql".into(),
            sql: sql.into(),
            checksum: crate::checksum(sql).into(),
            no_transaction: false,
        };
        Sqlite::from_migrations(vec![migration]).expect("it runs")
    }

    #[test]
    fn what_somebody_wrote_in_between_stays() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("app.db");
        let db = Connection::open(&path).expect("it opens");
        let target = Target::of(&db).expect("it is read").expect("it is new");
        assert!(target.is_still_new());
        Connection::open(&path).and_then(|other| other.execute_batch("CREATE TABLE theirs (x)")).expect("their table");
        assert!(!target.is_still_new());
        assert!(Target::of(&db).expect("it is read").is_none());
    }

    #[test]
    fn an_engine_that_is_older_than_the_image_does_not_take_it() {
        let set = set();
        let blueprint = usable(&set).expect("the engine that made it");
        let newer = Blueprint { engine: blueprint.engine + 1, ..blueprint.clone() };
        let set = Sqlite { blueprint: Some(Box::leak(Box::new(newer))), ..set };
        assert!(usable(&set).is_none());
    }

    #[test]
    fn a_file_that_would_be_too_large_is_not_made() {
        let set = set();
        let target = Target { file: None, page_size: 65_536, now: String::new() };
        let blueprint = usable(&set).expect("a schema alone");
        let many = |count| Blueprint { objects: vec![blueprint.objects[0].clone(); count].into(), ..blueprint.clone() };
        assert!(image(&set, &many(100), &target, Instant::now()).is_some());
        assert!(image(&set, &many(16_400), &target, Instant::now()).is_none());
    }
}
