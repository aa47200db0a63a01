//! What has to be stated before a plan is made: losses, likely renames, values of new columns.

use crate::{
    Affinity, Change, Column, ColumnValue, Diff, Edit, Name, Pair, Schema, Table, TableOptions, Unmanaged,
    UnmanagedKind, render,
};

use super::{Allow, EngineVersion, Refusal, Request, lookalike};

/// Every refusal; names are those afterwards.
pub(super) fn judge(request: &Request<'_>, renamed: &Schema, after: &Schema, diff: &Diff) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    for change in &diff.changes {
        let names = match change {
            Change::CreateTable(table) => {
                let indexes = table.indexes.iter().filter_map(|index| index.name.as_ref());
                std::iter::once(&table.name.name).chain(indexes).collect()
            }
            Change::Index { edit: Edit::Add(index) | Edit::Alter(Pair { after: index, .. }), .. } => {
                Vec::from_iter(&index.name)
            }
            _ => Vec::new(),
        };
        refusals.extend(names.into_iter().filter_map(|name| in_the_way(&request.before.unmanaged, name)));
        refusals.extend(missing_from(request.version, change));
    }
    let losses = losses(&diff.changes, Pair::new(renamed, after));
    for (allow, fact) in losses {
        if !request.allow.contains(&allow) {
            let looks = lookalike::lookalike(diff, &allow);
            refusals.push(looks.unwrap_or(Refusal::Destructive { fact, allow }));
        }
    }
    refusals.extend(backfills(request, renamed, after));
    refusals
}

/// What has the name of a new table or index and is none that could be changed.
fn in_the_way(unmanaged: &[Unmanaged], name: &Name) -> Option<Refusal> {
    let object = unmanaged.iter().find(|object| object.name == *name && object.kind != UnmanagedKind::Trigger)?;
    let reason = match &object.reason {
        Some(reason) => format!("its definition is not understood: {reason}"),
        None => format!("it is a {}", object.kind.as_str()),
    };
    Some(Refusal::NotUnderstood { name: name.clone(), reason })
}

/// What the engine does not have yet.
fn missing_from(version: EngineVersion, change: &Change) -> Option<Refusal> {
    let table = match change {
        Change::CreateTable(table) => Some(table),
        _ => None,
    };
    let strict = table.is_some_and(|table| table.options.strict)
        || matches!(change, Change::Options { edit, .. } if edit.after.strict);
    let is_generated = |column: &Column| matches!(column.value, ColumnValue::Generated { .. });
    let generated = table.is_some_and(|table| table.columns.iter().any(is_generated))
        || matches!(change, Change::Column { edit, .. } if edit.after().is_some_and(is_generated));
    let lacks =
        |what: &str, since| (version < since).then(|| Refusal::Engine { what: what.to_owned(), since, version });
    let strict = if strict { lacks("STRICT tables", EngineVersion::STRICT) } else { None };
    let generated = if generated { lacks("generated columns", EngineVersion::GENERATED) } else { None };
    strict.or(generated)
}

/// Everything that is lost, with what it takes to allow it.
pub(super) fn losses(changes: &[Change], schemas: Pair<&Schema>) -> Vec<(Allow, String)> {
    let mut found = Vec::new();
    for change in changes {
        match change {
            Change::DropTable(table) => {
                let name = &table.name.name;
                found.push((Allow::DropTable(name.clone()), format!("table `{name}` would go, with all its rows")));
            }
            Change::Column { table, edit: Edit::Drop(column) }
                if !matches!(column.value, ColumnValue::Generated { .. }) =>
            {
                let name = &column.name;
                let allow = Allow::DropColumn(table.name.clone(), name.clone());
                found.push((allow, format!("column `{table}.{name}` would go, with its values")));
            }
            Change::Column { table, edit: Edit::Alter(pair) } => {
                let options = schemas.map(|schema| schema.tables.get(table).map(|table| table.options));
                let options = options.map(Option::unwrap_or_default);
                found.extend(altered(&table.name, pair, options));
            }
            Change::Options { table, edit } => {
                let columns = schemas.before.tables.get(table).into_iter().flat_map(|table| &table.columns);
                let same = columns.filter(|column| {
                    let after = schemas.after.tables.get(table).and_then(|table| table.column(&column.name));
                    after.is_some_and(|after| after == *column)
                });
                let pairs = same.map(|column| Pair::new(column.clone(), column.clone()));
                found.extend(pairs.filter_map(|pair| altered(&table.name, &pair, *edit)));
            }
            _ => {}
        }
    }
    found
}

fn altered(table: &Name, pair: &Pair<Column>, options: Pair<TableOptions>) -> Option<(Allow, String)> {
    let name = &pair.after.name;
    let is_generated = pair.as_ref().map(|column| matches!(column.value, ColumnValue::Generated { .. }));
    if is_generated.after {
        let allow = Allow::ReplaceValues(table.clone(), name.clone());
        let fact = format!("`{table}.{name}` would become generated, and lose the values that it has");
        return (!is_generated.before).then_some((allow, fact));
    }
    let affinity = Pair::new(stored(&pair.before, options.before), stored(&pair.after, options.after));
    if keeps_values(affinity) {
        return None;
    }
    let allow = Allow::ChangeType(table.clone(), name.clone());
    let before = &pair.before.ty;
    let (before, after) = (named(before.as_str()), named(pair.after.ty.as_str()));
    Some((
        allow,
        format!("`{table}.{name}` would change from {before} to {after}, which changes values that do not fit"),
    ))
}

fn named(ty: &str) -> &str {
    if ty.is_empty() { "no type" } else { ty }
}

/// The affinity that a column stores with. ANY means "as it is" in STRICT tables only.
fn stored(column: &Column, options: TableOptions) -> Affinity {
    if options.strict && column.ty.as_str() == "ANY" { Affinity::Blob } else { column.ty.affinity() }
}

/// Whether every value survives: as it is, or as another form of the same value. `1.0` as INTEGER is 1 and 5 as
/// TEXT is '5'; but '007' as INTEGER is 7, a large integer as REAL loses digits, and so does a REAL as TEXT.
fn keeps_values(affinity: Pair<Affinity>) -> bool {
    use Affinity::{Blob, Integer, Numeric, Real, Text};
    match (affinity.before, affinity.after) {
        (before, after) if before == after => true,
        (_, Blob) => true,
        (Integer | Numeric | Real, Integer | Numeric) | (Integer, Text) => true,
        (Integer | Numeric, Real) | (Numeric | Real, Text) | (Text | Blob, _) => false,
        _ => false,
    }
}

fn backfills(request: &Request<'_>, renamed: &Schema, after: &Schema) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    let stated = |table: &Table, column: &Column| {
        request.backfill.iter().any(|one| one.table == table.name.name && one.column == column.name)
    };
    for table in after.tables.values() {
        let Some(before) = renamed.tables.get(&table.name) else { continue };
        for column in table.columns.iter().filter(|column| before.column(&column.name).is_none()) {
            if column.value == ColumnValue::Given
                && !column.nullable
                && !stated(table, column)
                && !takes_rowid(before, table, column)
            {
                let (table, column, ty) = (table.name.name.clone(), column.name.clone(), column.ty.clone());
                refusals.push(Refusal::NeedsBackfill { table, column, ty });
            }
        }
    }
    for one in request.backfill {
        let of_name = |table: &&Table| table.name.name == one.table;
        let column = after.tables.values().find(of_name).and_then(|table| table.column(&one.column));
        let before = renamed.tables.values().find(of_name);
        let needed = column.zip(before).is_some_and(|(column, before)| {
            let is_stored = !matches!(column.value, ColumnValue::Generated { .. });
            is_stored && before.column(&one.column).is_none_or(|before| before.nullable && !column.nullable)
        });
        if !needed {
            refusals.push(Refusal::UnusedBackfill { table: one.table.clone(), column: one.column.clone() });
        }
    }
    refusals
}

/// Whether a new column is another name of the rowid, which every row has.
pub(super) fn takes_rowid(before: &Table, after: &Table, column: &Column) -> bool {
    let key = after.primary_key.as_ref();
    !before.options.without_rowid
        && !after.options.without_rowid
        && key.is_some_and(|key| key.columns().contains(&column.name) && render::is_rowid_alias(key, column))
}
