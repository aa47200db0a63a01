//! What the caller has to state before a plan does it: losses, and the values of rows that exist.

use std::fmt;

use crate::{Dialect, Expr, Name};

/// A loss that the caller allows, by name: `drop-column:users.phone`.
///
/// ```
/// use schema_core::plan::Allow;
/// let allow = Allow::parse("drop-column:users.phone").unwrap();
/// assert_eq!(allow.to_string(), "drop-column:users.phone");
/// assert!(Allow::parse("drop-everything:users").is_none());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Allow {
    /// `drop-table:old_things`.
    DropTable(Name),
    /// `drop-column:users.phone`.
    DropColumn(Name, Name),
    /// `change-type:users.age`: values that the new type stores in another way are changed.
    ChangeType(Name, Name),
    /// `replace-values:users.full_name`: a column with values of its own becomes a generated one.
    ReplaceValues(Name, Name),
}

type OfColumn = fn(Name, Name) -> Allow;

/// The kinds of [`Allow`] that name a column.
const KINDS: [(&str, OfColumn); 3] =
    [("drop-column", Allow::DropColumn), ("change-type", Allow::ChangeType), ("replace-values", Allow::ReplaceValues)];

impl Allow {
    /// Reads what [`Allow`]'s `Display` writes.
    ///
    /// ```
    /// use schema_core::{Dialect, Name, plan::Allow};
    /// assert_eq!(Allow::parse("drop-table:old"), Some(Allow::DropTable(Name::new(Dialect::Sqlite, "old"))));
    /// assert_eq!(Allow::parse("drop-column:users"), None); // no column is named
    /// ```
    pub fn parse(text: &str) -> Option<Allow> {
        let (kind, object) = text.split_once(':')?;
        if kind == "drop-table" {
            return (!object.is_empty()).then(|| Allow::DropTable(name(object)));
        }
        let (_, make) = KINDS.iter().find(|(known, _)| *known == kind)?;
        let (table, column) = column_of(object)?;
        Some(make(table, column))
    }
}

impl Allow {
    /// What is lost, as the object of "loses".
    pub(super) fn loss(&self) -> String {
        match self {
            Allow::DropTable(table) => format!("all rows of {table}"),
            Allow::DropColumn(table, column) | Allow::ReplaceValues(table, column) => {
                format!("the values of {table}.{column}")
            }
            Allow::ChangeType(table, column) => format!("what the new type of {table}.{column} does not hold"),
        }
    }
}

impl fmt::Display for Allow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Allow::DropTable(table) => write!(f, "drop-table:{table}"),
            Allow::DropColumn(table, column) => write!(f, "drop-column:{table}.{column}"),
            Allow::ChangeType(table, column) => write!(f, "change-type:{table}.{column}"),
            Allow::ReplaceValues(table, column) => write!(f, "replace-values:{table}.{column}"),
        }
    }
}

/// What the rows that exist get in a column: `users.age=0`.
///
/// ```
/// use schema_core::plan::Backfill;
/// let backfill = Backfill::parse("users.name=given || ' ' || family").unwrap();
/// assert_eq!(backfill.expr.as_str(), "given || ' ' || family");
/// assert!(Backfill::parse("users.name").is_none());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backfill {
    /// The table, by its name afterwards.
    pub table: Name,
    /// The column, by its name afterwards.
    pub column: Name,
    /// The value, over the columns of the table as it was; a renamed one by either name.
    pub expr: Expr,
}

impl Backfill {
    /// Reads `table.column=expression`.
    ///
    /// ```
    /// use schema_core::plan::Backfill;
    /// let backfill = Backfill::parse("users.age=0").unwrap();
    /// assert_eq!((backfill.table.as_str(), backfill.column.as_str(), backfill.expr.as_str()), ("users", "age", "0"));
    /// ```
    pub fn parse(text: &str) -> Option<Backfill> {
        let (object, expr) = text.split_once('=')?;
        let (table, column) = column_of(object)?;
        Some(Backfill { table, column, expr: Expr::parse(Dialect::Sqlite, expr).ok()? })
    }
}

fn column_of(text: &str) -> Option<(Name, Name)> {
    let (table, column) = text.trim().rsplit_once('.')?;
    (!table.is_empty() && !column.is_empty()).then(|| (name(table), name(column)))
}

fn name(text: &str) -> Name {
    Name::new(Dialect::Sqlite, text)
}
