//! The walls between the crates.

use std::path::Path;

use crate::finding::Finding;
use crate::layout::Layout;
use crate::scan::line_of;
use crate::tree;

/// What the pure crate does not know, and why.
const IMPURE: &[(&str, &str)] = &[
    ("std::fs", "it reads no files"),
    ("std::io", "it has no input and no output"),
    ("std::env", "it does not ask the environment"),
    ("std::net", "it has no network"),
    ("std::process", "it starts nothing"),
    ("std::time", "it has no clock"),
    ("SystemTime", "it has no clock"),
    ("Instant", "it has no clock"),
    ("env!", "it does not ask the environment"),
    ("option_env!", "it does not ask the environment"),
    ("include_str!", "it reads no files"),
    ("HashMap", "its order differs from run to run; take a BTreeMap"),
    ("HashSet", "its order differs from run to run; take a BTreeSet"),
    ("rusqlite", "it knows no driver"),
    ("syn::", "it knows no Rust source"),
    ("quote!", "it knows no Rust source"),
    ("proc_macro2", "it knows no Rust source"),
    ("unsafe", "it has no unsafe code"),
];
const PRINTING: &[&str] = &["println!", "eprintln!", "print!", "eprint!", "dbg!", "process::exit", "stdout", "stderr"];
const CRATES: &[&str] =
    &["schema-core", "schema-replay", "schema-model", "schema-macros", "schema-runtime", "schema-cli", "xtask"];

/// schema-core has no input, no output, no clock, no environment, no `syn` and no driver.
pub(crate) fn core_is_pure(layout: &Layout, findings: &mut Vec<Finding>) {
    for (file, source) in layout.sources("schema-core") {
        for (word, why) in IMPURE {
            // `r#"…"#` scans as code up to the quotes, so words are never found inside literals.
            for at in source.find(word) {
                let message = format!("`{word}` in schema-core, which is pure: {why}");
                findings.push(Finding::new(file, line_of(&source.code, at), message));
            }
        }
    }
    if !layout.text("schema-core/src/lib.rs").contains("#![forbid(unsafe_code)]") {
        findings.push(Finding::new("schema-core/src/lib.rs", 1, "`#![forbid(unsafe_code)]` is missing"));
    }
    only(layout, "schema-core", &["sha2"], findings);
}

/// Reports the dependencies of a crate besides these.
fn only(layout: &Layout, name: &str, allowed: &[&str], findings: &mut Vec<Finding>) {
    let manifest = format!("{name}/Cargo.toml");
    for (dependency, line) in tree::keys(layout.text(&manifest), "dependencies") {
        if !allowed.contains(&dependency.as_str()) {
            let message = format!("{name} depends on {dependency}; it may depend on {} only", allowed.join(", "));
            findings.push(Finding::new(&manifest, line, message));
        }
    }
}

/// What users run does not bring the parser of Rust with it.
pub(crate) fn runtime_without_syn(root: &Path, layout: &Layout, findings: &mut Vec<Finding>) -> Result<(), String> {
    for name in ["schema-runtime", "schema-replay", "schema-core"] {
        let packages = tree::packages(root, &["--package", name, "--edges", "normal", "--all-features"])?;
        for package in packages.iter().filter(|package| is_one_of(package, &["syn", "quote", "proc-macro2"])) {
            let message = format!("the normal dependencies of {name} include {package}");
            findings.push(Finding::new(&format!("{name}/Cargo.toml"), 1, message));
        }
    }
    for name in CRATES.iter().filter(|name| !["schema-model", "schema-macros"].contains(name)) {
        let manifest = format!("{name}/Cargo.toml");
        for (_, line) in tree::keys(layout.text(&manifest), "dependencies").iter().filter(|(key, _)| key == "syn") {
            let message = format!("{name} depends on syn; only schema-model and schema-macros do");
            findings.push(Finding::new(&manifest, *line, message));
        }
    }
    Ok(())
}

/// Without features the runtime has no driver, and the crates that judge models never have one.
pub(crate) fn drivers_behind_features(root: &Path, layout: &Layout, findings: &mut Vec<Finding>) -> Result<(), String> {
    const DRIVERS: &[&str] = &["rusqlite", "libsqlite3-sys", "tokio-postgres", "postgres", "tokio", "sqlx"];
    let arguments = ["--package", "schema-runtime", "--edges", "normal", "--no-default-features"];
    for package in tree::packages(root, &arguments)?.iter().filter(|package| is_one_of(package, DRIVERS)) {
        let message = format!("schema-runtime without features still depends on {package}");
        findings.push(Finding::new("schema-runtime/Cargo.toml", 1, message));
    }
    for name in ["schema-model", "schema-macros"] {
        let manifest = format!("{name}/Cargo.toml");
        for (key, line) in tree::keys(layout.text(&manifest), "dependencies") {
            if DRIVERS.contains(&key.as_str()) {
                findings.push(Finding::new(&manifest, line, format!("{name} depends on the driver {key}")));
            }
        }
    }
    Ok(())
}

fn is_one_of(package: &str, names: &[&str]) -> bool {
    package.split(' ').next().is_some_and(|name| names.contains(&name))
}

/// Libraries return what they have to say.
pub(crate) fn only_cli_prints(layout: &Layout, findings: &mut Vec<Finding>) {
    let libraries = CRATES.iter().filter(|name| !["schema-cli", "xtask"].contains(name));
    for name in libraries.copied().chain([""]) {
        for (file, source) in layout.sources(name) {
            for (word, at) in PRINTING.iter().flat_map(|word| source.find(word).into_iter().map(move |at| (word, at))) {
                let message = format!("`{word}` in a library; only schema-cli prints and exits");
                findings.push(Finding::new(file, line_of(&source.code, at), message));
            }
        }
    }
}

/// Every crate takes the lints of the workspace, and these deny what has no documentation.
pub(crate) fn docs_on_everything(layout: &Layout, findings: &mut Vec<Finding>) {
    if !layout.text("Cargo.toml").contains("missing_docs = \"deny\"") {
        findings.push(Finding::new("Cargo.toml", 1, "[workspace.lints.rust] does not deny missing_docs"));
    }
    for name in CRATES.iter().copied().chain([""]) {
        let manifest = if name.is_empty() { "Cargo.toml".to_owned() } else { format!("{name}/Cargo.toml") };
        if tree::keys(layout.text(&manifest), "lints").iter().all(|(key, _)| key != "workspace") {
            findings.push(Finding::new(&manifest, 1, "the crate does not take the lints of the workspace"));
        }
    }
}

/// SQL is written by `schema_core::render` and nowhere else; the runtime's own bookkeeping aside.
pub(crate) fn sql_in_render(layout: &Layout, findings: &mut Vec<Finding>) {
    const STATEMENTS: &[&str] =
        &["CREATE TABLE ", "CREATE INDEX ", "CREATE UNIQUE INDEX ", "ALTER TABLE ", "DROP TABLE "];
    for name in ["schema-model", "schema-macros", "schema-cli"] {
        for (file, source) in layout.sources(name) {
            let written = |text: &str| STATEMENTS.iter().any(|statement| text.starts_with(statement));
            for (at, _) in source.literals.iter().filter(|(_, text)| written(text)) {
                let message = format!("{name} writes SQL of its own; schema_core::render does that");
                findings.push(Finding::new(file, line_of(&source.code, *at), message));
            }
        }
    }
}

/// Values are canonical before the differ sees them, so it needs no dialect.
pub(crate) fn differ_without_dialect(layout: &Layout, findings: &mut Vec<Finding>) {
    for (file, source) in layout.sources("schema-core").iter().filter(|(file, _)| file.ends_with("/diff.rs")) {
        for word in ["Dialect", "sqlite", "postgres", "Span"] {
            for at in source.find(word) {
                let message = format!("`{word}` in the differ, which compares canonical values with `==`");
                findings.push(Finding::new(file, line_of(&source.code, at), message));
            }
        }
    }
}
