//! Gives everything that models leave open a value.

use std::collections::BTreeSet;

use crate::{Diff, Index, Name, Pair, Schema, Table, Unmanaged, UnmanagedKind, render};

use super::{Request, route};

/// The schema that the plan is to end at: `after` with every name, and, unless it is exact, with the choices that
/// cost least. `found` is the schema before, with the tables and columns renamed.
pub(super) fn close(request: &Request<'_>, found: &Schema) -> Schema {
    let mut after = request.after.clone();
    after.resolve_parents();
    if !request.exact {
        for table in after.tables.values_mut() {
            if let Some(before) = found.tables.get(&table.name) {
                table.settle(before);
                prefer_indexes(request, before, table);
            }
        }
    }
    name_indexes(request, found, &mut after);
    after
}

/// A table that exists takes a new UNIQUE as an index, without being rebuilt.
fn prefer_indexes(request: &Request<'_>, before: &Table, after: &mut Table) {
    let is_new = |unique: &crate::Unique| {
        unique.on_conflict.is_none() && !before.uniques.iter().any(|other| other.parts == unique.parts)
    };
    let (new, old): (Vec<_>, Vec<_>) = after.uniques.iter().cloned().partition(is_new);
    if new.is_empty() {
        return;
    }
    let trial = Table { uniques: old, ..after.clone() };
    let diff = Diff::between_tables(Pair::new(before, &trial));
    let backfilled = request.backfill.iter().any(|one| one.table == after.name.name);
    if backfilled || route::needs_rebuild(request.version, Pair::new(before, &trial), &diff.changes) {
        return;
    }
    *after = trial;
    let index = |unique: crate::Unique| Index { name: unique.name, unique: true, ..Index::over(unique.parts) };
    after.indexes.extend(new.into_iter().map(index));
}

fn name_indexes(request: &Request<'_>, found: &Schema, after: &mut Schema) {
    let mut taken: BTreeSet<Name> = BTreeSet::new();
    for schema in [found, &*after] {
        for table in schema.tables.values() {
            taken.insert(table.name.name.clone());
            taken.extend(table.indexes.iter().filter_map(|index| index.name.clone()));
        }
    }
    let shares = |object: &&Unmanaged| object.kind != UnmanagedKind::Trigger;
    taken.extend(request.before.unmanaged.iter().filter(shares).map(|object| object.name.clone()));
    for table in after.tables.values_mut() {
        let own = table.name.clone();
        for index in table.indexes.iter_mut().filter(|index| index.name.is_none()) {
            let base = Name::new(crate::Dialect::Sqlite, render::index_name(&own, index));
            let numbered = (1..).map(|number| base.with_suffix(&number.to_string()));
            let free = std::iter::once(base.clone()).chain(numbered).find(|name| !taken.contains(name));
            taken.extend(free.clone());
            index.name = free;
        }
    }
}
