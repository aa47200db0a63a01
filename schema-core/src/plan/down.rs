//! The way back.

use std::collections::BTreeMap;

use crate::Change;

use super::rename::{Work, reversed};
use super::step::Step;
use super::steps;

/// The statements that undo the work, the mirror image of it.
///
/// # Errors
/// Why there are none: something was lost, or cannot be written.
pub(super) fn down(work: &Work<'_>, up: &[Step]) -> Result<Vec<Step>, String> {
    let losses: Vec<&str> = up.iter().filter_map(|step| step.loses.as_deref()).collect();
    if !losses.is_empty() {
        return Err(format!("it would not bring back {}", losses.join(", ")));
    }
    steps::steps(&mirror(work)).map_err(|refusals| {
        let facts: Vec<String> =
            refusals.iter().map(|one| one.to_string().lines().next().unwrap_or_default().to_owned()).collect();
        facts.join("; ")
    })
}

fn mirror<'a>(work: &Work<'a>) -> Work<'a> {
    let back = |changes: &[Change]| changes.iter().rev().map(reversed).collect::<Vec<_>>();
    let mut mirror = Work {
        before: work.after.clone(),
        after: work.before.clone(),
        early: back(&work.late),
        late: back(&work.early),
        backfill: Vec::new(),
        mapped: BTreeMap::new(),
        ..work.clone()
    };
    // A rebuild that renames columns is planned by their names afterwards.
    for (table, pairs) in &work.mapped {
        for pair in pairs.iter().rev() {
            let back = pair.clone().reversed();
            for schema in [&mut mirror.before, &mut mirror.after] {
                if let Some(found) = schema.tables.get_mut(table) {
                    found.rename_column(&back);
                }
            }
            mirror.mapped.entry(table.clone()).or_default().push(back);
        }
    }
    mirror
}
