//! Statements that change what exists: `ALTER TABLE` and the `DROP`s.

use crate::{Check, Column, Dialect, ForeignKey, Name, ObjectName, Pair};

use super::column::{Inline, column_with};
use super::{check, name, object};

/// What an `ALTER TABLE` of SQLite does to a table (<https://www.sqlite.org/lang_altertable.html>).
///
/// ```
/// use schema_core::{Dialect, Name, ObjectName, Pair, render};
/// let users = ObjectName::new(Dialect::Sqlite, None, "users");
/// let names = Pair::new("mail", "email").map(|name| Name::new(Dialect::Sqlite, name));
/// let text = render::alter(Dialect::Sqlite, &users, render::Alter::RenameColumn(names.as_ref()));
/// assert_eq!(text, "ALTER TABLE users RENAME COLUMN mail TO email");
/// ```
#[derive(Clone, Copy, Debug)]
pub enum Alter<'a> {
    /// `RENAME TO`.
    RenameTo(&'a ObjectName),
    /// `RENAME COLUMN`.
    RenameColumn(Pair<&'a Name>),
    /// `ADD COLUMN`, with the constraints that stand beside the column.
    AddColumn {
        /// The column.
        column: &'a Column,
        /// Its CHECK constraints.
        checks: &'a [&'a Check],
        /// Its REFERENCES.
        foreign_key: Option<&'a ForeignKey>,
    },
    /// `DROP COLUMN`.
    DropColumn(&'a Name),
    /// `ALTER COLUMN … SET NOT NULL`.
    SetNotNull(&'a Name),
    /// `ALTER COLUMN … DROP NOT NULL`.
    DropNotNull(&'a Name),
    /// `ADD CONSTRAINT … CHECK`.
    AddCheck(&'a Check),
    /// `DROP CONSTRAINT`.
    DropConstraint(&'a Name),
}

/// `ALTER TABLE …` without the semicolon.
///
/// ```
/// use schema_core::{Dialect, Name, ObjectName, render};
/// let users = ObjectName::new(Dialect::Sqlite, None, "users");
/// let phone = Name::new(Dialect::Sqlite, "phone");
/// let text = render::alter(Dialect::Sqlite, &users, render::Alter::DropColumn(&phone));
/// assert_eq!(text, "ALTER TABLE users DROP COLUMN phone");
/// ```
pub fn alter(dialect: Dialect, table: &ObjectName, action: Alter<'_>) -> String {
    let own = |one: &Name| name(dialect, one);
    let action = match action {
        Alter::RenameTo(to) => format!("RENAME TO {}", own(&to.name)),
        Alter::RenameColumn(names) => format!("RENAME COLUMN {} TO {}", own(names.before), own(names.after)),
        Alter::AddColumn { column, checks, foreign_key } => {
            let inline = Inline { checks: checks.to_vec(), foreign_key, ..Inline::default() };
            format!("ADD COLUMN {}", column_with(dialect, column, &inline))
        }
        Alter::DropColumn(column) => format!("DROP COLUMN {}", own(column)),
        Alter::SetNotNull(column) => format!("ALTER COLUMN {} SET NOT NULL", own(column)),
        Alter::DropNotNull(column) => format!("ALTER COLUMN {} DROP NOT NULL", own(column)),
        Alter::AddCheck(one) => format!("ADD {}", check(dialect, one)),
        Alter::DropConstraint(constraint) => format!("DROP CONSTRAINT {}", own(constraint)),
    };
    format!("ALTER TABLE {} {action}", object(dialect, table))
}

/// `DROP TABLE …` without the semicolon.
///
/// ```
/// use schema_core::{Dialect, ObjectName, render};
/// let table = ObjectName::new(Dialect::Sqlite, None, "order");
/// assert_eq!(render::drop_table(Dialect::Sqlite, &table), "DROP TABLE \"order\"");
/// ```
pub fn drop_table(dialect: Dialect, table: &ObjectName) -> String {
    format!("DROP TABLE {}", object(dialect, table))
}

/// `DROP VIEW …` without the semicolon.
///
/// ```
/// use schema_core::{Dialect, Name, render};
/// assert_eq!(render::drop_view(Dialect::Sqlite, &Name::new(Dialect::Sqlite, "adults")), "DROP VIEW adults");
/// ```
pub fn drop_view(dialect: Dialect, view: &Name) -> String {
    format!("DROP VIEW {}", name(dialect, view))
}

/// `DROP TRIGGER …` of SQLite without the semicolon.
///
/// ```
/// use schema_core::{Dialect, Name, render};
/// assert_eq!(render::drop_trigger(&Name::new(Dialect::Sqlite, "log")), "DROP TRIGGER log");
/// ```
pub fn drop_trigger(trigger: &Name) -> String {
    format!("DROP TRIGGER {}", name(Dialect::Sqlite, trigger))
}

/// `DROP INDEX …` without the semicolon.
///
/// ```
/// use schema_core::{Dialect, Name, render};
/// let index = Name::new(Dialect::Sqlite, "users_email_idx");
/// assert_eq!(render::drop_index(Dialect::Sqlite, &index), "DROP INDEX users_email_idx");
/// ```
pub fn drop_index(dialect: Dialect, index: &Name) -> String {
    format!("DROP INDEX {}", name(dialect, index))
}
