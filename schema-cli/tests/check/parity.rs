//! `check` says what rustc says: the programs of `tests/ui` as examples of one package, compared with the
//! words of rustc beside them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::Dir;

/// An error: file, line, column, and line 1 of the message.
type Error = (String, u64, u64, String);

/// Where the two differ, by file and a part of the message, and why.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    (
        "unknown_model.rs",
        "cannot find type `Usr`",
        "names are rustc's to look up; check notes that it found no such model",
    ),
    ("mistake_in_the_program.rs", "no field named `phone`", "expressions are rustc's to check"),
    ("mistake_in_the_program.rs", "mismatched types", "expressions are rustc's to check"),
    ("mistake_in_the_program.rs", "no method named `name`", "expressions are rustc's to check"),
    ("syntax_error.rs", "", "two parsers, two wordings, at the same place"),
];

#[test]
fn the_programs_that_must_not_compile_get_the_errors_of_rustc() {
    let ui = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/ui");
    let dir = Dir::package(&[]);
    let mut programs = Vec::new();
    for kind in ["fail", "sql", "pass"] {
        copy(&ui.join(kind), &format!("tests/ui/{kind}"), &dir, &mut programs);
    }
    let mut manifest = dir.read("Cargo.toml");
    for (number, program) in programs.iter().enumerate() {
        manifest.push_str(&format!("\n[[example]]\nname = \"e{number}\"\npath = \"{program}\"\n"));
    }
    dir.write("Cargo.toml", manifest);
    let run = dir.run("check --json");
    let said: BTreeSet<Error> = run.json()["findings"].as_array().expect("findings").iter().filter_map(error).collect();
    let expected: BTreeSet<Error> = programs
        .iter()
        .filter_map(|program| fs::read_to_string(ui.join(&program["tests/ui/".len()..]).with_extension("stderr")).ok())
        .flat_map(|words| errors(&words))
        .collect();
    let excused =
        |error: &&Error| EXCEPTIONS.iter().any(|(file, text, _)| error.0.ends_with(file) && error.3.contains(text));
    let show = |errors: Vec<&Error>| errors.iter().map(|error| format!("{error:?}\n")).collect::<String>();
    let missing = show(expected.difference(&said).filter(|error| !excused(error)).collect());
    let surplus = show(said.difference(&expected).filter(|error| !excused(error)).collect());
    assert!(said.len() > 100, "only {} errors", said.len());
    assert!(
        missing.is_empty() && surplus.is_empty(),
        "check does not say:\n{missing}\nand rustc does not say:\n{surplus}"
    );
}

#[test]
fn the_examples_of_this_repository_agree() {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml");
    let manifest = fs::canonicalize(manifest).expect("the workspace").display().to_string();
    let run = Dir::with(&[]).run_words(&["check", "--json", "--manifest-path", &manifest]).ends(0);
    let document = run.json();
    assert_eq!(document["findings"].as_array().map(Vec::len), Some(0), "{}", run.stdout);
    let counts = (document["models"].as_u64(), document["migrations"].as_u64());
    assert!(counts >= (Some(20), Some(22)), "quickstart, cms and rbac: {counts:?}");
}

/// Copies a directory; programs stand beside `migrations`, not in it.
fn copy(from: &Path, to: &str, dir: &Dir, programs: &mut Vec<String>) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(from).expect("a directory").map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let to = format!("{to}/{name}");
        if path.is_dir() {
            copy(&path, &to, dir, programs);
        } else {
            if name.ends_with(".rs") {
                programs.push(to.clone());
            }
            dir.write(&to, fs::read(&path).expect("a file"));
        }
    }
}

/// A finding of level error, at its place in the Rust source.
fn error(finding: &serde_json::Value) -> Option<Error> {
    let place = |key: &str| finding["rust"][key].as_u64().unwrap_or_default();
    let file = finding["rust"]["file"].as_str().unwrap_or_default().to_owned();
    let message = finding["message"].as_str().unwrap_or_default().to_owned();
    (finding["level"] == "error").then(|| about_migrations((file, place("line"), place("column"), message)))
}

/// A macro has no place for what is wrong with the migrations but the first model, and check has the SQL file.
fn about_migrations((file, line, column, message): Error) -> Error {
    match file.is_empty() || file.starts_with("tests/ui/sql/") && message.contains("migrations/") {
        true => (String::new(), 0, 0, message),
        false => (file, line, column, message),
    }
}

/// The errors in the words of rustc.
fn errors(words: &str) -> Vec<Error> {
    let mut errors = Vec::new();
    let mut title = None;
    for line in words.lines() {
        if let Some(rest) = line.strip_prefix("error") {
            let message = rest.split_once(": ").map_or(rest, |(_, message)| message);
            title = Some(message.trim_start_matches("evaluation panicked: ").to_owned());
        } else if let (Some(place), Some(message)) = (line.trim_start().strip_prefix("--> "), &title) {
            let mut parts = place.rsplitn(3, ':').map(str::to_owned);
            let (column, line, file) = (parts.next(), parts.next(), parts.next());
            let number = |text: Option<String>| text.and_then(|text| text.parse().ok()).unwrap_or_default();
            errors.push(about_migrations((file.unwrap_or_default(), number(line), number(column), message.clone())));
            title = None;
        }
    }
    errors
}
