//! A mutation, what is expected of it, and whether that came true.

use std::collections::BTreeMap;

use crate::edit::{self, Edit, MARKS, Spot};
use crate::source::{FieldSource, List, ModelSource};
use crate::subject::{Subject, replayed};
use crate::view::{Finding, view};

/// Edits that change one fact, and the findings that they must cause: all of them, at their places.
#[derive(Clone, Debug)]
pub(crate) struct Mutant {
    /// What kind of fact, `model: default`.
    pub(crate) kind: &'static str,
    /// What it is about, `User.email`.
    pub(crate) what: String,
    rust: Vec<Edit>,
    sql: Vec<(usize, Edit)>,
    expected: Vec<Expected>,
    /// Codes of what may follow elsewhere, since the database really is so.
    may: &'static [&'static str],
}

#[derive(Clone, Debug)]
struct Expected {
    code: &'static str,
    /// Where in the Rust source.
    mark: char,
    /// The migration and the mark in it.
    place: Option<(usize, char)>,
    words: Vec<String>,
}

impl Mutant {
    pub(crate) fn new(kind: &'static str, what: impl Into<String>) -> Mutant {
        Mutant { kind, what: what.into(), rust: Vec::new(), sql: Vec::new(), expected: Vec::new(), may: &[] }
    }

    pub(crate) fn edit(mut self, edit: Edit) -> Mutant {
        self.rust.push(edit);
        self
    }

    pub(crate) fn edits(mut self, edits: impl IntoIterator<Item = Edit>) -> Mutant {
        self.rust.extend(edits);
        self
    }

    /// Edits the migration of that number.
    pub(crate) fn sql(mut self, file: usize, edit: Edit) -> Mutant {
        self.sql.push((file, edit));
        self
    }

    /// Expects a finding at what stands at `at` in the unmutated source.
    pub(crate) fn expect(mut self, code: &'static str, at: usize) -> Mutant {
        let mark = MARKS[self.expected.len() + 1];
        self.rust.push(Edit::mark(at, mark));
        self.expected.push(Expected { code, mark, place: None, words: Vec::new() });
        self
    }

    /// Expects a finding at the first mark, which stands in the text of an edit.
    pub(crate) fn expect_new(mut self, code: &'static str) -> Mutant {
        self.expected.push(Expected { code, mark: MARKS[0], place: None, words: Vec::new() });
        self
    }

    /// Expects the last finding to name what stands at `at` in the unmutated migration.
    pub(crate) fn placed(mut self, file: usize, at: usize) -> Mutant {
        let mark = MARKS[self.expected.len()];
        self.sql.push((file, Edit::mark(at, mark)));
        self.expected.last_mut().expect("a finding").place = Some((file, mark));
        self
    }

    /// Expects the last finding to name what a mark in the text of an edit of the migration stands before.
    pub(crate) fn placed_new(mut self, file: usize) -> Mutant {
        self.expected.last_mut().expect("a finding").place = Some((file, MARKS[0]));
        self
    }

    /// Lets findings with these codes follow, at whatever place.
    pub(crate) fn may(mut self, codes: &'static [&'static str]) -> Mutant {
        self.may = codes;
        self
    }

    /// Expects these words in the message of the last finding.
    pub(crate) fn words<T: Into<String>>(mut self, words: impl IntoIterator<Item = T>) -> Mutant {
        let last = self.expected.last_mut().expect("a finding");
        last.words.extend(words.into_iter().map(Into::into));
        self
    }

    pub(crate) fn expects(&self, code: &str) -> bool {
        self.expected.iter().any(|expected| expected.code == code)
    }

    pub(crate) fn is_neutral(&self) -> bool {
        self.expected.is_empty()
    }

    /// What is wrong with what was reported about the mutated subject.
    pub(crate) fn judge(&self, subject: &Subject) -> Result<(), String> {
        let rust = edit::apply(&subject.source.text, &self.rust);
        let (files, marks) = self.migrations(subject);
        let findings = if self.sql.is_empty() {
            view(&rust.text, &subject.replay)
        } else {
            match replayed(&files) {
                Ok(replay) => view(&rust.text, &replay),
                Err(problem) => return Err(self.failure(subject, &format!("not replayed: {problem}"), &[])),
            }
        };
        let spot = |mark: char| rust.marks.get(&mark).copied().unwrap_or_else(|| panic!("no mark in {self:?}"));
        let mut rest = findings.clone();
        for expected in &self.expected {
            let at = spot(expected.mark);
            let place = expected.place.map(|(file, mark)| (files[file].0.as_str(), marks[&file][&mark]));
            match rest.iter().position(|finding| finding.code == expected.code && finding.at == at) {
                None => {
                    let fact = format!("no `{}` at {}:{}", expected.code, at.0, at.1 + 1);
                    return Err(self.failure(subject, &fact, &findings));
                }
                Some(found) => {
                    let finding = rest.remove(found);
                    let fault = wrong(&finding, expected, place);
                    fault.map_or(Ok(()), |fault| Err(self.failure(subject, &fault, &findings)))?;
                }
            }
        }
        rest.retain(|finding| !self.may.contains(&&*finding.code));
        if rest.is_empty() { Ok(()) } else { Err(self.failure(subject, "more than expected", &findings)) }
    }

    /// The mutated migrations, and where the marks in each of them are.
    fn migrations(&self, subject: &Subject) -> (Vec<(String, String)>, Marks) {
        let mut files = subject.migrations.clone();
        let mut marks = BTreeMap::new();
        for (at, (_, text)) in files.iter_mut().enumerate() {
            let edits: Vec<Edit> =
                self.sql.iter().filter(|(file, _)| *file == at).map(|(_, edit)| edit.clone()).collect();
            let edited = edit::apply(text, &edits);
            *text = edited.text;
            marks.insert(at, edited.marks);
        }
        (files, marks)
    }

    fn failure(&self, subject: &Subject, fault: &str, findings: &[Finding]) -> String {
        let mut text = format!(
            "{} of {}.{}: {fault}\n  edits: {:?} {:?}",
            self.kind, subject.name, self.what, self.rust, self.sql
        );
        for Finding { code, at, message, place } in findings {
            let place = place.as_ref().map_or_else(String::new, |place| format!(" ({place})"));
            text.push_str(&format!("\n  reported: {code} at {}:{}{place}: {message}", at.0, at.1 + 1));
        }
        text
    }
}

/// What is wrong with a finding at the right place in the source.
fn wrong(finding: &Finding, expected: &Expected, place: Option<(&str, Spot)>) -> Option<String> {
    let message = &finding.message;
    if let Some(word) = expected.words.iter().find(|word| !message.contains(word.as_str())) {
        return Some(format!("the message does not say `{word}`"));
    }
    if let Some((file, (line, column))) = place {
        let wanted = format!("{file}:{line}:{}", column + 1);
        let found = finding.place.as_ref().map(ToString::to_string);
        if found.as_deref() != Some(&wanted) {
            return Some(format!("the place is {found:?}, not {wanted}"));
        }
        if !message.contains(&wanted) {
            return Some(format!("the message does not name {wanted}"));
        }
    }
    let by_check =
        !matches!(&*finding.code, "refused" | "unknown-model" | "unclaimed-table" | "two-models" | "rustc-standard");
    if by_check && !message.contains("\n  help: ") {
        return Some("the message has no help".to_owned());
    }
    let both_sides = by_check && !finding.code.starts_with("rustc") && !TOLD_IN_WORDS.contains(&&*finding.code);
    if both_sides && !(message.contains("\n  model:       ") && message.contains("\n  migrations:  ")) {
        return Some("the message does not show both sides".to_owned());
    }
    None
}

/// Where the marks are in each file.
type Marks = BTreeMap<usize, BTreeMap<char, Spot>>;

/// The codes whose first line says both sides, or that are about one side only.
const TOLD_IN_WORDS: [&str; 4] = ["spent-rename", "missing-table", "foreign-key-type", "parent-not-unique"];

/// Takes an entry out of its list, and the list away when it is the last one.
pub(crate) fn without(list: &List, at: usize) -> Edit {
    let entries = &list.entries;
    match entries.get(at + 1) {
        Some(next) => Edit::remove(entries[at].range.start..next.range.start),
        None if at > 0 => Edit::remove(entries[at - 1].range.end..entries[at].range.end),
        None => Edit::remove(list.whole.clone()),
    }
}

/// Takes the entries with these keys out of a list.
pub(crate) fn without_keys(list: &List, keys: &[&str]) -> Vec<Edit> {
    let gone = |at: usize| keys.contains(&list.entries[at].key.as_str());
    let count = list.entries.len();
    if (0..count).all(gone) {
        return vec![Edit::remove(list.whole.clone())];
    }
    let kept_before = |at: usize| (0..at).any(|before| !gone(before));
    (0..count)
        .filter(|at| gone(*at))
        .map(|at| match list.entries.get(at + 1) {
            Some(_) if !kept_before(at) => Edit::remove(list.entries[at].range.start..list.entries[at + 1].range.start),
            _ if at > 0 => Edit::remove(list.entries[at - 1].range.end..list.entries[at].range.end),
            _ => Edit::remove(list.whole.clone()),
        })
        .collect()
}

/// States something more about a field.
pub(crate) fn with(field: &FieldSource, entry: &str) -> Edit {
    match &field.attribute {
        Some(list) => Edit::insert(list.inside.start, format!("{entry}, ")),
        None => Edit::insert(field.visibility, format!("#[column({entry})] ")),
    }
}

/// States something more about a table.
pub(crate) fn with_table(model: &ModelSource, entry: &str) -> Edit {
    match &model.attribute {
        Some(list) => Edit::insert(list.inside.start, format!("{entry}, ")),
        None => Edit::insert(model.derive, format!("#[table({entry})]\n")),
    }
}
