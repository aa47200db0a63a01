//! What the processes do that are killed: databases, programs, and what the one does to the other.

use std::path::Path;

use rusqlite::Connection;
use schema_runtime::{Backup, Error, Migration, Options, Report, Sqlite};

use crate::common::{BASELINE, CMS, ROWS, TOKENS, VERIFIER, cms, migration, set};

/// One of them.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    /// Makes the database that is found; `None` where there is no file.
    pub(crate) prepare: Option<fn(&Connection)>,
    /// The migrations of the program that is started.
    pub(crate) program: fn() -> Sqlite,
    pub(crate) deed: Deed,
    /// How many states are committed on the way, the one that is found among them.
    pub(crate) states: usize,
    /// How many processes are to be interrupted, at least.
    pub(crate) kills: usize,
}

/// What a process does to the database.
#[derive(Clone, Copy)]
pub(crate) enum Deed {
    Migrate,
    /// It goes back to nothing by these ways down.
    RollBack(fn() -> Vec<Migration>),
    /// It goes back to a backup of what this makes.
    Restore(fn(&Connection)),
}

impl Scenario {
    /// Migrates a file as programs do.
    pub(crate) fn act(&self, program: &Sqlite, file: &Path, options: Options<'_>) -> Result<Report, Error> {
        match self.deed {
            Deed::Migrate => program.migrate_file_with(file, options),
            Deed::Restore(_) => Sqlite::restore(file.with_file_name(BACKUP), file, options).map(|_| Report::default()),
            Deed::RollBack(_) => self.act_on(program, Connection::open(file).expect("it opens"), options),
        }
    }

    /// The same on a connection that is prepared.
    pub(crate) fn act_on(&self, program: &Sqlite, mut db: Connection, options: Options<'_>) -> Result<Report, Error> {
        match self.deed {
            Deed::Migrate => program.migrate_with(&mut db, options),
            Deed::RollBack(downs) => program.roll_back_by(&mut db, &downs(), None, options),
            Deed::Restore(_) => {
                let file = db.path().expect("a file").to_owned();
                drop(db);
                self.act(program, Path::new(&file), options)
            }
        }
    }
}

/// The backup that [`Deed::Restore`] takes.
pub(crate) const BACKUP: &str = "app.db.before-9.backup";

type Found = Option<fn(&Connection)>;

const fn scenario(
    name: &'static str,
    prepare: Found,
    program: fn() -> Sqlite,
    (states, kills): (usize, usize),
) -> Scenario {
    Scenario { name, prepare, program, deed: Deed::Migrate, states, kills }
}

/// All scenarios.
pub(crate) const SCENARIOS: [Scenario; 12] = [
    scenario("new", None, cms, (2, 40)),
    scenario("rows", None, || set(&PLAIN), (2, 60)),
    scenario("adopt", Some(baseline), cms, (4, 70)),
    scenario("plain", Some(first), || set(&PLAIN), (6, 80)),
    scenario("rebuild", Some(library), || set(&LIBRARY), (5, 90)),
    scenario("unmanaged", Some(own), cms, (3, 30)),
    scenario("half", Some(half), cms, (2, 40)),
    scenario("partly", Some(partly), || set(&PLAIN), (2, 60)),
    scenario("hotfix", Some(hotfix), cms, (2, 40)),
    scenario("counted", Some(counted), cms, (3, 30)),
    Scenario { deed: Deed::RollBack(downs), ..scenario("back", Some(shelved), shelf, (4, 60)) },
    Scenario { deed: Deed::Restore(library), ..scenario("restore", Some(finished), || set(&LIBRARY), (2, 50)) },
];

/// The scenario of that name.
pub(crate) fn named(name: &str) -> &'static Scenario {
    SCENARIOS.iter().find(|scenario| scenario.name == name).expect("a scenario")
}

fn run(db: &Connection, sql: &str) {
    db.execute_batch(sql).expect("the SQL of the test");
}

/// The second state of the CMS.
fn baseline(db: &Connection) {
    run(db, &format!("{BASELINE}{ROWS}"));
    run(
        db,
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
         INSERT INTO notes (slug, file_path, content_hash) SELECT 'slug' || i, 'path' || i, hex(zeroblob(20)) FROM n;
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
         INSERT INTO tokens (token, me) SELECT 'token' || i, 'me' FROM n;",
    );
}

/// The same after its second migration, with a table and a trigger of its own.
fn own(db: &Connection) {
    baseline(db);
    run(db, VERIFIER);
    run(db, "CREATE TABLE stats (day TEXT, hits INTEGER); INSERT INTO stats VALUES ('mon', 7)");
    run(db, "CREATE TRIGGER seen AFTER INSERT ON notes BEGIN UPDATE stats SET hits = hits + 1; END");
}

/// The third migration of the CMS came without its indexes for the tokens.
fn half(db: &Connection) {
    let mut own = Connection::open(db.path().expect("a file")).expect("it opens");
    set(&CMS[..2]).migrate(&mut own).expect("it migrates");
    run(db, &TOKENS.replace("CREATE INDEX idx_tokens", "-- CREATE INDEX"));
    run(
        db,
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
         INSERT INTO tokens (token_hash, me, expires_at) SELECT hex(i), 'me', '2030-01-01' FROM n;
         INSERT INTO authorization_codes (code_hash, me, client_id, redirect_uri, expires_at)
         SELECT token_hash, me, 'client', 'uri', expires_at FROM tokens",
    );
}

/// Somebody added a column by hand, to a table that is dropped next.
fn hotfix(db: &Connection) {
    baseline(db);
    run(db, VERIFIER);
    run(db, "ALTER TABLE tokens ADD COLUMN token_hash TEXT");
}

/// Another tool counted to two.
fn counted(db: &Connection) {
    baseline(db);
    run(db, VERIFIER);
    run(db, "PRAGMA user_version = 2");
}

/// Migrations of all kinds that SQLite does in place.
const PLAIN: [(&str, &str, &str); 6] = [
    ("1", "post", "CREATE TABLE post (id INTEGER PRIMARY KEY, title TEXT NOT NULL, body TEXT, old TEXT)"),
    (
        "2",
        "author",
        "CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT UNIQUE);
      ALTER TABLE post ADD COLUMN author INTEGER REFERENCES author (id); CREATE INDEX post_author ON post (author)",
    ),
    (
        "3",
        "people",
        "INSERT INTO author (id, name) VALUES (1, 'Ann'), (2, 'Bo'), (3, 'Cy');
      UPDATE post SET author = 1 + id % 3; UPDATE post SET body = body || ' by ' || author",
    ),
    (
        "4",
        "names",
        "ALTER TABLE post RENAME COLUMN title TO heading; ALTER TABLE post DROP COLUMN old;
      CREATE UNIQUE INDEX post_heading ON post (heading)",
    ),
    (
        "5",
        "words",
        "CREATE TABLE word (word TEXT PRIMARY KEY, post REFERENCES post (id)) WITHOUT ROWID;
      INSERT INTO word SELECT heading || '!', id FROM post; DROP INDEX post_heading;
      ALTER TABLE author RENAME TO person",
    ),
    (
        "6",
        "fewer",
        "DELETE FROM word WHERE post % 10 = 0; CREATE VIEW latest AS SELECT * FROM post WHERE id > 10;
      CREATE TRIGGER no_post AFTER DELETE ON post BEGIN DELETE FROM word WHERE post = old.id; END;
      DELETE FROM post WHERE id % 10 = 0",
    ),
];

fn first(db: &Connection) {
    let mut db = Connection::open(db.path().expect("a file")).expect("it opens");
    set(&PLAIN[..1]).migrate(&mut db).expect("it migrates");
    run(
        &db,
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
         INSERT INTO post (title, body, old) SELECT 'title ' || i, 'body ' || i, hex(i) FROM n",
    );
}

/// The second migration is there in part.
fn partly(db: &Connection) {
    first(db);
    run(db, "CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT UNIQUE)");
}

/// Tables that refer to each other, and migrations that rebuild them.
const LIBRARY: [(&str, &str, &str); 5] = [
    ("1", "library", "CREATE TABLE author (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL);
      CREATE TABLE book (id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT,
        author INTEGER NOT NULL REFERENCES author (id) ON DELETE CASCADE ON UPDATE CASCADE);
      CREATE TABLE loan (book INTEGER REFERENCES book (id) ON DELETE CASCADE, day TEXT);
      CREATE TABLE gone (book INTEGER);
      CREATE INDEX book_author ON book (author); CREATE INDEX loan_book ON loan (book);
      CREATE VIEW shelf AS SELECT name, title FROM author JOIN book ON book.author = author.id;
      CREATE TRIGGER book_gone AFTER DELETE ON book BEGIN INSERT INTO gone VALUES (old.id); END"),
    ("2", "author_born", "DROP VIEW shelf;
      CREATE TABLE new_author (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL CHECK (name <> ''), born TEXT);
      INSERT INTO new_author (id, name) SELECT id, name FROM author;
      UPDATE sqlite_sequence SET seq = (SELECT seq FROM sqlite_sequence WHERE name = 'author') WHERE name = 'new_author';
      DROP TABLE author; ALTER TABLE new_author RENAME TO author;
      CREATE VIEW shelf AS SELECT name, born, title FROM author JOIN book ON book.author = author.id"),
    ("3", "book_title", "DROP VIEW shelf;
      CREATE TABLE new_book (id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL DEFAULT '',
        author INTEGER NOT NULL REFERENCES author (id) ON DELETE CASCADE);
      INSERT INTO new_book (id, title, author) SELECT id, coalesce(title, ''), author FROM book;
      UPDATE sqlite_sequence SET seq = (SELECT seq FROM sqlite_sequence WHERE name = 'book') WHERE name = 'new_book';
      DROP TABLE book; ALTER TABLE new_book RENAME TO book; CREATE INDEX book_author ON book (author);
      CREATE TRIGGER book_gone AFTER DELETE ON book BEGIN INSERT INTO gone VALUES (old.id); END;
      CREATE VIEW shelf AS SELECT name, born, title FROM author JOIN book ON book.author = author.id"),
    ("4", "loan_key", "CREATE TABLE new_loan (book INTEGER NOT NULL REFERENCES book (id) ON DELETE CASCADE, day TEXT NOT NULL,
        PRIMARY KEY (book, day)) WITHOUT ROWID;
      INSERT INTO new_loan SELECT book, day FROM loan; DROP TABLE loan; ALTER TABLE new_loan RENAME TO loan"),
    ("5", "titles", "CREATE INDEX book_title ON book (title, author); UPDATE author SET born = '19' || (10 + id % 90)"),
];

/// Tens of thousands of rows, and counters that are ahead of them.
fn library(db: &Connection) {
    let mut db = Connection::open(db.path().expect("a file")).expect("it opens");
    set(&LIBRARY[..1]).migrate(&mut db).expect("it migrates");
    run(
        &db,
        "PRAGMA foreign_keys = ON; BEGIN;
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000)
         INSERT INTO author (name) SELECT 'author ' || i FROM n;
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000)
         INSERT INTO book (title, author) SELECT iif(i % 7, 'book ' || i, NULL), 1 + i % 4000 FROM n;
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 8000)
         INSERT INTO loan SELECT 1 + i % 12000, 'day ' || i FROM n;
         DELETE FROM author WHERE id > 3990; COMMIT",
    );
}

/// The same after everything, and with less in it.
fn finished(db: &Connection) {
    library(db);
    let mut own = Connection::open(db.path().expect("a file")).expect("it opens");
    set(&LIBRARY).migrate_with(&mut own, Options::new().backup(Backup::Never)).expect("it migrates");
    run(db, "PRAGMA foreign_keys = ON; DELETE FROM author WHERE id % 3 = 0; VACUUM");
}

/// What is taken back again.
const SHELF: [(&str, &str, &str); 3] = [
    ("1", "shelf", "CREATE TABLE shelf (id INTEGER PRIMARY KEY, name TEXT)"),
    ("2", "rows", "CREATE TABLE item (id INTEGER PRIMARY KEY, shelf INTEGER REFERENCES shelf (id))"),
    (
        "3",
        "size",
        "ALTER TABLE shelf ADD COLUMN size INTEGER NOT NULL DEFAULT 0; CREATE INDEX shelf_size ON shelf (size)",
    ),
];

fn shelf() -> Sqlite {
    set(&SHELF)
}

fn downs() -> Vec<Migration> {
    let size = "DROP INDEX shelf_size; CREATE TABLE old (id INTEGER PRIMARY KEY, name TEXT);
        INSERT INTO old SELECT id, name FROM shelf; DROP TABLE shelf; ALTER TABLE old RENAME TO shelf";
    [("3", "size", size), ("2", "rows", "DROP TABLE item"), ("1", "shelf", "DROP TABLE shelf")].map(migration).to_vec()
}

fn shelved(db: &Connection) {
    let mut db = Connection::open(db.path().expect("a file")).expect("it opens");
    shelf().migrate(&mut db).expect("it migrates");
    run(
        &db,
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
         INSERT INTO shelf (name, size) SELECT 'shelf ' || i, i FROM n; INSERT INTO item SELECT id, id FROM shelf",
    );
}

/// The kills of all scenarios.
#[test]
fn five_hundred_processes_are_killed() {
    assert!(SCENARIOS.iter().map(|scenario| scenario.kills).sum::<usize>() >= 500);
}
