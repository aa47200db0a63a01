//! What a database has, beside what the migrations lead to: the one differ, and for each change that it names the
//! fault that this is.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use schema_core::{
    Change, Diff, ForeignKeyProblem, Inspection, ObjectName, Pair, Path, Renames, Schema, Table, Unmanaged,
    UnmanagedKind, foreign_key_problems_of, render,
};

use super::fault::{Fault, Mend, SQL};
use super::table;
use crate::Category;
use crate::sqlite::history::TABLE;
use crate::sqlite::judge::agreement::{Known, is_expected, is_table, shown, text};

/// Every fault, the worst first, and those of one table together.
pub(super) fn faults(found: &Inspection, expected: &Inspection, known: &Known) -> Vec<Fault> {
    let mut managed = found.schema.clone();
    managed.tables.retain(|name, _| expected.schema.tables.contains_key(name));
    let diff = Diff::between(Pair::new(&managed, &expected.schema), &Renames::default());
    let mut faults = Vec::new();
    let mut changed: BTreeMap<ObjectName, Vec<Change>> = BTreeMap::new();
    for change in diff.changes {
        match change {
            Change::CreateTable(table) => faults.push(missing_table(&table, found, known)),
            other => changed.entry(other.path().table().cloned().unwrap_or_else(nowhere)).or_default().push(other),
        }
    }
    for (name, after) in &expected.schema.tables {
        if let Some(before) = managed.tables.get(name) {
            let changes = changed.remove(name).unwrap_or_default();
            faults.extend(table::faults(Pair::new(before, after), found, changes));
        }
    }
    let parents = parents(&managed, &expected.schema, &faults);
    faults.extend(parents);
    faults.extend(found.schema.tables.keys().filter_map(|name| surplus(name, expected, known)));
    faults.extend(objects(found, expected, known));
    faults.sort_by_cached_key(|fault| {
        (Reverse(fault.category.severity()), fault.table.clone(), fault.category, fault.object.clone())
    });
    faults
}

/// What is too much now, and no more when the pending migrations have run, is theirs. `later` are the faults that the
/// database has beside what these lead to.
pub(super) fn defer(faults: &mut [Fault], later: &[Fault]) {
    let surplus = [Category::ExtraIndex, Category::ExtraColumn, Category::ExtraConstraint];
    for fault in faults.iter_mut().filter(|fault| surplus.contains(&fault.category) && fault.expected.is_none()) {
        let stays = later.iter().any(|other| surplus.contains(&other.category) && other.object == fault.object);
        if !stays {
            fault.category = Category::LeftOver;
            fault.message = format!("{} is there, and only a pending migration brings it", fault.object);
            fault.mend = Mend::Words("`plan` says what becomes of it when the pending migrations run".to_owned());
        }
    }
}

fn nowhere() -> ObjectName {
    ObjectName::new(SQL, None, "")
}

/// A table in one line; its DDL is long.
fn outline(table: &Table) -> String {
    let columns: Vec<String> = table.columns.iter().map(|column| render::name(SQL, &column.name)).collect();
    format!("{} ({})", render::object(SQL, &table.name), columns.join(", "))
}

fn missing_table(table: &Table, found: &Inspection, known: &Known) -> Fault {
    let own = format!("table `{}`", table.name);
    let object = found.unmanaged.iter().find(|object| is_table(object) && object.name == table.name.name);
    let fault = |category, message| {
        Fault::new(category, own.clone(), message)
            .of(&table.name, Vec::new())
            .sides(Some(outline(table)), object.and_then(|object| object.sql.as_deref().map(str::to_owned)))
            .at(Path::Table(table.name.clone()))
    };
    match object {
        Some(Unmanaged { reason: Some(reason), .. }) => {
            let message = format!("{own} is not understood: {reason}");
            return fault(Category::NotUnderstood, message)
                .words("compare it by hand with what the migrations state; nothing that is not understood is changed");
        }
        Some(other) => {
            let message = format!("{own} is missing: a {} has its name", other.kind.as_str());
            return fault(Category::MissingTable, message).words("give the other one another name by hand");
        }
        None => {}
    }
    let fault = fault(Category::MissingTable, format!("{own} is missing"));
    let is_like = |other: &&Table| other.columns == table.columns && !known.has(&other.name.name);
    match found.schema.tables.values().find(is_like) {
        Some(other) => fault.words(format!(
            "table `{}` is in no migration and has the same columns; if somebody renamed it, this renames it back: `{}`",
            other.name,
            render::alter(SQL, &other.name, render::Alter::RenameTo(&table.name))
        )),
        None => fault.changes(vec![Change::CreateTable(table.clone())]),
    }
}

/// A table that is not expected.
fn surplus(name: &ObjectName, expected: &Inspection, known: &Known) -> Option<Fault> {
    if expected.schema.tables.contains_key(name) || name.name.is(TABLE) {
        return None;
    }
    let own = format!("table `{name}`");
    let fault = if known.has(&name.name) { left_over(&own) } else { unmanaged(&own) };
    Some(fault.of(name, Vec::new()))
}

fn left_over(own: &str) -> Fault {
    let message = format!("{own} is there, and the migrations up to here drop it or have not created it");
    Fault::new(Category::LeftOver, own, message)
        .words("drop it by hand, once nothing in it is needed; no statement that does is given here")
}

fn unmanaged(own: &str) -> Fault {
    Fault::new(Category::UnmanagedObject, own, format!("{own} is in no migration"))
        .words("nothing has to be done: what no migration creates is left alone")
}

/// Foreign keys that SQLite cannot check, since what they refer to is not unique. What makes it so again mends them.
fn parents(found: &Schema, expected: &Schema, faults: &[Fault]) -> Vec<Fault> {
    let mut more = Vec::new();
    for (name, table) in &found.tables {
        for (path, problem) in foreign_key_problems_of(found, table) {
            let same = |key: &&schema_core::ForeignKey| schema_core::Part::path(*key, name) == path;
            let Some(key) = table.foreign_keys.iter().find(same) else { continue };
            // One that refers to something else than it should is told as that.
            let is_told = faults
                .iter()
                .any(|fault| fault.path.as_ref() == Some(&path) && fault.category == Category::MissingForeignKey);
            if problem != ForeignKeyProblem::ParentNotUnique || is_told {
                continue;
            }
            let parent = render::foreign_key(SQL, key);
            let own = format!("foreign key ({}) of table `{name}`", schema_core::Part::label(key));
            let message = format!("{own} refers to columns of `{}` that are not unique: writing fails", key.parent);
            let wanted = expected.tables.get(name).and_then(|table| table.foreign_keys.iter().find(same));
            let fault = Fault::new(Category::ParentNotUnique, own, message)
                .of(name, key.columns.clone())
                .sides(wanted.map(|key| render::foreign_key(SQL, key)), Some(parent))
                .at(path.clone());
            let mends = |changes: &Vec<Change>| {
                let mut schema = found.clone();
                super::mend::apply(&mut schema, changes);
                let problems = schema.tables.get(name).map(|table| foreign_key_problems_of(&schema, table));
                problems.is_some_and(|problems| problems.iter().all(|(other, _)| *other != path))
            };
            let of_parent = faults.iter().filter(|fault| fault.table.as_ref() == Some(&key.parent));
            let changes = of_parent.filter_map(|fault| match &fault.mend {
                Mend::Changes(changes) if mends(changes) => Some(changes.clone()),
                _ => None,
            });
            more.push(match changes.into_iter().next() {
                Some(changes) => fault.changes(changes),
                None => fault.words(format!("write a migration that makes these columns of `{}` unique", key.parent)),
            });
        }
    }
    more
}

/// Views, triggers and virtual tables, by their text, and what is not understood.
fn objects(found: &Inspection, expected: &Inspection, known: &Known) -> Vec<Fault> {
    let mut faults = Vec::new();
    for object in expected.unmanaged.iter().filter(|object| object.kind != UnmanagedKind::ShadowTable) {
        let same = |other: &&Unmanaged| other.kind == object.kind && other.name == object.name;
        let own = shown(object);
        let fault = match found.unmanaged.iter().find(same) {
            None => {
                let sql = object.sql.as_deref().map(str::to_owned);
                let fault = Fault::new(Category::MissingObject, own.clone(), format!("{own} is missing"));
                let fault = Fault { mend: Mend::Statements(sql.iter().cloned().collect()), ..fault };
                fault.sides(sql.as_deref().map(one_line), None)
            }
            Some(other) if text(other) != text(object) => {
                let side = |object: &Unmanaged| object.sql.as_deref().map(one_line);
                Fault::new(Category::OtherObject, own.clone(), format!("{own} has another text"))
                    .sides(side(object), side(other))
                    .words("drop it by hand and create it as the migrations do, or write the change as a migration")
            }
            Some(_) => continue,
        };
        faults.push(match &object.table {
            Some(table) => fault.of(&ObjectName::new(SQL, None, table.as_str()), Vec::new()),
            None => fault,
        });
    }
    let is_told = |object: &Unmanaged| {
        let of_table = |name: &schema_core::Name| {
            expected.schema.tables.keys().any(|table| table.name == *name) && is_table(object)
        };
        is_expected(object, expected) || object.kind == UnmanagedKind::ShadowTable || of_table(&object.name)
    };
    let indexes = |object: &Unmanaged| {
        expected
            .schema
            .tables
            .values()
            .flat_map(|table| &table.indexes)
            .any(|index| object.kind == UnmanagedKind::NotUnderstood && index.name.as_ref() == Some(&object.name))
    };
    for object in found.unmanaged.iter().filter(|object| !is_told(object) && !indexes(object)) {
        let own = shown(object);
        let fault = if known.has_object(object) && object.kind != UnmanagedKind::NotUnderstood {
            left_over(&own)
        } else {
            unmanaged(&own)
        };
        let fault = fault.sides(None, object.sql.as_deref().map(one_line));
        faults.push(match &object.table {
            Some(table) => fault.of(&ObjectName::new(SQL, None, table.as_str()), Vec::new()),
            None => fault,
        });
    }
    faults
}

/// A text of several lines in one.
fn one_line(sql: &str) -> String {
    sql.split_whitespace().collect::<Vec<_>>().join(" ")
}
