//! How long `cargo driftless check` takes on a workspace of ten packages with a hundred models and a hundred
//! migrations each. `cargo bench -p schema-cli --bench check`
//!
//! The goal is one second, the start of the process and `cargo metadata` included.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

const PACKAGES: usize = 10;
const MODELS: usize = 100;
const ROUNDS: usize = 10;

fn main() {
    let dir = tempfile::tempdir().expect("a directory");
    workspace(dir.path());
    let metadata = best(|| {
        run(Command::new("cargo").args(["metadata", "--no-deps", "--offline", "--format-version=1"]), dir.path())
    });
    println!("cargo metadata alone          {metadata:>8.1?}");
    let all = best(|| check(dir.path(), "."));
    println!("{PACKAGES} packages x {MODELS} models       {all:>8.1?}");
    let one = best(|| check(dir.path(), "p0"));
    println!("one package                   {one:>8.1?}");
    assert!(all < Duration::from_secs(1), "the goal is one second");
}

/// The best of several rounds: the others were disturbed.
fn best(run: impl Fn() -> Output) -> Duration {
    let times = (0..ROUNDS).map(|_| {
        let start = Instant::now();
        let output = run();
        let time = start.elapsed();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        time
    });
    times.min().unwrap_or_default()
}

fn run(command: &mut Command, dir: &Path) -> Output {
    command.current_dir(dir).output().expect("it runs")
}

fn check(root: &Path, below: &str) -> Output {
    run(Command::new(env!("CARGO_BIN_EXE_cargo-driftless")).arg("check"), &root.join(below))
}

/// Writes the workspace: in each package a module for every ten models and a migration for every model.
fn workspace(root: &Path) {
    let members: Vec<String> = (0..PACKAGES).map(|number| format!("\"p{number}\"")).collect();
    write(root, "Cargo.toml", &format!("[workspace]\nresolver = \"3\"\nmembers = [{}]\n", members.join(", ")));
    for package in 0..PACKAGES {
        let dir = root.join(format!("p{package}"));
        let manifest = format!("[package]\nname = \"p{package}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
        write(&dir, "Cargo.toml", &manifest);
        let mut library = String::from("use driftless::schema;\n\n");
        let mut listed = Vec::new();
        for module in 0..MODELS / 10 {
            writeln!(library, "pub mod m{module};").expect("text");
            let mut text = String::from("//! Models.\n\nuse driftless::Table;\n\npub type Email = String;\n\n");
            for number in module * 10..module * 10 + 10 {
                text.push_str(&model(number));
                write(&dir, &format!("migrations/{number:04}_table{number}.sql"), &migration(number));
                listed.push(format!("m{module}::Table{number}"));
            }
            write(&dir, &format!("src/m{module}.rs"), &text);
        }
        writeln!(library, "\nschema! {{\n    pub static APP: Sqlite = \"migrations\" [{}];\n}}", listed.join(", "))
            .expect("text");
        write(&dir, "src/lib.rs", &library);
    }
}

fn model(number: usize) -> String {
    let parent = match number {
        0 => String::new(),
        _ => format!(
            "    #[column(references = crate::m{}::Table{}::id, on_delete = cascade, index)]\n    pub parent_id: i64,\n",
            (number - 1) / 10,
            number - 1
        ),
    };
    format!(
        "/// A table.\n#[derive(Table)]\n#[table(name = \"table{number}\", unique(name, kind))]\npub struct Table{number} {{\n    \
         #[column(primary_key, autoincrement)]\n    pub id: i64,\n    pub name: String,\n    pub kind: Option<String>,\n    \
         #[column(unique, collate = \"NOCASE\")]\n    pub email: Email,\n    #[column(default = 0, check = \"amount >= 0\")]\n    \
         pub amount: i64,\n    #[column(default = sql(\"CURRENT_TIMESTAMP\"))]\n    pub created_at: String,\n    \
         pub deleted_at: Option<String>,\n{parent}}}\n\n"
    )
}

fn migration(number: usize) -> String {
    let (parent, index) = match number {
        0 => (String::new(), String::new()),
        _ => (
            format!("    parent_id INTEGER NOT NULL REFERENCES table{} (id) ON DELETE CASCADE,\n", number - 1),
            format!("CREATE INDEX table{number}_parent_id ON table{number} (parent_id);\n"),
        ),
    };
    format!(
        "CREATE TABLE table{number} (\n    id INTEGER PRIMARY KEY AUTOINCREMENT,\n    name TEXT NOT NULL,\n    kind TEXT,\n    \
         email TEXT NOT NULL UNIQUE COLLATE NOCASE,\n    amount INTEGER NOT NULL DEFAULT 0 CHECK (amount >= 0),\n    \
         created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,\n    deleted_at TEXT,\n{parent}    UNIQUE (name, kind)\n);\n{index}"
    )
}

fn write(dir: &Path, name: &str, text: &str) {
    let path = dir.join(name);
    fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
    fs::write(path, text).expect("a file");
}
