//! What is wrong with a migrations directory, as the user reads it.

use std::fmt;

use schema_core::Place;

/// A fact that keeps the migrations from being used, or a finding about them.
///
/// ```
/// use std::path::Path;
/// use schema_replay::{read, Project};
/// let project = Project::at(Path::new("no/such/directory"), "migrations").unwrap();
/// let problems = read(&project).unwrap_err();
/// assert_eq!(problems[0].code, "unreadable-migrations");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The stable code, `unlocked-migration`.
    pub code: &'static str,
    /// The complete message: the fact in line 1, then what is known, the place, and a help line.
    pub message: String,
    /// Where it is, when it is at one place of one file.
    pub place: Option<Place>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Problem {}
