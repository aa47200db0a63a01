//! The report of an audit as Markdown.

use schema_runtime::{AuditFinding, Severity};

use super::Report;
use crate::finding::Spot;

pub(super) fn print(report: &Report<'_>) -> String {
    let audit = report.audit;
    let mut text = format!("# Audit of {}\n\n", code(&report.database.display().to_string()));
    text.push_str(&format!("{}.\n\n| severity | findings |\n|---|---|\n", sentence(&audit.basis())));
    for severity in [Severity::Critical, Severity::Warning, Severity::Notice] {
        text.push_str(&format!("| {severity} | {} |\n", audit.count(severity)));
    }
    for one in &audit.findings {
        text.push_str(&finding(report, one));
    }
    text
}

fn finding(report: &Report<'_>, one: &AuditFinding) -> String {
    let mut text = format!("\n## {}: {}\n\n- code: `{}`\n", one.severity, one.message, one.category.code());
    let at = |spot: Option<Spot>| {
        spot.map_or_else(String::new, |spot| format!(" ({}:{}:{})", spot.file.display(), spot.line, spot.column))
    };
    if let Some(item) = &one.item {
        text.push_str(&format!("- model: {}{}\n", code(item), at(report.rust(one))));
    }
    let side = |side: &Option<String>| side.as_deref().map_or_else(|| "(none)".to_owned(), code);
    if one.expected.is_some() || one.found.is_some() {
        text.push_str(&format!("- migrations: {}{}\n", side(&one.expected), at(report.sql(one))));
        text.push_str(&format!("- database: {}\n", side(&one.found)));
    }
    for rows in &one.rows {
        let samples = rows.samples.iter().map(|sample| code(sample)).collect::<Vec<_>>().join(", ");
        text.push_str(&format!("- rows in the way: {} by {}, such as {samples}\n", rows.count, code(&rows.rule)));
    }
    text.push_str(&format!("\n{}.\n", sentence(&one.help)));
    if !one.sql.is_empty() {
        let fence = ticks(&one.sql.join("\n"), 3);
        text.push_str(&format!("\n{fence}sql\n{};\n{fence}\n", one.sql.join(";\n")));
    }
    text
}

/// A text as code, whatever is in it.
fn code(text: &str) -> String {
    let text = text.replace('\n', " ");
    let mark = ticks(&text, 1);
    if text.contains('`') { format!("{mark} {text} {mark}") } else { format!("{mark}{text}{mark}") }
}

/// More backticks than stand together in a text.
fn ticks(text: &str, least: usize) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(least.max(longest + 1))
}

/// With a capital letter.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
