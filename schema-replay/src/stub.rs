//! What an application or its migration tool brings along, and the sandbox has to stand in for.

use rusqlite::Connection;
use schema_core::token::{Statement, TokenKind};

/// What a statement misses, by SQLite's message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Missing<'a> {
    Function(&'a str),
    Collation(&'a str),
    Table(&'a str),
    Module(&'a str),
}

impl Missing<'_> {
    /// Reads the message; `error in view v: no such function: f` speaks of `f` as well.
    pub(crate) fn from_message(message: &str) -> Option<Missing<'_>> {
        let after = |words: &str| Some(&message[message.find(words)? + words.len()..]);
        if let Some(name) = after("no such function: ") {
            return Some(Missing::Function(name));
        }
        // In the words of a function that a default calls.
        if let Some(name) = after("unknown function: ") {
            return Some(Missing::Function(name.strip_suffix("()").unwrap_or(name)));
        }
        if let Some(name) = after("no such collation sequence: ") {
            return Some(Missing::Collation(name));
        }
        if let Some(name) = after("no such module: ") {
            return Some(Missing::Module(name));
        }
        let name = after("no such table: ")?;
        Some(Missing::Table(name.strip_prefix("main.").unwrap_or(name)))
    }
}

/// The tables in which migration tools keep their history, as those tools create them.
const BOOKKEEPING: [(&str, &str); 14] = [
    ("driftless_migrations", "version TEXT PRIMARY KEY, name TEXT, checksum TEXT, chain TEXT, applied_at TEXT"),
    (
        "_sqlx_migrations",
        "version BIGINT PRIMARY KEY, description TEXT NOT NULL, installed_on TIMESTAMP NOT NULL DEFAULT \
         CURRENT_TIMESTAMP, success BOOLEAN NOT NULL, checksum BLOB NOT NULL, execution_time BIGINT NOT NULL",
    ),
    (
        "__diesel_schema_migrations",
        "version VARCHAR(50) PRIMARY KEY NOT NULL, run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP",
    ),
    (
        "refinery_schema_history",
        "version INT4 PRIMARY KEY, name VARCHAR(255), applied_on VARCHAR(255), checksum VARCHAR(255)",
    ),
    ("seaql_migrations", "version varchar NOT NULL PRIMARY KEY, applied_at bigint NOT NULL"),
    (
        "goose_db_version",
        "id INTEGER PRIMARY KEY AUTOINCREMENT, version_id INTEGER NOT NULL, is_applied INTEGER NOT NULL, tstamp \
         TIMESTAMP DEFAULT (datetime('now'))",
    ),
    // golang-migrate has both columns, dbmate the first.
    ("schema_migrations", "version uint64, dirty bool"),
    ("gorp_migrations", "id varchar(255) NOT NULL PRIMARY KEY, applied_at datetime"),
    ("schema_migration", "version TEXT NOT NULL, version_self INT NOT NULL DEFAULT 0"),
    (
        "_prisma_migrations",
        "id TEXT PRIMARY KEY NOT NULL, checksum TEXT NOT NULL, finished_at DATETIME, migration_name TEXT NOT NULL, \
         logs TEXT, rolled_back_at DATETIME, started_at DATETIME NOT NULL DEFAULT current_timestamp, \
         applied_steps_count INTEGER UNSIGNED NOT NULL DEFAULT 0",
    ),
    ("__drizzle_migrations", "id INTEGER PRIMARY KEY, hash text NOT NULL, created_at numeric"),
    (
        "flyway_schema_history",
        "installed_rank INT NOT NULL PRIMARY KEY, version VARCHAR(50), description VARCHAR(200) NOT NULL, type \
         VARCHAR(20) NOT NULL, script VARCHAR(1000) NOT NULL, checksum INT, installed_by VARCHAR(100) NOT NULL, \
         installed_on TEXT NOT NULL, execution_time INT NOT NULL, success BOOLEAN NOT NULL",
    ),
    // What applications that run their files themselves call it: cdk's has the first two columns, maragu's the last.
    ("migrations", "name TEXT PRIMARY KEY, applied_at INTEGER NOT NULL, version TEXT AS (name)"),
    ("__toasty_migrations", "id INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL"),
];

/// Whether a migration tool keeps its history in a table of that name, driftless among them.
///
/// ```
/// assert!(schema_replay::is_bookkeeping("_sqlx_migrations"));
/// assert!(!schema_replay::is_bookkeeping("users"));
/// ```
pub fn is_bookkeeping(table: &str) -> bool {
    table == "driftless_migrations" || BOOKKEEPING.iter().any(|(known, _)| known.eq_ignore_ascii_case(table))
}

/// The statement that creates the history table of a tool, by the table's name.
pub(crate) fn bookkeeping(name: &str) -> Option<String> {
    let (name, columns) = BOOKKEEPING.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
    Some(format!("CREATE TABLE main.{name} ({columns})"))
}

/// An ordinary table in place of a virtual one whose module the application would load: a column for each
/// argument that is not an option.
pub(crate) fn virtual_table(statement: &Statement<'_>) -> Option<String> {
    let tokens = &statement.tokens;
    let using = tokens.iter().position(|token| token.is("USING"))?;
    let table = statement.text[..tokens[using].offset - statement.offset].to_owned();
    let table = remove_word(&table, "VIRTUAL")?;
    let mut columns = Vec::new();
    let (mut depth, mut fresh) = (0_usize, false);
    for (index, token) in tokens.iter().enumerate().skip(using) {
        match token.text {
            "(" => {
                depth += 1;
                fresh = depth == 1;
            }
            ")" => depth = depth.saturating_sub(1),
            "," if depth == 1 => fresh = true,
            // sqlite-vec marks its auxiliary columns with a plus.
            "+" => {}
            text if fresh && depth == 1 => {
                fresh = false;
                let option = tokens.get(index + 1).is_some_and(|next| next.is_punct("="));
                if !option && matches!(token.kind, TokenKind::Word | TokenKind::Quoted | TokenKind::String) {
                    columns.push(text);
                }
            }
            _ => {}
        }
    }
    if columns.is_empty() {
        columns.push("value");
    }
    Some(format!("{table} ({})", columns.join(", ")))
}

fn remove_word(text: &str, word: &str) -> Option<String> {
    let at = text.to_ascii_uppercase().find(word)?;
    Some(format!("{}{}", &text[..at], &text[at + word.len()..]))
}

/// A function of SQLite itself that a missing one is likely to be a misspelling of. A stub for that
/// would hide the mistake until the migration meets a real database.
pub(crate) fn misspelt(connection: &Connection, name: &str) -> Option<String> {
    if name.len() < 5 || name.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let mut statement = connection.prepare("SELECT DISTINCT name FROM pragma_function_list").ok()?;
    let names = statement.query_map([], |row| row.get::<_, String>(0)).ok()?;
    names.flatten().find(|known| schema_core::word::distance(known, name) == 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use schema_core::{Dialect, token};

    #[test]
    fn messages_tell_what_is_missing() {
        let missing = Missing::from_message;
        assert_eq!(missing("no such function: BIN2B64"), Some(Missing::Function("BIN2B64")));
        assert_eq!(missing("error in trigger t: no such function: f"), Some(Missing::Function("f")));
        assert_eq!(missing("unknown function: f()"), Some(Missing::Function("f")));
        assert_eq!(missing("no such collation sequence: icu"), Some(Missing::Collation("icu")));
        assert_eq!(missing("no such table: main._sqlx_migrations"), Some(Missing::Table("_sqlx_migrations")));
        assert_eq!(missing("no such module: vec0"), Some(Missing::Module("vec0")));
        assert_eq!(missing("near \"x\": syntax error"), None);
    }

    #[test]
    fn bookkeeping_tables_can_be_created() {
        let connection = Connection::open_in_memory().unwrap();
        for (name, _) in BOOKKEEPING {
            connection.execute_batch(&bookkeeping(name).unwrap()).unwrap();
        }
        assert_eq!(bookkeeping("users"), None);
    }

    #[test]
    fn a_virtual_table_becomes_an_ordinary_one() {
        let table = |sql| virtual_table(&token::statements(Dialect::Sqlite, sql)[0]).unwrap();
        assert_eq!(
            table(
                "CREATE VIRTUAL TABLE IF NOT EXISTS v USING vec0(id integer primary key, e float[3], +t text, d=cos)"
            ),
            "CREATE  TABLE IF NOT EXISTS v  (id, e, t)"
        );
        assert_eq!(table("CREATE VIRTUAL TABLE \"v\" USING spellfix1"), "CREATE  TABLE \"v\"  (value)");
    }

    #[test]
    fn misspelt_functions_are_told_from_unknown_ones() {
        let connection = Connection::open_in_memory().unwrap();
        assert_eq!(misspelt(&connection, "datetme").as_deref(), Some("datetime"));
        for name in ["BIN2B64", "durationToTinyInt", "sha256_blob", "vec_length", "setval", "if", "regexp"] {
            assert_eq!(misspelt(&connection, name), None, "{name}");
        }
    }
}
