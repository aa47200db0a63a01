//! What no tracked file may hold: stubs, ignored tests, paths of somebody's machine, and words
//! about how the code came to be rather than what it is.

use crate::finding::Finding;
use crate::layout::Layout;
use crate::scan::{Source, line_of};

// Each is written in two halves, so that this file does not report itself.
const PATHS: &[&str] = &[
    concat!("/wo", "rk/"),
    concat!("/t", "mp/"),
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
    concat!("C:\\Us", "ers"),
];
const WORDS: &[&str] = &[
    concat!("clau", "de"),
    concat!("anthro", "pic"),
    concat!("chat", "gpt"),
    concat!("language ", "model"),
    concat!("sub", "agent"),
    concat!("this ", "session"),
    concat!("earlier ", "session"),
    concat!("next ", "session"),
    concat!("another ", "session"),
    concat!("co-auth", "ored-by"),
    concat!("fix", "me"),
];
const STUBS: &[&str] = &["todo!", "unimplemented!", "#[ignore"];

/// Reports every such word.
pub(crate) fn check(layout: &Layout, findings: &mut Vec<Finding>) {
    for (file, text) in &layout.files {
        // The lock file of cargo names packages, which are not ours to name.
        if !file.ends_with("Cargo.lock") {
            findings.extend(forbidden(file, text));
        }
    }
    for (file, text) in layout.rust() {
        let source = Source::scan(text);
        for stub in STUBS {
            for at in source.find(stub) {
                let message = format!("`{stub}` promises what is not there; write it, or leave it out");
                findings.push(Finding::new(file, line_of(&source.code, at), message));
            }
        }
    }
}

fn forbidden(file: &str, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let lower = line.to_lowercase();
        for path in PATHS.iter().filter(|path| names_path(line, path)) {
            findings.push(Finding::new(file, number + 1, format!("`{path}` is a path of one machine")));
        }
        for word in WORDS.iter().filter(|word| lower.contains(**word)) {
            findings.push(Finding::new(file, number + 1, format!("`{word}` says nothing about the project")));
        }
    }
    findings
}

/// Whether the path stands there as an absolute one: `docs/home/` is not.
fn names_path(line: &str, path: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '/');
    line.match_indices(path).any(|(at, _)| !line[..at].ends_with(is_part))
}

#[cfg(test)]
mod tests {
    use super::{PATHS, STUBS, WORDS, forbidden};

    #[test]
    fn every_path_and_word_is_found_with_its_line() {
        for needle in PATHS.iter().chain(WORDS) {
            let found = forbidden("a.md", &format!("fine\nsee {needle}x"));
            assert_eq!(found.iter().map(|finding| finding.line).collect::<Vec<_>>(), [2], "{needle}");
        }
        assert_eq!(forbidden("a.md", "a table `sessions`; src/home/page.rs; ../tmp/x"), []);
    }

    #[test]
    fn stubs_are_no_words_of_comments() {
        let source = crate::scan::Source::scan("// todo!\nf(\"unimplemented!\");");
        assert!(STUBS.iter().all(|stub| source.find(stub).is_empty()));
    }
}
