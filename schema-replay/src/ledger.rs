//! The rows of a catalogue, followed from one migration to the next, so that two databases that were alike are known
//! to be alike after the same changes without being read anew.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};
use schema_core::sqlite::read::CatalogueRow;
use schema_core::sqlite::statement::{StatementKind, classify};
use schema_core::{Dialect, token};

/// The rows of `sqlite_schema` at some moment.
///
/// ```
/// # use rusqlite::Connection;
/// use schema_replay::Ledger;
///
/// let (one, other) = (Connection::open_in_memory()?, Connection::open_in_memory()?);
/// other.execute_batch("CREATE TABLE theirs (a)")?;
/// let (mut ledger, mut other_ledger) = (Ledger::of(&one)?, Ledger::of(&other)?);
/// for db in [&one, &other] {
///     db.execute_batch("CREATE TABLE ours (a); CREATE INDEX i ON ours (a)")?;
/// }
/// assert_eq!(ledger.follow(&one, true)?, other_ledger.follow(&other, true)?);
/// assert!(!ledger.has_same_objects(&other_ledger, "none"));
/// assert!(ledger.has_same_objects(&other_ledger, "theirs"));
/// # Ok::<_, rusqlite::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Ledger {
    rows: Vec<(i64, CatalogueRow)>,
}

/// What became of a catalogue: the rows that are gone and those that came. A row that was changed is both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    gone: Vec<CatalogueRow>,
    come: Vec<CatalogueRow>,
}

const ALL: &str = "SELECT rowid, type, name, tbl_name, sql FROM main.sqlite_schema WHERE rowid > ?1 ORDER BY rowid";

impl Ledger {
    /// The rows as they are now.
    ///
    /// # Errors
    /// When the catalogue cannot be read.
    pub fn of(db: &Connection) -> rusqlite::Result<Ledger> {
        Ok(Ledger { rows: after(db, i64::MIN)? })
    }

    /// What changed since the last look. With `appended`, nothing ran since that does more than [append
    /// rows](only_appends), and only the new ones are read.
    ///
    /// # Errors
    /// When the catalogue cannot be read.
    pub fn follow(&mut self, db: &Connection, appended: bool) -> rusqlite::Result<Changes> {
        if appended {
            let last = self.rows.last().map_or(i64::MIN, |(rowid, _)| *rowid);
            let new = after(db, last)?;
            let count: i64 = db.query_row("SELECT count(*) FROM main.sqlite_schema", [], |row| row.get(0))?;
            if usize::try_from(count).is_ok_and(|count| count == self.rows.len() + new.len()) {
                let come = sorted(new.iter().map(|(_, row)| row.clone()).collect());
                self.rows.extend(new);
                return Ok(Changes { gone: Vec::new(), come });
            }
        }
        self.compare(db)
    }

    /// Reads all rows, and keeps those that are as they were.
    fn compare(&mut self, db: &Connection) -> rusqlite::Result<Changes> {
        let mut statement = db.prepare(ALL)?;
        let mut found = statement.query([i64::MIN])?;
        let mut before = std::mem::take(&mut self.rows).into_iter().peekable();
        let mut changes = Changes::default();
        while let Some(row) = found.next()? {
            let rowid = row.get(0)?;
            while let Some((_, gone)) = before.next_if(|(other, _)| *other < rowid) {
                changes.gone.push(gone);
            }
            match before.next_if(|(other, _)| *other == rowid) {
                Some((_, old)) if is_same(row, &old)? => self.rows.push((rowid, old)),
                old => {
                    changes.gone.extend(old.map(|(_, old)| old));
                    let new = read(row)?;
                    changes.come.push(new.clone());
                    self.rows.push((rowid, new));
                }
            }
        }
        changes.gone.extend(before.map(|(_, gone)| gone));
        Ok(Changes { gone: sorted(changes.gone), come: sorted(changes.come) })
    }

    /// Whether another one has the same rows, without those of one table.
    pub fn has_same_objects(&self, other: &Ledger, but: &str) -> bool {
        let rows = |ledger: &Ledger| {
            let rows = ledger.rows.iter().filter(|(_, row)| !row.table.eq_ignore_ascii_case(but));
            sorted(rows.map(|(_, row)| row.clone()).collect())
        };
        rows(self) == rows(other)
    }
}

/// Whether every statement at most adds rows to the catalogue. Nothing that changes it otherwise passes.
///
/// ```
/// assert!(schema_replay::only_appends("CREATE TABLE a (b); INSERT INTO a VALUES (1)"));
/// assert!(!schema_replay::only_appends("ALTER TABLE a ADD c"));
/// ```
pub fn only_appends(sql: &str) -> bool {
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

fn after(db: &Connection, rowid: i64) -> rusqlite::Result<Vec<(i64, CatalogueRow)>> {
    let mut statement = db.prepare(ALL)?;
    statement.query_map([rowid], |row| Ok((row.get(0)?, read(row)?)))?.collect()
}

fn read(row: &Row<'_>) -> rusqlite::Result<CatalogueRow> {
    Ok(CatalogueRow { kind: row.get(1)?, name: row.get(2)?, table: row.get(3)?, sql: row.get(4)? })
}

fn is_same(row: &Row<'_>, other: &CatalogueRow) -> rusqlite::Result<bool> {
    let is = |at: usize, text: Option<&str>| {
        Ok::<_, rusqlite::Error>(match (row.get_ref(at)?, text) {
            (ValueRef::Text(found), Some(text)) => found == text.as_bytes(),
            (ValueRef::Null, None) => true,
            _ => false,
        })
    };
    Ok(is(4, other.sql.as_deref())?
        && is(2, Some(&*other.name))?
        && is(3, Some(&*other.table))?
        && is(1, Some(&*other.kind))?)
}

fn sorted(mut rows: Vec<CatalogueRow>) -> Vec<CatalogueRow> {
    rows.sort_by(|a, b| (&a.name, &a.kind, &a.table, &a.sql).cmp(&(&b.name, &b.kind, &b.table, &b.sql)));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both ways of looking see the same.
    #[test]
    fn every_change_is_seen() {
        let db = Connection::open_in_memory().expect("memory");
        db.execute_batch("CREATE TABLE a (x UNIQUE); CREATE TABLE b (y); CREATE INDEX i ON b (y)").expect("sql");
        let mut ledger = Ledger::of(&db).expect("a catalogue");
        let names = |rows: &[CatalogueRow]| rows.iter().map(|row| row.name.to_string()).collect::<Vec<_>>().join(" ");
        for (sql, gone, come) in [
            ("CREATE TABLE c (z PRIMARY KEY)", "", "c sqlite_autoindex_c_1"),
            ("ALTER TABLE b ADD x", "b", "b"),
            ("DROP INDEX i", "i", ""),
            ("ALTER TABLE a RENAME TO d", "a sqlite_autoindex_a_1", "d sqlite_autoindex_d_1"),
            ("DROP TABLE c; CREATE TABLE c (other)", "c sqlite_autoindex_c_1", "c"),
            ("SELECT 1", "", ""),
        ] {
            db.execute_batch(sql).expect(sql);
            // What is told wrongly to be appended is noticed where the count differs.
            let wrongly = ledger.clone().follow(&db, true).expect("a catalogue");
            let changes = ledger.follow(&db, only_appends(sql)).expect("a catalogue");
            assert_eq!((names(&changes.gone), names(&changes.come)), (gone.to_owned(), come.to_owned()), "{sql}");
            assert!(wrongly == changes || sql.starts_with("ALTER"), "{sql}");
            assert!(ledger.has_same_objects(&Ledger::of(&db).expect("a catalogue"), ""));
        }
    }
}
