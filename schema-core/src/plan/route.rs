//! What an engine can change about a table in place; everything else takes a rebuild.

use crate::{Change, Check, Column, ColumnFact, ColumnValue, Edit, ForeignKey, KeyTarget, Name, Pair, Table, render};

use super::EngineVersion;

const DIALECT: crate::Dialect = crate::Dialect::Sqlite;

/// Whether any of the changes is beyond what `ALTER TABLE` and `CREATE INDEX` of that version do.
pub(super) fn needs_rebuild(version: EngineVersion, tables: Pair<&Table>, changes: &[Change]) -> bool {
    let in_place = |change: &Change| match change {
        Change::Index { .. } | Change::Comment { .. } => true,
        Change::Column { edit: Edit::Add(column), .. } => can_add(version, tables.after, column),
        Change::Column { edit: Edit::Drop(column), .. } => can_drop(version, tables, column),
        Change::Column { edit: Edit::Alter(pair), .. } => can_alter(version, tables, pair),
        Change::Check { edit: Edit::Add(check), .. } => {
            let is_free = check.name.is_none() || (names(tables.before, check) == 0 && names(tables.after, check) == 1);
            added_beside(tables, check).is_some() || (is_free && version >= EngineVersion::ALTER_CONSTRAINT)
        }
        Change::Check { edit: Edit::Drop(check), .. } => {
            version >= EngineVersion::ALTER_CONSTRAINT && names(tables.before, check) == 1
        }
        Change::ForeignKey { edit: Edit::Add(key), .. } => references_beside(tables, key).is_some(),
        _ => false,
    };
    !changes.iter().all(in_place)
}

/// <https://www.sqlite.org/lang_altertable.html#alter_table_add_column>
fn can_add(version: EngineVersion, after: &Table, column: &Column) -> bool {
    let value = match &column.value {
        ColumnValue::Given => column.nullable,
        ColumnValue::Default(expr) => render::is_bare_default(DIALECT, expr) && !expr.as_str().starts_with("CURRENT_"),
        ColumnValue::Generated { stored, .. } => {
            let tested = column.nullable || version >= EngineVersion::ADD_TESTS_ROWS;
            !stored && tested && version >= EngineVersion::GENERATED
        }
        ColumnValue::Identity { .. } => false,
    };
    let mut checks = checks_beside(after, &column.name);
    let tested = version >= EngineVersion::ADD_TESTS_ROWS || checks.all(|check| holds(column, check));
    let mut keys = key_columns(after);
    value && tested && !keys.any(|name| *name == column.name)
}

/// Whether a CHECK surely holds for the value that existing rows get.
fn holds(column: &Column, check: &Check) -> bool {
    let values = check.expr.enumeration(DIALECT).map(|(_, values)| values);
    match (&column.value, values) {
        (ColumnValue::Given, Some(_)) => true,
        (ColumnValue::Default(expr), Some(values)) => {
            values.iter().any(|value| render::literal(value) == expr.as_str())
        }
        _ => false,
    }
}

/// <https://www.sqlite.org/lang_altertable.html#alter_table_drop_column>. Whether a CHECK or a foreign key stands
/// beside the column, where it would go with it, or behind all columns, where it would be in the way, is not known.
fn can_drop(version: EngineVersion, tables: Pair<&Table>, column: &Column) -> bool {
    let before = tables.before;
    let name = &column.name;
    let in_key = key_columns(before).any(|key| key == name);
    let in_foreign_key = before
        .foreign_keys
        .iter()
        .any(|key| key.columns.contains(name) || (key.parent == before.name && key.parent_columns.contains(name)));
    let in_check = before.checks.iter().any(|check| check.expr.mentions(DIALECT, name));
    let generated = before.columns.iter().filter(|other| other.name != *name);
    let in_generated = generated.into_iter().any(|other| match &other.value {
        ColumnValue::Generated { expr, .. } => expr.mentions(DIALECT, name),
        _ => false,
    });
    let is_stored = |column: &Column| !matches!(column.value, ColumnValue::Generated { .. });
    let stays = |column: &Column| is_stored(column) && tables.after.column(&column.name).is_some();
    let leaves_one = before.columns.iter().any(stays);
    version >= EngineVersion::DROP_COLUMN && leaves_one && !(in_key || in_foreign_key || in_check || in_generated)
}

fn can_alter(version: EngineVersion, tables: Pair<&Table>, pair: &Pair<Column>) -> bool {
    let plain = pair.before.on_conflict.is_none() && pair.after.on_conflict.is_none();
    let in_key = |table: &Table| table.primary_key.as_ref().is_some_and(|key| key.columns().contains(&pair.after.name));
    version >= EngineVersion::ALTER_CONSTRAINT
        && plain
        && pair.facts() == [ColumnFact::Nullability]
        && !in_key(tables.before)
        && !in_key(tables.after)
}

/// How many constraints of a table have the name of a CHECK.
fn names(table: &Table, check: &Check) -> usize {
    let key = table.primary_key.iter().filter_map(|key| key.name.as_ref());
    let uniques = table.uniques.iter().filter_map(|unique| unique.name.as_ref());
    let foreign_keys = table.foreign_keys.iter().filter_map(|key| key.name.as_ref());
    let checks = table.checks.iter().filter_map(|check| check.name.as_ref());
    key.chain(uniques).chain(foreign_keys).chain(checks).filter(|name| Some(*name) == check.name.as_ref()).count()
}

/// The columns of the primary key and of the UNIQUE constraints.
fn key_columns(table: &Table) -> impl Iterator<Item = &Name> {
    let primary = table.primary_key.iter().flat_map(|key| &key.parts);
    primary.chain(table.uniques.iter().flat_map(|unique| &unique.parts)).filter_map(|part| match &part.target {
        KeyTarget::Column(name) => Some(name),
        KeyTarget::Expr(_) => None,
    })
}

/// The CHECKs of a table that are about that column only.
pub(super) fn checks_beside<'t>(table: &'t Table, column: &Name) -> impl Iterator<Item = &'t Check> {
    let at = table.columns.iter().position(|other| other.name == *column);
    table
        .checks
        .iter()
        .filter(move |check| at.is_some() && render::only_column(DIALECT, &check.expr, &table.columns) == at)
}

/// The new column that a new CHECK can be written beside.
pub(super) fn added_beside<'t>(tables: Pair<&'t Table>, check: &Check) -> Option<&'t Column> {
    let at = render::only_column(DIALECT, &check.expr, &tables.after.columns)?;
    let column = &tables.after.columns[at];
    tables.before.column(&column.name).is_none().then_some(column)
}

/// The new column that a new foreign key can be written beside. With a default, existing rows could refer to
/// nothing, and SQLite refuses it while foreign keys are enforced.
pub(super) fn references_beside<'t>(tables: Pair<&'t Table>, key: &ForeignKey) -> Option<&'t Column> {
    let [name] = key.columns.as_slice() else {
        return None;
    };
    let column = tables.after.column(name)?;
    let alone = tables.after.foreign_keys.iter().filter(|other| other.columns == key.columns).count() == 1;
    let fits = alone && column.value == ColumnValue::Given && tables.before.column(name).is_none();
    fits.then_some(column)
}
