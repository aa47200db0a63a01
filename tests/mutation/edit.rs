//! Edits of a text, and marks that say where in the edited text something is expected.

use std::collections::BTreeMap;
use std::ops::Range;

/// The characters that stand for marks inside the text of an edit; no fixture has them.
pub(crate) const MARKS: [char; 8] =
    ['\u{E000}', '\u{E001}', '\u{E002}', '\u{E003}', '\u{E004}', '\u{E005}', '\u{E006}', '\u{E007}'];

/// A line, counted from 1, and a column in characters, counted from 0.
pub(crate) type Spot = (usize, usize);

/// One change of a text.
#[derive(Clone, Debug)]
pub(crate) struct Edit {
    range: Range<usize>,
    text: String,
}

impl Edit {
    pub(crate) fn replace(range: Range<usize>, text: impl Into<String>) -> Edit {
        Edit { range, text: text.into() }
    }

    pub(crate) fn remove(range: Range<usize>) -> Edit {
        Edit::replace(range, "")
    }

    pub(crate) fn insert(at: usize, text: impl Into<String>) -> Edit {
        Edit::replace(at..at, text)
    }

    /// A mark in front of what stands at `at`.
    pub(crate) fn mark(at: usize, mark: char) -> Edit {
        Edit::insert(at, mark)
    }

    /// At one place what is new comes first, then the marks of what stands there, then what goes.
    fn order(&self) -> (usize, u8) {
        let is_mark = self.text.chars().eq(self.text.chars().filter(|c| MARKS.contains(c))) && !self.text.is_empty();
        let rank = match (self.range.is_empty(), is_mark) {
            (true, false) => 0,
            (true, true) => 1,
            (false, _) => 2,
        };
        (self.range.start, rank)
    }
}

/// A text after its edits, and where its marks are.
pub(crate) struct Edited {
    pub(crate) text: String,
    pub(crate) marks: BTreeMap<char, Spot>,
}

/// Carries out edits that do not overlap.
pub(crate) fn apply(text: &str, edits: &[Edit]) -> Edited {
    let mut edits: Vec<&Edit> = edits.iter().collect();
    edits.sort_by_key(|edit| edit.order());
    let mut marked = String::with_capacity(text.len() + 64);
    let mut at = 0;
    for edit in edits {
        assert!(edit.range.start >= at, "edits overlap at `{}`", &text[edit.range.start..]);
        marked.push_str(&text[at..edit.range.start]);
        marked.push_str(&edit.text);
        at = edit.range.end;
    }
    marked.push_str(&text[at..]);
    without_marks(&marked)
}

fn without_marks(marked: &str) -> Edited {
    let mut edited = Edited { text: String::with_capacity(marked.len()), marks: BTreeMap::new() };
    let (mut line, mut column) = (1, 0);
    for c in marked.chars() {
        if MARKS.contains(&c) {
            edited.marks.insert(c, (line, column));
            continue;
        }
        edited.text.push(c);
        (line, column) = if c == '\n' { (line + 1, 0) } else { (line, column + 1) };
    }
    edited
}

#[test]
fn marks_follow_the_text_that_they_stand_before() {
    let edits = [
        Edit::mark(4, MARKS[1]),
        Edit::insert(4, "xy "),
        Edit::replace(6..7, format!("{}é\n", MARKS[0])),
        Edit::mark(7, MARKS[2]),
    ];
    let edited = apply("abc de f\n", &edits);
    assert_eq!(edited.text, "abc xy deé\nf\n");
    assert_eq!(edited.marks, BTreeMap::from([(MARKS[0], (1, 9)), (MARKS[1], (1, 7)), (MARKS[2], (2, 0))]));
}
