//! Findings, and the four ways to print them.

mod github;
mod human;
mod json;
mod sarif;

use std::path::PathBuf;

use crate::args::Format;

/// Something that is wrong, with its places in both files.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    /// Where it belongs in the Rust source.
    pub(crate) rust: Option<Spot>,
    /// Where it comes from in the SQL files.
    pub(crate) sql: Option<Spot>,
    /// The stable code.
    pub(crate) code: &'static str,
    /// Whether it fails the check.
    pub(crate) level: Level,
    /// The whole message; line 1 is complete in itself.
    pub(crate) message: String,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// The build fails.
    Error,
    /// The build goes on.
    Warning,
}

impl Level {
    fn as_str(self) -> &'static str {
        match self {
            Level::Error => "error",
            Level::Warning => "warning",
        }
    }
}

/// A stretch of a file; lines and columns count from 1, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Spot {
    pub(crate) file: PathBuf,
    pub(crate) line: usize,
    pub(crate) column: usize,
    pub(crate) end_line: usize,
    pub(crate) end_column: usize,
}

impl Spot {
    /// A single place; it is shown as the word that begins there.
    pub(crate) fn at(file: impl Into<PathBuf>, line: usize, column: usize) -> Spot {
        Spot { file: file.into(), line, column, end_line: line, end_column: column }
    }
}

impl Finding {
    /// Line 1.
    fn title(&self) -> &str {
        self.message.lines().next().unwrap_or_default()
    }

    /// The lines between line 1 and the help.
    fn sides(&self) -> impl Iterator<Item = &str> {
        self.message.lines().skip(1).map(str::trim).filter(|line| !line.starts_with("help: "))
    }

    /// What mends it.
    fn help(&self) -> Option<&str> {
        self.message.lines().skip(1).map(str::trim).find_map(|line| line.strip_prefix("help: "))
    }
}

/// All findings in one of the formats. `summary` closes the text for people.
pub(crate) fn print(findings: &[Finding], format: Format, summary: &str) -> String {
    match format {
        Format::Human => human::print(findings, summary),
        Format::Json => json::print(findings),
        Format::Sarif => sarif::print(findings),
        Format::Github => github::print(findings),
    }
}
