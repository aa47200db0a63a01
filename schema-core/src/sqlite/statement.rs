//! What kind of statement it is, and which object it is about.

use crate::sqlite::canon::{self, Scope};
use crate::sqlite::cursor::{Cursor, Source};
use crate::sqlite::definition::{Definition, RawValue};
use crate::sqlite::{read, settle};
use crate::token::Statement;
use crate::{Check, Column, Dialect, Expr, ForeignKey, Name, ObjectName, PartKind, Table, Unique};

/// The kinds of statements, as far as they matter to a schema and to the one who runs them.
///
/// The names are without the schema in front of them (`main.users` is `users`).
///
/// ```
/// use schema_core::{Dialect, sqlite::statement::{StatementKind, classify}, token};
/// let kinds: Vec<_> =
///     token::statements(Dialect::Sqlite, "BEGIN; PRAGMA Foreign_Keys = ON; END; FLY").iter().map(classify).collect();
/// let pragma = StatementKind::Pragma { name: "foreign_keys".into() };
/// assert_eq!(kinds, [StatementKind::Begin, pragma, StatementKind::Commit, StatementKind::Other]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatementKind {
    /// `CREATE TABLE`.
    CreateTable {
        /// The table.
        name: Name,
        /// Whether it is a temporary one, by `TEMP` or by `temp.` before the name.
        temporary: bool,
        /// `IF NOT EXISTS`.
        if_not_exists: bool,
        /// `AS SELECT`.
        as_select: bool,
    },
    /// `CREATE INDEX`.
    CreateIndex {
        /// The index.
        name: Name,
        /// The table.
        table: Name,
        /// `IF NOT EXISTS`.
        if_not_exists: bool,
    },
    /// `CREATE VIEW`.
    CreateView {
        /// The view.
        name: Name,
    },
    /// `CREATE TRIGGER`.
    CreateTrigger {
        /// The trigger.
        name: Name,
        /// The table or view.
        table: Name,
    },
    /// `CREATE VIRTUAL TABLE`.
    CreateVirtualTable {
        /// The table.
        name: Name,
    },
    /// `DROP TABLE`.
    DropTable {
        /// The table.
        name: Name,
    },
    /// `DROP INDEX`.
    DropIndex {
        /// The index.
        name: Name,
    },
    /// `DROP VIEW`.
    DropView {
        /// The view.
        name: Name,
    },
    /// `DROP TRIGGER`.
    DropTrigger {
        /// The trigger.
        name: Name,
    },
    /// `ALTER TABLE`.
    AlterTable {
        /// The table, by its name before.
        table: Name,
        /// What happens to it.
        action: AlterAction,
    },
    /// `PRAGMA`.
    Pragma {
        /// The name of the pragma, in lower case.
        name: Box<str>,
    },
    /// `BEGIN`.
    Begin,
    /// `COMMIT` and `END`.
    Commit,
    /// `ROLLBACK`, also to a savepoint.
    Rollback,
    /// `SAVEPOINT` and `RELEASE`.
    Savepoint,
    /// `ATTACH`.
    Attach,
    /// `DETACH`.
    Detach,
    /// `VACUUM`.
    Vacuum,
    /// `INSERT` and `REPLACE`.
    Insert,
    /// `UPDATE`.
    Update,
    /// `DELETE`.
    Delete,
    /// `SELECT` and `VALUES`.
    Select,
    /// Anything else, also what SQLite will refuse.
    Other,
}

/// What an `ALTER TABLE` does (<https://www.sqlite.org/lang_altertable.html>).
///
/// ```
/// use schema_core::{Dialect, Name, sqlite::statement::{AlterAction, StatementKind, classify}, token};
/// let statements = token::statements(Dialect::Sqlite, "ALTER TABLE users DROP COLUMN phone");
/// let [table, phone] = ["users", "phone"].map(|name| Name::new(Dialect::Sqlite, name));
/// let action = AlterAction::DropColumn(phone);
/// assert_eq!(classify(&statements[0]), StatementKind::AlterTable { table, action });
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AlterAction {
    /// `RENAME TO`.
    RenameTo(Name),
    /// `RENAME COLUMN`.
    RenameColumn {
        /// The name before.
        from: Name,
        /// The name after.
        to: Name,
    },
    /// `ADD COLUMN`.
    AddColumn(Box<AddedColumn>),
    /// `DROP COLUMN`.
    DropColumn(Name),
    /// `ADD CHECK` (SQLite 3.53).
    AddCheck(Box<Check>),
    /// `DROP CONSTRAINT` (SQLite 3.53).
    DropConstraint(Name),
    /// `ALTER COLUMN … SET NOT NULL` (SQLite 3.53).
    SetNotNull(Name),
    /// `ALTER COLUMN … DROP NOT NULL` (SQLite 3.53).
    DropNotNull(Name),
    /// Anything else, also what SQLite will refuse.
    Other,
}

/// The column of an `ADD COLUMN`, with the constraints that stand behind it.
///
/// ```
/// use schema_core::{Dialect, sqlite::statement::{AlterAction, StatementKind, classify}, token};
/// let statements = token::statements(Dialect::Sqlite, "ALTER TABLE a ADD b INT DEFAULT +1 CHECK (b > 0)");
/// let StatementKind::AlterTable { action: AlterAction::AddColumn(added), .. } = classify(&statements[0]) else {
///     panic!("not an ADD COLUMN");
/// };
/// assert_eq!((added.column.name.as_str(), added.checks.len(), added.offset), ("b", 1, 18));
/// assert_eq!(added.default_sql.as_deref(), Some("+1"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddedColumn {
    /// The column.
    pub column: Column,
    /// Its CHECK constraints.
    pub checks: Vec<Check>,
    /// Its UNIQUE constraints, which SQLite will refuse.
    pub uniques: Vec<Unique>,
    /// Its REFERENCES.
    pub foreign_keys: Vec<ForeignKey>,
    /// The default as it is written.
    pub default_sql: Option<Box<str>>,
    /// The byte offset of the column's name in the script.
    pub offset: usize,
    /// The kind, the label (see [`crate::Part::label`]) and the byte offset in the script of the
    /// column and of every constraint behind it.
    pub places: Vec<(PartKind, Name, usize)>,
}

/// Tells what kind of statement it is. What does not read like SQLite's grammar is
/// [`StatementKind::Other`]: SQLite itself reports it.
///
/// ```
/// use schema_core::sqlite::statement::{AlterAction, StatementKind, classify};
/// use schema_core::{Dialect, token};
///
/// let statements = token::statements(Dialect::Sqlite, "ALTER TABLE main.a RENAME TO \"b\"");
/// let StatementKind::AlterTable { table, action: AlterAction::RenameTo(name) } = classify(&statements[0]) else {
///     panic!("not a RENAME TO");
/// };
/// assert_eq!((table.as_str(), name.as_str()), ("a", "b"));
/// ```
pub fn classify(statement: &Statement<'_>) -> StatementKind {
    let mut cursor = Cursor::new(&statement.tokens);
    let Some(verb) = cursor.advance() else {
        return StatementKind::Other;
    };
    let kind = match &*verb.text.to_ascii_uppercase() {
        "CREATE" => create(cursor),
        "DROP" => drop_object(cursor),
        "ALTER" => alter(statement, cursor),
        "PRAGMA" => cursor
            .qualified_name()
            .ok()
            .map(|(_, name)| StatementKind::Pragma { name: name.as_str().to_ascii_lowercase().into() }),
        "WITH" => Some(after_with(cursor)),
        verb => Some(by_verb(verb)),
    };
    kind.unwrap_or(StatementKind::Other)
}

fn by_verb(verb: &str) -> StatementKind {
    match verb {
        "BEGIN" => StatementKind::Begin,
        "COMMIT" | "END" => StatementKind::Commit,
        "ROLLBACK" => StatementKind::Rollback,
        "SAVEPOINT" | "RELEASE" => StatementKind::Savepoint,
        "ATTACH" => StatementKind::Attach,
        "DETACH" => StatementKind::Detach,
        "VACUUM" => StatementKind::Vacuum,
        "INSERT" | "REPLACE" => StatementKind::Insert,
        "UPDATE" => StatementKind::Update,
        "DELETE" => StatementKind::Delete,
        "SELECT" | "VALUES" => StatementKind::Select,
        _ => StatementKind::Other,
    }
}

/// The statement behind common table expressions, whose bodies all stand in parentheses.
fn after_with(mut cursor: Cursor<'_, '_>) -> StatementKind {
    while let Some(token) = cursor.peek() {
        if token.is_punct("(") {
            if cursor.group().is_err() {
                return StatementKind::Other;
            }
        } else {
            match by_verb(&token.text.to_ascii_uppercase()) {
                kind @ (StatementKind::Insert
                | StatementKind::Update
                | StatementKind::Delete
                | StatementKind::Select) => return kind,
                _ => cursor.advance(),
            };
        }
    }
    StatementKind::Other
}

fn create(mut cursor: Cursor<'_, '_>) -> Option<StatementKind> {
    let temporary = cursor.take(&["TEMP"]) || cursor.take(&["TEMPORARY"]);
    if cursor.take(&["VIRTUAL", "TABLE"]) {
        let (_, _, name) = created_name(&mut cursor)?;
        return Some(StatementKind::CreateVirtualTable { name });
    }
    let unique = cursor.take(&["UNIQUE"]);
    let what = cursor.advance()?;
    let (if_not_exists, schema, name) = created_name(&mut cursor)?;
    if what.is("TABLE") && !unique {
        let temporary = temporary || schema.is_some_and(|schema| schema.is("temp"));
        return Some(StatementKind::CreateTable { name, temporary, if_not_exists, as_select: cursor.take(&["AS"]) });
    }
    if what.is("INDEX") {
        cursor.expect(&["ON"]).ok()?;
        return Some(StatementKind::CreateIndex { name, table: cursor.name().ok()?, if_not_exists });
    }
    if what.is("VIEW") {
        return Some(StatementKind::CreateView { name });
    }
    what.is("TRIGGER")
        .then(|| trigger_table(&mut cursor))
        .flatten()
        .map(|table| StatementKind::CreateTrigger { name, table })
}

fn created_name(cursor: &mut Cursor<'_, '_>) -> Option<(bool, Option<Name>, Name)> {
    let if_not_exists = cursor.take(&["IF", "NOT", "EXISTS"]);
    let (schema, name) = cursor.qualified_name().ok()?;
    Some((if_not_exists, schema, name))
}

/// The table of a trigger: it stands behind the `ON` that ends the event.
fn trigger_table(cursor: &mut Cursor<'_, '_>) -> Option<Name> {
    while !cursor.take(&["ON"]) {
        cursor.advance()?;
    }
    Some(cursor.qualified_name().ok()?.1)
}

fn drop_object(mut cursor: Cursor<'_, '_>) -> Option<StatementKind> {
    let what = cursor.advance()?;
    cursor.take(&["IF", "EXISTS"]);
    let (_, name) = cursor.qualified_name().ok()?;
    Some(match &*what.text.to_ascii_uppercase() {
        "TABLE" => StatementKind::DropTable { name },
        "INDEX" => StatementKind::DropIndex { name },
        "VIEW" => StatementKind::DropView { name },
        "TRIGGER" => StatementKind::DropTrigger { name },
        _ => return None,
    })
}

fn alter(statement: &Statement<'_>, mut cursor: Cursor<'_, '_>) -> Option<StatementKind> {
    cursor.expect(&["TABLE"]).ok()?;
    let (_, table) = cursor.qualified_name().ok()?;
    let action = alter_action(statement, &mut cursor, &table).unwrap_or(AlterAction::Other);
    Some(StatementKind::AlterTable { table, action })
}

fn alter_action(statement: &Statement<'_>, cursor: &mut Cursor<'_, '_>, table: &Name) -> Option<AlterAction> {
    let verb = cursor.advance()?;
    match &*verb.text.to_ascii_uppercase() {
        "RENAME" if cursor.take(&["TO"]) => Some(AlterAction::RenameTo(cursor.name().ok()?)),
        "RENAME" => {
            let from = column_name(cursor)?;
            cursor.expect(&["TO"]).ok()?;
            Some(AlterAction::RenameColumn { from, to: cursor.name().ok()? })
        }
        "DROP" if cursor.take(&["CONSTRAINT"]) => Some(AlterAction::DropConstraint(cursor.name().ok()?)),
        "DROP" => Some(AlterAction::DropColumn(column_name(cursor)?)),
        "ALTER" => {
            let column = column_name(cursor)?;
            if cursor.take(&["SET", "NOT", "NULL"]) {
                return Some(AlterAction::SetNotNull(column));
            }
            cursor.take(&["DROP", "NOT", "NULL"]).then_some(AlterAction::DropNotNull(column))
        }
        "ADD" => added(statement, cursor, table),
        _ => None,
    }
}

fn column_name(cursor: &mut Cursor<'_, '_>) -> Option<Name> {
    cursor.take(&["COLUMN"]);
    cursor.name().ok()
}

/// `ADD COLUMN` or `ADD [CONSTRAINT name] CHECK`.
fn added(statement: &Statement<'_>, cursor: &mut Cursor<'_, '_>, table: &Name) -> Option<AlterAction> {
    let scope = Scope { table: Some(table), columns: None };
    let name = if cursor.take(&["CONSTRAINT"]) { Some(cursor.name().ok()?) } else { None };
    if cursor.take(&["CHECK"]) {
        let expr = canon::expr_of(cursor.group().ok()?, Some(scope)).ok()?;
        return Some(AlterAction::AddCheck(Box::new(Check { name, expr: Expr::canonical(expr) })));
    }
    cursor.take(&["COLUMN"]);
    let source = Source { text: statement.text, start: statement.offset };
    let mut definition = Definition::default();
    definition.column(cursor, source).ok()?;
    let column = definition.columns.pop().filter(|_| name.is_none() && cursor.is_at_end())?;
    let offset = column.offset;
    let default_sql = match column.value {
        RawValue::Default([first, .., last]) => Some(source.between(first.offset, last.end()).into()),
        RawValue::Default([only]) => Some(only.text.into()),
        _ => None,
    };
    let column = read::column(column, scope).ok()?;
    let mut places = vec![(PartKind::Column, column.name.clone(), offset)];
    let mut keys = settle::Keys::default();
    let mut parts = Table { columns: vec![column], ..Table::empty(ObjectName { schema: None, name: table.clone() }) };
    for raw in definition.constraints {
        read::constraint(raw, scope, &mut parts, &mut keys, &mut places).ok()?;
    }
    keys.settle(&mut parts, &mut places).ok()?;
    let Table { mut columns, checks, uniques, foreign_keys, .. } = parts;
    let column = columns.pop()?;
    let added = AddedColumn { column, checks, uniques, foreign_keys, default_sql, offset, places };
    Some(AlterAction::AddColumn(Box::new(added)))
}

/// The table whose rows an INSERT, UPDATE or DELETE changes: the name without its schema.
///
/// ```
/// use schema_core::{Dialect, sqlite::statement::changed_table, token::statements};
/// let table = |sql| statements(Dialect::Sqlite, sql).first().and_then(changed_table).map(|name| name.to_string());
/// assert_eq!(table("INSERT OR IGNORE INTO main.users (id) VALUES (1)").as_deref(), Some("users"));
/// assert_eq!(table("WITH old AS (SELECT 1) DELETE FROM users").as_deref(), Some("users"));
/// assert_eq!(table("SELECT * FROM users"), None);
/// ```
pub fn changed_table(statement: &Statement<'_>) -> Option<Name> {
    let tokens = &statement.tokens;
    let mut depth = 0_usize;
    let verb = tokens.iter().position(|token| {
        depth = if token.is_punct("(") {
            depth + 1
        } else if token.is_punct(")") {
            depth.saturating_sub(1)
        } else {
            depth
        };
        depth == 0 && ["INSERT", "REPLACE", "UPDATE", "DELETE"].iter().any(|verb| token.is(verb))
    })?;
    let mut rest = tokens[verb + 1..].iter().peekable();
    if rest.next_if(|token| token.is("OR")).is_some() {
        rest.next();
    }
    rest.next_if(|token| token.is("INTO") || token.is("FROM"));
    let mut name = rest.next()?;
    if rest.next_if(|token| token.is_punct(".")).is_some() {
        name = rest.next()?;
    }
    Some(Name::new(Dialect::Sqlite, name.value()))
}
