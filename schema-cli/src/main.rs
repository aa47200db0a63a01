//! `cargo driftless`: from a failing build to a safe migration.

mod args;
mod atomic;
mod commands;
mod exit;
mod explain;
mod finding;
mod hosts;
mod models;
mod out;
mod place;
mod side;
mod verdict;

use std::process::ExitCode;

use clap::Parser as _;

use args::Cli;
use exit::{Outcome, Result, Stop};

fn main() -> ExitCode {
    // Cargo runs `cargo driftless x` as `cargo-driftless driftless x`.
    let words =
        std::env::args_os().enumerate().filter(|(at, word)| *at != 1 || word != "driftless").map(|(_, word)| word);
    let words: Vec<_> = words.collect();
    let cli = match Cli::try_parse_from(&words) {
        Ok(cli) => cli,
        Err(error) if !error.use_stderr() => {
            let _ = error.print();
            return Outcome::Done.into();
        }
        Err(error) if words.iter().any(|word| word == "--json") => {
            let text = error.to_string();
            let stop = Stop::unusable(text.trim_start_matches("error: "));
            report(&stop, true);
            return Outcome::Unusable.into();
        }
        Err(error) => {
            let _ = error.print();
            return Outcome::Unusable.into();
        }
    };
    let json = cli.json || asks_for_json(&cli.command);
    match on_a_large_stack(move || commands::run(cli)) {
        Ok(outcome) => outcome.into(),
        Err(stop) => {
            report(&stop, json);
            stop.outcome.into()
        }
    }
}

/// Whether the format of the findings is JSON.
fn asks_for_json(command: &args::Command) -> bool {
    match command {
        args::Command::Check { format, .. } => *format == args::Format::Json,
        args::Command::Audit { audit, .. } => audit.format == args::ReportFormat::Json,
        _ => false,
    }
}

/// Enough for the parsers to follow the deepest nesting that is let through to them.
const STACK: usize = 64 << 20;

fn on_a_large_stack(command: impl FnOnce() -> Result<Outcome> + Send + 'static) -> Result<Outcome> {
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(command);
    let thread = thread.map_err(|error| Stop::unusable(format!("cannot start a thread: {error}")))?;
    match thread.join() {
        Ok(result) => result,
        // What it said is on standard error already.
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

/// Says why a command stopped.
fn report(stop: &Stop, json: bool) {
    if !json {
        anstream::eprintln!("error: {}", stop.message);
        return;
    }
    let mut lines = stop.message.lines().map(str::trim).filter(|line| !line.is_empty());
    let fact = lines.next();
    let (help, details): (Vec<&str>, Vec<&str>) = lines.partition(|line| line.starts_with("help: "));
    let help = help.first().and_then(|line| line.strip_prefix("help: "));
    out::json(&serde_json::json!({ "error": fact, "details": details, "help": help }));
}
