//! The limit for SQLite: rusqlite and nothing else.
//!
//! Variants:
//!
//! - `each` (default): one transaction per migration, its SQL and one history row
//! - `one`: one transaction for everything, a prepared insert per history row
//! - `batch`: one `execute_batch` of one string that has it all
//! - `version`: like `one`, but `PRAGMA user_version` in the place of history rows
//! - `row`: like `each` on a fresh database; otherwise it opens the file and reads one row, and so
//!   is the limit for a start that has nothing to do
//!
//! Each may be followed by settings: `each+sync=off`, `each+journal=wal+sync=normal`.

use peers_common::{Args, Migration, Peer, Result};
use rusqlite::{Connection, params};

struct Raw {
    conn: Connection,
    variant: String,
}

const HISTORY: &str = "CREATE TABLE IF NOT EXISTS history (\
     version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL)";
const INSERT: &str = "INSERT INTO history VALUES (?1, ?2, CURRENT_TIMESTAMP)";

impl Peer for Raw {
    type Source = Vec<Migration>;

    fn load(_: &Args, migrations: &[Migration]) -> Result<Self::Source> {
        Ok(migrations.to_vec())
    }

    fn open(args: &Args) -> Result<Self> {
        let conn = Connection::open(&args.db)?;
        let mut words = args.variant.split('+');
        let variant = match words.next() {
            None | Some("") => "each",
            Some(v) => v,
        };
        for word in words {
            let (pragma, value) = match word.split_once('=') {
                Some(("journal", v)) => ("journal_mode", v),
                Some(("sync", v)) => ("synchronous", v),
                Some(("locking", v)) => ("locking_mode", v),
                _ => return Err(format!("unknown setting {word}").into()),
            };
            conn.execute_batch(&format!("PRAGMA {pragma} = {value}"))?;
        }
        Ok(Raw {
            conn,
            variant: variant.to_owned(),
        })
    }

    fn migrate(&mut self, source: Self::Source) -> Result<()> {
        match self.variant.as_str() {
            "each" => self.each(&source),
            "one" => self.one(&source),
            "batch" => self.batch(&source),
            "version" => self.version(&source),
            "row" => self.row(&source),
            other => Err(format!("unknown variant {other}").into()),
        }
    }
}

impl Raw {
    fn applied(&self) -> Result<usize> {
        let exists = self
            .conn
            .prepare("SELECT 1 FROM sqlite_schema WHERE name = 'history'")?
            .exists([])?;
        if !exists {
            return Ok(0);
        }
        let mut rows = self.conn.prepare("SELECT version FROM history ORDER BY version")?;
        let rows = rows.query_map([], |row| row.get::<_, i64>(0))?;
        let mut count = 0;
        for version in rows {
            count += 1;
            if version? != count {
                return Err("gap in the history".into());
            }
        }
        Ok(count as usize)
    }

    fn each(&mut self, all: &[Migration]) -> Result<()> {
        let applied = self.applied()?;
        if applied == 0 {
            self.conn.execute_batch(HISTORY)?;
        }
        for m in &all[applied..] {
            let tx = self.conn.transaction()?;
            tx.execute_batch(&m.sql)?;
            tx.prepare_cached(INSERT)?
                .execute(params![m.version, m.name])?;
            tx.commit()?;
        }
        Ok(())
    }

    fn row(&mut self, all: &[Migration]) -> Result<()> {
        const LAST: &str = "SELECT version FROM history ORDER BY version DESC LIMIT 1";
        match self.conn.query_row(LAST, [], |row| row.get::<_, u32>(0)) {
            Ok(last) if last as usize == all.len() => Ok(()),
            _ => self.each(all),
        }
    }

    fn one(&mut self, all: &[Migration]) -> Result<()> {
        let applied = self.applied()?;
        if applied == all.len() {
            return Ok(());
        }
        let tx = self.conn.transaction()?;
        tx.execute_batch(HISTORY)?;
        for m in &all[applied..] {
            tx.execute_batch(&m.sql)?;
        }
        {
            let mut insert = tx.prepare(INSERT)?;
            for m in &all[applied..] {
                insert.execute(params![m.version, m.name])?;
            }
        }
        tx.commit()?;
        Ok(())
    }

    fn batch(&mut self, all: &[Migration]) -> Result<()> {
        let applied = self.applied()?;
        if applied == all.len() {
            return Ok(());
        }
        let mut sql = format!("BEGIN;{HISTORY};");
        for m in &all[applied..] {
            sql.push_str(&m.sql);
        }
        for (i, m) in all[applied..].iter().enumerate() {
            sql.push_str(match i % 500 {
                0 => ";INSERT INTO history VALUES ",
                _ => ",",
            });
            sql.push_str(&format!("({},'{}',CURRENT_TIMESTAMP)", m.version, m.name));
        }
        sql.push_str(";COMMIT;");
        self.conn.execute_batch(&sql)?;
        Ok(())
    }

    fn version(&mut self, all: &[Migration]) -> Result<()> {
        let applied = self
            .conn
            .query_row("PRAGMA user_version", [], |row| row.get::<_, u32>(0))?
            as usize;
        if applied == all.len() {
            return Ok(());
        }
        let tx = self.conn.transaction()?;
        for m in &all[applied..] {
            tx.execute_batch(&m.sql)?;
        }
        tx.execute_batch(&format!("PRAGMA user_version = {}", all.len()))?;
        tx.commit()?;
        Ok(())
    }
}

fn main() -> Result<()> {
    peers_common::main::<Raw>()
}
