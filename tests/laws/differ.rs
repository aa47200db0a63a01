//! The differ and what applies its changes agree with each other.

use schema_core::{
    Action, Check, ColumnType, ColumnValue, Deferrable, Dialect, Diff, Expr, Name, ObjectName, OnConflict, Pair, Part,
    PartKind, Path, PrimaryKey, Renames, Schema, Table, Unique,
};

use crate::generate::{self, Choices, law};

const D: Dialect = Dialect::Sqlite;

fn between(before: &Schema, after: &Schema) -> Diff {
    Diff::between(Pair::new(before, after), &Renames::default())
}

/// What the changes make of a schema.
fn applied(diff: &Diff, schema: &Schema) -> Result<Schema, String> {
    let mut schema = schema.clone();
    for change in &diff.changes {
        schema.apply(change).map_err(|error| format!("{error}: {change:?}"))?;
    }
    Ok(schema)
}

/// The schema with its parts in one order: that of columns and constraints is no difference.
fn sorted(mut schema: Schema) -> Schema {
    fn sort<T: std::fmt::Debug>(parts: &mut [T]) {
        parts.sort_by_cached_key(|part| format!("{part:?}"));
    }
    for table in schema.tables.values_mut() {
        sort(&mut table.columns);
        sort(&mut table.uniques);
        sort(&mut table.foreign_keys);
        sort(&mut table.checks);
        sort(&mut table.indexes);
    }
    schema
}

fn leads(before: &Schema, after: &Schema) -> Result<(), String> {
    let diff = between(before, after);
    let reached = applied(&diff, before)?;
    match sorted(reached.clone()) == sorted(after.clone()) && between(&reached, after).is_empty() {
        true => Ok(()),
        false => Err(format!("{before:#?}\nwith {:#?}\nis not\n{after:#?}", diff.changes)),
    }
}

/// A schema that has some tables in common with another one, each perhaps with other parts.
fn relative(c: &mut Choices, schema: &Schema) -> Schema {
    let mut other = generate::schema(c);
    for (name, table) in &schema.tables {
        match c.below(4) {
            0 => {}
            1 => _ = other.tables.insert(name.clone(), table.clone()),
            _ => {
                let mut table = table.clone();
                let donor = other.tables.values().next().cloned().unwrap_or_else(|| table.clone());
                exchange(c, &mut table, &donor);
                other.tables.insert(name.clone(), table);
            }
        }
    }
    other
}

/// Takes some of the parts of another table. Whether the table makes sense does not matter to the differ.
fn exchange(c: &mut Choices, table: &mut Table, donor: &Table) {
    fn mix<T: Clone>(c: &mut Choices, mine: &mut Vec<T>, theirs: &[T], same: impl Fn(&T, &T) -> bool) {
        mine.retain(|_| !c.chance(30));
        for part in theirs {
            if c.chance(40) && !mine.iter().any(|other| same(other, part)) {
                mine.insert(c.below(mine.len() + 1), part.clone());
            }
        }
    }
    mix(c, &mut table.columns, &donor.columns, |a, b| a.name == b.name);
    mix(c, &mut table.uniques, &donor.uniques, |_, _| false);
    mix(c, &mut table.foreign_keys, &donor.foreign_keys, |_, _| false);
    mix(c, &mut table.checks, &donor.checks, |_, _| false);
    mix(c, &mut table.indexes, &donor.indexes, |_, _| false);
    if c.chance(40) {
        table.primary_key.clone_from(&donor.primary_key);
    }
    if c.chance(30) {
        table.options = donor.options;
    }
}

#[test]
fn a_schema_does_not_differ_from_itself() {
    law("itself", 2000, 250, |c| {
        let schema = generate::schema(c);
        let diff = between(&schema, &schema);
        match diff.is_empty() {
            true => Ok(()),
            false => Err(format!("{:?}", diff.changes)),
        }
    });
}

#[test]
fn the_difference_leads_there_and_back() {
    law("there and back", 2000, 400, |c| {
        let before = generate::schema(c);
        let after = relative(c, &before);
        leads(&before, &after)?;
        leads(&after, &before)
    });
}

#[test]
fn stated_renames_lead_there() {
    law("renames", 2000, 400, |c| {
        let before = generate::schema(c);
        let after = relative(c, &before);
        let mut renames = Renames::default();
        let names = [&before, &after].map(|schema| schema.tables.keys().cloned().collect::<Vec<_>>());
        for _ in 0..c.below(4) {
            renames.tables.push(Pair::new(c.of(&names[0]), c.of(&names[1])));
            let table = c.of(&names[1]);
            let columns: Vec<Name> = after.tables[&table].columns.iter().map(|column| column.name.clone()).collect();
            let old: Vec<Name> =
                before.tables.values().flat_map(|table| &table.columns).map(|column| column.name.clone()).collect();
            if !columns.is_empty() {
                renames.columns.push((table, Pair::new(c.of(&old), c.of(&columns))));
            }
        }
        let diff = Diff::between(Pair::new(&before, &after), &renames);
        let reached = applied(&diff, &before).map_err(|error| format!("{error}\n{renames:?}\n{:#?}", diff.changes))?;
        match sorted(reached) == sorted(after.clone()) {
            true => Ok(()),
            false => Err(format!("{before:#?}\nwith {renames:?} and {:#?}\nis not\n{after:#?}", diff.changes)),
        }
    });
}

/// Changes one fact, and says which part it is a fact of.
fn mutate(c: &mut Choices, schema: &mut Schema) -> Option<Path> {
    let names: Vec<ObjectName> = schema.tables.keys().cloned().collect();
    let name = c.of(&names);
    let table = schema.tables.get_mut(&name)?;
    let part = |kind, label| Path::Part { table: name.clone(), kind, label };
    match c.below(6) {
        0 => {
            let at = c.below(table.columns.len());
            let column = &mut table.columns[at];
            match c.below(5) {
                0 => column.nullable = !column.nullable,
                1 => column.ty = ColumnType::parse(D, "ANOTHER"),
                2 => column.value = ColumnValue::Default(Expr::parse(D, "'another'").expect("a literal")),
                3 => column.collation = Some(Name::new(D, "ANOTHER")),
                _ => column.on_conflict = other_conflict(column.on_conflict),
            }
            Some(part(PartKind::Column, table.columns[at].label()))
        }
        1 => {
            let key = table.primary_key.get_or_insert_with(|| PrimaryKey::over([table.columns[0].name.clone()]));
            match c.below(3) {
                0 => key.autoincrement = !key.autoincrement,
                1 => key.name = Some(Name::new(D, "another")),
                _ => key.on_conflict = other_conflict(key.on_conflict),
            }
            let _ = key;
            Some(part(PartKind::PrimaryKey, table.primary_key.as_ref()?.label()))
        }
        2 => Some(mutate_unique(c, table)),
        3 => mutate_foreign_key(c, table),
        4 => mutate_index(c, table),
        _ => {
            let at = c.below(table.checks.len() + 1);
            let expr = Expr::parse(D, "1 = 2").expect("an expression");
            table.checks.insert(at, Check { name: None, expr });
            Some(table.checks[at].path(&name))
        }
    }
}

fn other_conflict(clause: Option<OnConflict>) -> Option<OnConflict> {
    if clause == Some(OnConflict::Fail) { None } else { Some(OnConflict::Fail) }
}

fn mutate_unique(c: &mut Choices, table: &mut Table) -> Path {
    if table.uniques.is_empty() {
        table.uniques.push(Unique::over([Name::new(D, "another")]));
        return table.uniques[0].path(&table.name);
    }
    let at = c.below(table.uniques.len());
    let unique = &mut table.uniques[at];
    match c.below(3) {
        0 => unique.on_conflict = other_conflict(unique.on_conflict),
        1 => unique.name = Some(Name::new(D, "another")),
        _ => unique.parts[0].descending = !unique.parts[0].descending,
    }
    table.uniques[at].path(&table.name)
}

fn mutate_foreign_key(c: &mut Choices, table: &mut Table) -> Option<Path> {
    if table.foreign_keys.is_empty() {
        return None;
    }
    let at = c.below(table.foreign_keys.len());
    let key = &mut table.foreign_keys[at];
    match c.below(4) {
        0 => key.on_delete = if key.on_delete == Action::Cascade { Action::SetNull } else { Action::Cascade },
        1 => key.parent = ObjectName::new(D, None, "another"),
        2 => key.parent_columns[0] = Name::new(D, "another"),
        _ => key.deferrable = if key.deferrable == Deferrable::No { Deferrable::Deferred } else { Deferrable::No },
    }
    Some(table.foreign_keys[at].path(&table.name))
}

fn mutate_index(c: &mut Choices, table: &mut Table) -> Option<Path> {
    if table.indexes.is_empty() {
        return None;
    }
    let at = c.below(table.indexes.len());
    let index = &mut table.indexes[at];
    match c.below(4) {
        0 => index.unique = !index.unique,
        1 => index.name = Some(Name::new(D, "another")),
        2 => index.parts[0].descending = !index.parts[0].descending,
        _ => index.predicate = Some(Expr::parse(D, "1 = 2").expect("an expression")),
    }
    Some(table.indexes[at].path(&table.name))
}

#[test]
fn one_fact_that_differs_is_one_change_of_its_part() {
    law("one fact", 3000, 250, |c| {
        let before = generate::schema(c);
        let mut after = before.clone();
        let Some(path) = mutate(c, &mut after) else {
            return Ok(());
        };
        let paths: Vec<Path> = between(&before, &after).changes.iter().map(schema_core::Change::path).collect();
        match paths == [path.clone()] {
            true => Ok(()),
            false => Err(format!("{path:?} was changed, and {paths:?} is reported for\n{before:#?}\nand\n{after:#?}")),
        }
    });
}

/// A table as a model leaves it open: without names, some UNIQUE constraints as indexes.
fn opened(c: &mut Choices, table: &Table) -> Table {
    let mut table = table.clone();
    let mut open = |name: &mut Option<Name>| {
        if c.chance(70) {
            *name = None;
        }
    };
    table.uniques.iter_mut().for_each(|part| open(&mut part.name));
    table.foreign_keys.iter_mut().for_each(|part| open(&mut part.name));
    table.checks.iter_mut().for_each(|part| open(&mut part.name));
    table.indexes.iter_mut().for_each(|part| open(&mut part.name));
    table.primary_key.iter_mut().for_each(|part| open(&mut part.name));
    table
}

#[test]
fn settling_twice_is_settling_once() {
    law("settling", 2000, 400, |c| {
        let schema = generate::schema(c);
        let other = relative(c, &schema);
        for table in schema.tables.values() {
            for found in schema.tables.get(&table.name).into_iter().chain(other.tables.get(&table.name)) {
                let mut once = opened(c, table);
                once.settle(found);
                let mut twice = once.clone();
                twice.settle(found);
                if once != twice {
                    return Err(format!("{once:#?}\nbecomes\n{twice:#?}\nbeside\n{found:#?}"));
                }
            }
        }
        Ok(())
    });
}

/// What a model leaves open is no difference.
#[test]
fn a_settled_table_is_the_one_that_was_found() {
    law("settled", 2000, 400, |c| {
        for table in generate::schema(c).tables.values() {
            let mut model = opened(c, table);
            model.settle(table);
            let diff = Diff::between_tables(Pair::new(table, &model));
            if !diff.is_empty() {
                return Err(format!("{:#?}\nfor\n{table:#?}", diff.changes));
            }
        }
        Ok(())
    });
}
