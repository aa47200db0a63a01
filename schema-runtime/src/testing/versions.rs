//! Every released version of a database: its migrations, its schema, and how to get one.

use rusqlite::Connection;
use schema_core::{Dialect, Inspection, Migration, Schema};
use schema_replay::Replayer;

use super::form::{Definitions, definitions};
use super::hints::Hints;
use crate::sqlite::{Sqlite, refusal};
use crate::{Error, Options};

/// What prepares a connection, as the application does with its own.
pub(super) type Hook<'a> = Box<dyn Fn(&Connection) -> rusqlite::Result<()> + 'a>;

/// The versions of a set of migrations.
pub(super) struct Versions<'a> {
    pub(super) set: &'a Sqlite,
    /// The sets of the releases: the first has one migration.
    sets: Vec<Sqlite>,
    /// The schemas, beginning with the empty one.
    schemas: Vec<Inspection>,
    pub(super) definitions: Definitions,
    pub(super) hints: Hints,
    hook: Option<&'a Hook<'a>>,
}

impl<'a> Versions<'a> {
    pub(super) fn new(set: &'a Sqlite, hook: Option<&'a Hook<'a>>) -> Result<Versions<'a>, Error> {
        let migrations = set.migrations();
        let mut replayer = Replayer::new();
        let empty = Inspection { schema: Schema::empty(Dialect::Sqlite), unmanaged: Vec::new() };
        let mut versions = Versions {
            set,
            sets: Vec::new(),
            schemas: vec![empty],
            definitions: Definitions::new(),
            hints: Hints::default(),
            hook,
        };
        let mut chain = String::new();
        for (at, migration) in migrations.iter().enumerate() {
            replayer.run(migration).map_err(refusal::unreplayable)?;
            versions.schemas.push(replayer.inspection().map_err(refusal::unreplayable)?);
            chain = schema_core::chain(&chain, &migration.version, &migration.checksum);
            let catalogue = replayer.catalogue().map_err(refusal::unreplayable)?;
            let catalogue: Vec<&'static str> = catalogue.into_iter().map(|sql| &*sql.leak()).collect();
            // A test's process is short, and a set of migrations is `'static` by what it is.
            versions.sets.push(Sqlite::new(&migrations[..=at], chain.clone().leak(), catalogue.leak()));
        }
        versions.hints = Hints::of(migrations);
        versions.definitions = definitions(&versions.schemas);
        Ok(versions)
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.sets.len()
    }

    /// The migrations behind one version up to another.
    pub(super) fn between(&self, from: usize, to: usize) -> &'static [Migration] {
        &self.set.migrations()[from..to]
    }

    /// What the version is called.
    pub(super) fn name(&self, version: usize) -> &'static str {
        &self.set.migrations()[version - 1].version
    }

    /// The schema after that many migrations.
    pub(super) fn schema(&self, version: usize) -> &Inspection {
        &self.schemas[version]
    }

    /// The set of that many migrations.
    pub(super) fn release(&self, version: usize) -> &Sqlite {
        if version == self.count() { self.set } else { &self.sets[version - 1] }
    }

    /// An empty database.
    pub(super) fn empty(&self) -> rusqlite::Result<Connection> {
        let db = Connection::open_in_memory()?;
        if let Some(hook) = self.hook {
            hook(&db)?;
        }
        Ok(db)
    }

    /// A database as the release of that version makes it, with foreign keys enforced.
    pub(super) fn fresh(&self, version: usize) -> Result<Connection, Error> {
        let mut db = self.empty().map_err(refusal::database)?;
        self.release(version).migrate_with(&mut db, Options::new())?;
        db.execute_batch("PRAGMA foreign_keys = ON").map_err(refusal::database)?;
        Ok(db)
    }
}
