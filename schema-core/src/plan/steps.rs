//! The statements in their order: what goes, what comes, what changes, each after what it depends on.

use std::collections::BTreeSet;

use crate::{Change, Dialect, Diff, Edit, Name, ObjectName, Pair, Renames, Table, render};

use super::altered::{Altered, free_name};
use super::hazard::{acts_on_children, dependents_of_table};
use super::rename::Work;
use super::step::{Effort, Step};
use super::{EngineVersion, Refusal, native, rebuild, route, words};

const DIALECT: Dialect = Dialect::Sqlite;

/// The statements of the work.
pub(super) fn steps(work: &Work<'_>) -> Result<Vec<Step>, Vec<Refusal>> {
    let diff = Diff::between(Pair::new(&work.before, &work.after), &Renames::default());
    let altered = altered(work, &diff);
    let mut steps = guard(work, &diff, &altered);
    steps.extend(drop_indexes(work, &altered));
    steps.extend(drop_tables(work, &diff));
    steps.extend(work.early.iter().filter_map(rename));
    steps.extend(create_tables(work, &diff));
    let mut refusals = Vec::new();
    for one in &altered {
        if one.rebuilt {
            match rebuild::rebuild(work, one) {
                Ok(more) => steps.extend(more),
                Err(refusal) => refusals.push(refusal),
            }
        } else {
            steps.extend(native::native(work, one));
        }
    }
    steps.extend(work.late.iter().filter_map(rename));
    if refusals.is_empty() { Ok(steps) } else { Err(refusals) }
}

/// The tables that change, parents first.
fn altered<'w>(work: &'w Work<'_>, diff: &Diff) -> Vec<Altered<'w>> {
    let in_order = render::in_order(&work.after).into_iter();
    let pairs = in_order.filter_map(|after| Some(Pair::new(work.before.tables.get(&after.name)?, after)));
    let one = |tables: Pair<&'w Table>| {
        let name = &tables.after.name;
        let of_table = |change: &&Change| !is_whole(change) && change.path().table() == Some(name);
        let changes: Vec<Change> = diff.changes.iter().filter(of_table).cloned().collect();
        let backfilled = work.backfill.iter().any(|one| one.table == name.name);
        let rebuilt = work.mapped.contains_key(name)
            || (backfilled && !changes.is_empty())
            || route::needs_rebuild(work.version, tables, &changes);
        Altered { tables, changes, rebuilt }
    };
    pairs.map(one).filter(|one| one.rebuilt || !one.changes.is_empty()).collect()
}

fn is_whole(change: &Change) -> bool {
    matches!(change, Change::CreateTable(_) | Change::DropTable(_) | Change::RenameTable(_) | Change::Enum(_))
}

/// What makes the script fail before it does harm when it is run with foreign keys on. A parent that is dropped
/// then takes its children with it, silently.
fn guard(work: &Work<'_>, diff: &Diff, altered: &[Altered<'_>]) -> Vec<Step> {
    let dropped: BTreeSet<&ObjectName> = diff
        .changes
        .iter()
        .filter_map(|change| match change {
            Change::DropTable(table) => Some(&table.name),
            _ => None,
        })
        .collect();
    let rebuilt: BTreeSet<&ObjectName> =
        altered.iter().filter(|one| one.rebuilt).map(|one| &one.tables.before.name).collect();
    let children = work.before.tables.values().filter(|child| !dropped.contains(&child.name));
    let mut keys = children.flat_map(|child| &child.foreign_keys);
    let in_danger = |key: &crate::ForeignKey| {
        acts_on_children(key) && (dropped.contains(&key.parent) || rebuilt.contains(&key.parent))
    };
    if work.version < EngineVersion::PRAGMA_FUNCTIONS || !keys.any(in_danger) {
        return Vec::new();
    }
    let table = free_name(work, "__foreign_keys");
    let [create, insert, drop] =
        render::refuse_foreign_keys(table.as_str(), "PRAGMA foreign_keys must be OFF before the transaction begins");
    let why = "Stop here if foreign keys are enforced: dropping a parent would delete or change its children.";
    vec![Step::new(create).why(why), Step::new(insert), Step::new(drop)]
}

/// Indexes go first, since a name may be used again. Those of a rebuilt table go with the old one, unless it is.
fn drop_indexes(work: &Work<'_>, altered: &[Altered<'_>]) -> Vec<Step> {
    let mut steps = Vec::new();
    for one in altered {
        let name = &one.tables.before.name;
        for change in &one.changes {
            let Change::Index { edit: Edit::Drop(index) | Edit::Alter(Pair { before: index, .. }), .. } = change else {
                continue;
            };
            let Some(own) = &index.name else { continue };
            if !one.rebuilt || is_used_elsewhere(work, name, own) {
                let sql = render::drop_index(DIALECT, own);
                steps.push(Step::new(sql).why(format!("Table {name}: {}.", words::words(change))));
            }
        }
    }
    steps
}

fn is_used_elsewhere(work: &Work<'_>, table: &ObjectName, index: &Name) -> bool {
    work.after
        .tables
        .values()
        .filter(|other| other.name != *table)
        .any(|other| other.name.name == *index || other.indexes.iter().any(|one| one.name.as_ref() == Some(index)))
}

/// Children first.
fn drop_tables(work: &Work<'_>, diff: &Diff) -> Vec<Step> {
    let goes = |table: &&Table| {
        diff.changes.iter().any(|change| matches!(change, Change::DropTable(gone) if gone.name == table.name))
    };
    let drop = |table: &Table| {
        let name = &table.name;
        Step {
            loses: Some(super::Allow::DropTable(name.name.clone()).loss()),
            effort: Effort::Rewrite(name.clone()),
            ..Step::new(render::drop_table(DIALECT, name))
                .why(format!("Drop table {name}{}.", triggers(work, &name.name)))
        }
        .hazards(dependents_of_table(work, &name.name))
    };
    render::in_order(&work.before).into_iter().rev().filter(goes).map(drop).collect()
}

/// What SQLite drops together with a table.
fn triggers(work: &Work<'_>, table: &Name) -> String {
    let of_table = |object: &&crate::Unmanaged| {
        object.kind == crate::UnmanagedKind::Trigger && object.table.as_ref() == Some(table)
    };
    work.unmanaged.iter().filter(of_table).map(|object| format!(", and with it trigger {}", object.name)).collect()
}

/// Parents first.
fn create_tables(work: &Work<'_>, diff: &Diff) -> Vec<Step> {
    let comes = |table: &&Table| {
        diff.changes.iter().any(|change| matches!(change, Change::CreateTable(new) if new.name == table.name))
    };
    let mut steps = Vec::new();
    for table in render::in_order(&work.after).into_iter().filter(comes) {
        let ddl = render::table_ddl(DIALECT, table);
        steps.push(Step::new(ddl.table).why(format!("Create table {}.", table.name)));
        steps.extend(ddl.indexes.into_iter().map(Step::new));
    }
    steps
}

fn rename(change: &Change) -> Option<Step> {
    match change {
        Change::RenameTable(names) => {
            let sql = render::alter(DIALECT, &names.before, render::Alter::RenameTo(&names.after));
            Some(Step::new(sql).why(format!("Rename table {} to {}.", names.before, names.after)))
        }
        Change::RenameColumn { table, edit } => {
            let sql = render::alter(DIALECT, table, render::Alter::RenameColumn(edit.as_ref()));
            Some(Step::new(sql).why(format!("Table {table}: rename {} to {}.", edit.before, edit.after)))
        }
        _ => None,
    }
}
