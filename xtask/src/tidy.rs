//! `cargo xtask tidy`: the rules, and what running them prints.

use std::path::Path;

use crate::finding::Finding;
use crate::layout::Layout;
use crate::{macros, map, size, walls, words};

/// A rule; ARCHITECTURE.md has an invariant of the same name.
pub(crate) struct Rule {
    pub(crate) name: &'static str,
    check: Check,
}

/// What a rule looks at.
enum Check {
    /// The tracked files.
    Files(fn(&Layout, &mut Vec<Finding>)),
    /// The dependencies as well, which cargo resolves.
    Tree(fn(&Path, &Layout, &mut Vec<Finding>) -> Result<(), String>),
}

/// All rules, in the order of ARCHITECTURE.md.
pub(crate) const RULES: &[Rule] = &[
    Rule { name: "core-is-pure", check: Check::Files(walls::core_is_pure) },
    Rule { name: "differ-without-dialect", check: Check::Files(walls::differ_without_dialect) },
    Rule { name: "sql-in-render", check: Check::Files(walls::sql_in_render) },
    Rule { name: "runtime-without-syn", check: Check::Tree(walls::runtime_without_syn) },
    Rule { name: "drivers-behind-features", check: Check::Tree(walls::drivers_behind_features) },
    Rule { name: "macros-do-not-decide", check: Check::Files(macros::do_not_decide) },
    Rule { name: "generated-paths", check: Check::Files(macros::generated_paths) },
    Rule { name: "only-cli-prints", check: Check::Files(walls::only_cli_prints) },
    Rule { name: "docs-on-everything", check: Check::Files(walls::docs_on_everything) },
    Rule { name: "small-pieces", check: Check::Files(size::check) },
    Rule { name: "no-stubs", check: Check::Files(words::check) },
    Rule { name: "map-is-current", check: Check::Files(map::check) },
];

/// Runs every rule and prints what they find; `false` when there is something.
pub(crate) fn run(root: &Path) -> Result<bool, String> {
    let layout = Layout::read(root)?;
    let mut findings = Vec::new();
    for rule in RULES {
        match rule.check {
            Check::Files(check) => check(&layout, &mut findings),
            Check::Tree(check) => check(root, &layout, &mut findings)?,
        }
    }
    findings.sort();
    findings.dedup();
    for finding in &findings {
        println!("{finding}");
    }
    let files = layout.files.len();
    match findings.len() {
        0 => println!("tidy: {files} files, {} rules, nothing found", RULES.len()),
        count => println!("tidy: {files} files, {} rules, {count} found", RULES.len()),
    }
    Ok(findings.is_empty())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{RULES, run};

    #[test]
    fn rules_have_names_of_their_own() {
        let mut names: Vec<_> = RULES.iter().map(|rule| rule.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), RULES.len());
    }

    #[test]
    fn a_directory_that_is_no_repository_is_an_error() {
        assert!(run(Path::new("does-not-exist")).is_err());
    }
}
