//! The history table: which migrations a database has, and the proof of it.
//!
//! One row for each migration, in the order they came. `chain` hashes the row onto the row before it, so a row
//! that was changed by hand does not fit. `schema_cookie` is SQLite's own count of schema changes at the moment
//! when the schema was last proved: while the file has the same count, nobody ran any DDL.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode, params};
use schema_core::{Migration, chain};
use schema_replay::{Object, Tree};

use crate::Outcome;
use crate::sqlite::migrate::pages::Field;
use crate::sqlite::refusal;

/// The name of the table.
pub(crate) const TABLE: &str = "driftless_migrations";

const CREATE: &str = "CREATE TABLE main.driftless_migrations (
  position INTEGER PRIMARY KEY,
  version TEXT NOT NULL,
  checksum TEXT NOT NULL,
  chain TEXT NOT NULL,
  schema_cookie INTEGER NOT NULL,
  name TEXT NOT NULL,
  outcome TEXT NOT NULL,
  schema_digest TEXT,
  applied_at TEXT NOT NULL,
  duration_ms INTEGER NOT NULL,
  tool TEXT NOT NULL
)";

/// The statement of an up-to-date start. What is looked at in one row only is read from that row only. The position
/// is the rowid of the table, which a view of that name, whose rows may have no end, does not have.
const QUICK: &str = "SELECT rowid, version, checksum,
  CASE position WHEN ?1 THEN chain END,
  CASE position WHEN ?1 THEN schema_cookie = (SELECT schema_version FROM pragma_schema_version) END
  FROM main.driftless_migrations ORDER BY position";

const READ: &str = "SELECT position, version, name, checksum, chain, outcome, schema_cookie, applied_at
  FROM main.driftless_migrations WHERE ?1 IS NULL OR position > ?1 ORDER BY position";

const INSERT: &str = "INSERT INTO main.driftless_migrations
  (position, version, name, checksum, chain, outcome, schema_cookie, schema_digest, applied_at, duration_ms, tool)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), ?9, ?10)";

/// Stands where SQLite's count of schema changes would: no database has it.
const UNPROVED: i64 = -1;

const TOOL: &str = concat!("driftless ", env!("CARGO_PKG_VERSION"));

/// What one look at the history says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Glance {
    /// Every migration is recorded, and no DDL ran since the schema was proved.
    UpToDate,
    /// Every migration is recorded, but DDL ran since.
    Unproved,
    /// Anything else.
    Otherwise,
}

/// One row.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) position: i64,
    pub(crate) version: String,
    pub(crate) name: String,
    pub(crate) checksum: String,
    pub(crate) chain: String,
    pub(crate) outcome: String,
    pub(crate) cookie: i64,
    pub(crate) applied_at: String,
}

/// Compares the history with the migrations of the program, in one statement whatever their number.
pub(crate) fn glance(db: &Connection, migrations: &[Migration], chain: &str) -> rusqlite::Result<Glance> {
    let mut statement = match db.prepare(QUICK) {
        Ok(statement) => statement,
        Err(error) if is_plain(&error) => return Ok(Glance::Otherwise),
        Err(error) => return Err(error),
    };
    let mut rows = statement.query([number(migrations.len())])?;
    let mut proved = false;
    for (position, migration) in (1_i64..).zip(migrations) {
        let Some(row) = rows.next()? else { return Ok(Glance::Otherwise) };
        let same = row.get_ref(0)? == ValueRef::Integer(position)
            && is_text(row.get_ref(1)?, &migration.version)
            && is_text(row.get_ref(2)?, &migration.checksum);
        let is_last = position.unsigned_abs() == migrations.len() as u64;
        if !same || (is_last && !is_text(row.get_ref(3)?, chain)) {
            return Ok(Glance::Otherwise);
        }
        if is_last {
            proved = row.get_ref(4)? == ValueRef::Integer(1);
        }
    }
    Ok(match rows.next()? {
        Some(_) => Glance::Otherwise,
        None if migrations.is_empty() || proved => Glance::UpToDate,
        None => Glance::Unproved,
    })
}

fn number(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn is_text(value: ValueRef<'_>, text: &str) -> bool {
    matches!(value, ValueRef::Text(bytes) if bytes == text.as_bytes())
}

/// Whether it is SQLite's plain error: about the statement, not about the file.
fn is_plain(error: &rusqlite::Error) -> bool {
    refusal::code(error) == Some(ErrorCode::Unknown)
}

/// Whether there is a history table.
pub(crate) fn exists(db: &Connection) -> rusqlite::Result<bool> {
    let sql = "SELECT count(*) FROM main.sqlite_schema WHERE name = ?1 COLLATE NOCASE";
    db.query_row(sql, [TABLE], |row| Ok(row.get::<_, i64>(0)? > 0))
}

/// Whether it is a table, and neither a view nor a virtual table, whose rows may have no end.
fn is_table(db: &Connection) -> rusqlite::Result<bool> {
    let sql =
        "SELECT count(*) FROM main.sqlite_schema WHERE name = ?1 COLLATE NOCASE AND type = 'table' AND rootpage > 0";
    db.query_row(sql, [TABLE], |row| Ok(row.get::<_, i64>(0)? > 0))
}

/// The rows in their order. `None` when the table is not one that driftless wrote.
pub(crate) fn read(db: &Connection) -> rusqlite::Result<Option<Vec<Row>>> {
    if is_table(db)? { read_after(db, None) } else { Ok(None) }
}

/// The rows after a position, or all of them.
pub(crate) fn read_after(db: &Connection, position: Option<i64>) -> rusqlite::Result<Option<Vec<Row>>> {
    let mut statement = match db.prepare(READ) {
        Ok(statement) => statement,
        Err(error) if is_plain(&error) => return Ok(None),
        Err(error) => return Err(error),
    };
    let rows = statement.query_map([position], |row| {
        Ok(Row {
            position: row.get(0)?,
            version: row.get(1)?,
            name: row.get(2)?,
            checksum: row.get(3)?,
            chain: row.get(4)?,
            outcome: row.get(5)?,
            cookie: row.get(6)?,
            applied_at: row.get(7)?,
        })
    })?;
    match rows.collect::<rusqlite::Result<Vec<Row>>>() {
        Ok(rows) => Ok(Some(rows)),
        // A value of another type than driftless writes, or a text that is not UTF-8.
        Err(error) if refusal::code(&error).is_none() => Ok(None),
        Err(error) => Err(error),
    }
}

/// SQLite's count of schema changes.
pub(crate) fn cookie(db: &Connection) -> rusqlite::Result<i64> {
    db.query_row("PRAGMA main.schema_version", [], |row| row.get(0))
}

/// A number that stays the same as long as no other connection commits anything.
pub(crate) fn mark(db: &Connection) -> rusqlite::Result<i64> {
    db.query_row("PRAGMA main.data_version", [], |row| row.get(0))
}

/// What is recorded of a migration besides the migration itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Record<'a> {
    pub(crate) outcome: Outcome,
    /// The digest of the proved schema, where it was proved after exactly this migration.
    pub(crate) digest: Option<&'a str>,
    pub(crate) duration_ms: u64,
}

/// Records migrations after those that are recorded. The last step before COMMIT: the cookie that it writes
/// holds only while no DDL follows.
pub(crate) fn append(
    db: &Connection,
    after: &[Row],
    migrations: &[Migration],
    record: &Record<'_>,
) -> rusqlite::Result<()> {
    let mut before = after.last().map_or_else(String::new, |row| row.chain.clone());
    // A schema that was not proved to be the version's has to be proved again, whatever the count.
    let cookie = if record.digest.is_some() { cookie(db)? } else { UNPROVED };
    let mut insert = db.prepare(INSERT)?;
    for (at, migration) in migrations.iter().enumerate() {
        before = chain(&before, &migration.version, &migration.checksum);
        let is_last = at + 1 == migrations.len();
        insert.execute(params![
            number(after.len() + at + 1),
            migration.version,
            migration.name,
            migration.checksum,
            before,
            record.outcome.as_str(),
            cookie,
            record.digest.filter(|_| is_last),
            i64::try_from(record.duration_ms).unwrap_or(i64::MAX),
            TOOL,
        ])?;
    }
    Ok(())
}

/// Creates the table where there is none.
pub(crate) fn create(db: &Connection) -> rusqlite::Result<()> {
    if exists(db)? { Ok(()) } else { db.execute_batch(CREATE) }
}

/// Notes that the schema was proved when it had this cookie.
pub(crate) fn renew(db: &Connection, cookie: i64) -> rusqlite::Result<()> {
    let sql = "UPDATE main.driftless_migrations SET schema_cookie = ?1
        WHERE position = (SELECT max(position) FROM main.driftless_migrations)";
    db.execute(sql, [cookie]).map(|_| ())
}

/// Strikes the migration at that position, the last one, and notes that the schema of the one before it was
/// proved. As with [`append`], no DDL may follow before COMMIT.
pub(crate) fn strike(db: &Connection, position: usize) -> rusqlite::Result<()> {
    db.execute("DELETE FROM main.driftless_migrations WHERE position = ?1", [number(position)])?;
    renew(db, cookie(db)?)
}

/// The table as SQLite keeps it in its catalogue.
pub(crate) fn object() -> Object {
    let sql = Some(CREATE.replacen("main.", "", 1).into());
    Object { kind: "table".into(), name: TABLE.into(), table: TABLE.into(), sql, tree: Tree::Table }
}

/// The chain of each migration, from the first one on.
pub(crate) fn chains(migrations: &[Migration]) -> Vec<String> {
    let mut chains: Vec<String> = Vec::with_capacity(migrations.len());
    for migration in migrations {
        let before = chains.last().map_or("", String::as_str);
        chains.push(chain(before, &migration.version, &migration.checksum));
    }
    chains
}

/// What [`append`] writes into an empty table, with the columns in the order of the table. The first one is the
/// number of the row itself, which SQLite leaves out.
pub(crate) fn fields<'a>(
    migrations: &'a [Migration],
    chains: &'a [String],
    record: Record<'a>,
    cookie: i64,
    now: &'a str,
) -> impl Iterator<Item = Vec<Field<'a>>> {
    migrations.iter().zip(chains).enumerate().map(move |(at, (migration, chain))| {
        vec![
            Field::Null,
            Field::Text(&migration.version),
            Field::Text(&migration.checksum),
            Field::Text(chain),
            Field::Integer(cookie),
            Field::Text(&migration.name),
            Field::Text(record.outcome.as_str()),
            record.digest.filter(|_| at + 1 == migrations.len()).into(),
            Field::Text(now),
            Field::Integer(i64::try_from(record.duration_ms).unwrap_or(i64::MAX)),
            Field::Text(TOOL),
        ]
    })
}
