//! The rebuild of a table: everything that no `ALTER TABLE` does to it, at once.
//!
//! A new table takes the rows under a temporary name, the old one goes, the new one takes its name, and indexes and
//! triggers are created again (<https://www.sqlite.org/lang_altertable.html#otheralter>). The order matters: were
//! the old table renamed first, the foreign keys of other tables would follow it.

use crate::{
    Change, Column, ColumnValue, Dialect, Expr, Name, ObjectName, PrimaryKey, Table, Unmanaged, UnmanagedKind, render,
};
use render::Source;

use super::altered::{Altered, free_name, losses};
use super::mention::{is_program, kind, mentions};
use super::rename::Work;
use super::step::{Effort, Hazard, HazardKind, Step};
use super::{Refusal, judge, words};

const DIALECT: Dialect = Dialect::Sqlite;

/// The statements of a rebuild.
pub(super) fn rebuild(work: &Work<'_>, one: &Altered<'_>) -> Result<Vec<Step>, Refusal> {
    let (before, after) = (one.tables.before, one.tables.after);
    let name = &after.name;
    let temporary = ObjectName { schema: None, name: free_name(work, &format!("__new_{}", name.name)) };
    // Its foreign keys to itself name the final table.
    let new = Table { name: temporary.clone(), ..after.clone() };
    let mut steps = vec![Step::new(render::table(DIALECT, &new)).why(reason(work, one))];
    if counts(before) && counts(after) {
        steps.push(Step::new(render::copy_sequence(name, &temporary)));
    }
    let copy = render::copy_rows(name, &temporary, &columns(work, one), has_conflict_clause(after));
    let hazards = one.changes.iter().flat_map(|change| one.hazards(work, change));
    let copy = Step::new(copy).effort(Effort::Rewrite(name.clone())).hazards(hazards).hazards(new_alias(one));
    steps.push(Step { loses: losses(work, &one.changes), ..copy });
    steps.push(Step::new(render::drop_table(DIALECT, name)));
    steps.extend(rename(work, &temporary, name));
    steps.extend(after.indexes.iter().map(|index| one.create_index(index)));
    steps.extend(texts(work, name)?);
    Ok(steps)
}

fn reason(work: &Work<'_>, one: &Altered<'_>) -> String {
    let of_column = |edit: &crate::Pair<Name>| {
        words::words(&Change::RenameColumn { table: one.name().clone(), edit: edit.clone() })
    };
    let mut reasons: Vec<String> = work.mapped.get(one.name()).into_iter().flatten().map(of_column).collect();
    reasons.extend(one.changes.iter().map(words::words));
    format!("Rebuild table {}: {}.", one.name(), reasons.join("; "))
}

fn counts(table: &Table) -> bool {
    table.primary_key.as_ref().is_some_and(|key| key.autoincrement)
}

/// A column that becomes the rowid takes integers only.
fn new_alias(one: &Altered<'_>) -> Option<Hazard> {
    let name = alias(one.tables.after)?;
    one.tables.before.column(name)?;
    (alias(one.tables.before) != Some(name)).then(|| Hazard {
        kind: HazardKind::Types,
        message: format!("existing rows may hold something else than distinct integers in {name}"),
    })
}

/// Whether a conflict clause of the table could pass over a row that is copied.
fn has_conflict_clause(table: &Table) -> bool {
    table.columns.iter().any(|column| column.on_conflict.is_some())
        || table.uniques.iter().any(|unique| unique.on_conflict.is_some())
        || table.primary_key.as_ref().is_some_and(|key| key.on_conflict.is_some())
}

/// The new table takes the name. SQLite would compile every view and trigger meanwhile, and those that mention the
/// table, which is not there at that moment, would fail.
fn rename(work: &Work<'_>, temporary: &ObjectName, name: &ObjectName) -> Vec<Step> {
    let rename = Step::new(render::alter(DIALECT, temporary, render::Alter::RenameTo(name)));
    let own = |object: &Unmanaged| object.kind == UnmanagedKind::Trigger && object.table.as_ref() == Some(&name.name);
    let in_the_way = |object: &Unmanaged| is_program(object) && !own(object) && mentions(object, &name.name);
    if !work.unmanaged.iter().any(in_the_way) {
        return vec![rename];
    }
    let setting = |on| Step::new(render::legacy_alter_table(on)).effort(Effort::Setting);
    vec![setting(true), rename, setting(false)]
}

/// What is created again by its stored text: triggers, and indexes that are not understood.
fn texts(work: &Work<'_>, table: &ObjectName) -> Result<Vec<Step>, Refusal> {
    let of_table = |object: &&Unmanaged| {
        object.table.as_ref() == Some(&table.name)
            && matches!(object.kind, UnmanagedKind::Trigger | UnmanagedKind::NotUnderstood)
    };
    let mut steps = Vec::new();
    for object in work.unmanaged.iter().filter(of_table) {
        if let Some(name) = work.stale.iter().find(|name| mentions(object, name)) {
            let (kind, own) = (kind(object), object.name.clone());
            return Err(Refusal::Text { kind, name: own, mentions: name.clone() });
        }
        steps.extend(object.sql.as_deref().map(Step::new));
    }
    Ok(steps)
}

/// The columns that are written, and what they get.
fn columns(work: &Work<'_>, one: &Altered<'_>) -> Vec<(Name, Source)> {
    let (before, after) = (one.tables.before, one.tables.after);
    let mut columns: Vec<(Name, Source)> = rowid(one).into_iter().collect();
    let is_written = |column: &&Column| !matches!(column.value, ColumnValue::Generated { .. });
    for column in after.columns.iter().filter(is_written) {
        let backfill = work.backfill.iter().find(|one| one.table == after.name.name && one.column == column.name);
        let backfill = backfill.map(|one| one.expr.clone());
        let source = match (before.column(&column.name).map(|column| called(work, after, column)), backfill) {
            (Some(old), Some(expr)) => Source::Coalesce(old, expr),
            (Some(old), None) => Source::Column(old),
            (None, Some(expr)) => Source::Expr(expr),
            (None, None) if judge::takes_rowid(before, after, column) => match rowid_name(before) {
                Some(rowid) => Source::Column(rowid),
                None => continue,
            },
            (None, None) => continue,
        };
        columns.push((column.name.clone(), source));
    }
    if columns.is_empty() {
        // There must be one to copy the number of rows by.
        columns.extend(after.columns.iter().find(is_written).map(|column| (column.name.clone(), initial(column))));
    }
    columns
}

fn initial(column: &Column) -> Source {
    Source::Expr(match &column.value {
        ColumnValue::Default(expr) => expr.clone(),
        _ => Expr::canonical("NULL".to_owned()),
    })
}

/// What a column is called when the rebuild begins.
fn called(work: &Work<'_>, table: &Table, column: &Column) -> Name {
    let pairs = work.mapped.get(&table.name).into_iter().flatten();
    let before = pairs.filter(|pair| pair.after == column.name).map(|pair| pair.before.clone()).next();
    before.unwrap_or_else(|| column.name.clone())
}

/// The rowid, when both tables have one and no column of the new one carries it.
fn rowid(one: &Altered<'_>) -> Option<(Name, Source)> {
    let (before, after) = (one.tables.before, one.tables.after);
    if before.options.without_rowid || after.options.without_rowid || alias(after).is_some() {
        return None;
    }
    Some((hidden_name(after)?, Source::Column(rowid_name(before)?)))
}

/// A name under which the rowid can be read.
fn rowid_name(table: &Table) -> Option<Name> {
    hidden_name(table).or_else(|| alias(table).cloned())
}

/// A name of the rowid that no column has.
fn hidden_name(table: &Table) -> Option<Name> {
    let names = ["rowid", "_rowid_", "oid"].map(|name| Name::new(DIALECT, name));
    names.into_iter().find(|name| table.column(name).is_none())
}

/// The column that is the rowid.
fn alias(table: &Table) -> Option<&Name> {
    let key: &PrimaryKey = table.primary_key.as_ref()?;
    let is_alias = |column: &&Column| {
        key.columns().contains(&column.name) && render::is_rowid_alias(key, column) && !table.options.without_rowid
    };
    table.columns.iter().find(is_alias).map(|column| &column.name)
}
