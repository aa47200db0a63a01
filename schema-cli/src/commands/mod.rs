//! One file for each command.

mod apply;
mod audit;
mod check;
pub(crate) mod database;
mod diff;
mod git;
mod init;
mod lock;
mod new;
mod plan;
mod pull;
mod rebase;
mod restore;
mod rollback;
mod schema;
mod status;

use clap::CommandFactory as _;

use crate::args::{Cli, Command};
use crate::exit::{Outcome, Result, Stop};
use crate::{explain, out};

/// Runs a command.
pub(crate) fn run(cli: Cli) -> Result<Outcome> {
    let json = cli.json;
    match cli.command {
        Command::Check { place, format } => check::run(&place, format, json),
        Command::Init { place } => init::run(&place, json),
        Command::New { name, place, new } => new::run(&name, &place, &new, json),
        Command::Pull { place, pull } => pull::run(&place, &pull, json),
        Command::Schema { place, at } => schema::run(&place, at.as_deref(), json),
        Command::Diff { before, after, place } => diff::run(&before, &after, &place, json),
        Command::Rebase { place, local } => rebase::run(&place, &local, json),
        Command::Rollback { database, place, to, backup, yes } => {
            rollback::run(&database, &place, &rollback::Wishes { to: to.as_deref(), backup: &backup, yes }, json)
        }
        Command::Restore { file, database, backup, yes } => restore::run(&file, &database, &backup, yes, json),
        Command::Lock { place, released } => lock::run(&place, &released, json),
        Command::Status { database, place } => status::run(&database, &place, json),
        Command::Audit { audit, place } => audit::run(&audit, &place, json),
        Command::Plan { database, place, answers, out } => plan::run(&database, &place, &answers, out.as_deref(), json),
        Command::Apply { database, place, plan, answers, backup, yes } => {
            let wishes = apply::Wishes { plan: plan.as_deref(), answers: &answers, backup: &backup, yes };
            apply::run(&database, &place, &wishes, json)
        }
        Command::Explain { code } => explain_code(code.as_deref(), json),
        Command::Completions { shell } => {
            let mut command = Cli::command();
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut command, "cargo-driftless", &mut script);
            out::text(String::from_utf8_lossy(&script));
            Ok(Outcome::Done)
        }
    }
}

fn explain_code(code: Option<&str>, json: bool) -> Result<Outcome> {
    let Some(code) = code else {
        if json {
            let list: Vec<_> =
                explain::list().map(|(code, line)| serde_json::json!({ "code": code, "title": line })).collect();
            out::json(&serde_json::Value::from(list));
        } else {
            explain::list().for_each(|(code, line)| out::line(format_args!("{code:28} {line}")));
        }
        return Ok(Outcome::Done);
    };
    let text = explain::text(code).ok_or_else(|| {
        let near = schema_core::word::closest(code, explain::list().map(|(code, _)| code));
        let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        Stop::unusable(format!("there is no code `{code}`{near}\n  help: `cargo driftless explain` lists them"))
    })?;
    if json {
        out::json(&serde_json::json!({ "code": code, "text": text }));
    } else {
        out::line(text);
    }
    Ok(Outcome::Done)
}
