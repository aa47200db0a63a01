//! Why there is no plan: each refusal says what it would take.

use std::fmt;

use crate::{ColumnType, Dialect, Name};

use super::{Allow, EngineVersion};

/// A reason why no plan is made.
///
/// ```
/// use schema_core::{Dialect, Name, plan::Refusal};
/// let [table, before, after] = ["users", "mail", "email"].map(|name| Name::new(Dialect::Sqlite, name));
/// let refusal = Refusal::ColumnLooksRenamed { table, before, after };
/// assert_eq!(refusal.code(), "looks-like-rename");
/// assert!(refusal.help().contains("`#[column(was = \"mail\")]`"));
/// assert!(refusal.flag().is_none());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It would lose data, and nobody has allowed that.
    Destructive {
        /// What would be lost, a sentence.
        fact: String,
        /// What allows it.
        allow: Allow,
    },
    /// A column goes and a like one comes.
    ColumnLooksRenamed {
        /// The table.
        table: Name,
        /// The column that goes.
        before: Name,
        /// The column that comes.
        after: Name,
    },
    /// A table goes and a like one comes.
    TableLooksRenamed {
        /// The table that goes.
        before: Name,
        /// The table that comes.
        after: Name,
    },
    /// A column is new and NOT NULL, and nothing says what the rows that exist get.
    NeedsBackfill {
        /// The table.
        table: Name,
        /// The column.
        column: Name,
        /// Its type, for the example in the help.
        ty: ColumnType,
    },
    /// A backfill is for a column that needs none, or that there is not.
    UnusedBackfill {
        /// The table as it was stated.
        table: Name,
        /// The column as it was stated.
        column: Name,
    },
    /// Something has the name of a table, and is not understood well enough to be changed.
    NotUnderstood {
        /// Its name.
        name: Name,
        /// What it is, or what was not understood about it.
        reason: String,
    },
    /// The text of an object cannot be written for the names afterwards.
    Text {
        /// What it is: `trigger`, `view`, `index`.
        kind: &'static str,
        /// Its name.
        name: Name,
        /// The renamed table or column that it mentions.
        mentions: Name,
    },
    /// Plans are made for SQLite only.
    Dialect(Dialect),
    /// The engine has no such thing yet.
    Engine {
        /// What it lacks.
        what: String,
        /// The version that has it.
        since: EngineVersion,
        /// The version that was asked for.
        version: EngineVersion,
    },
}

impl Refusal {
    /// The stable code.
    ///
    /// ```
    /// use schema_core::{Dialect, Name, plan::Refusal};
    /// let refusal = Refusal::NotUnderstood { name: Name::new(Dialect::Sqlite, "users"), reason: "a view".into() };
    /// assert_eq!(refusal.code(), "not-understood");
    /// ```
    pub const fn code(&self) -> &'static str {
        match self {
            Refusal::Destructive { .. } => "destructive",
            Refusal::ColumnLooksRenamed { .. } | Refusal::TableLooksRenamed { .. } => "looks-like-rename",
            Refusal::NeedsBackfill { .. } => "needs-backfill",
            Refusal::UnusedBackfill { .. } => "unused-backfill",
            Refusal::NotUnderstood { .. } => "not-understood",
            Refusal::Text { .. } => "text-of-renamed",
            Refusal::Dialect(_) => "plan-of-dialect",
            Refusal::Engine { .. } => "engine-too-old",
        }
    }

    /// The words of the command line that answer it, where there are some.
    ///
    /// ```
    /// use schema_core::plan::{Allow, Refusal};
    /// let allow = Allow::parse("drop-table:old").unwrap();
    /// let refusal = Refusal::Destructive { fact: "table `old` would go".into(), allow };
    /// assert_eq!(refusal.flag().unwrap(), "--allow drop-table:old");
    /// ```
    pub fn flag(&self) -> Option<String> {
        match self {
            Refusal::Destructive { allow, .. } => Some(format!("--allow {allow}")),
            Refusal::NeedsBackfill { table, column, ty } => {
                Some(format!("--backfill \"{table}.{column}={}\"", example(ty)))
            }
            Refusal::Engine { since, .. } => Some(format!("--engine {since}")),
            _ => None,
        }
    }

    /// What to add to the command line, or to write, so that there is a plan.
    ///
    /// ```
    /// use schema_core::{Dialect, plan::Refusal};
    /// assert_eq!(Refusal::Dialect(Dialect::Postgres).help(), "write this migration by hand: add `--empty`");
    /// ```
    pub fn help(&self) -> String {
        match self {
            Refusal::Destructive { allow, .. } => format!("add `--allow {allow}`"),
            Refusal::ColumnLooksRenamed { table, before, .. } => format!(
                "if it is one, write `#[column(was = \"{before}\")]` on the field; if not, add `--allow {}`",
                Allow::DropColumn(table.clone(), before.clone())
            ),
            Refusal::TableLooksRenamed { before, .. } => format!(
                "if it is one, write `#[table(was = \"{before}\")]` on the struct; if not, add `--allow {}`",
                Allow::DropTable(before.clone())
            ),
            Refusal::NeedsBackfill { table, column, ty } => {
                let value = example(ty);
                format!("add `--backfill \"{table}.{column}={value}\"` with the value they get, or give it a default")
            }
            Refusal::UnusedBackfill { .. } => "correct the name, or leave it out".to_owned(),
            Refusal::NotUnderstood { .. } => "write this migration by hand: add `--empty`".to_owned(),
            Refusal::Text { kind, name, .. } => {
                format!("drop {kind} `{name}` in a migration before, and create it again in one after (`--empty`)")
            }
            Refusal::Dialect(_) => "write this migration by hand: add `--empty`".to_owned(),
            Refusal::Engine { since, .. } => format!("add `--engine {since}`, where that version will run it"),
        }
    }
}

/// A value of the type.
fn example(ty: &ColumnType) -> &'static str {
    match ty.affinity() {
        crate::Affinity::Text => "''",
        crate::Affinity::Blob => "x''",
        crate::Affinity::Integer | crate::Affinity::Real | crate::Affinity::Numeric => "0",
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Destructive { fact, .. } => f.write_str(fact)?,
            Refusal::ColumnLooksRenamed { table, before, after } => write!(
                f,
                "`{table}.{before}` goes and `{table}.{after}`, which is like it, comes: that looks like a rename"
            )?,
            Refusal::TableLooksRenamed { before, after } => {
                write!(f, "table `{before}` goes and `{after}`, which is like it, comes: that looks like a rename")?;
            }
            Refusal::NeedsBackfill { table, column, .. } => write!(
                f,
                "`{table}.{column}` is new, NOT NULL and without a default: nothing says what the existing rows get"
            )?,
            Refusal::UnusedBackfill { table, column } => {
                write!(f, "the backfill of `{table}.{column}` is for a column that needs none")?;
            }
            Refusal::NotUnderstood { name, reason } => {
                write!(f, "`{name}` cannot be changed safely: {reason}")?;
            }
            Refusal::Text { kind, name, mentions } => {
                write!(f, "{kind} `{name}` mentions `{mentions}`, which is renamed, and its text cannot follow")?;
            }
            Refusal::Dialect(dialect) => write!(f, "no migration is planned for {}", dialect.as_str())?,
            Refusal::Engine { what, since, version } => {
                write!(f, "SQLite {version} has no {what}; {since} is the first that has")?;
            }
        }
        write!(f, "\n  help: {}", self.help())
    }
}
