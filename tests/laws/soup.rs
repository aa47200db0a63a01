//! Whatever text comes, the readers answer: no panic, no loop without an end, and no token lost.

use std::time::{Duration, Instant};

use schema_core::lock::Lock;
use schema_core::sqlite::read::{self, CatalogueRow};
use schema_core::sqlite::{places, statement};
use schema_core::token::{TokenKind, statements, tokens};
use schema_core::{ColumnType, Dialect, Expr, SourceMap, checksum, digest, render};

use crate::generate::{self, Choices, law};

const PIECES: &[&str] = &[
    "CREATE",
    "TABLE",
    "INDEX",
    "UNIQUE",
    "t",
    "(",
    ")",
    ",",
    ";",
    "a",
    "PRIMARY",
    "KEY",
    "CHECK",
    "'",
    "\"",
    "[",
    "]",
    "`",
    "--",
    "/*",
    "*/",
    "\n",
    "ALTER",
    "ADD",
    "COLUMN",
    "RENAME",
    "TO",
    "DROP",
    "AS",
    "SELECT",
    "GENERATED",
    "ALWAYS",
    "STORED",
    "REFERENCES",
    "FOREIGN",
    "ON",
    "DELETE",
    "CASCADE",
    "CONFLICT",
    "NOT",
    "NULL",
    "DEFAULT",
    "COLLATE",
    "CONSTRAINT",
    "WITHOUT",
    "ROWID",
    "STRICT",
    "DEFERRABLE",
    "INITIALLY",
    "DEFERRED",
    "WHERE",
    "CASE",
    "WHEN",
    "END",
    "CAST",
    "IN",
    "IS",
    "BETWEEN",
    "AND",
    "LIKE",
    "ESCAPE",
    "-",
    "+",
    "~",
    "*",
    "=",
    "<>",
    "||",
    "->",
    "->>",
    ".",
    "1",
    "1.5e",
    "0x",
    "1_",
    "x'",
    "x'0g'",
    "e'\\",
    "$",
    "$$",
    "$a$",
    "U&'",
    "::",
    "?",
    ":a",
    "@",
    "#",
    "!",
    "\\",
    "\u{feff}",
    "ä",
    "名",
    "🦀",
    "\u{0}",
    "\u{a0}",
    "TRIGGER",
    "BEGIN",
    "ATOMIC",
    "TEMP",
    "VIRTUAL",
    "USING",
    "fts5",
    "INTEGER",
    "AUTOINCREMENT",
    "IF",
    "EXISTS",
    "v1:",
    "<<<<<<<",
    "=======",
    "#",
    "\t",
    "\r\n",
    "\u{b}",
    "\u{c}",
    "TRUE",
    "ISNULL",
    "NOTNULL",
    "DISTINCT",
    "FROM",
];

fn soup(c: &mut Choices) -> String {
    let mut text = String::new();
    for _ in 0..c.below(60) {
        text += c.of(PIECES);
        if c.below(3) > 0 {
            text.push(' ');
        }
        if c.below(20) == 0 {
            text.extend(char::from_u32(u32::try_from(c.below(0x3000)).unwrap_or_default()));
        }
    }
    text
}

/// SQL that once was right, with pieces taken out, doubled and put in.
fn damaged(c: &mut Choices) -> String {
    let mut script: Vec<char> = generate::script(c, true).join(";\n").chars().collect();
    for _ in 0..=c.below(5) {
        let start = c.below(script.len() + 1);
        let end = script.len().min(start + c.below(12));
        let taken: Vec<char> = script.drain(start..end).collect();
        let at = c.below(script.len() + 1);
        match c.below(3) {
            0 => {}
            1 => script.splice(at..at, taken).for_each(drop),
            _ => script.splice(at..at, c.of(PIECES).chars()).for_each(drop),
        }
    }
    script.into_iter().collect()
}

/// Every token stands where it says, after the one before it, and between them is nothing but blanks and comments.
fn lexes(dialect: Dialect, text: &str) -> Result<(), String> {
    let found = tokens(dialect, text);
    let mut end = 0;
    for token in &found {
        let between = text.get(end..token.offset).ok_or("tokens overlap")?;
        if token.text.is_empty() || text.get(token.offset..token.end()) != Some(token.text) {
            return Err(format!("{token:?} does not stand where it says"));
        }
        if !tokens(dialect, between).is_empty() {
            return Err(format!("{between:?} was passed over"));
        }
        let _value = token.value();
        end = token.end();
    }
    if found.iter().rev().skip(1).any(|token| token.kind == TokenKind::Unterminated) {
        return Err("something follows what is never closed".to_owned());
    }
    let parts = statements(dialect, text);
    let kept: Vec<_> = parts.iter().flat_map(|part| &part.tokens).collect();
    let marks = |text: &str| tokens(dialect, text).iter().filter(|token| token.is_punct(";")).count();
    let dropped = found.len() - kept.len();
    match dropped <= marks(text) && parts.iter().all(|part| text[part.offset..].starts_with(part.text)) {
        true => Ok(()),
        false => Err(format!("the statements {parts:?} lost something")),
    }
}

fn answers(text: &str) -> Result<(), String> {
    for dialect in [Dialect::Sqlite, Dialect::Postgres] {
        lexes(dialect, text)?;
        let _ty = ColumnType::parse(dialect, text);
        let _default = Expr::parse_default(dialect, text);
        let _checksum = (checksum(dialect, text), digest(text));
        if let Ok(expr) = Expr::parse(dialect, text) {
            let _enumeration = expr.enumeration(dialect);
        }
    }
    let mut map = SourceMap::default();
    for part in statements(Dialect::Sqlite, text) {
        let _kind = statement::classify(&part);
        places::follow(&mut map, "a.sql", text, &part);
    }
    if let Ok(read) = read::table(text) {
        let _written = render::table(Dialect::Sqlite, &read.table);
    }
    let _index = read::index(text);
    let row = |kind: &str, sql: Option<&str>| CatalogueRow {
        kind: kind.into(),
        name: text.into(),
        table: text.into(),
        sql: sql.map(Into::into),
    };
    let _inspection = read::catalogue(&[row("table", Some(text)), row("index", Some(text)), row(text, None)]);
    if let Ok(lock) = Lock::parse(text) {
        let again = Lock::parse(&lock.to_string()).map_err(|error| format!("a lock file that was written: {error}"))?;
        if again != lock {
            return Err("a lock file changes when it is written again".to_owned());
        }
    }
    Ok(())
}

#[test]
fn token_soup_is_answered() {
    law("soup", 3000, 200, |c| {
        let text = soup(c);
        answers(&text).map_err(|error| format!("{error}\n{text:?}"))
    });
}

#[test]
fn damaged_scripts_are_answered() {
    law("damaged", 2000, 300, |c| {
        let text = damaged(c);
        answers(&text).map_err(|error| format!("{error}\n{text:?}"))
    });
}

#[test]
fn lock_files_of_any_text_are_answered() {
    law("locks", 2000, 60, |c| {
        let lines = c.several(0, 8, 80, |c| {
            let file =
                c.of(&["0001_a.sql", "a b.sql", "ä/up.sql", "#x.sql", "<<<<<<<", "", "a\tb", "-- a", "\u{feff}a"]);
            let checksum = c.of(&["v1:aa", "v2:00ff", "v:aa", "v1:", "aa", "v1:xyz", "", "v1:aa v1:bb"]);
            format!("{file}{}{checksum}{}", c.of(&[" ", "\t", "  ", ""]), c.of(&["\n", "\r\n", "\n\n", " \n"]))
        });
        let text = lines.concat();
        answers(&text).map_err(|error| format!("{error}\n{text:?}"))
    });
}

/// The time of a reader grows with the text and not with its square, or a large file would hang the compiler.
#[test]
fn large_texts_are_answered_soon() {
    let columns: Vec<String> = (0..1000).map(|at| format!("column_{at} TEXT CHECK (column_{at} <> '')")).collect();
    let texts = [
        format!("CREATE TABLE t ({})", columns.join(", ")),
        "INSERT INTO t VALUES (1, 'a', NULL);\n".repeat(20_000),
        format!("CREATE TABLE t (a CHECK ({}a{}))", "(".repeat(1000), ")".repeat(1000)),
        "(".repeat(20_000),
        "/*".repeat(20_000),
        "'".repeat(20_001),
        ";".repeat(50_000),
        format!("CREATE TRIGGER t AFTER INSERT ON a BEGIN {} END", "SELECT 1;".repeat(5000)),
    ];
    for text in texts {
        let start = Instant::now();
        answers(&text).unwrap_or_else(|error| panic!("{error}: {}", &text[..40]));
        let took = start.elapsed();
        assert!(took < Duration::from_secs(10), "{took:?} for {}", &text[..40]);
    }
}
