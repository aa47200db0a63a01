//! The likeness of a live database: its schema and the first row of each table, in the sandbox.

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use schema_core::sqlite::read::CatalogueRow;
use schema_core::{Migration, UnmanagedKind};

use crate::inspect::{inspect_rows, stored};
use crate::row_dependent::quoted;
use crate::{Problem, Replayer};

/// What stands before the statements of the likeness where a file's name would.
const FILE: &str = "the schema of the database";

impl Replayer {
    /// A replayer that starts where a live database is: with its schema and, of each table that has rows, the first
    /// one, so that a statement which works on empty tables only fails here, too. The table `except` is left out.
    ///
    /// The database is only read. A row that the sandbox does not take, such as one that is larger than its limits,
    /// is left out; so are the contents of virtual tables.
    ///
    /// ```
    /// use schema_replay::Replayer;
    /// let db = rusqlite::Connection::open_in_memory()?;
    /// db.execute_batch("CREATE TABLE users (id INTEGER PRIMARY KEY); INSERT INTO users VALUES (1), (2)")?;
    /// # use schema_core::{Dialect, Migration, checksum};
    /// let sql = "ALTER TABLE users ADD COLUMN email TEXT NOT NULL;";
    /// # let checksum = checksum(Dialect::Sqlite, sql).into();
    /// # let (version, name, file) = ("2".into(), "a".into(), "migrations/2_a.sql".into());
    /// # let migration = Migration { version, name, file, sql: sql.into(), checksum, no_transaction: false };
    /// let mut likeness = Replayer::of_database(&db, "history", true).unwrap();
    /// let problem = likeness.run(&migration).unwrap_err(); // the migration of that text
    /// assert!(problem.message.contains("Cannot add a NOT NULL column with default value NULL"));
    ///
    /// let mut without_rows = Replayer::of_database(&db, "history", false).unwrap();
    /// without_rows.run(&migration).unwrap();
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When the database cannot be read, or when the sandbox does not take its schema.
    pub fn of_database(db: &Connection, except: &str, with_rows: bool) -> Result<Replayer, Problem> {
        let catalogue = stored(db).map_err(|error| unreadable(&error))?;
        let inspection = inspect_rows(db, &catalogue).map_err(|error| unreadable(&error))?;
        let is_shadow = |row: &CatalogueRow| {
            inspection
                .unmanaged
                .iter()
                .any(|object| object.kind == UnmanagedKind::ShadowTable && object.name.is(&*row.table))
        };
        let own: Vec<&CatalogueRow> = catalogue
            .iter()
            .filter(|row| !row.name.starts_with("sqlite_") && !row.table.eq_ignore_ascii_case(except))
            .filter(|row| !is_shadow(row))
            .collect();
        let mut replayer = Replayer::new();
        replayer.create(&own, |kind| kind == "table")?;
        if with_rows {
            replayer.copy_first_rows(db, &own);
        }
        replayer.create(&own, |kind| kind == "index")?;
        replayer.create(&own, |kind| kind == "view")?;
        replayer.create(&own, |kind| kind == "trigger")?;
        Ok(replayer)
    }

    /// Functions that neither SQLite nor the migrations so far define: the application has to register them, and
    /// here they are stood in for.
    ///
    /// ```
    /// assert!(schema_replay::Replayer::new().functions().is_empty());
    /// ```
    pub fn functions(&self) -> &[String] {
        &self.functions
    }

    /// The database itself, which is guarded as ever.
    ///
    /// ```
    /// let replayer = schema_replay::Replayer::new();
    /// let tables = "SELECT count(*) FROM sqlite_schema";
    /// assert_eq!(replayer.connection().query_row(tables, [], |row| row.get::<_, i64>(0)), Ok(0));
    /// ```
    pub fn connection(&self) -> &Connection {
        &self.sandbox.connection
    }

    fn create(&mut self, rows: &[&CatalogueRow], is_wanted: impl Fn(&str) -> bool) -> Result<(), Problem> {
        let wanted = rows.iter().filter(|row| is_wanted(&row.kind)).filter_map(|row| row.sql.as_deref());
        let sql = wanted.collect::<Vec<_>>().join("\n;\n");
        if sql.is_empty() {
            return Ok(());
        }
        self.run(&Migration {
            version: "".into(),
            name: FILE.into(),
            file: FILE.into(),
            sql: sql.into(),
            checksum: "".into(),
            no_transaction: false,
        })
    }

    fn copy_first_rows(&self, db: &Connection, rows: &[&CatalogueRow]) {
        let is_virtual = |row: &&&CatalogueRow| {
            row.sql
                .as_deref()
                .is_some_and(|sql| sql.get(7..14).is_some_and(|word| word.eq_ignore_ascii_case("VIRTUAL")))
        };
        for row in rows.iter().filter(|row| &*row.kind == "table").filter(|row| !is_virtual(row)) {
            // A row that is not taken proves nothing against the migrations that come.
            drop(self.copy_first_row(db, &row.name));
        }
    }

    fn copy_first_row(&self, db: &Connection, table: &str) -> rusqlite::Result<()> {
        let mut names = db.prepare("SELECT name FROM pragma_table_xinfo(?1, 'main') WHERE hidden = 0")?;
        let names = names.query_map([table], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?;
        let columns = names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ");
        let table = quoted(table);
        let mut select = db.prepare(&format!("SELECT {columns} FROM main.{table} LIMIT 1"))?;
        let mut rows = select.query([])?;
        let Some(row) = rows.next()? else { return Ok(()) };
        let values = (0..names.len()).map(|at| row.get(at)).collect::<rusqlite::Result<Vec<Value>>>()?;
        let places = vec!["?"; names.len()].join(", ");
        let insert = format!("INSERT INTO {table} ({columns}) VALUES ({places})");
        self.sandbox.connection.execute(&insert, params_from_iter(values)).map(drop)
    }
}

fn unreadable(error: &rusqlite::Error) -> Problem {
    Problem::new("failed-replay", format!("the schema of the database cannot be read: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_likeness_has_the_schema_and_one_row() {
        let db = Connection::open_in_memory().expect("memory");
        db.execute_batch(
            "CREATE TABLE history (id INTEGER);
             CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT, t TEXT, u AS (upper(t)) VIRTUAL);
             CREATE TABLE log (t);
             CREATE TRIGGER a_log AFTER INSERT ON a BEGIN INSERT INTO log VALUES (new.t); END;
             CREATE VIEW v AS SELECT t FROM a; CREATE UNIQUE INDEX a_t ON a (t);
             CREATE VIRTUAL TABLE words USING fts5 (text);
             INSERT INTO a (t) VALUES ('x'), ('y'); DELETE FROM log; INSERT INTO words VALUES ('hello')",
        )
        .expect("sql");
        let likeness = Replayer::of_database(&db, "history", true).expect("a likeness");
        let mut expected = crate::inspect(&db).expect("an inspection");
        expected.schema.tables.retain(|name, _| name.name.as_str() != "history");
        let mut found = likeness.inspection().expect("an inspection");
        for inspection in [&mut expected, &mut found] {
            inspection.unmanaged.sort_by(|a, b| a.name.cmp(&b.name));
        }
        assert_eq!(found, expected);
        let count = |sql: &str| likeness.sandbox.connection.query_row(sql, [], |row| row.get::<_, i64>(0));
        assert_eq!(count("SELECT count(*) FROM a"), Ok(1));
        assert_eq!(count("SELECT count(*) FROM log"), Ok(0), "no trigger fires");
    }
}
