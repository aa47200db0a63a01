//! Constraints, as they stand among the constraints of a table.

use crate::{Action, Check, Deferrable, Dialect, ForeignKey, Name, OnConflict, PrimaryKey, Unique};

use super::key::{include, key_parts, names};
use super::{name, object};

/// A PRIMARY KEY constraint as it stands in a table, or after `ALTER TABLE … ADD`.
///
/// ```
/// use schema_core::{Dialect, Name, PrimaryKey, render};
/// let key = PrimaryKey::over(["org", "id"].map(|name| Name::new(Dialect::Sqlite, name)));
/// assert_eq!(render::primary_key(Dialect::Sqlite, &key), "PRIMARY KEY (org, id)");
/// ```
pub fn primary_key(dialect: Dialect, key: &PrimaryKey) -> String {
    let mut text = constraint_name(dialect, key.name.as_ref());
    text += "PRIMARY KEY (";
    text += &key_parts(dialect, &key.parts);
    if key.autoincrement {
        text += " AUTOINCREMENT";
    }
    text += ")";
    text += &include(dialect, &key.include);
    text += on_conflict(key.on_conflict);
    text += deferrable(key.deferrable);
    text
}

/// A UNIQUE constraint as it stands in a table, or after `ALTER TABLE … ADD`.
///
/// ```
/// use schema_core::{Dialect, Name, Unique, render};
/// let unique = Unique::over(["user_id", "role_id"].map(|name| Name::new(Dialect::Sqlite, name)));
/// assert_eq!(render::unique(Dialect::Sqlite, &unique), "UNIQUE (user_id, role_id)");
/// ```
pub fn unique(dialect: Dialect, unique: &Unique) -> String {
    let mut text = constraint_name(dialect, unique.name.as_ref());
    text += "UNIQUE ";
    if unique.nulls_not_distinct {
        text += "NULLS NOT DISTINCT ";
    }
    text += &format!("({})", key_parts(dialect, &unique.parts));
    text += &include(dialect, &unique.include);
    text += on_conflict(unique.on_conflict);
    text += deferrable(unique.deferrable);
    text
}

/// A FOREIGN KEY constraint as it stands in a table, or after `ALTER TABLE … ADD`.
///
/// ```
/// use schema_core::{Action, Deferrable, Dialect, ForeignKey, Name, ObjectName, render};
/// let dialect = Dialect::Sqlite;
/// let key = ForeignKey {
///     name: None,
///     columns: vec![Name::new(dialect, "user_id")],
///     parent: ObjectName::new(dialect, None, "users"),
///     parent_columns: vec![Name::new(dialect, "id")],
///     on_delete: Action::Cascade,
///     on_update: Action::NoAction,
///     deferrable: Deferrable::No,
/// };
/// let text = "FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE";
/// assert_eq!(render::foreign_key(dialect, &key), text);
/// ```
pub fn foreign_key(dialect: Dialect, key: &ForeignKey) -> String {
    let mut text = constraint_name(dialect, key.name.as_ref());
    text += &format!("FOREIGN KEY ({}) {}", names(dialect, &key.columns), references(dialect, key));
    text
}

/// A CHECK constraint as it stands in a table, or after `ALTER TABLE … ADD`.
///
/// ```
/// use schema_core::{Check, Dialect, Expr, render};
/// let check = Check { name: None, expr: Expr::parse(Dialect::Sqlite, "age >= 0")? };
/// assert_eq!(render::check(Dialect::Sqlite, &check), "CHECK (age >= 0)");
/// # Ok::<_, schema_core::ParseError>(())
/// ```
pub fn check(dialect: Dialect, check: &Check) -> String {
    format!("{}CHECK ({})", constraint_name(dialect, check.name.as_ref()), check.expr)
}

/// `REFERENCES parent (columns) …`, which both forms of a foreign key share.
pub(super) fn references(dialect: Dialect, key: &ForeignKey) -> String {
    let mut text = format!("REFERENCES {}", object(dialect, &key.parent));
    if !key.parent_columns.is_empty() {
        text += &format!(" ({})", names(dialect, &key.parent_columns));
    }
    for (event, action) in [("DELETE", key.on_delete), ("UPDATE", key.on_update)] {
        if action != Action::NoAction {
            text += &format!(" ON {event} {}", action.as_sql());
        }
    }
    text += deferrable(key.deferrable);
    text
}

pub(super) const fn on_conflict(clause: Option<OnConflict>) -> &'static str {
    match clause {
        None => "",
        Some(OnConflict::Rollback) => " ON CONFLICT ROLLBACK",
        Some(OnConflict::Fail) => " ON CONFLICT FAIL",
        Some(OnConflict::Ignore) => " ON CONFLICT IGNORE",
        Some(OnConflict::Replace) => " ON CONFLICT REPLACE",
    }
}

const fn deferrable(deferrable: Deferrable) -> &'static str {
    match deferrable {
        Deferrable::No => "",
        Deferrable::Immediate => " DEFERRABLE INITIALLY IMMEDIATE",
        Deferrable::Deferred => " DEFERRABLE INITIALLY DEFERRED",
    }
}

pub(super) fn constraint_name(dialect: Dialect, given: Option<&Name>) -> String {
    given.map_or_else(String::new, |given| format!("CONSTRAINT {} ", name(dialect, given)))
}
