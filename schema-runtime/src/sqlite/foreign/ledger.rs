//! What one history records about the migrations of the program, however many rows it has.

use schema_core::compare_versions;

use crate::sqlite::foreign::Origin;
use crate::sqlite::foreign::program::{Meaning, Program};

/// The checksum that a tool keeps of a migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Checksum {
    None,
    /// SHA-384 of the file.
    Sqlx {
        sum: Vec<u8>,
        name: Option<String>,
    },
    /// `SipHash` of name, version and file.
    Refinery {
        name: String,
        version: String,
        checksum: String,
    },
}

/// How much the entries of a history say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// Every migration that ran has an entry, and every entry is a migration that ran.
    Whole,
    /// Entries name migrations; others may have run without one, or under another name.
    Hints,
}

/// One history.
#[derive(Clone, Debug)]
pub(super) struct Ledger {
    pub(super) origin: Origin,
    pub(super) scope: Scope,
    /// For each migration of the program, whether it is recorded, and with what checksum.
    pub(super) marks: Vec<Option<Checksum>>,
    /// How many entries name none of the program's migrations, and the last one of them.
    pub(super) strays: usize,
    pub(super) stray: Option<String>,
    /// The first entry that the tool would not have written.
    pub(super) odd: Option<String>,
    /// The first entry that was begun and not finished, and what it means.
    pub(super) begun: Option<(String, Meaning)>,
    /// Whether an entry fits several migrations.
    pub(super) is_unclear: bool,
    /// Whether any entry, odd or not, is about a migration of the program.
    pub(super) is_about_us: bool,
}

impl Ledger {
    pub(super) fn new(origin: Origin, scope: Scope, program: &Program<'_>) -> Ledger {
        Ledger {
            origin,
            scope,
            marks: vec![None; program.migrations.len()],
            strays: 0,
            stray: None,
            odd: None,
            begun: None,
            is_unclear: false,
            is_about_us: false,
        }
    }

    /// Takes note of an entry.
    pub(super) fn enter(&mut self, label: &str, meaning: Meaning, checksum: Checksum) {
        match meaning {
            Meaning::One(at) => {
                let is_other = |mark: &Checksum| *mark != checksum;
                if self.marks[at].as_ref().is_some_and(is_other) {
                    self.note(|| format!("it has version {label} twice"));
                }
                self.marks[at] = Some(checksum);
            }
            Meaning::Several => self.is_unclear = true,
            Meaning::Nothing => {
                self.strays += 1;
                if self.stray.as_deref().is_none_or(|stray| compare_versions(stray, label).is_lt()) {
                    self.stray = Some(label.to_owned());
                }
            }
        }
    }

    /// Takes note of an entry that is begun and not finished.
    pub(super) fn begin(&mut self, label: &str, meaning: Meaning) {
        self.begun.get_or_insert_with(|| (label.to_owned(), meaning));
    }

    /// Takes note of what the tool would not have written.
    pub(super) fn note(&mut self, odd: impl FnOnce() -> String) {
        if self.odd.is_none() {
            self.odd = Some(odd());
        }
    }

    /// The indices of the migrations that are recorded.
    pub(super) fn recorded(&self) -> impl DoubleEndedIterator<Item = usize> {
        (0..self.marks.len()).filter(|at| self.marks[*at].is_some())
    }
}
