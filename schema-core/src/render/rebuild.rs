//! What a rebuild of a SQLite table needs besides DDL: the copy of its rows, of the counter of
//! AUTOINCREMENT, and the settings that it depends on.

use crate::{Dialect, Expr, Name, ObjectName};

use super::{identifier, literal, name, object};

const SQLITE: Dialect = Dialect::Sqlite;

/// What a column of a copied row gets.
///
/// ```
/// use schema_core::{Dialect, Expr, Name, ObjectName, render::{Source, copy_rows}};
/// let [old, new] = ["users", "__new_users"].map(|name| ObjectName::new(Dialect::Sqlite, None, name));
/// let age = Name::new(Dialect::Sqlite, "age");
/// let columns = [(age.clone(), Source::Coalesce(age, Expr::parse(Dialect::Sqlite, "0")?))];
/// assert!(copy_rows(&old, &new, &columns, false).ends_with("SELECT coalesce(age, 0) FROM users"));
/// # Ok::<_, schema_core::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The value of a column of the old table.
    Column(Name),
    /// The value of a column, or, where it is NULL, of an expression.
    Coalesce(Name, Expr),
    /// The value of an expression over the columns of the old table.
    Expr(Expr),
}

/// `INSERT INTO new (…) SELECT … FROM old` without the semicolon. `abort` says that no conflict clause of the new
/// table may pass over a row.
///
/// ```
/// use schema_core::{Dialect, Name, ObjectName, render};
/// let table = |name| ObjectName::new(Dialect::Sqlite, None, name);
/// let id = Name::new(Dialect::Sqlite, "id");
/// let columns = [(id.clone(), render::Source::Column(id))];
/// let text = render::copy_rows(&table("users"), &table("__new_users"), &columns, false);
/// assert_eq!(text, "INSERT INTO __new_users (id)\nSELECT id FROM users");
/// ```
pub fn copy_rows(from: &ObjectName, into: &ObjectName, columns: &[(Name, Source)], abort: bool) -> String {
    let targets: Vec<String> = columns.iter().map(|(target, _)| name(SQLITE, target)).collect();
    let sources: Vec<String> = columns.iter().map(|(_, source)| self::source(source)).collect();
    let (from, into) = (object(SQLITE, from), object(SQLITE, into));
    let verb = if abort { "INSERT OR ABORT INTO" } else { "INSERT INTO" };
    format!("{verb} {into} ({})\nSELECT {} FROM {from}", targets.join(", "), sources.join(", "))
}

fn source(source: &Source) -> String {
    match source {
        Source::Column(column) => name(SQLITE, column),
        Source::Coalesce(column, expr) => format!("coalesce({}, {expr})", name(SQLITE, column)),
        Source::Expr(expr) => expr.to_string(),
    }
}

/// Gives a table the counter of another one, so that AUTOINCREMENT never repeats a number
/// (<https://www.sqlite.org/autoinc.html>).
///
/// ```
/// use schema_core::{Dialect, ObjectName, render};
/// let table = |name| ObjectName::new(Dialect::Sqlite, None, name);
/// assert_eq!(
///     render::copy_sequence(&table("users"), &table("__new_users")),
///     "INSERT INTO sqlite_sequence (name, seq)\n\
///      SELECT '__new_users', seq FROM sqlite_sequence WHERE name = 'users'"
/// );
/// ```
pub fn copy_sequence(from: &ObjectName, into: &ObjectName) -> String {
    let (from, into) = (literal(from.name.as_str()), literal(into.name.as_str()));
    format!("INSERT INTO sqlite_sequence (name, seq)\nSELECT {into}, seq FROM sqlite_sequence WHERE name = {from}")
}

/// Lets `RENAME TO` leave the rest of the schema alone, or no longer.
///
/// ```
/// assert_eq!(schema_core::render::legacy_alter_table(true), "PRAGMA legacy_alter_table = ON");
/// ```
pub const fn legacy_alter_table(on: bool) -> &'static str {
    if on { "PRAGMA legacy_alter_table = ON" } else { "PRAGMA legacy_alter_table = OFF" }
}

/// Statements that fail, with this text in SQLite's message, while foreign keys are enforced. They need a table,
/// whose name must be free.
///
/// ```
/// let guard = schema_core::render::refuse_foreign_keys("__foreign_keys", "switch foreign keys off");
/// assert_eq!(guard[1], "INSERT INTO __foreign_keys SELECT foreign_keys FROM pragma_foreign_keys");
/// ```
pub fn refuse_foreign_keys(table: &str, words: &str) -> [String; 3] {
    let own = identifier(SQLITE, table);
    let constraint = identifier(SQLITE, words);
    [
        format!("CREATE TABLE {own} (enforced INTEGER CONSTRAINT {constraint} CHECK (enforced = 0))"),
        format!("INSERT INTO {own} SELECT foreign_keys FROM pragma_foreign_keys"),
        format!("DROP TABLE {own}"),
    ]
}

/// Statements that let SQLite compile every view and every trigger, and fail with its words where one does not.
/// They need two names that are free: this one, and this one with `2` behind it.
///
/// ```
/// let probe = schema_core::render::compile_everything("probe");
/// assert_eq!(probe[1], "ALTER TABLE probe RENAME TO probe2");
/// ```
pub fn compile_everything(table: &str) -> [String; 3] {
    let (own, other) = (identifier(SQLITE, table), identifier(SQLITE, &format!("{table}2")));
    [format!("CREATE TABLE {own} (a)"), format!("ALTER TABLE {own} RENAME TO {other}"), format!("DROP TABLE {other}")]
}
