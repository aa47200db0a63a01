//! Every code that a finding, a problem or a refusal can have is explained, and nothing else is.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::support::Dir;

/// Where codes are given.
const SOURCES: &[&str] = &[
    "schema-core/src/foreign_keys.rs",
    "schema-core/src/plan/refusal.rs",
    "schema-model/src/check",
    "schema-model/src/source",
    "schema-replay/src",
    "schema-runtime/src/audit.rs",
    "schema-cli/src/models.rs",
    "schema-cli/src/verdict.rs",
    "schema-cli/src/verdict",
];

/// Codes of one word, which look like any other word.
const WORDS: &[&str] = &["check", "comment", "destructive", "index", "model", "syntax", "unique"];

/// Words with hyphens in these sources that are no codes.
const OTHERS: &[&str] =
    &["by-name", "golang-migrate", "sql-migrate", "rusqlite-migration", "drop-column", "drop-table"];

#[test]
fn every_code_has_a_text_and_every_text_a_code() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut given: BTreeSet<String> = WORDS.iter().map(|&word| word.to_owned()).collect();
    for source in SOURCES {
        literals(&root.join(source), &mut given);
    }
    given.retain(|code| !OTHERS.contains(&code.as_str()));
    let dir = Dir::with(&[]);
    let list = dir.run("explain --json").ends(0).json();
    let explained: BTreeSet<String> =
        list.as_array().expect("a list").iter().filter_map(|entry| Some(entry["code"].as_str()?.to_owned())).collect();
    let silent: Vec<_> = given.difference(&explained).collect();
    let unused: Vec<_> = explained.difference(&given).collect();
    assert!(silent.is_empty() && unused.is_empty(), "without a text: {silent:?}\nwithout a code: {unused:?}");
    for code in &explained {
        let text = dir.run(&format!("explain {code}")).ends(0).stdout;
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].ends_with('.') && lines[0].len() <= 100, "{code}: line 1 is one sentence: {text}");
        assert!(lines.len() >= 3 && lines[1].is_empty(), "{code}: line 1 is followed by what to do: {text}");
        assert!(lines.iter().all(|line| line.chars().count() <= 100), "{code}: {text}");
    }
}

#[test]
fn an_unknown_code_is_an_error() {
    let run = Dir::with(&[]).run("explain uniqe").ends(2);
    assert!(run.stderr.starts_with("error: there is no code `uniqe`"), "{}", run.stderr);
}

/// The string literals that look like codes, outside of tests.
fn literals(path: &Path, found: &mut BTreeSet<String>) {
    if path.is_dir() {
        for entry in fs::read_dir(path).expect("a directory") {
            literals(&entry.expect("an entry").path(), found);
        }
        return;
    }
    let text = fs::read_to_string(path).expect("a source file");
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
        for literal in line.split('"').skip(1).step_by(2) {
            let is_code = literal.contains('-')
                && literal
                    .split('-')
                    .all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase()));
            if is_code {
                found.insert(literal.to_owned());
            }
        }
    }
}
