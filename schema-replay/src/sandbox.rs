//! The in-memory SQLite that migrations run in.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::functions::FunctionFlags;
use rusqlite::hooks::{AuthContext, Authorization};
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags};

use crate::permission::{self, Denial, Permission};

/// The virtual machine's instructions that one migration may take: some seconds of an unoptimised SQLite, and
/// a hundred times what the longest real migration takes.
const MAX_STEPS: u64 = 40_000_000;
const STEPS_PER_CALL: i32 = 200;

/// The time that one migration may take. An instruction that makes a large value takes as long as many
/// thousand others, so the number of instructions alone is no bound.
const MAX_TIME: Duration = Duration::from_secs(10);

/// What sorters and recursions may keep, which no limit on pages counts.
const MAX_MEMORY: u32 = 1 << 30;

/// 128 MiB of pages.
const MAX_PAGES: u32 = 32_768;

/// Limits on what one statement may be and make; see <https://www.sqlite.org/limits.html>. Between two looks at
/// the clock, a statement can make as many values as there are instructions, so a value must not be huge.
const LIMITS: [(Limit, i32); 6] = [
    (Limit::SQLITE_LIMIT_LENGTH, 16 << 20),
    (Limit::SQLITE_LIMIT_SQL_LENGTH, 80 << 20),
    (Limit::SQLITE_LIMIT_EXPR_DEPTH, 1000),
    (Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000),
    (Limit::SQLITE_LIMIT_TRIGGER_DEPTH, 100),
    (Limit::SQLITE_LIMIT_ATTACHED, 0),
];

/// A connection that can do nothing but SQL on its own memory.
#[derive(Debug)]
pub(crate) struct Sandbox {
    pub(crate) connection: Connection,
    denial: Arc<Mutex<Option<Denial>>>,
    calls: Arc<AtomicU64>,
    began: Arc<Mutex<Instant>>,
}

/// Limits the memory that SQLite may take in this process to 1 GiB, for good. It is meant for the compiler,
/// whose only use of SQLite are the migrations, and not for a process with databases of its own.
///
/// ```
/// schema_replay::limit_memory();
/// let connection = rusqlite::Connection::open_in_memory()?;
/// let limit: i64 = connection.query_row("PRAGMA hard_heap_limit", [], |row| row.get(0))?;
/// assert_eq!(limit, 1 << 30);
/// # Ok::<_, rusqlite::Error>(())
/// ```
pub fn limit_memory() {
    let pragma = format!("PRAGMA hard_heap_limit = {MAX_MEMORY}");
    let limited = Connection::open_in_memory().and_then(|db| db.query_row(&pragma, [], |_| Ok(())));
    // An engine that was built without the limit has the other ones.
    drop(limited);
}

/// Some methods of rusqlite return nothing in one release and a result in another; the range of
/// supported releases holds both.
trait Outcome {
    fn outcome(self) -> rusqlite::Result<()>;
}

impl Outcome for () {
    fn outcome(self) -> rusqlite::Result<()> {
        Ok(())
    }
}

impl Outcome for i32 {
    fn outcome(self) -> rusqlite::Result<()> {
        Ok(())
    }
}

impl<T> Outcome for rusqlite::Result<T> {
    fn outcome(self) -> rusqlite::Result<()> {
        self.map(drop)
    }
}

impl Sandbox {
    /// An empty database behind the guards.
    pub(crate) fn open() -> rusqlite::Result<Sandbox> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_in_memory_with_flags(flags)?;
        // The pragma answers with the new limit, as a row.
        connection.execute_batch("PRAGMA temp_store = MEMORY")?;
        for schema in ["main", "temp"] {
            let pragma = format!("PRAGMA {schema}.max_page_count = {MAX_PAGES}");
            connection.query_row(&pragma, [], |_| Ok(()))?;
        }
        for (limit, value) in LIMITS {
            connection.set_limit(limit, value).outcome()?;
        }
        let began = Arc::new(Mutex::new(Instant::now()));
        let mut sandbox = Sandbox { connection, denial: Arc::default(), calls: Arc::default(), began };
        sandbox.guard()?;
        Ok(sandbox)
    }

    fn guard(&mut self) -> rusqlite::Result<()> {
        let denial = Arc::clone(&self.denial);
        let authorizer = move |context: AuthContext<'_>| match permission::judge(&context.action) {
            Permission::Allowed => Authorization::Allow,
            Permission::Ignored => Authorization::Ignore,
            Permission::Denied(found) => {
                *denial.lock().unwrap_or_else(PoisonError::into_inner) = Some(found);
                Authorization::Deny
            }
        };
        self.connection.authorizer(Some(authorizer)).outcome()?;
        let calls = Arc::clone(&self.calls);
        let limit = MAX_STEPS / u64::from(STEPS_PER_CALL.unsigned_abs());
        let began = Arc::clone(&self.began);
        let progress = move || {
            let spent = || began.lock().unwrap_or_else(PoisonError::into_inner).elapsed();
            calls.fetch_add(1, Ordering::Relaxed) >= limit || spent() >= MAX_TIME
        };
        self.connection.progress_handler(STEPS_PER_CALL, Some(progress)).outcome()
    }

    /// Begins a migration: the pragmas are those of a new connection with foreign keys off, and
    /// the limits count anew.
    pub(crate) fn begin(&self) -> rusqlite::Result<()> {
        self.restart_count();
        self.connection.execute_batch(
            "PRAGMA foreign_keys = OFF; PRAGMA legacy_alter_table = OFF; PRAGMA ignore_check_constraints = OFF;",
        )
    }

    /// Lets the limits on steps and time count anew.
    pub(crate) fn restart_count(&self) {
        self.calls.store(0, Ordering::Relaxed);
        *self.began.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// Runs one statement to its end.
    pub(crate) fn execute(&self, sql: &str) -> rusqlite::Result<()> {
        let mut statement = self.connection.prepare(sql)?;
        let mut rows = statement.raw_query();
        while rows.next()?.is_some() {}
        Ok(())
    }

    /// What the authorizer denied last.
    pub(crate) fn take_denial(&self) -> Option<Denial> {
        self.denial.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Registers a function that the application would register: any number of arguments, and NULL. The tables
    /// are empty while a schema is replayed, so the value does not matter.
    pub(crate) fn stub_function(&self, name: &str) -> rusqlite::Result<()> {
        let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
        self.connection.create_scalar_function(name, -1, flags, |_| Ok(None::<i64>))
    }

    /// Registers a collation that the application would register, as the order of the bytes.
    pub(crate) fn stub_collation(&self, name: &str) -> rusqlite::Result<()> {
        self.connection.create_collation(name, |a: &str, b: &str| a.cmp(b))
    }
}
