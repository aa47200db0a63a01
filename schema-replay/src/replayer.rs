//! Running migrations in the sandbox.

use std::collections::{BTreeMap, BTreeSet};

use schema_core::sqlite::places;
use schema_core::sqlite::read::CatalogueRow;
use schema_core::sqlite::statement::{AlterAction, StatementKind, changed_table, classify};
use schema_core::token::{self, Statement};
use schema_core::{Dialect, Inspection, Migration, Name, SourceMap, UnmanagedKind};

use crate::Problem;
use crate::blueprint::{self, Blueprint};
use crate::failure::{denied, failed, unterminated, words};
use crate::inspect::{inspect_rows, stored};
use crate::ledger::Ledger;
use crate::permission::{self, Denial, Permission};
use crate::row_dependent::{Scratch, Target};
use crate::sandbox::Sandbox;
use crate::stub::{self, Missing};

/// How many things a statement may miss before it is given up.
const MAX_REPAIRS: usize = 64;

/// What a set of migrations makes of an empty database.
///
/// ```
/// use schema_core::Path;
/// # use schema_core::{Dialect, Migration, checksum};
/// let sql = "CREATE TABLE a (b TEXT CHECK (is_loud(b)));";
/// # let checksum = checksum(Dialect::Sqlite, sql).into();
/// # let (version, name, file) = ("1".into(), "a".into(), "migrations/1_a.sql".into());
/// # let migration = Migration { version, name, file, sql: sql.into(), checksum, no_transaction: false };
/// let replay = schema_replay::replay(&[migration]).unwrap(); // the migration of that text
/// assert_eq!(replay.inspection.schema.tables.len(), 1);
/// assert_eq!(replay.catalogue, ["CREATE TABLE a (b TEXT CHECK (is_loud(b)))"]);
/// assert_eq!(replay.functions, ["is_loud"]);
/// assert!(replay.findings.is_empty());
/// let table = replay.inspection.schema.tables.values().next().unwrap();
/// assert_eq!(replay.map.get(&Path::Table(table.name.clone())).unwrap().to_string(), "migrations/1_a.sql:1:1");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replay {
    /// The schema, and what is not modelled.
    pub inspection: Inspection,
    /// Where the migrations create each object.
    pub map: SourceMap,
    /// Every statement that SQLite stores for the final schema, in its order, without the tables that SQLite,
    /// virtual tables and migration tools make for themselves: run on an empty database, they make the same.
    pub catalogue: Vec<String>,
    /// Statements that work only while a table is empty.
    pub findings: Vec<Problem>,
    /// Functions that neither SQLite nor the migrations define: the application has to register them.
    pub functions: Vec<String>,
    /// All of the database, where the schema is all of it.
    pub blueprint: Option<Blueprint>,
    /// The fingerprint of the sandbox's catalogue after each migration: see [`Ledger`]. [`Replayer::finish`] has none.
    pub fingerprints: Vec<u128>,
}

/// Runs migrations, in their order, in a sandboxed in-memory SQLite.
///
/// # Errors
/// The first statement that SQLite or the sandbox refuses.
///
/// ```
/// use schema_core::{Dialect, Migration, checksum};
/// let migration = |version: &'static str, sql: &'static str| Migration {
///     version: version.into(),
///     name: "x".into(),
///     file: format!("migrations/{version}_x.sql").into(),
///     sql: sql.into(),
///     checksum: checksum(Dialect::Sqlite, sql).into(),
///     no_transaction: false,
/// };
/// let first = migration("1", "CREATE TABLE users (id INTEGER PRIMARY KEY)");
/// let replay = schema_replay::replay(&[first.clone(), migration("2", "ALTER TABLE users ADD email TEXT")]).unwrap();
/// assert_eq!(replay.catalogue, ["CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT)"]);
/// let problem = schema_replay::replay(&[first, migration("2", "\nDROP TABLE user")]).unwrap_err();
/// assert!(problem.message.starts_with("SQLite refuses `migrations/2_x.sql`: no such table: user\n"));
/// assert_eq!(problem.place.unwrap().to_string(), "migrations/2_x.sql:2:12");
/// ```
pub fn replay(migrations: &[Migration]) -> Result<Replay, Problem> {
    let mut replayer = Replayer::new();
    let mut ledger = Ledger::of(&replayer.sandbox.connection).map_err(|error| unusable(&error))?;
    let mut fingerprints = Vec::with_capacity(migrations.len());
    for migration in migrations {
        replayer.run(migration)?;
        ledger.follow(&replayer.sandbox.connection, &migration.sql).map_err(|error| unusable(&error))?;
        fingerprints.push(ledger.fingerprint());
    }
    Ok(Replay { fingerprints, ..replayer.finish()? })
}

/// A sandboxed in-memory SQLite that migrations run in one by one.
///
/// Foreign keys are off, as the tables are empty; each migration runs in a transaction that it may end itself.
/// Functions, collations and virtual table modules that SQLite does not have are those of the application, and are
/// stood in for; so are the history tables of migration tools.
///
/// ```
/// # use schema_core::{Dialect, Migration, checksum};
/// let sql = "CREATE TABLE a (id INTEGER PRIMARY KEY);";
/// # let checksum = checksum(Dialect::Sqlite, sql).into();
/// # let (version, name, file) = ("1".into(), "a".into(), "migrations/1_a.sql".into());
/// # let migration = Migration { version, name, file, sql: sql.into(), checksum, no_transaction: false };
/// let mut replayer = schema_replay::Replayer::new();
/// assert!(replayer.inspection().unwrap().schema.tables.is_empty());
/// replayer.run(&migration).unwrap(); // the migration of that text
/// assert_eq!(replayer.inspection().unwrap().schema.tables.len(), 1);
/// assert!(replayer.findings().is_empty());
/// ```
#[derive(Debug)]
pub struct Replayer {
    pub(crate) sandbox: Sandbox,
    scratch: Scratch,
    map: SourceMap,
    findings: Vec<Problem>,
    pub(crate) functions: Vec<String>,
    /// History tables that only exist because a migration refers to them.
    hidden: BTreeSet<Name>,
    /// Virtual tables of unknown modules, and the statement that created them.
    virtual_tables: BTreeMap<Name, String>,
    tables: BTreeSet<Name>,
    /// Tables that the current migration created and that cannot have rows.
    empty: BTreeSet<Name>,
    /// Whether the catalogue is not all of what the migrations do, whatever the tables hold.
    more: bool,
    /// Whether places and findings are of no interest.
    is_quiet: bool,
}

impl Replayer {
    /// An empty database.
    ///
    /// ```
    /// let replayer = schema_replay::Replayer::new();
    /// assert_eq!(replayer.catalogue().unwrap(), [""; 0]);
    /// ```
    pub fn new() -> Replayer {
        Replayer {
            sandbox: Sandbox::open().expect("nothing but memory is needed for it"),
            scratch: Scratch::default(),
            map: SourceMap::default(),
            findings: Vec::new(),
            functions: Vec::new(),
            hidden: BTreeSet::new(),
            virtual_tables: BTreeMap::new(),
            tables: BTreeSet::new(),
            empty: BTreeSet::new(),
            more: false,
            is_quiet: false,
        }
    }

    /// The same, for those who want the schema and no more: it notes no places and finds nothing wrong with rows
    /// that a table could have.
    ///
    /// ```
    /// let replayer = schema_replay::Replayer::quiet();
    /// assert!(replayer.findings().is_empty());
    /// ```
    pub fn quiet() -> Replayer {
        Replayer { is_quiet: true, ..Replayer::new() }
    }

    /// Runs one migration.
    ///
    /// ```
    /// # use schema_core::{Dialect, Migration, checksum};
    /// let sql = "CREATE TABLE a (id); CREATE TABLE a (id);";
    /// # let checksum = checksum(Dialect::Sqlite, sql).into();
    /// # let (version, name, file) = ("1".into(), "a".into(), "migrations/1_a.sql".into());
    /// # let migration = Migration { version, name, file, sql: sql.into(), checksum, no_transaction: false };
    /// let mut replayer = schema_replay::Replayer::new();
    /// let problem = replayer.run(&migration).unwrap_err(); // the migration of that text
    /// assert!(problem.message.starts_with("SQLite refuses `migrations/1_a.sql`: table a already exists\n"));
    /// assert!(replayer.catalogue().unwrap().is_empty());
    /// ```
    ///
    /// # Errors
    /// The first statement that SQLite or the sandbox refuses. An open transaction is rolled back; the
    /// replayer is not meant to run anything else after that.
    pub fn run(&mut self, migration: &Migration) -> Result<(), Problem> {
        let statements = token::statements(Dialect::Sqlite, &migration.sql);
        let kinds: Vec<_> = statements.iter().map(classify).collect();
        if let Some(problem) = statements.last().and_then(|last| unterminated(migration, last)) {
            return Err(problem);
        }
        self.sandbox.begin().map_err(|error| unusable(&error))?;
        self.empty.clear();
        let result = self.run_all(migration, &statements, &kinds);
        if !self.sandbox.connection.is_autocommit() {
            let end = if result.is_ok() { "COMMIT" } else { "ROLLBACK" };
            let ended = self.sandbox.execute(end);
            if let (Ok(()), Err(error), Some(last)) = (&result, &ended, statements.last()) {
                let problem = failed(migration, last, error);
                let _ = self.sandbox.execute("ROLLBACK");
                return Err(problem);
            }
        }
        result
    }

    fn run_all(
        &mut self,
        migration: &Migration,
        statements: &[Statement<'_>],
        kinds: &[StatementKind],
    ) -> Result<(), Problem> {
        if !migration.no_transaction && !begins_itself(kinds) {
            self.sandbox.execute("BEGIN").map_err(|error| unusable(&error))?;
        }
        for (statement, kind) in statements.iter().zip(kinds) {
            let finding = if self.is_quiet { None } else { self.judge(migration, statement, kind) };
            self.execute(migration, statement, kind)?;
            self.more |= blueprint::is_beside(kind);
            self.findings.extend(finding);
            self.follow(statement, kind);
            if self.is_quiet {
                continue;
            }
            places::follow(&mut self.map, &migration.file, &migration.sql, statement);
        }
        Ok(())
    }

    fn judge(&self, migration: &Migration, statement: &Statement<'_>, kind: &StatementKind) -> Option<Problem> {
        let StatementKind::AlterTable { table, action: AlterAction::AddColumn(added) } = kind else {
            return None;
        };
        if self.empty.contains(table) {
            return None;
        }
        let target = Target { connection: &self.sandbox.connection, table, functions: &self.functions };
        self.scratch.judge(&target, migration, statement, added)
    }

    /// Runs a statement, and again as long as something can be provided that it misses.
    fn execute(
        &mut self,
        migration: &Migration,
        statement: &Statement<'_>,
        kind: &StatementKind,
    ) -> Result<(), Problem> {
        if *kind == StatementKind::Vacuum {
            let denial = Denial::new("runs VACUUM, which works on the file and in no transaction", "VACUUM");
            return Err(denied(migration, statement, &denial));
        }
        for _ in 0..MAX_REPAIRS {
            let Err(error) = self.sandbox.execute(statement.text) else {
                return Ok(());
            };
            if let Some(denial) = self.sandbox.take_denial() {
                return Err(denied(migration, statement, &denial));
            }
            // What is stood in for is the application's, and is there where it runs, or is missed.
            self.more = true;
            match self.repair(&words(&error), statement) {
                Repair::Done => {}
                Repair::Replaced(sql) => {
                    return self.sandbox.execute(&sql).map_err(|error| failed(migration, statement, &error));
                }
                Repair::Denied(denial) => return Err(denied(migration, statement, &denial)),
                Repair::Misspelt(known) => {
                    let help = format!("did you mean `{known}`? An application may define functions, but hardly this");
                    let mut problem = failed(migration, statement, &error);
                    problem.message.truncate(problem.message.rfind("\n  help:").unwrap_or(problem.message.len()));
                    return Err(problem.help(help));
                }
                Repair::None => return Err(failed(migration, statement, &error)),
            }
        }
        let denial = Denial::new("misses more functions than an application defines", "");
        Err(denied(migration, statement, &denial))
    }

    fn repair(&mut self, message: &str, statement: &Statement<'_>) -> Repair {
        let done = match Missing::from_message(message) {
            Some(Missing::Function(name)) => return self.repair_function(name),
            Some(Missing::Collation(name)) => self.sandbox.stub_collation(name).is_ok(),
            Some(Missing::Table(name)) => {
                let created = stub::bookkeeping(name).is_some_and(|sql| self.sandbox.execute(&sql).is_ok());
                created && self.hidden.insert(Name::new(Dialect::Sqlite, name))
            }
            Some(Missing::Module(_)) => {
                return match (stub::virtual_table(statement), classify(statement)) {
                    (Some(sql), StatementKind::CreateVirtualTable { name }) => {
                        self.virtual_tables.insert(name, statement.text.to_owned());
                        Repair::Replaced(sql)
                    }
                    _ => Repair::None,
                };
            }
            None => false,
        };
        if done { Repair::Done } else { Repair::None }
    }

    fn repair_function(&mut self, name: &str) -> Repair {
        if let Permission::Denied(denial) = permission::function(name) {
            return Repair::Denied(denial);
        }
        if let Some(known) = stub::misspelt(&self.sandbox.connection, name) {
            return Repair::Misspelt(known);
        }
        if self.functions.iter().any(|known| known == name) || self.sandbox.stub_function(name).is_err() {
            return Repair::None;
        }
        self.functions.push(name.to_owned());
        Repair::Done
    }

    /// Keeps up which tables there are, and which of them cannot have rows.
    fn follow(&mut self, statement: &Statement<'_>, kind: &StatementKind) {
        match kind {
            StatementKind::CreateTable { name, as_select, .. } if self.tables.insert(name.clone()) && !as_select => {
                self.empty.insert(name.clone());
            }
            StatementKind::DropTable { name } => {
                self.tables.remove(name);
                self.empty.remove(name);
                self.hidden.remove(name);
                self.virtual_tables.remove(name);
            }
            StatementKind::AlterTable { table, action: AlterAction::RenameTo(to) } => {
                for set in [&mut self.tables, &mut self.empty, &mut self.hidden] {
                    if set.remove(table) {
                        set.insert(to.clone());
                    }
                }
            }
            StatementKind::Insert => {
                // What is copied from another table is as many rows as that one has.
                if statement.tokens.iter().any(|token| token.is("SELECT"))
                    && let Some(into) = changed_table(statement)
                {
                    self.empty.remove(&into);
                }
            }
            _ => {}
        }
    }

    /// The rows of the catalogue that are the user's, as SQLite stores them after the migrations that ran.
    ///
    /// ```
    /// # use schema_core::{Dialect, Migration, checksum};
    /// let sql = "CREATE TABLE a (id);";
    /// # let checksum = checksum(Dialect::Sqlite, sql).into();
    /// # let (version, name, file) = ("1".into(), "a".into(), "migrations/1_a.sql".into());
    /// # let migration = Migration { version, name, file, sql: sql.into(), checksum, no_transaction: false };
    /// let mut replayer = schema_replay::Replayer::new();
    /// replayer.run(&migration).unwrap(); // the migration of that text
    /// assert_eq!(&*replayer.stored().unwrap()[0].name, "a");
    /// ```
    ///
    /// # Errors
    /// When the catalogue cannot be read.
    pub fn stored(&self) -> Result<Vec<CatalogueRow>, Problem> {
        // A replayer may live for long, and only what runs now counts.
        self.sandbox.restart_count();
        let mut rows = stored(&self.sandbox.connection).map_err(|error| unusable(&error))?;
        let name = |text: &str| Name::new(Dialect::Sqlite, text);
        if !self.hidden.is_empty() {
            rows.retain(|row| matches!(&*row.kind, "trigger" | "view") || !self.hidden.contains(&name(&row.table)));
        }
        for row in rows.iter_mut().filter(|row| &*row.kind == "table") {
            if let Some(sql) = self.virtual_tables.get(&name(&row.name)) {
                row.sql = Some(sql.as_str().into());
            }
        }
        Ok(rows)
    }

    fn inspect(&self, rows: &[CatalogueRow]) -> Result<Inspection, Problem> {
        inspect_rows(&self.sandbox.connection, rows).map_err(|error| unusable(&error))
    }

    /// The schema after the migrations that ran.
    ///
    /// ```
    /// # use schema_core::{Dialect, Migration, checksum};
    /// let sql = "CREATE TABLE a (id INTEGER PRIMARY KEY);";
    /// # let checksum = checksum(Dialect::Sqlite, sql).into();
    /// # let (version, name, file) = ("1".into(), "a".into(), "migrations/1_a.sql".into());
    /// # let migration = Migration { version, name, file, sql: sql.into(), checksum, no_transaction: false };
    /// let mut replayer = schema_replay::Replayer::new();
    /// replayer.run(&migration).unwrap(); // the migration of that text
    /// let inspection = replayer.inspection().unwrap();
    /// assert_eq!(inspection.schema.tables.values().next().unwrap().columns.len(), 1);
    /// ```
    ///
    /// # Errors
    /// When the catalogue cannot be read.
    pub fn inspection(&self) -> Result<Inspection, Problem> {
        self.inspect(&self.stored()?)
    }

    /// Every statement of [`Replay::catalogue`], after the migrations that ran.
    ///
    /// ```
    /// # use schema_core::{Dialect, Migration, checksum};
    /// let sql = "CREATE TABLE a (id); ALTER TABLE a RENAME TO b;";
    /// # let checksum = checksum(Dialect::Sqlite, sql).into();
    /// # let (version, name, file) = ("1".into(), "a".into(), "migrations/1_a.sql".into());
    /// # let migration = Migration { version, name, file, sql: sql.into(), checksum, no_transaction: false };
    /// let mut replayer = schema_replay::Replayer::new();
    /// replayer.run(&migration).unwrap(); // the migration of that text
    /// assert_eq!(replayer.catalogue().unwrap(), ["CREATE TABLE \"b\" (id)"]);
    /// ```
    ///
    /// # Errors
    /// When the catalogue cannot be read.
    pub fn catalogue(&self) -> Result<Vec<String>, Problem> {
        let rows = self.stored()?;
        Ok(catalogue(&rows, &self.inspect(&rows)?))
    }

    /// The statements so far that work only while a table is empty.
    ///
    /// ```
    /// let first = "CREATE TABLE a (id);";
    /// let second = "ALTER TABLE a ADD b TEXT NOT NULL;";
    /// # use schema_core::{Dialect, Migration, checksum};
    /// # let migration = |version: &'static str, sql: &'static str| Migration {
    /// #     version: version.into(),
    /// #     name: "a".into(),
    /// #     file: format!("migrations/{version}_a.sql").into(),
    /// #     sql: sql.into(),
    /// #     checksum: checksum(Dialect::Sqlite, sql).into(),
    /// #     no_transaction: false,
    /// # };
    /// let mut replayer = schema_replay::Replayer::new();
    /// replayer.run(&migration("1", first)).unwrap();
    /// assert!(replayer.findings().is_empty());
    /// replayer.run(&migration("2", second)).unwrap();
    /// assert_eq!(replayer.findings()[0].code, "row-dependent");
    /// ```
    pub fn findings(&self) -> &[Problem] {
        &self.findings
    }

    /// Where the migrations so far create each object.
    ///
    /// ```
    /// use schema_core::Path;
    /// # use schema_core::{Dialect, Migration, checksum};
    /// let sql = "\nCREATE TABLE a (id);";
    /// # let checksum = checksum(Dialect::Sqlite, sql).into();
    /// # let (version, name, file) = ("1".into(), "a".into(), "migrations/1_a.sql".into());
    /// # let migration = Migration { version, name, file, sql: sql.into(), checksum, no_transaction: false };
    /// let mut replayer = schema_replay::Replayer::new();
    /// replayer.run(&migration).unwrap(); // the migration of that text
    /// let table = schema_core::ObjectName::new(Dialect::Sqlite, None, "a");
    /// assert_eq!(replayer.map().get(&Path::Table(table)).unwrap().to_string(), "migrations/1_a.sql:2:1");
    /// ```
    pub fn map(&self) -> &SourceMap {
        &self.map
    }

    /// Everything known after the migrations that ran.
    ///
    /// ```
    /// # use schema_core::{Dialect, Migration, checksum};
    /// let sql = "CREATE TABLE a (id);";
    /// # let checksum = checksum(Dialect::Sqlite, sql).into();
    /// # let (version, name, file) = ("1".into(), "a".into(), "migrations/1_a.sql".into());
    /// # let migration = Migration { version, name, file, sql: sql.into(), checksum, no_transaction: false };
    /// let mut replayer = schema_replay::Replayer::new();
    /// replayer.run(&migration).unwrap(); // the migration of that text
    /// let replay = replayer.finish().unwrap();
    /// assert_eq!(replay.catalogue, ["CREATE TABLE a (id)"]);
    /// ```
    ///
    /// # Errors
    /// When the catalogue cannot be read.
    pub fn finish(self) -> Result<Replay, Problem> {
        let rows = self.stored()?;
        let inspection = self.inspect(&rows)?;
        Ok(Replay {
            catalogue: catalogue(&rows, &inspection),
            blueprint: self.blueprint(&inspection),
            fingerprints: Vec::new(),
            inspection,
            map: self.map,
            findings: self.findings,
            functions: self.functions,
        })
    }

    /// All of the database, where the schema is all of it. An engine that cannot say so has none.
    fn blueprint(&self, inspection: &Inspection) -> Option<Blueprint> {
        if self.more { None } else { blueprint::read(&self.sandbox.connection, inspection).ok().flatten() }
    }
}

impl Default for Replayer {
    fn default() -> Replayer {
        Replayer::new()
    }
}

/// What was done about something that a statement misses.
enum Repair {
    /// The statement can run again.
    Done,
    /// Another statement takes its place.
    Replaced(String),
    Denied(Denial),
    /// SQLite has a function of nearly that name.
    Misspelt(String),
    None,
}

/// Whether the file begins a transaction before it ends one: then none may be open when it runs.
fn begins_itself(kinds: &[StatementKind]) -> bool {
    let first = kinds.iter().find(|kind| matches!(kind, StatementKind::Begin | StatementKind::Commit));
    first == Some(&StatementKind::Begin)
}

fn catalogue(rows: &[CatalogueRow], inspection: &Inspection) -> Vec<String> {
    let shadow = |table: &str| {
        let is = |kind, name: &Name| kind == UnmanagedKind::ShadowTable && name.is(table);
        inspection.unmanaged.iter().any(|object| is(object.kind, &object.name))
    };
    rows.iter()
        .filter(|row| !row.name.starts_with("sqlite_") && !shadow(&row.table))
        .filter_map(|row| row.sql.as_deref().map(str::to_owned))
        .collect()
}

fn unusable(error: &rusqlite::Error) -> Problem {
    Problem::new("failed-replay", format!("the sandbox of the migrations cannot be used: {}", words(error)))
}
