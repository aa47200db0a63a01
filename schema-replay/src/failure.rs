//! A statement that failed, as the user reads it.

use rusqlite::{Error, ErrorCode};
use schema_core::token::Statement;
use schema_core::{Migration, Place};

use crate::Problem;
use crate::permission::Denial;

/// SQLite's own words, without what rusqlite puts around them.
pub(crate) fn words(error: &Error) -> String {
    match error {
        Error::SqlInputError { msg, .. } => msg.clone(),
        Error::SqliteFailure(_, Some(message)) => message.clone(),
        other => other.to_string(),
    }
}

/// The problem of a statement that SQLite refused or gave up.
pub(crate) fn failed(migration: &Migration, statement: &Statement<'_>, error: &Error) -> Problem {
    let file = &migration.file;
    let begin = place(migration, statement.offset);
    match error.sqlite_error_code() {
        Some(ErrorCode::OperationInterrupted) => {
            Problem::new("endless-statement", format!("`{file}` has a statement that does not end"))
                .line("statement", excerpt(statement))
                .at(begin)
                .help("migrations are run while the application is built: give the recursion or the loop a bound")
        }
        Some(ErrorCode::DiskFull) => oversized(migration, statement, "writes more than 128 MiB"),
        Some(ErrorCode::OutOfMemory) => oversized(migration, statement, "needs more than 1 GiB of memory"),
        _ => {
            let words = words(error);
            let offset = offset(statement, error, &words);
            Problem::new("failed-migration", format!("SQLite refuses `{file}`: {words}"))
                .line("statement", excerpt(statement))
                .at(place(migration, offset))
                .help("correct the file; it runs on the schema that the migrations before it make")
        }
    }
}

fn oversized(migration: &Migration, statement: &Statement<'_>, what: &str) -> Problem {
    Problem::new("oversized-migration", format!("`{}` {what}", migration.file))
        .line("statement", excerpt(statement))
        .at(place(migration, statement.offset))
        .help("migrations are run while the application is built: load large data in another way")
}

/// The problem of a statement that the sandbox refused.
pub(crate) fn denied(migration: &Migration, statement: &Statement<'_>, denial: &Denial) -> Problem {
    let offset = find(statement, &denial.word).unwrap_or(statement.offset);
    let fact = format!("`{}` is not run, since it {}", migration.file, denial.what);
    Problem::new("denied-statement", fact)
        .line("statement", excerpt(statement))
        .at(place(migration, offset))
        .help("remove it: migrations are run while the application is built, and may reach nothing but their database")
}

/// The problem of a quote or a comment that is never closed.
pub(crate) fn unterminated(migration: &Migration, statement: &Statement<'_>) -> Option<Problem> {
    let token = statement.tokens.iter().find(|token| token.kind == schema_core::token::TokenKind::Unterminated)?;
    let (what, close) = match token.text.as_bytes() {
        [b'/', ..] => ("a comment", "*/"),
        [b'\'', ..] => ("a string", "'"),
        [b'x' | b'X', ..] => ("a blob", "'"),
        [b'[', ..] => ("a quoted name", "]"),
        [b'`', ..] => ("a quoted name", "`"),
        _ => ("a quoted name", "\""),
    };
    Some(
        Problem::new("failed-migration", format!("`{}` has {what} that is never closed", migration.file))
            .at(place(migration, token.offset))
            .help(format!("close it with `{close}`")),
    )
}

pub(crate) fn place(migration: &Migration, offset: usize) -> Place {
    Place::at(&migration.file, &migration.sql, offset)
}

/// The first line of a statement, cut where it is long.
pub(crate) fn excerpt(statement: &Statement<'_>) -> String {
    const WIDTH: usize = 70;
    let line = statement.text.lines().next().unwrap_or_default().trim_end();
    let whole = line.len() == statement.text.len() && line.chars().count() <= WIDTH;
    if whole { line.to_owned() } else { format!("{} …", line.chars().take(WIDTH).collect::<String>().trim_end()) }
}

/// Where the error is: at the token that SQLite points at, else at the name that it speaks of, else at the
/// beginning of the statement.
fn offset(statement: &Statement<'_>, error: &Error, words: &str) -> usize {
    const BEFORE: [&str; 5] =
        ["duplicate column name: ", "no such table: ", "no such column: ", "no such index: ", "no such function: "];
    if let Error::SqlInputError { offset, .. } = error
        && let Ok(offset) = usize::try_from(*offset)
    {
        return statement.offset + offset;
    }
    let before = BEFORE.iter().find_map(|before| Some(&words[words.find(before)? + before.len()..]));
    let existing = words.strip_suffix(" already exists").and_then(|words| words.rsplit(' ').next());
    let name = before.or(existing).map(|name| name.rsplit('.').next().unwrap_or(name));
    name.and_then(|name| find(statement, name)).unwrap_or(statement.offset)
}

/// The last token that means a name.
fn find(statement: &Statement<'_>, name: &str) -> Option<usize> {
    statement.tokens.iter().rev().find(|token| token.value().eq_ignore_ascii_case(name)).map(|token| token.offset)
}
