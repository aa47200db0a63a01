//! `cargo driftless`: from a failing build to a safe migration.

mod args;
mod atomic;
mod commands;
mod exit;
mod explain;
mod finding;
mod place;

use std::process::ExitCode;

use clap::Parser as _;

use args::Cli;
use exit::{Outcome, Stop};

fn main() -> ExitCode {
    // Cargo runs `cargo driftless x` as `cargo-driftless driftless x`.
    let words =
        std::env::args_os().enumerate().filter(|(at, word)| *at != 1 || word != "driftless").map(|(_, word)| word);
    let cli = match Cli::try_parse_from(words) {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { Outcome::Unusable.into() } else { Outcome::Done.into() };
        }
    };
    let json = cli.json;
    match commands::run(cli) {
        Ok(outcome) => outcome.into(),
        Err(stop) => {
            report(&stop, json);
            stop.outcome.into()
        }
    }
}

/// Says why a command stopped.
fn report(stop: &Stop, json: bool) {
    if json {
        let lines: Vec<&str> = stop.message.lines().map(str::trim).collect();
        anstream::println!("{:#}", serde_json::json!({ "error": lines.first(), "details": lines.get(1..) }));
    } else {
        anstream::eprintln!("error: {}", stop.message);
    }
}
