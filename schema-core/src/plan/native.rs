//! The changes of a table that the engine does in place.

use crate::{Change, Check, Column, Dialect, Edit, Pair, render};

use super::altered::{Altered, losses};
use super::rename::Work;
use super::step::{Effort, Step};
use super::{route, words};

const DIALECT: Dialect = Dialect::Sqlite;

/// The statements: columns come, conditions change, columns go, indexes come.
pub(super) fn native(work: &Work<'_>, one: &Altered<'_>) -> Vec<Step> {
    let mut steps = Vec::new();
    let stages: [fn(&Altered<'_>, &Change) -> Option<Step>; 5] = [add_column, drop_check, alter, drop_column, index];
    for stage in stages {
        for change in &one.changes {
            let Some(step) = stage(one, change) else { continue };
            let comment = step.comment.clone().unwrap_or_else(|| words::words(change));
            let step = step.why(format!("Table {}: {comment}.", one.name())).hazards(one.hazards(work, change));
            let beside = one.changes.iter().filter(|other| stands_beside(one, change, other));
            let step = step.hazards(beside.flat_map(|other| one.hazards(work, other)));
            steps.push(Step { loses: losses(work, std::slice::from_ref(change)), ..step });
        }
    }
    steps
}

/// Whether a constraint comes with a new column, in the same statement.
fn stands_beside(one: &Altered<'_>, column: &Change, other: &Change) -> bool {
    let Change::Column { edit: Edit::Add(column), .. } = column else {
        return false;
    };
    let beside = match other {
        Change::Check { edit: Edit::Add(check), .. } => route::added_beside(one.tables, check),
        Change::ForeignKey { edit: Edit::Add(key), .. } => route::references_beside(one.tables, key),
        _ => None,
    };
    beside.is_some_and(|beside| beside.name == column.name)
}

fn add_column(one: &Altered<'_>, change: &Change) -> Option<Step> {
    let Change::Column { edit: Edit::Add(column), .. } = change else {
        return None;
    };
    let after = one.tables.after;
    let checks: Vec<&Check> = route::checks_beside(after, &column.name).collect();
    let foreign_key = after
        .foreign_keys
        .iter()
        .find(|key| route::references_beside(one.tables, key).is_some_and(|beside| beside.name == column.name));
    let effort = if tests_rows(column, &checks) { Effort::Scan(one.name().clone()) } else { Effort::Catalogue };
    let action = render::Alter::AddColumn { column, checks: &checks, foreign_key };
    Some(Step::new(render::alter(DIALECT, one.name(), action)).effort(effort))
}

/// Whether SQLite reads every row to see whether the new column fits.
fn tests_rows(column: &Column, checks: &[&Check]) -> bool {
    let generated = matches!(column.value, crate::ColumnValue::Generated { .. });
    !checks.is_empty() || (generated && !column.nullable)
}

fn drop_check(one: &Altered<'_>, change: &Change) -> Option<Step> {
    let Change::Check { edit: Edit::Drop(check), .. } = change else {
        return None;
    };
    let action = render::Alter::DropConstraint(check.name.as_ref()?);
    Some(Step::new(render::alter(DIALECT, one.name(), action)))
}

fn alter(one: &Altered<'_>, change: &Change) -> Option<Step> {
    let action = match change {
        Change::Column { edit: Edit::Alter(pair), .. } if pair.after.nullable => {
            let action = render::Alter::DropNotNull(&pair.after.name);
            return Some(Step::new(render::alter(DIALECT, one.name(), action)));
        }
        Change::Column { edit: Edit::Alter(pair), .. } => render::Alter::SetNotNull(&pair.after.name),
        Change::Check { edit: Edit::Add(check), .. } if route::added_beside(one.tables, check).is_none() => {
            render::Alter::AddCheck(check)
        }
        _ => return None,
    };
    Some(Step::new(render::alter(DIALECT, one.name(), action)).effort(Effort::Scan(one.name().clone())))
}

fn drop_column(one: &Altered<'_>, change: &Change) -> Option<Step> {
    let Change::Column { edit: Edit::Drop(column), .. } = change else {
        return None;
    };
    let action = render::Alter::DropColumn(&column.name);
    let effort = match column.value {
        crate::ColumnValue::Generated { stored: false, .. } => Effort::Catalogue,
        _ => Effort::Rewrite(one.name().clone()),
    };
    Some(Step::new(render::alter(DIALECT, one.name(), action)).effort(effort))
}

fn index(one: &Altered<'_>, change: &Change) -> Option<Step> {
    match change {
        Change::Index { edit: Edit::Add(index) | Edit::Alter(Pair { after: index, .. }), .. } => {
            Some(one.create_index(index))
        }
        _ => None,
    }
}
