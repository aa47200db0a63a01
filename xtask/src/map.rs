//! The map of ARCHITECTURE.md, which is made of the first sentence of every source file, and the
//! invariants there, which are the rules of `tidy`.

use std::fmt::Write as _;
use std::path::Path;

use crate::finding::Finding;
use crate::layout::Layout;
use crate::tidy;

const PAGE: &str = "ARCHITECTURE.md";
const BEGIN: &str = "<!-- the map begins: `cargo xtask map` writes it -->\n";
const END: &str = "<!-- the map ends -->";

/// The crates in the order in which they are read best: from the nouns outwards.
const CRATES: &[&str] =
    &["schema-core", "schema-replay", "schema-model", "schema-macros", "schema-runtime", "schema-cli", "", "xtask"];

/// `cargo xtask map`: writes the map anew.
pub(crate) fn run(root: &Path) -> Result<bool, String> {
    let layout = Layout::read(root)?;
    let page = with_map(layout.text(PAGE), &map(&layout)).ok_or("ARCHITECTURE.md has lost the marks of its map")?;
    std::fs::write(root.join(PAGE), page).map_err(|error| format!("cannot write {PAGE}: {error}"))?;
    Ok(true)
}

/// Reports a map that is out of date, files that do not say what they are, and invariants that no
/// rule checks though they name one.
pub(crate) fn check(layout: &Layout, findings: &mut Vec<Finding>) {
    for (file, text) in layout.rust().filter(|(file, _)| is_mapped(file)) {
        if summary(text).is_empty() {
            findings.push(Finding::new(file, 1, "the file does not begin with `//!` and a sentence saying what it is"));
        }
    }
    let page = layout.text(PAGE);
    if with_map(page, &map(layout)).is_none_or(|expected| expected != page) {
        findings.push(Finding::new(PAGE, 1, "the map is out of date; run `cargo xtask map`"));
    }
    invariants(page, findings);
}

fn with_map(page: &str, map: &str) -> Option<String> {
    let (before, rest) = page.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}{map}{END}{after}"))
}

fn map(layout: &Layout) -> String {
    let mut map = String::new();
    for name in CRATES {
        let prefix = if name.is_empty() { String::new() } else { format!("{name}/") };
        let manifest = layout.text(&format!("{prefix}Cargo.toml"));
        let description = manifest.lines().find_map(|line| line.strip_prefix("description = ")).unwrap_or_default();
        let shown = if name.is_empty() { "driftless (the root)" } else { name };
        let _ = writeln!(map, "\n### {shown}\n\n{}.\n", description.trim_matches('"'));
        for (file, text) in layout.rust().filter(|(file, _)| is_mapped(file) && owner(file) == *name) {
            let _ = writeln!(map, "- `{}`: {}", &file[prefix.len()..], summary(text));
        }
    }
    map.push('\n');
    map
}

/// The crate that a file belongs to; the root's is the empty one.
fn owner(file: &str) -> &str {
    CRATES.iter().find(|name| !name.is_empty() && file.starts_with(&format!("{name}/"))).unwrap_or(&"")
}

fn is_mapped(file: &str) -> bool {
    let within = file.strip_prefix(owner(file)).unwrap_or(file).trim_start_matches('/');
    within == "build.rs" || ["src/", "tests/", "examples/", "benches/"].iter().any(|dir| within.starts_with(dir))
}

/// The first sentence of the documentation of a file, as plain text.
fn summary(text: &str) -> String {
    let lines = text.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim);
    let paragraph = lines.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
    let end = paragraph.match_indices(". ").map(|(at, _)| at).next();
    let sentence = end.map_or(paragraph.as_str(), |at| &paragraph[..=at]);
    without_links(sentence)
}

/// ``[`Schema`](crate::Schema)`` and ``[`Schema`]`` become `` `Schema` ``.
fn without_links(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("[`") {
        let Some((code, tail)) = after.split_once("`]") else { break };
        let _ = write!(plain, "{before}`{code}`");
        rest = tail.strip_prefix('(').and_then(|link| link.split_once(')')).map_or(tail, |(_, tail)| tail);
    }
    plain + rest
}

/// Every invariant that a rule checks names the rule, and every rule is an invariant.
fn invariants(page: &str, findings: &mut Vec<Finding>) {
    let mut named = Vec::new();
    for (number, line) in page.lines().enumerate() {
        for rule in line.split("(tidy: `").skip(1).filter_map(|rest| rest.split('`').next()) {
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
    use super::{BEGIN, END, is_mapped, owner, summary, with_map, without_links};

    #[test]
    fn the_first_sentence_stands_for_the_file() {
        let text = "//! The one differ: it takes\n//! two schemas. It knows no dialect.\n//!\n//! More.\nuse a;";
        assert_eq!(summary(text), "The one differ: it takes two schemas.");
        assert_eq!(summary("//! `driftless.toml`.\n\nuse a;"), "`driftless.toml`.");
        assert_eq!(summary("use a; //! b"), "");
    }

    #[test]
    fn links_lose_their_targets() {
        let text = "Made by [`Diff`], for [`Schema::apply`](crate::Schema::apply) (and others).";
        assert_eq!(without_links(text), "Made by `Diff`, for `Schema::apply` (and others).");
    }

    #[test]
    fn files_belong_to_crates() {
        assert_eq!(owner("schema-core/src/diff.rs"), "schema-core");
        assert_eq!(owner("src/lib.rs"), "");
        assert!(is_mapped("schema-core/src/diff.rs") && is_mapped("build.rs") && is_mapped("tests/ui.rs"));
        assert!(!is_mapped("schema-core/other.rs"));
    }

    #[test]
    fn the_map_is_replaced_between_its_marks() {
        let page = format!("a\n{BEGIN}old\n{END}\nb");
        assert_eq!(with_map(&page, "new\n"), Some(format!("a\n{BEGIN}new\n{END}\nb")));
        assert_eq!(with_map("no marks", "new"), None);
    }
}
