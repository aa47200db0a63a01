//! Reading Rust files, and finding those of a directory.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::Fault;

/// Deeper than any program that people write, and shallower than what the parser's stack holds.
const NESTING: usize = 400;

/// The files that were parsed, for crates that share them.
#[derive(Default)]
pub(super) struct Files(RefCell<BTreeMap<PathBuf, Result<Rc<syn::File>, Fault>>>);

impl Files {
    /// A file as a syntax tree.
    pub(super) fn get(&self, path: &Path) -> Result<Rc<syn::File>, Fault> {
        if let Some(known) = self.0.borrow().get(path) {
            return known.clone();
        }
        let parsed = parse(path).map(Rc::new);
        self.0.borrow_mut().insert(path.to_owned(), parsed.clone());
        parsed
    }
}

fn parse(path: &Path) -> Result<syn::File, Fault> {
    let text = read(path)?;
    if is_nested_too_deeply(&text) {
        let message = format!("`{}` is nested more than {NESTING} brackets deep", path.display());
        return Err(Fault { code: "syntax", file: path.to_owned(), span: None, message });
    }
    syn::parse_file(&text).map_err(|error| Fault {
        code: "syntax",
        file: path.to_owned(),
        span: Some(error.span()),
        message: format!(
            "`{}` cannot be parsed: {error}\n  help: correct the syntax; the models of this file were not checked",
            path.display()
        ),
    })
}

/// Whether a file has driftless by name, or cannot be read.
pub(super) fn names_driftless(path: &Path) -> bool {
    const NAME: &[u8] = b"driftless";
    fs::read(path).map_or(true, |bytes| bytes.windows(NAME.len()).any(|window| window == NAME))
}

fn read(path: &Path) -> Result<String, Fault> {
    let fault = |what: String| Fault {
        code: "unreadable-source",
        file: path.to_owned(),
        span: None,
        message: format!("cannot read `{}`: {what}", path.display()),
    };
    // A pipe would never end.
    let metadata = fs::metadata(path).map_err(|error| fault(error.to_string()))?;
    if !metadata.is_file() {
        return Err(fault("it is not a file".to_owned()));
    }
    let bytes = fs::read(path).map_err(|error| fault(error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = String::from_utf8_lossy(&error.as_bytes()[..at]).matches('\n').count() + 1;
        fault(format!("it is not UTF-8, from line {line} on\n  help: save it as UTF-8"))
    })
}

/// A count of brackets, those in strings and comments included: no syntax is known yet.
fn is_nested_too_deeply(text: &str) -> bool {
    let mut depth = 0usize;
    text.bytes().any(|byte| {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > NESTING
    })
}

/// Every Rust file below a directory, once, in an order in which parents come before their modules.
pub(super) fn below(directory: &Path) -> Result<Vec<PathBuf>, Fault> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    collect(directory, 0, &mut seen, &mut found)?;
    found.sort();
    Ok(found.into_iter().map(|(_, _, path)| path).collect())
}

/// Depth, whether it is no root of modules, path.
type Rank = (usize, bool, PathBuf);

fn collect(directory: &Path, depth: usize, seen: &mut BTreeSet<PathBuf>, found: &mut Vec<Rank>) -> Result<(), Fault> {
    let fault = |error: &std::io::Error| Fault {
        code: "unreadable-source",
        file: directory.to_owned(),
        span: None,
        message: format!("cannot read `{}`: {error}", directory.display()),
    };
    // Links may lead back; a directory is read under its first name only.
    if !seen.insert(fs::canonicalize(directory).map_err(|error| fault(&error))?) {
        return Ok(());
    }
    let mut entries = Vec::new();
    for entry in fs::read_dir(directory).map_err(|error| fault(&error))? {
        entries.push(entry.map_err(|error| fault(&error))?.path());
    }
    entries.sort();
    for path in entries {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if name.starts_with('.') {
            continue;
        }
        if path.is_dir() {
            // What Cargo builds is no source.
            if !path.join("CACHEDIR.TAG").is_file() {
                collect(&path, depth + 1, seen, found)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && fs::canonicalize(&path).is_ok_and(|path| seen.insert(path))
        {
            let is_root = ["lib.rs", "main.rs", "mod.rs"].contains(&name.as_str());
            found.push((depth, !is_root, path));
        }
    }
    Ok(())
}
