//! Who depends on whom, asked from cargo itself and read from the manifests.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// The packages in the tree that `cargo tree` prints for these arguments, as `name version`.
pub(crate) fn packages(dir: &Path, arguments: &[&str]) -> Result<BTreeSet<String>, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(dir).args(["tree", "--prefix", "none", "--no-dedupe"]).args(arguments);
    let output = command.output().map_err(|error| format!("cannot run cargo tree: {error}"))?;
    if !output.status.success() {
        return Err(format!("cargo tree failed in {}:\n{}", dir.display(), String::from_utf8_lossy(&output.stderr)));
    }
    Ok(read_tree(&String::from_utf8_lossy(&output.stdout)))
}

fn read_tree(text: &str) -> BTreeSet<String> {
    let package = |line: &str| {
        let mut words = line.split_whitespace();
        Some(format!("{} {}", words.next()?, words.next()?.trim_start_matches('v')))
    };
    text.lines().filter(|line| !line.starts_with('[')).filter_map(package).collect()
}

/// The keys of a section of a manifest, with their lines: `[dependencies]` → `sha2`, 14.
pub(crate) fn keys(manifest: &str, section: &str) -> Vec<(String, usize)> {
    let header = format!("[{section}]");
    let table = format!("[{section}.");
    let mut inside = false;
    let mut keys = Vec::new();
    for (number, line) in manifest.lines().enumerate() {
        let line = line.trim();
        if line.starts_with('[') {
            inside = line == header;
            if let Some(name) = line.strip_prefix(&table) {
                keys.push((name.trim_end_matches(']').to_owned(), number + 1));
            }
        } else if inside && !line.starts_with('#') && line.contains('=') {
            let name = line.split(['=', '.']).next().unwrap_or_default().trim().trim_matches('"');
            keys.push((name.to_owned(), number + 1));
        }
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::{keys, read_tree};

    #[test]
    fn packages_are_counted_once() {
        let packages =
            read_tree("a v1.0.0 (/x)\nb v2.1.0\nb v2.1.0 (*)\n[build-dependencies]\nc v3.0.0 (proc-macro)\n");
        assert_eq!(packages.into_iter().collect::<Vec<_>>(), ["a 1.0.0", "b 2.1.0", "c 3.0.0"]);
    }

    #[test]
    fn keys_of_a_section() {
        let manifest = "[dependencies]\n# syn = 1\nsha2.workspace = true\nrusqlite = { version = \"1\" }\n\n[dependencies.serde]\nversion = \"1\"\n[dev-dependencies]\nsyn = \"2\"\n";
        let expected = [("sha2", 3), ("rusqlite", 4), ("serde", 6)].map(|(name, line)| (name.to_owned(), line));
        assert_eq!(keys(manifest, "dependencies"), expected);
    }
}
