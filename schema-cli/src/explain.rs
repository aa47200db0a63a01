//! What each code means, why it is an error, and what to do.

mod audits;
mod disagreements;
mod inputs;
mod plans;

/// A code and its text; line 1 says what it is.
type Entry = (&'static str, &'static str);

fn entries() -> impl Iterator<Item = &'static Entry> {
    disagreements::ENTRIES.iter().chain(inputs::ENTRIES).chain(plans::ENTRIES).chain(audits::ENTRIES)
}

/// The text of a code.
pub(crate) fn text(code: &str) -> Option<&'static str> {
    entries().find(|(known, _)| *known == code).map(|(_, text)| *text)
}

/// Every code with its line 1.
pub(crate) fn list() -> impl Iterator<Item = (&'static str, &'static str)> {
    entries().map(|(code, text)| (*code, text.lines().next().unwrap_or_default()))
}
