//! What is wrong with a migrations directory, as the user reads it.

use std::fmt;

use schema_core::{Place, visible};

/// The longest line of a message, in characters.
const LINE: usize = 4000;

/// A fact that keeps the migrations from being used, or a finding about them.
///
/// ```
/// use std::path::Path;
/// use schema_replay::{read, Project};
/// let project = Project::at(Path::new("no/such/directory"), "migrations").unwrap();
/// let problems = read(&project).unwrap_err();
/// assert_eq!(problems[0].code, "unreadable-migration");
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

impl Problem {
    /// A problem that is told in one line so far.
    pub(crate) fn new(code: &'static str, fact: impl Into<String>) -> Problem {
        Problem { code, message: visible(&fact.into(), LINE), place: None }
    }

    /// Adds a line that begins with a label: `sqlite: near "TABEL": syntax error`.
    pub(crate) fn line(mut self, label: &str, text: impl fmt::Display) -> Problem {
        let label = format!("{label}:");
        self.message.push_str(&format!("\n  {label:<12} {}", visible(&text.to_string(), LINE)));
        self
    }

    /// Adds the place, as a line and as a value.
    pub(crate) fn at(self, place: Place) -> Problem {
        Problem { place: Some(place.clone()), ..self.line("at", &place) }
    }

    /// Adds the help line.
    pub(crate) fn help(mut self, text: impl fmt::Display) -> Problem {
        self.message.push_str(&format!("\n  help: {}", visible(&text.to_string(), LINE)));
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Problem {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_have_the_fact_first() {
        let place = Place { file: "migrations/1_a.sql".into(), line: 2, column: 3 };
        let problem = Problem::new("code", "it is so").line("sqlite", "no").at(place.clone()).help("do this");
        assert_eq!(
            problem.to_string(),
            "it is so\n  sqlite:      no\n  at:          migrations/1_a.sql:2:3\n  help: do this"
        );
        assert_eq!(problem.place, Some(place));
    }
}
