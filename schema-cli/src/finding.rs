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
    /// Something that could not be judged.
    Note,
}

impl Level {
    fn as_str(self) -> &'static str {
        match self {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => "note",
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

/// What was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Summary {
    pub(crate) models: usize,
    pub(crate) migrations: usize,
}

impl Summary {
    /// The line that closes the text for people.
    fn line(self, findings: &[Finding]) -> String {
        if self.models == 0 && self.migrations == 0 && findings.is_empty() {
            return "no models here, so there was nothing to check".to_owned();
        }
        let counted = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
        let level = |level: Level| findings.iter().filter(|finding| finding.level == level).count();
        let unusable = findings.iter().any(|finding| finding.level == Level::Error && is_input(finding.code));
        let mut verdict = match level(Level::Error) {
            0 => "agree".to_owned(),
            errors if unusable => counted(errors, "error"),
            errors => counted(errors, "disagreement"),
        };
        for (count, noun) in [(level(Level::Warning), "warning"), (level(Level::Note), "note")] {
            if count > 0 {
                verdict = format!("{verdict}, {}", counted(count, noun));
            }
        }
        format!("{}, {}: {verdict}", counted(self.models, "model"), counted(self.migrations, "migration"))
    }
}

/// The codes of inputs that cannot be read, which is something else than two sides that disagree.
pub(crate) const INPUT_CODES: &[&str] = &[
    "code-migration",
    "conflicting-lock",
    "denied-statement",
    "duplicate-version",
    "endless-statement",
    "failed-migration",
    "failed-replay",
    "invalid-configuration",
    "invalid-lock",
    "missing-marker",
    "missing-migration",
    "missing-module",
    "oversized-migration",
    "refused-file",
    "syntax",
    "unknown-layout",
    "unsupported-dialect",
    "unnumbered-migration",
    "unreadable-migration",
    "unreadable-source",
];

/// Whether a code is about an input that cannot be read.
pub(crate) fn is_input(code: &str) -> bool {
    INPUT_CODES.contains(&code)
}

/// A stretch of a file as JSON.
pub(crate) fn spot(spot: &Spot) -> serde_json::Value {
    json::spot(spot)
}

/// A finding for people, under the word that the caller has for its level.
pub(crate) fn report(finding: &Finding, word: &'static str) -> String {
    human::one(finding, Some(word))
}

/// All findings in one of the formats. The summary closes the text for people.
pub(crate) fn print(findings: &[Finding], format: Format, summary: &Summary) -> String {
    match format {
        Format::Human => human::print(findings, &summary.line(findings)),
        Format::Json => json::print(findings, summary),
        Format::Sarif => sarif::print(findings),
        Format::Github => github::print(findings),
    }
}
