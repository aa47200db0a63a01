//! Reading the history of each tool. The statements are those with which the tool reads it itself; values that it would
//! not have written are noted, never trusted.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};
use schema_core::Dialect;
use schema_core::sqlite::statement::{StatementKind, classify};
use schema_core::token::statements;

use crate::sqlite::foreign::Origin;
use crate::sqlite::foreign::ledger::{Checksum, Ledger, Scope};
use crate::sqlite::foreign::program::{Meaning, Program};
use crate::sqlite::foreign::tables::{Table, Tool, quoted};
use crate::sqlite::judge::agreement::Known;

/// The histories of all known tools in a database.
pub(super) fn ledgers(db: &Connection, program: &Program<'_>, known: &Known) -> rusqlite::Result<Vec<Ledger>> {
    let tables = Table::all(db)?;
    let is_managed = |name: &str| known.names().any(|own| own.eq_ignore_ascii_case(name));
    let mut ledgers = Vec::new();
    for table in &tables {
        if let Some(tool) = table.tool(is_managed) {
            ledgers.push(read(db, table, tool, program)?);
        }
    }
    // Where another history is, driftless knowing to read it or not, the number belongs to the application.
    if !tables.iter().any(|table| schema_replay::is_bookkeeping(&table.name)) && ledgers.is_empty() {
        ledgers.extend(user_version(db, program)?);
    }
    Ok(ledgers)
}

fn read(db: &Connection, table: &Table, tool: Tool, program: &Program<'_>) -> rusqlite::Result<Ledger> {
    let scope = if matches!(tool, Tool::SeaOrm | Tool::Bare) { Scope::Hints } else { Scope::Whole };
    let origin = Origin { tool: tool.name(), table: table.name.clone() };
    let mut ledger = Ledger::new(origin, scope, program);
    let name = table.sql();
    let mut each = |columns: &str, tail: &str, enter: &mut Enter<'_>| {
        let mut statement = db.prepare(&format!("SELECT {columns} FROM {name} {tail}"))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            enter(&mut ledger, row)?;
        }
        Ok::<_, rusqlite::Error>(())
    };
    match tool {
        Tool::Sqlx => {
            let name = if table.columns.iter().any(|column| column == "description") { "description" } else { "NULL" };
            let columns = format!("version, success, checksum, {name}");
            each(&columns, "", &mut |ledger, row| sqlx(ledger, row, program))?;
        }
        Tool::Diesel | Tool::Dbmate => each("version", "", &mut |ledger, row| versions(ledger, row, program))?,
        Tool::Refinery => each("version, name, checksum", "", &mut |ledger, row| refinery(ledger, row, program))?,
        Tool::SeaOrm => each("version", "", &mut |ledger, row| names(ledger, row, &["version".to_owned()], program))?,
        // What happened last to a version is in its last row.
        Tool::Goose => {
            let columns = "version_id, is_applied, max(id)";
            each(columns, "GROUP BY version_id", &mut |ledger, row| goose(ledger, row, program))?;
        }
        Tool::GolangMigrate => each("version, dirty", "", &mut |ledger, row| golang_migrate(ledger, row, program))?,
        Tool::Bare => {
            let columns: Vec<String> = table.columns.iter().map(|column| quoted(column)).collect();
            each(&columns.join(", "), "", &mut |ledger, row| names(ledger, row, &table.columns, program))?;
        }
    }
    Ok(ledger)
}

/// Takes note of one row.
type Enter<'a> = dyn FnMut(&mut Ledger, &Row<'_>) -> rusqlite::Result<()> + 'a;

/// A version: a number, or a text of digits, without the zeros in front.
fn version(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Integer(number) if number >= 0 => Some(number.to_string()),
        ValueRef::Text(text) => {
            let text = std::str::from_utf8(text).ok()?;
            let is_number = !text.is_empty() && text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_digit());
            let trimmed = text.trim_start_matches('0');
            is_number.then(|| if trimmed.is_empty() { "0" } else { trimmed }.to_owned())
        }
        _ => None,
    }
}

/// Whether it is SQLite's `true`; `None` when it is no truth value.
fn truth(value: ValueRef<'_>) -> Option<bool> {
    match value {
        ValueRef::Integer(number @ 0..=1) => Some(number == 1),
        _ => None,
    }
}

/// A value in a message.
fn shown(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "NULL".to_owned(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(text) => {
            let text = String::from_utf8_lossy(&text[..text.len().min(120)]);
            let start: String = text.chars().take(30).flat_map(char::escape_debug).collect();
            let more = if text.chars().count() > 30 { "…" } else { "" };
            format!("'{start}{more}'")
        }
        ValueRef::Blob(bytes) => format!("a blob of {} bytes", bytes.len()),
    }
}

/// Reads the version of a row and looks it up, or notes that it is none.
fn labelled(ledger: &mut Ledger, value: ValueRef<'_>, program: &Program<'_>) -> Option<(String, Meaning)> {
    let Some(version) = version(value) else {
        ledger.note(|| format!("it has the version {}", shown(value)));
        return None;
    };
    let meaning = program.by_version(&version);
    ledger.is_about_us |= matches!(meaning, Meaning::One(_));
    Some((version, meaning))
}

fn sqlx(ledger: &mut Ledger, row: &Row<'_>, program: &Program<'_>) -> rusqlite::Result<()> {
    let Some((label, meaning)) = labelled(ledger, row.get_ref(0)?, program) else { return Ok(()) };
    match (truth(row.get_ref(1)?), row.get_ref(2)?) {
        (Some(false), _) => ledger.begin(&label, meaning),
        // No hash is longer; what is, is not kept in memory.
        (Some(true), ValueRef::Blob(bytes)) if bytes.len() <= 64 => {
            let name = match row.get_ref(3)? {
                ValueRef::Text(name) if name.len() <= 1000 => std::str::from_utf8(name).ok().map(str::to_owned),
                _ => None,
            };
            ledger.enter(&label, meaning, Checksum::Sqlx { sum: bytes.to_owned(), name });
        }
        (None, _) => {
            let success = shown(row.get_ref(1)?);
            ledger.note(|| format!("it has the success {success} of version {label}"));
        }
        (_, checksum) => ledger.note(|| format!("it has the checksum {} of version {label}", shown(checksum))),
    }
    Ok(())
}

/// Diesel, dbmate and Rails: an entry is a version.
fn versions(ledger: &mut Ledger, row: &Row<'_>, program: &Program<'_>) -> rusqlite::Result<()> {
    let Some((label, meaning)) = labelled(ledger, row.get_ref(0)?, program) else { return Ok(()) };
    // What diesel sets a database up with, before the first migration.
    if label != "0" || meaning != Meaning::Nothing {
        ledger.enter(&label, meaning, Checksum::None);
    }
    Ok(())
}

fn refinery(ledger: &mut Ledger, row: &Row<'_>, program: &Program<'_>) -> rusqlite::Result<()> {
    let Some((label, meaning)) = labelled(ledger, row.get_ref(0)?, program) else { return Ok(()) };
    let (ValueRef::Text(name), ValueRef::Text(checksum)) = (row.get_ref(1)?, row.get_ref(2)?) else {
        let (name, checksum) = (shown(row.get_ref(1)?), shown(row.get_ref(2)?));
        ledger.note(|| format!("it has the name {name} and the checksum {checksum} of version {label}"));
        return Ok(());
    };
    let is_number = checksum.len() <= 20 && !checksum.is_empty() && checksum.iter().all(u8::is_ascii_digit);
    match (std::str::from_utf8(name), std::str::from_utf8(checksum)) {
        (Ok(name), Ok(checksum)) if is_number => {
            let (name, checksum) = (name.to_owned(), checksum.to_owned());
            let checksum = Checksum::Refinery { name, version: label.clone(), checksum };
            ledger.enter(&label, meaning, checksum);
        }
        _ => {
            let checksum = shown(ValueRef::Text(checksum));
            ledger.note(|| format!("it has the checksum {checksum} of version {label}"));
        }
    }
    Ok(())
}

fn goose(ledger: &mut Ledger, row: &Row<'_>, program: &Program<'_>) -> rusqlite::Result<()> {
    let Some((label, meaning)) = labelled(ledger, row.get_ref(0)?, program) else { return Ok(()) };
    match truth(row.get_ref(1)?) {
        // The row that goose begins the table with.
        _ if label == "0" && meaning == Meaning::Nothing => {}
        Some(true) => ledger.enter(&label, meaning, Checksum::None),
        // It was taken back.
        Some(false) => {}
        None => {
            let applied = shown(row.get_ref(1)?);
            ledger.note(|| format!("it has the is_applied {applied} of version {label}"));
        }
    }
    Ok(())
}

/// One row says at which version the database is; everything before it ran.
fn golang_migrate(ledger: &mut Ledger, row: &Row<'_>, program: &Program<'_>) -> rusqlite::Result<()> {
    let dirty = truth(row.get_ref(1)?);
    let first = ledger.marks.iter().all(Option::is_none) && ledger.strays == 0 && ledger.begun.is_none();
    // Before the first one.
    if first && row.get_ref(0)? == ValueRef::Integer(-1) {
        return Ok(());
    }
    let Some((label, meaning)) = labelled(ledger, row.get_ref(0)?, program) else { return Ok(()) };
    if !first {
        ledger.note(|| "it has more than one row".to_owned());
        return Ok(());
    }
    if dirty.is_none() {
        let dirty = shown(row.get_ref(1)?);
        ledger.note(|| format!("it has the dirty {dirty}"));
    }
    if dirty == Some(true) {
        ledger.begin(&label, meaning);
    }
    match meaning {
        Meaning::One(at) => ledger.marks[..=at].fill(Some(Checksum::None)),
        Meaning::Several => ledger.is_unclear = true,
        Meaning::Nothing if program.is_alike(&label) => {
            // The migrations that are before it ran as well, if it is of the same sequence.
            let before = program.before(&label);
            ledger.marks[..before].fill(Some(Checksum::None));
            ledger.enter(&label, meaning, Checksum::None);
        }
        Meaning::Nothing => {}
    }
    Ok(())
}

/// Sea-orm, whose migrations are Rust modules, and runners of applications' own: an entry is whatever names a
/// migration, in whatever column.
fn names(ledger: &mut Ledger, row: &Row<'_>, columns: &[String], program: &Program<'_>) -> rusqlite::Result<()> {
    let (mut by_name, mut by_version, mut label) = (Meaning::Nothing, Meaning::Nothing, None);
    for (at, column) in columns.iter().enumerate() {
        let value = row.get_ref(at)?;
        let is_undone = matches!(column.as_str(), "success" | "applied" | "is_applied" | "dirty")
            && truth(value) == Some(column == "dirty");
        if is_undone {
            return Ok(());
        }
        if let ValueRef::Text(text) = value
            && text.len() <= 1000
            && let Ok(text) = std::str::from_utf8(text)
            && by_name == Meaning::Nothing
        {
            by_name = program.by_name(text);
            label = Some(text.to_owned()).filter(|_| by_name != Meaning::Nothing).or(label);
        }
        if (column.contains("version") || column.contains("migration"))
            && by_version == Meaning::Nothing
            && let Some(version) = version(value)
        {
            by_version = program.by_version(&version);
            label = label.or(Some(version));
        }
    }
    let meaning = if by_name == Meaning::Nothing { by_version } else { by_name };
    ledger.enter(&label.unwrap_or_default(), meaning, Checksum::None);
    Ok(())
}

/// `rusqlite_migration` counts in `PRAGMA user_version`, and has no table.
fn user_version(db: &Connection, program: &Program<'_>) -> rusqlite::Result<Option<Ledger>> {
    let count: i64 = db.query_row("PRAGMA main.user_version", [], |row| row.get(0))?;
    let all = program.migrations.len();
    let Some(count) = usize::try_from(count).ok().filter(|count| *count > 0) else { return Ok(None) };
    // With its layout, the number is certainly its own; otherwise only when it may be, and no migration sets it.
    let is_own = (1..).zip(program.migrations).all(|(number, migration)| {
        let directory = migration.file.strip_suffix("/up.sql").and_then(|path| path.rsplit('/').next());
        directory.is_some_and(|directory| is_numbered(directory, number))
    });
    let is_set = || program.migrations.iter().any(|migration| sets_user_version(&migration.sql));
    if !is_own && (count > all || is_set()) {
        return Ok(None);
    }
    let origin = Origin { tool: "rusqlite_migration", table: "PRAGMA user_version".to_owned() };
    let mut ledger = Ledger::new(origin, if is_own { Scope::Whole } else { Scope::Hints }, program);
    ledger.marks[..count.min(all)].fill(Some(Checksum::None));
    if count > all {
        ledger.enter(&count.to_string(), Meaning::Nothing, Checksum::None);
    }
    Ok(Some(ledger))
}

/// `01-name`, the first directory of `rusqlite_migration`, whose numbers have no gap.
fn is_numbered(directory: &str, number: usize) -> bool {
    directory.split_once('-').is_some_and(|(stated, _)| stated.parse() == Ok(number))
}

fn sets_user_version(sql: &str) -> bool {
    let is_it = |kind| matches!(kind, StatementKind::Pragma { name } if &*name == "user_version");
    statements(Dialect::Sqlite, sql).iter().any(|statement| is_it(classify(statement)))
}
