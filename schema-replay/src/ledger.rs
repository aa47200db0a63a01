//! A number for a whole catalogue, which is followed from one migration to the next: where it is the same, every
//! object is the same, word for word.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};
use schema_core::sqlite::statement::{StatementKind, classify};
use schema_core::{Dialect, token};

/// The rows of `sqlite_schema` at some moment, without the history of driftless and the statistics of `ANALYZE`.
///
/// ```
/// # use rusqlite::Connection;
/// use schema_replay::Ledger;
///
/// let db = Connection::open_in_memory()?;
/// let mut ledger = Ledger::of(&db)?;
/// assert_eq!(ledger.fingerprint(), 0);
/// db.execute_batch("CREATE TABLE a (b)")?;
/// ledger.follow(&db, "CREATE TABLE a (b)")?;
/// assert_eq!(ledger.fingerprint(), Ledger::of(&db)?.fingerprint());
/// # Ok::<_, rusqlite::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Ledger {
    /// The number of each row, by its rowid.
    rows: Vec<(i64, u128)>,
    sum: u128,
}

const AFTER: &str = "SELECT rowid, type, name, tbl_name, sql FROM main.sqlite_schema WHERE rowid > ?1 ORDER BY rowid";

impl Ledger {
    /// The rows as they are now.
    ///
    /// # Errors
    /// When the catalogue cannot be read.
    pub fn of(db: &Connection) -> rusqlite::Result<Ledger> {
        let mut ledger = Ledger { rows: Vec::new(), sum: 0 };
        ledger.read_after(db, i64::MIN)?;
        Ok(ledger)
    }

    /// The sum of the numbers of all rows: it does not matter in which order they came.
    pub fn fingerprint(&self) -> u128 {
        self.sum
    }

    /// Looks again, after this SQL and nothing else ran. What only adds objects leaves the others alone, so that
    /// only the new ones are read.
    ///
    /// # Errors
    /// When the catalogue cannot be read.
    pub fn follow(&mut self, db: &Connection, sql: &str) -> rusqlite::Result<()> {
        if only_adds(sql) {
            let last = self.rows.last().map_or(i64::MIN, |(rowid, _)| *rowid);
            self.read_after(db, last)?;
            let count: i64 = db.query_row("SELECT count(*) FROM main.sqlite_schema", [], |row| row.get(0))?;
            if usize::try_from(count).is_ok_and(|count| count == self.rows.len()) {
                return Ok(());
            }
        }
        *self = Ledger::of(db)?;
        Ok(())
    }

    fn read_after(&mut self, db: &Connection, rowid: i64) -> rusqlite::Result<()> {
        let mut statement = db.prepare(AFTER)?;
        let mut rows = statement.query([rowid])?;
        while let Some(row) = rows.next()? {
            let number = number(row)?;
            self.sum = self.sum.wrapping_add(number);
            self.rows.push((row.get(0)?, number));
        }
        Ok(())
    }
}

/// Whether every statement at most adds objects.
fn only_adds(sql: &str) -> bool {
    token::statements(Dialect::Sqlite, sql).iter().all(|statement| {
        matches!(
            classify(statement),
            StatementKind::CreateTable { .. }
                | StatementKind::CreateIndex { .. }
                | StatementKind::CreateView { .. }
                | StatementKind::CreateTrigger { .. }
                | StatementKind::Begin
                | StatementKind::Commit
                | StatementKind::Pragma { .. }
                | StatementKind::Insert
                | StatementKind::Update
                | StatementKind::Delete
                | StatementKind::Select
        )
    })
}

/// A hash of a row, FNV-1a: it is computed inside the compiler, too, where nothing is optimised.
fn number(row: &Row<'_>) -> rusqlite::Result<u128> {
    const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let is_left_out = matches!(row.get_ref(3)?, ValueRef::Text(table) if table == b"driftless_migrations")
        || matches!(row.get_ref(2)?, ValueRef::Text(name) if name.starts_with(b"sqlite_stat"));
    if is_left_out {
        return Ok(0);
    }
    let mut hash = BASIS;
    for at in 1..=4 {
        let text = if let ValueRef::Text(text) = row.get_ref(at)? { text } else { &[0xFF] };
        for byte in text {
            hash = (hash ^ u128::from(*byte)).wrapping_mul(PRIME);
        }
        // No text holds this byte, which keeps the parts apart.
        hash = (hash ^ 0xFE).wrapping_mul(PRIME);
    }
    Ok(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_change_is_seen() {
        let db = Connection::open_in_memory().expect("memory");
        db.execute_batch("CREATE TABLE a (x UNIQUE); CREATE TABLE b (y); CREATE INDEX i ON b (y)").expect("sql");
        let mut ledger = Ledger::of(&db).expect("a catalogue");
        let mut seen = vec![ledger.fingerprint()];
        for sql in [
            "CREATE TABLE c (z PRIMARY KEY)",
            "ALTER TABLE b ADD x",
            "DROP INDEX i",
            "ALTER TABLE a RENAME TO d",
            "DROP TABLE c; CREATE TABLE c (other)",
            "CREATE VIEW v AS SELECT 1",
            "CREATE TABLE s (id INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO s VALUES (1)",
            "DROP VIEW v",
        ] {
            db.execute_batch(sql).expect(sql);
            ledger.follow(&db, sql).expect("a catalogue");
            assert_eq!(ledger.fingerprint(), Ledger::of(&db).expect("a catalogue").fingerprint(), "{sql}");
            assert!(!seen.contains(&ledger.fingerprint()), "{sql}");
            seen.push(ledger.fingerprint());
        }
        db.execute_batch("ANALYZE; CREATE TABLE driftless_migrations (x UNIQUE)").expect("sql");
        assert_eq!(ledger.fingerprint(), Ledger::of(&db).expect("a catalogue").fingerprint());
    }

    #[test]
    fn the_order_does_not_matter_and_the_words_do() {
        let of = |sql: &str| {
            let db = Connection::open_in_memory().expect("memory");
            db.execute_batch(sql).expect(sql);
            Ledger::of(&db).expect("a catalogue").fingerprint()
        };
        assert_eq!(of("CREATE TABLE a (x); CREATE TABLE b (x)"), of("CREATE TABLE b (x); CREATE TABLE a (x)"));
        assert_ne!(of("CREATE TABLE a (x)"), of("CREATE TABLE a (X)"));
        assert_ne!(of("CREATE TABLE a (x)"), of("CREATE TABLE b (x)"));
    }
}
