//! `cargo xtask resolve`: an application that depends on driftless and on another user of SQLite
//! resolves and compiles, and driftless brings in fewer crates than it promises.
//!
//! Cargo allows one `libsqlite3-sys` in a graph, host and target alike, and every user of SQLite
//! pins another one; so each neighbour gets a scratch crate of its own, without a lock file. It has a
//! model and a migration, so that the check replays with the SQLite that was resolved. At both ends of
//! the range of rusqlite the program runs as well.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::tree;

/// An application that uses driftless with SQLite brings in fewer crates than this: it is what
/// diesel with `diesel_migrations` brings in.
const CRATES: usize = 32;

/// A scratch crate.
struct Neighbour {
    name: &'static str,
    /// What it depends on besides driftless.
    dependency: &'static str,
    /// Whether it runs.
    runs: bool,
}

const NEIGHBOURS: [Neighbour; 6] = [
    Neighbour { name: "alone", dependency: "", runs: false },
    Neighbour { name: "rusqlite-oldest", dependency: "rusqlite = \"=0.32.0\"\n", runs: true },
    Neighbour { name: "rusqlite-newest", dependency: "rusqlite = \"0.41\"\n", runs: true },
    Neighbour { name: "rusqlite-migration", dependency: "rusqlite_migration = \"2.6\"\n", runs: false },
    Neighbour {
        name: "diesel",
        dependency: "diesel = { version = \"2.3\", default-features = false, features = [\"sqlite\"] }\n",
        runs: false,
    },
    Neighbour {
        name: "sqlx",
        dependency: "sqlx = { version = \"0.9\", default-features = false, features = [\"sqlite\", \"runtime-tokio\"] }\n",
        runs: false,
    },
];

const MIGRATION: &str = "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE COLLATE NOCASE);
ALTER TABLE users ADD COLUMN name TEXT CHECK (name <> '');
";

const PROGRAM: &str = r#"#[derive(driftless::Table)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    #[column(unique, collate = "NOCASE")]
    pub email: String,
    #[column(check = "name <> ''")]
    pub name: Option<String>,
}

driftless::schema! {
    pub static APP: Sqlite = "migrations" [User];
}

fn main() {
    let file = std::env::args().nth(1).expect("a file");
    assert!(!APP.migrate_file(&file).expect("a fresh database").is_up_to_date());
    assert!(APP.migrate_file(&file).expect("a database that is there").is_up_to_date());
}
"#;

/// Resolves and checks every scratch crate; `false` when one fails or the count is too high.
pub(crate) fn run(root: &Path) -> Result<bool, String> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let work = target.join("resolve");
    let mut good = true;
    for neighbour in &NEIGHBOURS {
        let name = neighbour.name;
        let crate_dir = work.join(name);
        write_crate(root, &crate_dir, neighbour)?;
        let start = Instant::now();
        match check(&crate_dir, &work.join("target"), neighbour.runs) {
            Ok(sqlite) => {
                let what = if neighbour.runs { "checked and run" } else { "checked" };
                println!("resolve: {name}: {sqlite}, {what} in {:.0} s", start.elapsed().as_secs_f32());
            }
            Err(error) => {
                println!("resolve: {name} fails:\n{error}");
                good = false;
            }
        }
    }
    let packages = tree::packages(&work.join("alone"), &["--edges", "normal,build"])?;
    let count = packages.len() - 1;
    println!("resolve: an application with driftless and SQLite brings in {count} crates (the limit is {CRATES})");
    if count >= CRATES {
        println!("{}", packages.into_iter().collect::<Vec<_>>().join("\n"));
        good = false;
    }
    Ok(good)
}

fn write_crate(root: &Path, dir: &Path, neighbour: &Neighbour) -> Result<(), String> {
    let Neighbour { name, dependency, .. } = neighbour;
    let path = root.to_str().ok_or("the path of the repository is not UTF-8")?;
    let manifest = format!(
        "[workspace]\n\n[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n\
         [dependencies]\ndriftless = {{ path = {path:?} }}\n{dependency}"
    );
    write(&dir.join("Cargo.toml"), &manifest)?;
    write(&dir.join("src/main.rs"), PROGRAM)?;
    write(&dir.join("migrations/0001_users.sql"), MIGRATION)?;
    // What resolves today is the question, not what resolved at the last run.
    remove(&dir.join("Cargo.lock"))?;
    remove(&dir.join("app.db"))
}

fn remove(file: &Path) -> Result<(), String> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(format!("cannot remove {}: {error}", file.display()))
        }
        _ => Ok(()),
    }
}

fn write(file: &Path, text: &str) -> Result<(), String> {
    let parent = file.parent().unwrap_or(file);
    fs::create_dir_all(parent)
        .and_then(|()| fs::write(file, text))
        .map_err(|error| format!("cannot write {}: {error}", file.display()))
}

/// Checks the crate, and runs it, and says which SQLite binding it was resolved to.
fn check(dir: &Path, target: &Path, run: bool) -> Result<String, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    let arguments: &[&str] = if run { &["run", "--quiet", "--", "app.db"] } else { &["check", "--quiet"] };
    command.current_dir(dir).args(arguments).env("CARGO_TARGET_DIR", target);
    let output = command.output().map_err(|error| format!("cannot run cargo: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let packages = tree::packages(dir, &["--edges", "normal,build"])?;
    let bindings: Vec<_> = packages.into_iter().filter(|package| package.starts_with("libsqlite3-sys ")).collect();
    match bindings.as_slice() {
        [] => Ok("no SQLite in its tree".to_owned()),
        [one] => Ok(one.clone()),
        many => Err(format!("more than one SQLite binding: {}", many.join(", "))),
    }
}
