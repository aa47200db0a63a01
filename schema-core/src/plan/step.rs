//! The statements of a plan and what each of them means for those who run it.

use std::fmt;

use crate::ObjectName;

/// One statement, and what running it means.
///
/// ```
/// use schema_core::plan::{Effort, Step};
/// let step = Step {
///     sql: "DROP TABLE old".into(),
///     comment: None,
///     effort: Effort::Catalogue,
///     hazards: Vec::new(),
///     loses: Some("all rows of old".into()),
/// };
/// assert_eq!(step.effort.to_string(), "changes the catalogue only");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The statement, without the semicolon.
    pub sql: String,
    /// What this statement and those that follow it without a comment do, a sentence.
    pub comment: Option<String>,
    /// How much of the database it works through.
    pub effort: Effort,
    /// Why it may fail although its SQL is right.
    pub hazards: Vec<Hazard>,
    /// What is lost, where something was allowed to be lost.
    pub loses: Option<String>,
}

/// How much of the database a statement works through. In SQLite it keeps other writers out as long as it takes,
/// together with the rest of its transaction.
///
/// ```
/// use schema_core::{Dialect, ObjectName, plan::Effort};
/// let users = ObjectName::new(Dialect::Sqlite, None, "users");
/// assert_eq!(Effort::Rewrite(users).to_string(), "writes every row of users");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effort {
    /// Nothing, it is a setting of the connection.
    Setting,
    /// Only the catalogue, whatever the number of rows.
    Catalogue,
    /// Every row of a table is read.
    Scan(ObjectName),
    /// Every row of a table is written.
    Rewrite(ObjectName),
}

impl fmt::Display for Effort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Effort::Setting => f.write_str("changes a setting"),
            Effort::Catalogue => f.write_str("changes the catalogue only"),
            Effort::Scan(table) => write!(f, "reads every row of {table}"),
            Effort::Rewrite(table) => write!(f, "writes every row of {table}"),
        }
    }
}

/// Why a statement may fail, or a later one may, because of what the rows or other objects hold.
///
/// ```
/// use schema_core::plan::{Hazard, HazardKind};
/// let hazard = Hazard { kind: HazardKind::Duplicates, message: "existing rows may repeat (a, b)".into() };
/// assert_eq!(hazard.kind.as_str(), "duplicates");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hazard {
    /// Its kind.
    pub kind: HazardKind,
    /// What may be in the way, a clause: ``existing rows may repeat (a, b)``.
    pub message: String,
}

/// The kinds of [`Hazard`]s.
///
/// ```
/// use schema_core::plan::HazardKind;
/// assert_eq!([HazardKind::Orphans, HazardKind::Dependents].map(HazardKind::as_str), ["orphans", "dependents"]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HazardKind {
    /// Rows may repeat a key.
    Duplicates,
    /// Rows may hold NULL.
    Nulls,
    /// Rows may violate a CHECK.
    Violations,
    /// Rows may refer to nothing.
    Orphans,
    /// Rows may hold values that the type does not take.
    Types,
    /// A view or a trigger may use what goes.
    Dependents,
}

impl HazardKind {
    /// The stable code.
    ///
    /// ```
    /// assert_eq!(schema_core::plan::HazardKind::Nulls.as_str(), "nulls");
    /// ```
    pub const fn as_str(self) -> &'static str {
        match self {
            HazardKind::Duplicates => "duplicates",
            HazardKind::Nulls => "nulls",
            HazardKind::Violations => "violations",
            HazardKind::Orphans => "orphans",
            HazardKind::Types => "types",
            HazardKind::Dependents => "dependents",
        }
    }
}

impl Step {
    /// A statement that changes the catalogue only.
    pub(super) fn new(sql: impl Into<String>) -> Step {
        Step { sql: sql.into(), comment: None, effort: Effort::Catalogue, hazards: Vec::new(), loses: None }
    }

    /// With a comment.
    pub(super) fn why(self, comment: impl Into<String>) -> Step {
        Step { comment: Some(comment.into()), ..self }
    }

    /// With more work than the catalogue.
    pub(super) fn effort(self, effort: Effort) -> Step {
        Step { effort, ..self }
    }

    /// With reasons why it may fail.
    pub(super) fn hazards(mut self, hazards: impl IntoIterator<Item = Hazard>) -> Step {
        self.hazards.extend(hazards);
        self
    }
}
