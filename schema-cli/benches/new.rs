//! How long `cargo driftless new` takes in a package with two hundred models of eight fields and two hundred
//! migrations. `cargo bench -p schema-cli --bench new`
//!
//! The goal is 0.3 seconds, the start of the process and `cargo metadata` included.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

const MODELS: usize = 200;
const ROUNDS: usize = 10;

fn main() {
    println!("{MODELS} models x 8 fields, {MODELS} migrations, the best of {ROUNDS} rounds");
    let metadata = ["metadata", "--no-deps", "--offline", "--format-version=1"];
    let dir = package("", 0);
    println!("cargo metadata alone        {:>8.1?}", best(|| run(Command::new("cargo").args(metadata), dir.path())));
    let nothing = time("nothing to do", dir.path(), &[]);
    let columns = "    pub note: Option<String>,\n";
    let column = time("a new column", package(columns, 1).path(), &[]);
    let rebuilds = "    pub score: f64,\n";
    let backfills = |count| (0..count).map(|number| format!("--backfill=table{number}.score=0")).collect::<Vec<_>>();
    let rebuild = time("a table rebuilt", package(rebuilds, 1).path(), &backfills(1));
    for time in [nothing, column, rebuild] {
        assert!(time < Duration::from_millis(300), "the goal is 0.3 seconds");
    }
    // SQLite reads its whole schema again after each of these statements, in the proof as in the database.
    time("a new column in each table", package(columns, MODELS).path(), &[]);
    time("every table rebuilt", package(rebuilds, MODELS).path(), &backfills(MODELS));
}

fn time(what: &str, dir: &Path, more: &[String]) -> Duration {
    let time = best(|| run(new().args(more), dir));
    println!("{what:<27} {time:>8.1?}");
    time
}

fn new() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-driftless"));
    command.args(["new", "next", "--dry-run"]);
    command
}

/// The best of several rounds: the others were disturbed.
fn best(run: impl Fn() -> Output) -> Duration {
    let times = (0..ROUNDS).map(|_| {
        let start = Instant::now();
        let output = run();
        let time = start.elapsed();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        time
    });
    times.min().unwrap_or_default()
}

fn run(command: &mut Command, dir: &Path) -> Output {
    command.current_dir(dir).output().expect("it runs")
}

/// A package of which so many models have this besides what the migrations make.
fn package(more: &str, count: usize) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a directory");
    let root = dir.path();
    write(root, "Cargo.toml", "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n");
    let mut library = String::from("//! Models.\n");
    for module in 0..MODELS / 10 {
        writeln!(library, "pub mod m{module};").expect("text");
        let mut text = String::from("//! Models.\n\nuse driftless::Table;\n\n");
        for number in module * 10..module * 10 + 10 {
            text.push_str(&model(number, if number < count { more } else { "" }));
            write(root, &format!("migrations/{number:04}_table{number}.sql"), &migration(number));
        }
        write(root, &format!("src/m{module}.rs"), &text);
    }
    write(root, "src/lib.rs", &library);
    dir
}

/// The table that a table refers to.
const fn parent(number: usize) -> usize {
    number.saturating_sub(1)
}

fn model(number: usize, more: &str) -> String {
    let (module, parent) = (parent(number) / 10, parent(number));
    format!(
        "#[derive(Table)]\n#[table(name = \"table{number}\", unique(name, kind))]\npub struct Table{number} {{\n    \
         #[column(primary_key, autoincrement)]\n    pub id: i64,\n    pub name: String,\n    pub kind: Option<String>,\n    \
         #[column(unique, collate = \"NOCASE\")]\n    pub email: String,\n    #[column(default = 0, check = \"amount >= 0\")]\n    \
         pub amount: i64,\n    #[column(default = sql(\"CURRENT_TIMESTAMP\"))]\n    pub created_at: String,\n    \
         pub deleted_at: Option<String>,\n    \
         #[column(references = crate::m{module}::Table{parent}::id, on_delete = cascade, index)]\n    \
         pub parent_id: i64,\n{more}}}\n\n"
    )
}

fn migration(number: usize) -> String {
    let parent = parent(number);
    format!(
        "CREATE TABLE table{number} (\n    id INTEGER PRIMARY KEY AUTOINCREMENT,\n    name TEXT NOT NULL,\n    kind TEXT,\n    \
         email TEXT NOT NULL UNIQUE COLLATE NOCASE,\n    amount INTEGER NOT NULL DEFAULT 0 CHECK (amount >= 0),\n    \
         created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,\n    deleted_at TEXT,\n    \
         parent_id INTEGER NOT NULL REFERENCES table{parent} (id) ON DELETE CASCADE,\n    UNIQUE (name, kind)\n);\n\
         CREATE INDEX table{number}_parent_id ON table{number} (parent_id);\n"
    )
}

fn write(dir: &Path, name: &str, text: &str) {
    let path = dir.join(name);
    fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
    fs::write(path, text).expect("a file");
}
