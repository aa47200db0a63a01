//! Random databases of a program: at some version, with rows, and with whatever people, other tools and half-finished
//! releases left in them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use rusqlite::Connection;
use schema_core::{Name, UnmanagedKind, render};
use schema_runtime::{DataPolicy, Sqlite};
use tempfile::TempDir;

use crate::engine::{self, Content, quoted};
use crate::generate::Choices;
use crate::house;
use crate::law::chain::{self, Chain};

/// What was done to a database besides migrating it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Touch {
    /// Nothing.
    None,
    /// What no migration knows was added, in the way of nothing.
    Own,
    /// Some objects of later migrations are there, made by statements that only create.
    Ahead,
    /// Some statements of later migrations ran, of whatever kind, or somebody changed something.
    Odd,
}

/// A database file and the program that is to migrate it.
pub(crate) struct World {
    pub(crate) chain: Chain,
    pub(crate) set: Sqlite,
    directory: TempDir,
    /// The version that the database was made at.
    pub(crate) at: usize,
    /// Whether the program's history says so.
    pub(crate) recorded: bool,
    pub(crate) touch: Touch,
    /// What the caller says of rows.
    pub(crate) policy: DataPolicy,
    /// Every statement that made it, for whoever reads of a failure.
    log: Vec<String>,
}

/// The tables of a database, with their rows and the statements that define them.
#[derive(Debug, PartialEq)]
pub(crate) struct Snapshot {
    pub(crate) schema: schema_core::Schema,
    pub(crate) content: Content,
    pub(crate) definitions: BTreeMap<String, String>,
}

/// A program and a database, unless the program's migrations cannot be replayed.
pub(crate) fn world(c: &mut Choices) -> Option<World> {
    let chain = chain::chain(c);
    let set = Sqlite::from_migrations(chain.migrations.clone()).ok()?;
    let directory = tempfile::tempdir().expect("a directory");
    let at = if c.chance(10) { 0 } else { 1 + c.below(chain.len()).min(c.below(chain.len())) };
    let recorded = at > 0 && c.chance(60);
    let policy = c.of(&[DataPolicy::Refuse, DataPolicy::Refuse, DataPolicy::Adopt, DataPolicy::Run]);
    let mut world = World { chain, set, directory, at, recorded, touch: Touch::None, policy, log: Vec::new() };
    let mut db = world.open();
    world.make(&mut db);
    house::fill(c, &db, &tables(&db));
    if at < world.chain.len() && c.chance(75) {
        world.go_ahead(c, &db);
    }
    if c.chance(25) {
        world.add_own(c, &db);
    }
    if c.chance(15) {
        world.drift(c, &db);
    }
    db.execute_batch("PRAGMA foreign_keys = ON").expect("a pragma");
    house::fill(c, &db, &tables(&db));
    if c.chance(15) {
        db.execute_batch("PRAGMA journal_mode = WAL").expect("a pragma");
    }
    drop(db);
    Some(world)
}

/// The schema without the program's history.
fn tables(db: &Connection) -> schema_core::Schema {
    let mut schema = engine::inspect(db).schema;
    schema.tables.retain(|name, _| !name.name.is("driftless_migrations"));
    schema
}

impl World {
    pub(crate) fn path(&self) -> PathBuf {
        self.directory.path().join("app.db")
    }

    /// A connection that waits for no disk.
    pub(crate) fn open(&self) -> Connection {
        let db = Connection::open(self.path()).expect("it opens");
        db.execute_batch("PRAGMA synchronous = OFF").expect("a pragma");
        db
    }

    /// Every file of the database and beside it, byte for byte.
    pub(crate) fn bytes(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let files = std::fs::read_dir(self.directory.path()).expect("the directory");
        files
            .map(|file| file.expect("a file").path())
            .map(|path| (path.clone(), std::fs::read(path).expect("its bytes")))
            .collect()
    }

    /// What is there now.
    pub(crate) fn snapshot(&self) -> Snapshot {
        let db = self.open();
        let schema = tables(&db);
        let content = engine::content(&db, &schema);
        let mut statement = db
            .prepare("SELECT type || ' ' || name, coalesce(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'")
            .expect("a query");
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("rows");
        let definitions = rows.collect::<rusqlite::Result<_>>().expect("texts");
        Snapshot { schema, content, definitions }
    }

    /// Runs a statement of the test, and remembers it where it works.
    fn try_sql(&mut self, db: &Connection, sql: &str) -> bool {
        let fine = db.execute_batch(sql).is_ok();
        if !db.is_autocommit() {
            db.execute_batch("ROLLBACK").expect("a rollback");
        }
        if fine {
            self.log.push(sql.to_owned());
        }
        fine
    }

    fn make(&mut self, db: &mut Connection) {
        if self.recorded {
            let first = self.chain.migrations[..self.at].to_vec();
            let set = Sqlite::from_migrations(first).expect("it is the beginning of one");
            set.migrate(db).expect("it migrates");
        } else {
            db.execute_batch("PRAGMA foreign_keys = OFF").expect("a pragma");
            for migration in &self.chain.migrations[..self.at] {
                db.execute_batch(&migration.sql).expect("it ran elsewhere");
            }
        }
        db.execute_batch("PRAGMA foreign_keys = OFF").expect("a pragma");
        self.log.push(format!("-- at {} of {}, recorded: {}", self.at, self.chain.len(), self.recorded));
    }

    fn touched(&mut self, touch: Touch) {
        self.touch = self.touch.max(touch);
    }

    /// Some of what later migrations bring is there already.
    fn go_ahead(&mut self, c: &mut Choices, db: &Connection) {
        let until = self.at + 1 + c.below(self.chain.len() - self.at);
        let share = c.of(&[30, 60, 90]);
        let before = engine::catalogue(db);
        if c.chance(35) {
            // A script of the newest schema, which runs at every start of the program.
            let stage = &self.chain.stages[until];
            let mut newest = render::schema(&stage.schema);
            newest.extend(stage.unmanaged.iter().filter_map(|object| object.sql.as_deref().map(ToOwned::to_owned)));
            let share = if c.chance(50) { 100 } else { share };
            for sql in newest {
                if c.chance(share) {
                    self.try_sql(db, &sql);
                }
            }
            // It makes a table under its newest name beside the old one, and nobody knows whose rows are right.
            if before != engine::catalogue(db) {
                self.touched(Touch::Odd);
            }
            return;
        }
        let gently = c.chance(60);
        for at in self.at..until {
            let whole = c.chance(20);
            let mut rest = true;
            for sql in chain::pieces(&self.chain.migrations[at]) {
                if gently && !creates(&sql) {
                    // What people make by hand is new, and harms nothing.
                } else if whole || (rest && c.chance(share)) {
                    if self.try_sql(db, &sql) {
                        self.touched(if creates(&sql) { Touch::Ahead } else { Touch::Odd });
                    }
                } else if c.chance(30) {
                    // Killed here, by a tool that takes no transaction.
                    rest = false;
                }
            }
        }
    }

    /// What the program knows nothing of.
    fn add_own(&mut self, c: &mut Choices, db: &Connection) {
        let tables: Vec<Name> = tables(db).tables.keys().map(|name| name.name.clone()).collect();
        self.try_sql(
            db,
            "CREATE TABLE stats (day TEXT, hits INTEGER); INSERT INTO stats VALUES ('mon', 7), ('tue', 8)",
        );
        self.touched(Touch::Own);
        if tables.is_empty() {
            return;
        }
        let table = quoted(&c.of(&tables));
        if c.chance(30) {
            let sql = format!(
                "CREATE TRIGGER own_trigger AFTER INSERT ON {table} BEGIN UPDATE stats SET hits = hits + 1; END"
            );
            self.try_sql(db, &sql);
            self.touched(Touch::Odd);
        }
        if c.chance(20) {
            self.try_sql(db, &format!("CREATE VIEW own_view AS SELECT * FROM {table}"));
            self.touched(Touch::Odd);
        }
    }

    /// Somebody changed something by hand.
    fn drift(&mut self, c: &mut Choices, db: &Connection) {
        let schema = tables(db);
        let tables: Vec<_> = schema.tables.values().collect();
        if tables.is_empty() {
            return;
        }
        let table = c.of(&tables);
        let (name, column) = (quoted(&table.name.name), quoted(&c.of(&table.columns).name));
        let object = |kind: &str| {
            let sql = format!("SELECT name FROM sqlite_schema WHERE type = '{kind}' AND sql IS NOT NULL");
            engine::strings(db, &sql)
                .first()
                .map(|name| quoted(&Name::new(schema_core::Dialect::Sqlite, name.as_str())))
        };
        let later = self.chain.stages[self.chain.len()].schema.tables.values();
        let later: Vec<_> = later.filter(|later| !schema.tables.contains_key(&later.name)).collect();
        let sql = match c.below(10) {
            0 | 1 => format!("ALTER TABLE {name} ADD COLUMN own TEXT DEFAULT 'by hand'"),
            2 => format!("ALTER TABLE {name} ADD COLUMN added0 TEXT DEFAULT 'other'"),
            3 => object("index").map(|index| format!("DROP INDEX {index}")).unwrap_or_default(),
            4 => object("view").map(|view| format!("DROP VIEW {view}")).unwrap_or_default(),
            5 => object("trigger").map(|trigger| format!("DROP TRIGGER {trigger}")).unwrap_or_default(),
            6 => format!("CREATE INDEX own_index ON {name} ({column})"),
            7 => format!("ALTER TABLE {name} DROP COLUMN {column}"),
            8 => format!("ALTER TABLE {name} RENAME COLUMN {column} TO own"),
            _ if !later.is_empty() => {
                format!("CREATE TABLE {} (id INTEGER PRIMARY KEY, other TEXT)", quoted(&c.of(&later).name.name))
            }
            _ => format!("DROP TABLE {name}"),
        };
        if !sql.is_empty() && self.try_sql(db, &sql) {
            self.touched(Touch::Odd);
        }
    }

    /// Says everything about the case.
    pub(crate) fn tell(&self, what: &str) -> String {
        let mut text = format!("{what}\n");
        for migration in &self.chain.migrations {
            text.push_str(&format!("--- migration {}\n{}\n", migration.version, migration.sql));
        }
        text.push_str(&format!("--- database ({:?}, {:?})\n{};\n", self.touch, self.policy, self.log.join(";\n")));
        for sql in engine::catalogue(&self.open()) {
            text.push_str(&format!("--   {sql}\n"));
        }
        text
    }
}

/// Whether a statement only adds what nobody else has.
fn creates(sql: &str) -> bool {
    use schema_core::sqlite::statement::{AlterAction, StatementKind, classify};
    let statements = schema_core::token::statements(schema_core::Dialect::Sqlite, sql);
    statements.iter().all(|statement| match classify(statement) {
        StatementKind::CreateTable { as_select, .. } => !as_select,
        StatementKind::AlterTable { action, .. } => matches!(action, AlterAction::AddColumn(_)),
        StatementKind::CreateIndex { .. }
        | StatementKind::CreateView { .. }
        | StatementKind::CreateTrigger { .. }
        | StatementKind::Begin
        | StatementKind::Commit => true,
        StatementKind::Pragma { .. } => true,
        _ => false,
    })
}

/// The views, triggers and virtual tables of a version, by name and text.
pub(crate) fn programs(found: &schema_core::Inspection) -> BTreeMap<(String, Name), Option<String>> {
    let programs = found.unmanaged.iter().filter(|object| {
        matches!(object.kind, UnmanagedKind::View | UnmanagedKind::Trigger | UnmanagedKind::VirtualTable)
    });
    let text = |sql: &str| schema_core::checksum(schema_core::Dialect::Sqlite, sql);
    programs
        .map(|object| ((object.kind.as_str().to_owned(), object.name.clone()), object.sql.as_deref().map(text)))
        .collect()
}
