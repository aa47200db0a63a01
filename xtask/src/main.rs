//! The chores of the repository: `cargo xtask tidy`, `cargo xtask map`, `cargo xtask resolve`.

mod exceptions;
mod finding;
mod layout;
mod macros;
mod map;
mod resolve;
mod scan;
mod size;
mod tidy;
mod tree;
mod walls;
mod words;

use std::path::Path;
use std::process::ExitCode;

const USAGE: &str = "usage: cargo xtask <task>

  tidy      the rules of ARCHITECTURE.md: sizes, walls between crates, the map, forbidden words
  map       writes the map of ARCHITECTURE.md from the first sentence of every source file
  resolve   driftless resolves and compiles beside the other users of SQLite, and how many crates it brings";

fn main() -> ExitCode {
    let task = std::env::args().nth(1);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
    let result = match task.as_deref() {
        Some("tidy") => tidy::run(root),
        Some("map") => map::run(root),
        Some("resolve") => resolve::run(root),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::from(2)
        }
    }
}
