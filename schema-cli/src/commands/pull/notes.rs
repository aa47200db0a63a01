//! What `pull` found and made no model of, in words.

use schema_core::{Inspection, Unmanaged, UnmanagedKind};
use schema_replay::MigrationSet;

/// More names than these are only counted.
const SHOWN: usize = 8;

/// `1 model`, `2 models`.
pub(super) fn count(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

/// Names in back quotes, and how many more there are.
fn listed<T: AsRef<str>>(names: &[T]) -> String {
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{}`", name.as_ref())).collect();
    let more = names.len().saturating_sub(SHOWN);
    if more == 0 { shown.join(", ") } else { format!("{} and {more} more", shown.join(", ")) }
}

/// Objects that have no model.
pub(super) fn unmanaged(inspection: &Inspection) -> Vec<String> {
    let of = |kind: UnmanagedKind| {
        let names = inspection.unmanaged.iter().filter(|object| object.kind == kind);
        names.map(|object| object.name.to_string()).collect::<Vec<_>>()
    };
    let mut notes = Vec::new();
    for (kind, noun) in [
        (UnmanagedKind::View, "view"),
        (UnmanagedKind::Trigger, "trigger"),
        (UnmanagedKind::VirtualTable, "virtual table"),
    ] {
        let names = of(kind);
        if !names.is_empty() {
            let what = count(names.len(), noun);
            notes.push(format!("{what} without a model, kept as found and not compared: {}", listed(&names)));
        }
    }
    let unread = inspection.unmanaged.iter().filter(|object| object.kind == UnmanagedKind::NotUnderstood);
    notes.extend(unread.map(not_understood));
    notes
}

fn not_understood(object: &Unmanaged) -> String {
    let reason = object.reason.as_deref().unwrap_or("its definition");
    let what = match &object.table {
        Some(table) => format!("`{}` of table `{table}`", object.name),
        None => format!("table `{}`", object.name),
    };
    format!("{what} has no model, and is neither compared nor changed, since it is not understood: {reason}")
}

/// What the migrations need besides themselves, and files that are none.
pub(super) fn migrations(set: &MigrationSet, functions: &[String]) -> Vec<String> {
    let mut notes = Vec::new();
    if !functions.is_empty() {
        notes.push(format!("functions that the application has to define: {}", listed(functions)));
    }
    if !set.ignored.is_empty() {
        let files = count(set.ignored.len(), "file");
        notes.push(format!("{files} that the layout {} passes over: {}", set.layout.as_str(), listed(&set.ignored)));
    }
    notes
}

/// History tables of a database.
pub(super) fn history(tables: &[String]) -> Vec<String> {
    if tables.is_empty() {
        return Vec::new();
    }
    vec![format!("without a model, since a migration tool keeps its history there: {}", listed(tables))]
}
