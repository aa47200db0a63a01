//! What a run of `new` says.

use schema_core::plan::{Effort, Plan, Refusal, Step};
use schema_replay::Project;
use serde_json::{Value, json};

use super::{Draft, print_texts, text};
use crate::out;

/// There is nothing to write.
pub(super) fn nothing(project: &Project, as_json: bool) {
    if as_json {
        out::json(&json!({ "written": [], "steps": [] }));
    } else {
        out::line(format_args!("`{}` leads to the models already; nothing was written", project.shown));
    }
}

/// What has to be stated first.
pub(super) fn refused(refusals: &[Refusal]) {
    let one = |refusal: &Refusal| {
        let text = refusal.to_string();
        json!({
            "code": refusal.code(),
            "message": text.lines().next(),
            "help": refusal.help(),
            "flag": refusal.flag(),
        })
    };
    out::json(&json!({ "written": [], "refusals": refusals.iter().map(one).collect::<Vec<_>>() }));
}

/// What is written, and what running it means.
pub(super) fn report(draft: &Draft, dry_run: bool, as_json: bool) {
    if as_json {
        return out::json(&document(draft, dry_run));
    }
    for file in draft.shown() {
        out::line(format_args!("  {file}"));
    }
    match &draft.plan {
        None => {
            if !dry_run {
                out::line("write its SQL, then run `cargo driftless lock`");
            }
        }
        Some(plan) => {
            let mut before = None;
            for one in &plan.steps {
                if let Some(comment) = one.comment.as_deref().filter(|comment| before != Some(*comment)) {
                    out::line(format_args!("    {}", comment.trim_end_matches('.')));
                    before = Some(comment);
                }
                step(one);
            }
            out::line(format_args!("  {}", summary(plan)));
            out::line(format_args!("  {}", undo(draft, plan)));
        }
    }
    if dry_run {
        print_texts(draft);
        out::line("\nnothing was written, as you asked");
    }
}

fn step(step: &Step) {
    let effort = match &step.effort {
        Effort::Setting | Effort::Catalogue => String::new(),
        effort => format!("   ({effort})"),
    };
    out::line(format_args!("      + {}{effort}", text::first_line(step)));
    for hazard in &step.hazards {
        out::line(format_args!("      ! may fail: {}", hazard.message));
    }
    if let Some(loss) = &step.loses {
        out::line(format_args!("      ! loses {loss}"));
    }
}

/// What the whole of it keeps waiting.
fn summary(plan: &Plan) -> String {
    let mut rewritten: Vec<&str> = Vec::new();
    let mut read: Vec<&str> = Vec::new();
    for step in &plan.steps {
        let (list, table) = match &step.effort {
            Effort::Rewrite(table) => (&mut rewritten, table.name.as_str()),
            Effort::Scan(table) => (&mut read, table.name.as_str()),
            Effort::Setting | Effort::Catalogue => continue,
        };
        if !list.contains(&table) {
            list.push(table);
        }
    }
    read.retain(|table| !rewritten.contains(table));
    let mut words = Vec::new();
    if !rewritten.is_empty() {
        words.push(format!("rewrites {}", rewritten.join(", ")));
    }
    if !read.is_empty() {
        words.push(format!("reads {}", read.join(", ")));
    }
    let work = if words.is_empty() { "changes the catalogue only".to_owned() } else { words.join(", ") };
    format!("{work}; other writers wait until it is committed")
}

fn undo(draft: &Draft, plan: &Plan) -> String {
    match (&plan.down, draft.down_file()) {
        (Err(reason), _) => format!("there is no way back: {reason}"),
        (Ok(_), Some(file)) => format!("the way back: {file}"),
        (Ok(_), None) if draft.down.is_some() => "the way back is in the same file".to_owned(),
        (Ok(_), None) => "can be undone; this directory has no files for the way back".to_owned(),
    }
}

fn document(draft: &Draft, dry_run: bool) -> Value {
    let files: Vec<Value> =
        draft.texts.iter().zip(draft.shown()).map(|((_, text), file)| json!({ "file": file, "text": text })).collect();
    let written: Vec<String> = if dry_run { Vec::new() } else { draft.shown().collect() };
    let Some(plan) = &draft.plan else {
        return json!({ "version": draft.files.version, "written": written, "files": files, "steps": [] });
    };
    json!({
        "version": draft.files.version,
        "written": written,
        "files": files,
        "from": plan.from,
        "to": plan.to,
        "steps": plan.steps.iter().map(step_document).collect::<Vec<_>>(),
        "reversible": plan.down.is_ok(),
        "irreversible_because": plan.down.as_ref().err(),
    })
}

fn step_document(step: &Step) -> Value {
    let (effort, table) = match &step.effort {
        Effort::Setting => ("setting", None),
        Effort::Catalogue => ("catalogue", None),
        Effort::Scan(table) => ("scan", Some(table.to_string())),
        Effort::Rewrite(table) => ("rewrite", Some(table.to_string())),
    };
    let hazards: Vec<Value> =
        step.hazards.iter().map(|hazard| json!({ "kind": hazard.kind.as_str(), "message": hazard.message })).collect();
    json!({
        "sql": step.sql,
        "comment": step.comment,
        "locks": if step.effort == Effort::Setting { None } else { Some("writers") },
        "effort": effort,
        "table": table,
        "hazards": hazards,
        "loses": step.loses,
    })
}
