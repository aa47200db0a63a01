//! Where the renames stand among the other changes.
//!
//! SQLite rewrites what mentions a table or a column when it is renamed: triggers, views, expressions, foreign keys.
//! The texts of triggers are known as they are before that. So everything else happens under the old names, and the
//! renames come last, unless the old name is taken by something new. An engine that is too old to rewrite gets the
//! renames of tables first, and those of columns as part of a rebuild.

use std::collections::BTreeMap;

use crate::{Change, Name, ObjectName, Pair, Schema, Unmanaged};

use super::mention::{is_program, kind, mentions};
use super::{Backfill, EngineVersion, Refusal, Request};

/// Everything that the statements are made of.
#[derive(Clone, Debug)]
pub(super) struct Work<'a> {
    /// The schema before, by the names that the statements use.
    pub(super) before: Schema,
    /// The schema after, by the same names.
    pub(super) after: Schema,
    pub(super) unmanaged: &'a [Unmanaged],
    /// Renames that come first.
    pub(super) early: Vec<Change>,
    /// Renames that come last.
    pub(super) late: Vec<Change>,
    /// Columns that are renamed by the rebuild of their table: what they are called when it begins.
    pub(super) mapped: BTreeMap<ObjectName, Vec<Pair<Name>>>,
    /// Names that stand in the known text of triggers and mean something else when these are created again.
    pub(super) stale: Vec<Name>,
    /// By the names that the statements use.
    pub(super) backfill: Vec<Backfill>,
    pub(super) version: EngineVersion,
}

/// Decides where the renames stand. `renamed` is the schema before with the names afterwards.
pub(super) fn arrange<'a>(
    request: &Request<'a>,
    renamed: &Schema,
    after: &Schema,
    renames: Vec<Change>,
) -> Result<Work<'a>, Vec<Refusal>> {
    let work = Work {
        before: renamed.clone(),
        after: after.clone(),
        unmanaged: &request.before.unmanaged,
        early: Vec::new(),
        late: Vec::new(),
        mapped: BTreeMap::new(),
        stale: Vec::new(),
        backfill: request.backfill.to_vec(),
        version: request.version,
    };
    if renames.is_empty() {
        return Ok(work);
    }
    if request.version < EngineVersion::RENAMES {
        return by_rebuild(request, work, &renames);
    }
    let mut old_names = after.clone();
    let comes_back = |old_names: &Schema| {
        let mut again = old_names.clone();
        renames.iter().all(|change| again.apply(change).is_ok()) && again == *after
    };
    if renames.iter().rev().all(|change| old_names.apply(&reversed(change)).is_ok()) && comes_back(&old_names) {
        let backfill = work.backfill.iter().map(|one| unrenamed(one, &renames)).collect();
        let before = request.before.schema.clone();
        return Ok(Work { before, after: old_names, late: renames, backfill, ..work });
    }
    let backfill = work.backfill.iter().map(|one| one.renamed(&renames)).collect();
    let stale = renames.iter().filter_map(|change| names(change).map(|(names, _)| names.before)).collect();
    Ok(Work { early: renames, stale, backfill, ..work })
}

/// For engines that rewrite nothing.
fn by_rebuild<'a>(request: &Request<'a>, mut work: Work<'a>, renames: &[Change]) -> Result<Work<'a>, Vec<Refusal>> {
    let refusals = untouchable(&request.before.unmanaged, renames);
    if !refusals.is_empty() {
        return Err(refusals);
    }
    work.before = request.before.schema.clone();
    for change in renames {
        match change {
            Change::RenameTable(names) => {
                if let Some(mut table) = work.before.tables.remove(&names.before) {
                    table.name = names.after.clone();
                    work.before.tables.insert(names.after.clone(), table);
                }
                work.early.push(change.clone());
            }
            Change::RenameColumn { table, edit } => {
                if let Some(found) = work.before.tables.get_mut(table) {
                    found.rename_column(edit);
                }
                work.mapped.entry(table.clone()).or_default().push(edit.clone());
            }
            _ => {}
        }
    }
    work.backfill = work.backfill.iter().map(|one| unrenamed_columns(one, renames)).collect();
    Ok(work)
}

/// The views and triggers that mention what is renamed.
fn untouchable(unmanaged: &[Unmanaged], renames: &[Change]) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    for object in unmanaged.iter().filter(|object| is_program(object)) {
        let hit = renames.iter().filter_map(names).find(|(names, _)| mentions(object, &names.before));
        if let Some((names, _)) = hit {
            let (kind, name) = (kind(object), object.name.clone());
            refusals.push(Refusal::Text { kind, name, mentions: names.before });
        }
    }
    refusals
}

/// The names of a rename, and the table by its name afterwards when it is a column's.
pub(super) fn names(change: &Change) -> Option<(Pair<Name>, Option<&ObjectName>)> {
    match change {
        Change::RenameTable(names) => Some((names.as_ref().map(|name| name.name.clone()), None)),
        Change::RenameColumn { table, edit } => Some((edit.clone(), Some(table))),
        _ => None,
    }
}

/// The rename that undoes one.
pub(super) fn reversed(change: &Change) -> Change {
    match change {
        Change::RenameTable(names) => Change::RenameTable(names.clone().reversed()),
        Change::RenameColumn { table, edit } => {
            Change::RenameColumn { table: table.clone(), edit: edit.clone().reversed() }
        }
        other => other.clone(),
    }
}

impl Backfill {
    /// With the names afterwards in the expression.
    fn renamed(&self, renames: &[Change]) -> Backfill {
        let mut one = self.clone();
        for edit in columns_of(&self.table, renames) {
            one.expr = one.expr.with_renamed(crate::Dialect::Sqlite, edit);
        }
        one
    }
}

/// With the names before of the columns in the expression.
fn unrenamed_columns(backfill: &Backfill, renames: &[Change]) -> Backfill {
    let mut one = backfill.clone();
    for edit in columns_of(&backfill.table, renames) {
        one.expr = one.expr.with_renamed(crate::Dialect::Sqlite, &edit.clone().reversed());
    }
    one
}

/// With the names before everywhere.
fn unrenamed(backfill: &Backfill, renames: &[Change]) -> Backfill {
    let mut one = unrenamed_columns(backfill, renames);
    for edit in columns_of(&backfill.table, renames).filter(|edit| edit.after == backfill.column) {
        one.column = edit.before.clone();
    }
    for change in renames.iter().rev() {
        if let Change::RenameTable(names) = change
            && names.after.name == one.table
        {
            one.table = names.before.name.clone();
        }
    }
    one
}

fn columns_of<'r>(table: &Name, renames: &'r [Change]) -> impl Iterator<Item = &'r Pair<Name>> {
    renames.iter().filter_map(move |change| match change {
        Change::RenameColumn { table: of, edit } if of.name == *table => Some(edit),
        _ => None,
    })
}
