//! ARCHITECTURE.md against the repository: its map names every source file, what it names exists,
//! and its invariants are the rules of `tidy`.

use crate::finding::Finding;
use crate::layout::Layout;
use crate::tidy;

const PAGE: &str = "ARCHITECTURE.md";

/// What is named in backticks at the start of a list item.
struct Entry {
    path: String,
    line: usize,
}

/// Reports entries without file, source files without entry, and invariants without rule.
pub(crate) fn check(layout: &Layout, findings: &mut Vec<Finding>) {
    let page = layout.text(PAGE);
    let entries = entries(page);
    for entry in &entries {
        let is_there = layout.files.keys().any(|file| covers(&entry.path, file));
        if !is_there {
            findings.push(Finding::new(
                PAGE,
                entry.line,
                format!("the map names {}, which does not exist", entry.path),
            ));
        }
    }
    for (file, _) in layout.rust().filter(|(file, _)| is_mapped(file)) {
        if !entries.iter().any(|entry| covers(&entry.path, file)) {
            findings.push(Finding::new(file, 1, "the map of ARCHITECTURE.md has no line for this file"));
        }
    }
    invariants(page, findings);
}

/// Whether the file, or a directory that is named with a slash at its end, is that entry.
fn covers(entry: &str, file: &str) -> bool {
    entry == file || entry.ends_with('/') && file.starts_with(entry)
}

fn is_mapped(file: &str) -> bool {
    file.starts_with("src/") || file.contains("/src/") || file.starts_with("tests/") || file.starts_with("examples/")
}

/// The items of the map: ``- `schema-core/src/diff.rs`: the one differ``, below a heading that may
/// name the directory of the crate: ``### `schema-core/` ``.
fn entries(page: &str) -> Vec<Entry> {
    let mut crate_dir = String::new();
    let mut entries = Vec::new();
    for (number, line) in page.lines().enumerate() {
        let code = |line: &str| line.split('`').nth(1).map(str::to_owned);
        if line.starts_with('#') {
            crate_dir = code(line).filter(|name| name.ends_with('/')).unwrap_or_default();
            crate_dir = crate_dir.trim_start_matches("./").to_owned();
        } else if line.trim_start().starts_with("- `")
            && let Some(path) = code(line)
        {
            entries.push(Entry { path: format!("{crate_dir}{path}"), line: number + 1 });
        }
    }
    entries
}

/// Every invariant that a rule checks names the rule, and every rule is an invariant.
fn invariants(page: &str, findings: &mut Vec<Finding>) {
    let mut named = Vec::new();
    for (number, line) in page.lines().enumerate().filter(|(_, line)| line.contains("**Architecture Invariant:**")) {
        for rule in line.split("(`tidy ").skip(1).filter_map(|rest| rest.split('`').next()) {
            if !tidy::RULES.iter().any(|known| known.name == rule) {
                findings.push(Finding::new(PAGE, number + 1, format!("tidy has no rule `{rule}`")));
            }
            named.push(rule);
        }
    }
    for rule in tidy::RULES.iter().filter(|rule| !named.contains(&rule.name)) {
        findings.push(Finding::new(PAGE, 1, format!("no invariant names the rule `{}`", rule.name)));
    }
}

#[cfg(test)]
mod tests {
    use super::{covers, entries};

    #[test]
    fn headings_give_the_directory() {
        let page = "### `schema-core/`\n- `src/diff.rs`: the differ, `Diff`\n### `./`\n- `src/lib.rs`: x\n### Words\n- plain\n";
        let paths: Vec<_> = entries(page).into_iter().map(|entry| (entry.path, entry.line)).collect();
        assert_eq!(paths, [("schema-core/src/diff.rs".to_owned(), 2), ("src/lib.rs".to_owned(), 4)]);
    }

    #[test]
    fn a_directory_covers_its_files() {
        assert!(covers("a/src/read/", "a/src/read/column.rs"));
        assert!(!covers("a/src/read", "a/src/read/column.rs"));
        assert!(covers("a/src/read.rs", "a/src/read.rs"));
    }
}
