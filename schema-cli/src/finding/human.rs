//! For people: the fact, both places with their source lines, both sides, and what mends it.

use std::fs;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level as Title, Renderer, Snippet};

use super::{Finding, Level, Spot};

pub(super) fn print(findings: &[Finding], summary: &str) -> String {
    let mut text = String::new();
    for finding in findings {
        text.push_str(&one(finding, None));
        text.push_str("\n\n");
    }
    text.push_str(summary);
    text.push('\n');
    text
}

/// One finding. `word` is what stands instead of `error` or `warning`.
pub(super) fn one(finding: &Finding, word: Option<&'static str>) -> String {
    let sources: Vec<(&Spot, String, bool)> = [(&finding.rust, true), (&finding.sql, false)]
        .into_iter()
        .filter_map(|(spot, primary)| {
            let spot = spot.as_ref()?;
            Some((spot, fs::read_to_string(&spot.file).ok()?, primary))
        })
        .collect();
    let title = match finding.level {
        Level::Error => Title::ERROR,
        Level::Warning => Title::WARNING,
        Level::Note => Title::NOTE,
    };
    let title = match word {
        Some(word) => title.with_name(word),
        None => title,
    };
    let mut group = Group::with_title(title.primary_title(finding.title()).id(finding.code));
    for (spot, source, primary) in &sources {
        let kind = if *primary { AnnotationKind::Primary } else { AnnotationKind::Context };
        let path = spot.file.display().to_string();
        let annotation = kind.span(range(source, spot));
        group = group.element(Snippet::source(source.as_str()).path(path).annotation(annotation));
    }
    for side in finding.sides() {
        group = group.element(Title::NOTE.message(side.to_owned()));
    }
    if let Some(help) = finding.help() {
        group = group.element(Title::HELP.message(help.to_owned()));
    }
    Renderer::styled().render(&[group])
}

/// The bytes of a spot; a spot without extent covers the word that begins there.
fn range(source: &str, spot: &Spot) -> Range<usize> {
    let start = offset(source, spot.line, spot.column);
    let end = offset(source, spot.end_line, spot.end_column);
    if end > start {
        return start..end;
    }
    let word = source[start..].find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(source.len() - start);
    let next = source[start..].chars().next().map_or(0, char::len_utf8);
    start..start + word.max(next)
}

fn offset(source: &str, line: usize, column: usize) -> usize {
    let mut at = 0;
    for (number, text) in source.split_inclusive('\n').enumerate() {
        if number + 1 == line {
            let within = text.char_indices().nth(column.saturating_sub(1)).map_or(text.len(), |(offset, _)| offset);
            return at + within;
        }
        at += text.len();
    }
    source.len()
}
