//! What a connection is set to while migrations run, and the lock they run under. Both are undone when they
//! go out of scope, also on an early return and on a panic.

use std::borrow::Borrow;
use std::time::Duration;

use rusqlite::Connection;

use crate::Error;
use crate::sqlite::refusal;

/// Settings that decide what a migration does. They are off while migrations run, as they are where the
/// migrations were proved; `PRAGMA foreign_keys` is a silent no-op inside a transaction, so it must be off before.
const SETTINGS: [&str; 5] =
    ["foreign_keys", "legacy_alter_table", "ignore_check_constraints", "recursive_triggers", "writable_schema"];

/// The settings of a connection, put back when this is dropped.
#[derive(Debug)]
pub(crate) struct Settings<'c> {
    db: &'c Connection,
    before: [bool; SETTINGS.len()],
}

impl<'c> Settings<'c> {
    /// Switches everything off, and reads back that it is.
    pub(crate) fn switch_off(db: &'c Connection) -> Result<Settings<'c>, Error> {
        let mut before = [false; SETTINGS.len()];
        for (setting, value) in SETTINGS.iter().zip(&mut before) {
            *value = read(db, setting).map_err(refusal::database)?;
        }
        let settings = Settings { db, before };
        settings.reset().map_err(refusal::database)?;
        if read(db, "foreign_keys").map_err(refusal::database)? {
            return Err(refusal::foreign_keys_stay_on());
        }
        Ok(settings)
    }

    /// Switches everything off again after a migration may have switched it on.
    pub(crate) fn reset(&self) -> rusqlite::Result<()> {
        SETTINGS.iter().try_for_each(|setting| write(self.db, setting, false))
    }
}

impl Drop for Settings<'_> {
    fn drop(&mut self) {
        for (setting, value) in SETTINGS.iter().zip(self.before) {
            // There is nobody to tell; a connection that cannot even run a PRAGMA is of no use to its owner.
            drop(write(self.db, setting, value));
        }
    }
}

fn read(db: &Connection, setting: &str) -> rusqlite::Result<bool> {
    db.query_row(&format!("PRAGMA {setting}"), [], |row| row.get(0))
}

fn write(db: &Connection, setting: &str, value: bool) -> rusqlite::Result<()> {
    db.execute_batch(&format!("PRAGMA {setting} = {}", if value { "ON" } else { "OFF" }))
}

/// How long a connection waits for others, put back when this is dropped. The connection is borrowed, either way.
#[derive(Debug)]
pub(crate) struct BusyTimeout<C: Borrow<Connection>> {
    db: C,
    before: Option<Duration>,
}

impl<C: Borrow<Connection>> BusyTimeout<C> {
    /// Sets the timeout where there is one to set, and costs nothing where there is none.
    pub(crate) fn set(db: C, timeout: Option<Duration>) -> Result<BusyTimeout<C>, Error> {
        let Some(timeout) = timeout else { return Ok(BusyTimeout { db, before: None }) };
        let connection = db.borrow();
        let read = connection.query_row("PRAGMA busy_timeout", [], |row| row.get::<_, u32>(0));
        let before = Duration::from_millis(read.map_err(refusal::database)?.into());
        connection.busy_timeout(timeout).map_err(refusal::database)?;
        Ok(BusyTimeout { db, before: Some(before) })
    }
}

impl BusyTimeout<&mut Connection> {
    /// The connection, for what needs it alone.
    pub(crate) fn connection(&mut self) -> &mut Connection {
        self.db
    }
}

impl<C: Borrow<Connection>> Drop for BusyTimeout<C> {
    fn drop(&mut self) {
        if let Some(before) = self.before {
            drop(self.db.borrow().busy_timeout(before));
        }
    }
}

/// A write transaction, rolled back when this is dropped before [`Lock::commit`]. It is the lock between
/// processes, too: it dies with the process that holds it.
#[derive(Debug)]
pub(crate) struct Lock<'c> {
    db: &'c Connection,
    open: bool,
}

impl<'c> Lock<'c> {
    /// Takes the write lock, waiting for as long as the busy timeout says.
    pub(crate) fn take(db: &'c Connection) -> Result<Lock<'c>, Error> {
        db.execute_batch("BEGIN IMMEDIATE").map_err(refusal::database)?;
        Ok(Lock { db, open: true })
    }

    /// Makes everything since [`Lock::take`] permanent.
    pub(crate) fn commit(mut self) -> Result<(), Error> {
        self.db.execute_batch("COMMIT").map_err(refusal::database)?;
        self.open = false;
        Ok(())
    }
}

impl Drop for Lock<'_> {
    fn drop(&mut self) {
        // SQLite itself ends the transaction on some errors, such as a full disk.
        if self.open && !self.db.is_autocommit() {
            drop(self.db.execute_batch("ROLLBACK"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(db: &Connection) -> Vec<bool> {
        SETTINGS.iter().map(|setting| read(db, setting).expect("a pragma")).collect()
    }

    #[test]
    fn a_panic_puts_everything_back() {
        let db = Connection::open_in_memory().expect("memory");
        db.execute_batch("PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON").expect("pragmas");
        let before = settings(&db);
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let settings = Settings::switch_off(&db).expect("off");
            let _lock = Lock::take(&db).expect("a lock");
            db.execute_batch("CREATE TABLE a (b); PRAGMA legacy_alter_table = ON").expect("sql");
            settings.reset().expect("off");
            assert!(read(&db, "foreign_keys").is_ok_and(|on| on), "stop here");
        }));
        assert!(caught.is_err());
        assert_eq!(settings(&db), before);
        assert!(db.is_autocommit());
        assert!(db.prepare("SELECT * FROM a").is_err(), "the table was rolled back");
    }

    #[test]
    fn a_commit_stays() {
        let db = Connection::open_in_memory().expect("memory");
        let lock = Lock::take(&db).expect("a lock");
        db.execute_batch("CREATE TABLE a (b)").expect("sql");
        lock.commit().expect("commit");
        assert!(db.prepare("SELECT * FROM a").is_ok());
    }
}
