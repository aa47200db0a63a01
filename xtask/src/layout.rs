//! The files that the rules look at.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use crate::scan::Source;

/// The tracked text files of the repository, by their paths with `/` in them.
pub(crate) struct Layout {
    pub(crate) files: BTreeMap<String, String>,
}

impl Layout {
    /// Reads what git tracks or would track; other files of the working tree are nobody's business.
    pub(crate) fn read(root: &Path) -> Result<Layout, String> {
        let mut git = Command::new("git");
        git.arg("-C").arg(root).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
        let output = git.output().map_err(|error| format!("cannot run git: {error}"))?;
        if !output.status.success() {
            return Err(format!("git ls-files failed: {}", String::from_utf8_lossy(&output.stderr).trim()));
        }
        let listing = String::from_utf8_lossy(&output.stdout).into_owned();
        let mut files = BTreeMap::new();
        for name in listing.split('\0').filter(|name| !name.is_empty()) {
            // A file that is gone from the working tree, or is not text, has nothing to say.
            if let Ok(text) = std::fs::read_to_string(root.join(name)) {
                files.insert(name.to_owned(), text);
            }
        }
        Ok(Layout { files })
    }

    /// The text of a file.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.files.get(name).map_or("", String::as_str)
    }

    /// The Rust files that the rules on size judge. The cases of the compile tests and the fixtures
    /// are input, and the peers' benchmarks are a workspace of their own.
    pub(crate) fn rust(&self) -> impl Iterator<Item = (&str, &str)> {
        let is_input =
            |name: &str| name.contains("tests/ui/") || name.contains("fixtures/") || name.starts_with("benches/peers/");
        self.files
            .iter()
            .filter(move |(name, _)| has_extension(name, "rs") && !is_input(name))
            .map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// The sources of a crate (`src/` of its directory) without its tests.
    pub(crate) fn sources(&self, crate_dir: &str) -> Vec<(&str, Source)> {
        let prefix = if crate_dir.is_empty() { "src/".to_owned() } else { format!("{crate_dir}/src/") };
        self.rust()
            .filter(|(name, _)| name.starts_with(&prefix) && !is_test(name))
            .map(|(name, text)| (name, Source::scan(text).without_tests()))
            .collect()
    }
}

/// Whether the name ends in that extension.
pub(crate) fn has_extension(name: &str, extension: &str) -> bool {
    Path::new(name).extension().is_some_and(|found| found == extension)
}

fn is_test(name: &str) -> bool {
    name.ends_with("/tests.rs") || name.contains("/tests/")
}
