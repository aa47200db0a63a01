//! Why a change may fail on the rows that exist.

use crate::{
    Action, Change, Check, Column, ColumnFact, ColumnValue, Dialect, Edit, ForeignKey, KeyPart, KeyTarget, Name, Pair,
    Table,
};

use super::mention::{is_program, kind, mentions};
use super::rename::Work;
use super::step::{Hazard, HazardKind};

const DIALECT: Dialect = Dialect::Sqlite;

/// What may be in the way of a change of a table that exists.
pub(super) fn hazards(work: &Work<'_>, tables: Pair<&Table>, change: &Change) -> Vec<Hazard> {
    let one = |kind, message: String| vec![Hazard { kind, message }];
    match change {
        Change::Index { edit: Edit::Add(index) | Edit::Alter(Pair { after: index, .. }), .. }
            if index.unique && !was_unique(tables.before, &index.parts) =>
        {
            duplicates(&index.parts)
        }
        Change::Unique { edit: Edit::Add(unique) | Edit::Alter(Pair { after: unique, .. }), .. }
            if !was_unique(tables.before, &unique.parts) =>
        {
            duplicates(&unique.parts)
        }
        Change::PrimaryKey { edit: Edit::Add(key) | Edit::Alter(Pair { after: key, .. }), .. } => {
            if was_unique(tables.before, &key.parts) { Vec::new() } else { duplicates(&key.parts) }
        }
        Change::Check { edit: Edit::Add(check), .. } => violations(tables, None, check),
        Change::Check { edit: Edit::Alter(pair), .. } => violations(tables, Some(&pair.before), &pair.after),
        Change::ForeignKey { edit: Edit::Add(key), .. } => orphans(work, tables, key),
        Change::ForeignKey { edit: Edit::Alter(pair), .. } if refers_elsewhere(pair) => {
            orphans(work, tables, &pair.after)
        }
        Change::Options { edit, .. } if edit.after.strict && !edit.before.strict => {
            one(HazardKind::Types, "existing rows may hold values that are not of the declared types".to_owned())
        }
        Change::Options { edit, .. } if edit.before.strict && !edit.after.strict => {
            // ANY converts what looks like a number when the table is not STRICT.
            let any = tables.after.columns.iter().filter(|column| column.ty.as_str() == "ANY");
            let found = any.flat_map(|column| found_by_value(work, tables.after, &column.name));
            found.map(|(kind, message)| Hazard { kind, message }).collect()
        }
        Change::Column { edit: Edit::Alter(pair), .. } => column(work, tables, pair),
        Change::Column { edit: Edit::Add(column), .. } => added(work, tables.after, column),
        Change::Column { edit: Edit::Drop(column), .. } => dependents(work, &tables.before.name.name, &column.name),
        _ => Vec::new(),
    }
}

fn refers_elsewhere(pair: &Pair<ForeignKey>) -> bool {
    let what = |key: &ForeignKey| (key.columns.clone(), key.parent.clone(), key.parent_columns.clone());
    what(&pair.before) != what(&pair.after)
}

fn duplicates(parts: &[KeyPart]) -> Vec<Hazard> {
    let labels: Vec<String> = parts.iter().map(|part| part.label().to_string()).collect();
    let message = format!("existing rows may repeat ({})", labels.join(", "));
    vec![Hazard { kind: HazardKind::Duplicates, message }]
}

/// Whether the parts were a key before, and so no two rows are the same in them.
fn was_unique(before: &Table, parts: &[KeyPart]) -> bool {
    let columns = |parts: &[KeyPart]| -> Option<Vec<(Name, Option<Name>)>> {
        let column = |part: &KeyPart| match &part.target {
            KeyTarget::Column(name) => Some((name.clone(), part.collation.clone())),
            KeyTarget::Expr(_) => None,
        };
        parts.iter().map(column).collect()
    };
    let Some(wanted) = columns(parts) else { return false };
    let within = |parts: &[KeyPart]| columns(parts).is_some_and(|key| key.iter().all(|part| wanted.contains(part)));
    before.primary_key.as_ref().is_some_and(|key| within(&key.parts))
        || before.uniques.iter().any(|unique| within(&unique.parts))
        || before.indexes.iter().any(|index| index.unique && index.predicate.is_none() && within(&index.parts))
}

fn violations(tables: Pair<&Table>, replaced: Option<&Check>, check: &Check) -> Vec<Hazard> {
    let Some((column, values)) = check.expr.enumeration(DIALECT) else {
        let message = format!("existing rows may violate CHECK ({})", check.expr);
        return vec![Hazard { kind: HazardKind::Violations, message }];
    };
    let Some(before) = tables.before.column(&column) else {
        return if fits_default(tables.after, &column, &values) { Vec::new() } else { others(&column, &values) };
    };
    let old = |check: &Check| check.expr.enumeration(DIALECT).filter(|(name, _)| *name == before.name);
    let gone: Vec<&Check> = tables.before.checks.iter().filter(|old| !tables.after.checks.contains(old)).collect();
    let narrower = replaced.into_iter().chain(gone).filter_map(old);
    if narrower.into_iter().any(|(_, old)| old.iter().all(|value| values.contains(value))) {
        return Vec::new();
    }
    others(&column, &values)
}

fn others(column: &Name, values: &[Box<str>]) -> Vec<Hazard> {
    let list: Vec<String> = values.iter().map(|value| crate::render::literal(value)).collect();
    let message = format!("existing rows may hold other values in {column} than {}", list.join(", "));
    vec![Hazard { kind: HazardKind::Violations, message }]
}

/// Whether what existing rows get in a new column is one of the values.
fn fits_default(after: &Table, column: &Name, values: &[Box<str>]) -> bool {
    match after.column(column).map(|column| &column.value) {
        Some(ColumnValue::Given) => true,
        Some(ColumnValue::Default(expr)) => values.iter().any(|value| crate::render::literal(value) == expr.as_str()),
        _ => false,
    }
}

fn orphans(work: &Work<'_>, tables: Pair<&Table>, key: &ForeignKey) -> Vec<Hazard> {
    let filled =
        |name: &Name| work.backfill.iter().any(|one| one.table == tables.after.name.name && one.column == *name);
    let is_null = |name: &Name| {
        let is_open = |column: &Column| column.nullable && column.value == ColumnValue::Given;
        tables.before.column(name).is_none() && tables.after.column(name).is_some_and(is_open) && !filled(name)
    };
    if key.columns.iter().any(is_null) {
        return Vec::new();
    }
    let columns: Vec<&str> = key.columns.iter().map(Name::as_str).collect();
    let message =
        format!("existing rows may refer, by ({}), to rows that {} does not have", columns.join(", "), key.parent);
    vec![Hazard { kind: HazardKind::Orphans, message }]
}

fn column(work: &Work<'_>, tables: Pair<&Table>, pair: &Pair<Column>) -> Vec<Hazard> {
    let name = &pair.after.name;
    let mut found = Vec::new();
    let mut add = |kind, message| found.push(Hazard { kind, message });
    let backfill = &work.backfill;
    for fact in pair.facts() {
        match fact {
            ColumnFact::Nullability if !pair.after.nullable => {
                let filled = backfill.iter().any(|one| one.table == tables.after.name.name && one.column == *name);
                let generated = matches!(pair.before.value, ColumnValue::Generated { .. });
                if !filled || generated {
                    add(HazardKind::Nulls, format!("existing rows may hold NULL in {name}"));
                }
                if filled {
                    for (kind, message) in found_by_value(work, tables.after, name) {
                        add(kind, message);
                    }
                    for one in added(work, tables.after, &pair.after) {
                        add(one.kind, one.message);
                    }
                }
            }
            ColumnFact::Type if tables.after.options.strict => {
                add(
                    HazardKind::Types,
                    format!("existing rows may hold values in {name} that are no {}", pair.after.ty),
                );
            }
            _ if changes_values(pair, fact) => {
                for (kind, message) in found_by_value(work, tables.after, name) {
                    add(kind, message);
                }
            }
            ColumnFact::Collation if in_unique_key(tables.after, name) => add(
                HazardKind::Duplicates,
                format!("existing rows may hold values in {name} that the new collation takes for the same"),
            ),
            _ => {}
        }
    }
    found
}

/// Whether the values may become others by this.
fn changes_values(pair: &Pair<Column>, fact: ColumnFact) -> bool {
    match fact {
        ColumnFact::Type => pair.before.ty.affinity() != pair.after.ty.affinity(),
        ColumnFact::Value => is_generated(&pair.after),
        _ => false,
    }
}

/// What compares the values of a column, or what is generated from them, when these may become others.
fn found_by_value(work: &Work<'_>, table: &Table, column: &Name) -> Vec<(HazardKind, String)> {
    let mut affected = vec![column.clone()];
    let depends = |on: &[Name], column: &Column| match &column.value {
        ColumnValue::Generated { expr, .. } => on.iter().any(|name| expr.mentions(DIALECT, name)),
        _ => false,
    };
    while let Some(next) =
        table.columns.iter().find(|column| !affected.contains(&column.name) && depends(&affected, column))
    {
        affected.push(next.name.clone());
    }
    affected.iter().flat_map(|column| compared(work, table, column)).collect()
}

/// What compares the values of one column.
fn compared(work: &Work<'_>, table: &Table, column: &Name) -> Vec<(HazardKind, String)> {
    let mut found = Vec::new();
    if in_unique_key(table, column) {
        found.push((HazardKind::Duplicates, format!("existing rows may get the same value in {column}")));
    }
    if table.checks.iter().any(|check| check.expr.mentions(DIALECT, column)) {
        found.push((HazardKind::Violations, format!("existing rows may get a value in {column} that a CHECK refuses")));
    }
    let refers = table.foreign_keys.iter().any(|key| key.columns.contains(column));
    let mut keys = work.after.tables.values().flat_map(|child| &child.foreign_keys);
    if refers || keys.any(|key| key.parent == table.name && key.parent_columns.contains(column)) {
        let message = format!("existing rows may refer, by {column} or to it, to rows that are not there");
        found.push((HazardKind::Orphans, message));
    }
    if table.column(column).is_some_and(|column| is_generated(column) && !column.nullable) {
        found.push((HazardKind::Nulls, format!("existing rows may get NULL in {column}")));
    }
    found
}

fn is_generated(column: &Column) -> bool {
    matches!(column.value, ColumnValue::Generated { .. })
}

/// Why a new column may not fit the rows.
fn added(work: &Work<'_>, after: &Table, column: &Column) -> Vec<Hazard> {
    if is_generated(column) {
        let mut found = found_by_value(work, after, &column.name);
        if after.options.strict {
            let message = format!("what existing rows get in {} may be no {}", column.name, column.ty);
            found.push((HazardKind::Types, message));
        }
        let found = found.into_iter();
        return found.map(|(kind, message)| Hazard { kind, message }).collect();
    }
    let filled = work.backfill.iter().find(|one| one.table == after.name.name && one.column == column.name);
    let value = match (&column.value, filled) {
        (_, Some(backfill)) => &backfill.expr,
        (ColumnValue::Default(expr), None) => expr,
        _ => return Vec::new(),
    };
    if !after.options.strict || is_of_type(column.ty.as_str(), value.as_str()) {
        return Vec::new();
    }
    let message = format!("what existing rows get in {} may be no {}", column.name, column.ty);
    vec![Hazard { kind: HazardKind::Types, message }]
}

/// Whether a literal is surely of a type of STRICT tables.
fn is_of_type(ty: &str, literal: &str) -> bool {
    match ty {
        "ANY" => true,
        "TEXT" => literal.starts_with('\''),
        "BLOB" => literal.starts_with(['x', 'X']) && literal.ends_with('\''),
        "REAL" => literal.parse::<f64>().is_ok(),
        _ => literal.parse::<i64>().is_ok(),
    }
}

fn in_unique_key(table: &Table, column: &Name) -> bool {
    let holds = |parts: &[KeyPart]| {
        parts.iter().any(|part| match &part.target {
            KeyTarget::Column(name) => name == column,
            KeyTarget::Expr(expr) => expr.mentions(DIALECT, column),
        })
    };
    let decides = |index: &crate::Index| index.predicate.as_ref().is_some_and(|expr| expr.mentions(DIALECT, column));
    table.primary_key.as_ref().is_some_and(|key| holds(&key.parts))
        || table.uniques.iter().any(|unique| holds(&unique.parts))
        || table.indexes.iter().any(|index| index.unique && (holds(&index.parts) || decides(index)))
}

/// The views and triggers that may use a column that goes. Only SQLite knows whether they do.
fn dependents(work: &Work<'_>, table: &Name, column: &Name) -> Vec<Hazard> {
    let uses = |object: &&crate::Unmanaged| {
        let about = object.table.as_ref() == Some(table) || mentions(object, table);
        is_program(object) && about && mentions(object, column)
    };
    let message = |object: &crate::Unmanaged| format!("{} {} may use {table}.{column}", kind(object), object.name);
    let hazard = |object| Hazard { kind: HazardKind::Dependents, message: message(object) };
    work.unmanaged.iter().filter(uses).map(hazard).collect()
}

/// The views and triggers that mention a table that goes.
pub(super) fn dependents_of_table(work: &Work<'_>, table: &Name) -> Vec<Hazard> {
    let uses = |object: &&crate::Unmanaged| {
        is_program(object) && object.table.as_ref() != Some(table) && mentions(object, table)
    };
    let message = |object: &crate::Unmanaged| format!("{} {} mentions {table}", kind(object), object.name);
    let hazard = |object| Hazard { kind: HazardKind::Dependents, message: message(object) };
    work.unmanaged.iter().filter(uses).map(hazard).collect()
}

/// Whether rows of another table are deleted or changed with those of the parent.
pub(super) fn acts_on_children(key: &ForeignKey) -> bool {
    matches!(key.on_delete, Action::Cascade | Action::SetNull | Action::SetDefault)
}
