//! One JSON document.

use serde_json::{Value, json};

use super::{Finding, Level, Spot, Summary};

pub(super) fn print(findings: &[Finding], summary: &Summary) -> String {
    let document = json!({
        "agree": findings.iter().all(|finding| finding.level != Level::Error),
        "models": summary.models,
        "migrations": summary.migrations,
        "findings": findings.iter().map(value).collect::<Vec<_>>(),
    });
    format!("{document:#}\n")
}

/// A finding as JSON.
fn value(finding: &Finding) -> Value {
    json!({
        "code": finding.code,
        "level": finding.level.as_str(),
        "message": finding.title(),
        "sides": finding.sides().collect::<Vec<_>>(),
        "help": finding.help(),
        "rust": finding.rust.as_ref().map(spot),
        "sql": finding.sql.as_ref().map(spot),
    })
}

pub(super) fn spot(spot: &Spot) -> Value {
    json!({
        "file": spot.file.display().to_string(),
        "line": spot.line,
        "column": spot.column,
        "end_line": spot.end_line,
        "end_column": spot.end_column,
    })
}
