//! The laws of the audit, on random schemas: one change of a database is one finding of the right category, equal
//! schemas have none, and the SQL that is given ends its finding, begins none and keeps every row.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;
use schema_core::{
    Action, Check, Column, ColumnType, ColumnValue, Dialect, Expr, Index, KeyPart, Name, ObjectName, Schema, Table,
    Unique, render,
};
use schema_runtime::{Audit, AuditFinding, Category, Sqlite};
use tempfile::TempDir;

use crate::common::set;
use crate::engine;
use crate::generate::{self, Choices, law};
use crate::house;

const D: Dialect = Dialect::Sqlite;

fn name(text: &str) -> Name {
    Name::new(D, text)
}

/// A program whose one migration creates that schema.
fn program(statements: &[String]) -> Sqlite {
    set(&[("1", "all", &statements.join(";\n"))])
}

/// A schema as SQLite reads it back; none where SQLite does not take it.
fn settled(schema: &Schema) -> Option<Schema> {
    let found = engine::inspect(&engine::create(schema).ok()?);
    found.unmanaged.is_empty().then_some(found.schema)
}

fn key(finding: &AuditFinding) -> (Category, String) {
    (finding.category, finding.object.clone())
}

fn keys(audit: &Audit) -> BTreeSet<(Category, String)> {
    audit.findings.iter().map(key).collect()
}

/// All rows of all tables, each value as text, since a column may get another type; by table and column.
fn rows(db: &Connection) -> BTreeMap<Name, Vec<BTreeMap<Name, String>>> {
    let schema = engine::inspect(db).schema;
    let content = engine::content(db, &schema);
    let text = |value: rusqlite::types::Value| match value {
        rusqlite::types::Value::Integer(number) => number.to_string(),
        rusqlite::types::Value::Text(text) => text,
        other => format!("{other:?}"),
    };
    let row = |row: BTreeMap<Name, _>| row.into_iter().map(|(name, value)| (name, text(value))).collect();
    let table = |rows: engine::Rows| rows.into_values().map(row).collect::<Vec<BTreeMap<Name, String>>>();
    content.tables.into_iter().map(|(name, rows)| (name, table(rows))).collect()
}

/// Whether every row and every value is there still; what came is no loss.
fn keeps(before: &BTreeMap<Name, Vec<BTreeMap<Name, String>>>, after: &Connection, but: &[String]) -> bool {
    let mut after = rows(after);
    before.iter().all(|(table, rows)| {
        let Some(mut now) = after.remove(table) else { return false };
        let stays = |name: &Name| rows.iter().any(|row| row.contains_key(name)) && !but.iter().any(|one| name.is(one));
        let mut then = rows.clone();
        for row in now.iter_mut().chain(&mut then) {
            row.retain(|name, _| stays(name));
        }
        then.sort();
        now.sort();
        then == now
    })
}

/// A copy of a database, and the directory that it is in.
fn copy(db: &Connection) -> (TempDir, Connection) {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("copy.db");
    db.execute("VACUUM INTO ?1", [path.to_str().expect("UTF-8")]).expect("a copy");
    let copy = Connection::open(path).expect("the copy");
    copy.execute_batch("PRAGMA synchronous = OFF").expect("a pragma");
    (directory, copy)
}

/// Runs the SQL of every finding on a copy: its finding is gone, there is no new one, and all rows are there.
fn mend(app: &Sqlite, db: &Connection, audit: &Audit, tally: &RefCell<Tally>) -> Result<(), String> {
    let before = rows(db);
    let known = keys(audit);
    for finding in audit.findings.iter().filter(|finding| !finding.sql.is_empty()) {
        let (_directory, copy) = copy(db);
        let sql = finding.sql.join(";\n");
        if let Err(error) = copy.execute_batch(&sql) {
            let _ = copy.execute_batch("ROLLBACK");
            copy.execute_batch("PRAGMA foreign_keys = ON").expect("a pragma");
            if !finding.help.contains("and then it fails and changes nothing") {
                return Err(format!("{error}\n{finding}"));
            }
            if keys(&app.audit(&copy).expect("an audit")) != known || !keeps(&before, &copy, &[]) {
                return Err(format!("it failed and changed something: {error}\n{finding}"));
            }
            tally.borrow_mut().stopped += 1;
            continue;
        }
        let after = app.audit(&copy).map_err(|error| error.to_string())?;
        let new = |one: &&AuditFinding| one.category != Category::ColumnOrder && !known.contains(&key(one));
        if after.findings.iter().any(|one| key(one) == key(finding)) {
            return Err(format!("it stays:\n{finding}\n\n{after}"));
        }
        if let Some(one) = after.findings.iter().find(new) {
            return Err(format!("this is new:\n{one}\nafter\n{finding}"));
        }
        let changes_values = matches!(finding.category, Category::IncompatibleType | Category::TableOptions);
        if !keeps(&before, &copy, if changes_values { &finding.columns } else { &[] }) {
            return Err(format!("it loses something:\n{finding}"));
        }
        tally.borrow_mut().mended += 1;
    }
    Ok(())
}

#[derive(Debug, Default)]
struct Tally {
    mended: usize,
    stopped: usize,
    by_category: BTreeMap<Category, usize>,
}

#[test]
fn equal_schemas_have_no_findings() {
    law("equal", 60, 400, |c| {
        let db = engine::open();
        let mut ddl = house::schema(c);
        ddl.retain(|sql| db.execute_batch(sql).is_ok());
        house::fill(c, &db, &engine::inspect(&db).schema);
        let audit = program(&ddl).audit(&db).map_err(|error| error.to_string())?;
        if audit.findings.is_empty() { Ok(()) } else { Err(audit.to_string()) }
    });
}

#[test]
fn one_change_is_one_finding_and_the_sql_ends_it() {
    let tally = RefCell::new(Tally::default());
    law("one change", 700, 500, |c| {
        // Chosen first: what is made of used-up numbers is all the same.
        let kind = c.below(26);
        let wanted = if c.chance(50) {
            let db = engine::open();
            let mut ddl = house::schema(c);
            ddl.retain(|sql| db.execute_batch(sql).is_ok());
            engine::inspect(&db).schema
        } else {
            generate::schema(c)
        };
        let Some(wanted) = settled(&wanted) else { return Ok(()) };
        let mut changed = wanted.clone();
        let Some(expected) = mutate(c, kind, &mut changed) else { return Ok(()) };
        // What SQLite makes something else of is another mutation.
        if settled(&changed).as_ref() != Some(&changed) || changed == wanted {
            return Ok(());
        }
        let app = program(&render::schema(&wanted));
        let db = engine::create(&changed)?;
        house::fill(c, &db, &changed);
        let audit = app.audit(&db).map_err(|error| error.to_string())?;
        // What refers to columns that are unique no more is told as well.
        let own = audit.findings.iter().filter(|finding| finding.category != Category::ParentNotUnique);
        let found: Vec<Category> = own.map(|finding| finding.category).collect();
        if found != [expected] {
            return Err(format!("expected {expected:?}\n{audit}"));
        }
        *tally.borrow_mut().by_category.entry(expected).or_default() += 1;
        mend(&app, &db, &audit, &tally)
    });
    let tally = tally.into_inner();
    assert!(tally.mended > 200, "{tally:?}");
    for category in MUTATED {
        assert!(tally.by_category.contains_key(category), "{category:?} never came: {tally:?}");
    }
}

#[test]
fn many_changes_are_mended_one_by_one() {
    let tally = RefCell::new(Tally::default());
    law("many changes", 120, 500, |c| {
        let before = engine::open();
        let mut ddl = house::schema(c);
        ddl.retain(|sql| before.execute_batch(sql).is_ok());
        let mut changed = engine::inspect(&before).schema;
        let mut renames = schema_core::Renames::default();
        crate::edits::edit(c, &mut changed, &mut renames, &["log"]);
        let Ok(db) = engine::create(&changed) else { return Ok(()) };
        house::fill(c, &db, &changed);
        let app = program(&ddl);
        let audit = app.audit(&db).map_err(|error| error.to_string())?;
        mend(&app, &db, &audit, &tally)
    });
    let tally = tally.into_inner();
    assert!(tally.mended > 100, "{tally:?}");
}

/// What [`mutate`] makes of a database.
const MUTATED: &[Category] = &[
    Category::MissingTable,
    Category::MissingColumn,
    Category::MissingUnique,
    Category::MissingPrimaryKey,
    Category::MissingForeignKey,
    Category::MissingCheck,
    Category::Nullable,
    Category::ForeignKeyAction,
    Category::IncompatibleType,
    Category::MissingIndex,
    Category::ExtraIndex,
    Category::OtherDefault,
    Category::CompatibleType,
    Category::OtherCollation,
    Category::TableOptions,
    Category::ExtraConstraint,
    Category::ExtraColumn,
    Category::ColumnOrder,
    Category::UnmanagedObject,
    Category::OtherName,
    Category::OtherMeans,
];

/// Changes one fact of a schema; the answer is what the audit has to call it.
fn mutate(c: &mut Choices, kind: usize, schema: &mut Schema) -> Option<Category> {
    let tables: Vec<ObjectName> = schema.tables.keys().cloned().collect();
    let own = c.of(&tables);
    match kind {
        0 => {
            schema.tables.remove(&own);
            return Some(Category::MissingTable);
        }
        1 => {
            let mut table = Table::empty(ObjectName::new(D, None, "by hand"));
            table.columns.push(column("only here"));
            schema.tables.insert(table.name.clone(), table);
            return Some(Category::UnmanagedObject);
        }
        _ => {}
    }
    let table = schema.tables.get_mut(&own)?;
    match kind {
        2..=6 => drop_part(c, table),
        7..=11 => key_part(c, table),
        16 => other_part(c, table),
        17..=18 => columns(c, table),
        12 => {
            table.columns.push(column("only here"));
            Some(Category::ExtraColumn)
        }
        13 => {
            table.options.strict = !table.options.strict;
            Some(Category::TableOptions)
        }
        14 => {
            let place = c.below(table.columns.len());
            let first = table.columns.remove(place);
            table.columns.insert(0, first);
            Some(Category::ColumnOrder)
        }
        15 => extra_part(c, table),
        _ => fact(c, table),
    }
}

fn column(text: &str) -> Column {
    Column {
        name: name(text),
        ty: ColumnType::parse(D, "TEXT"),
        nullable: true,
        value: ColumnValue::Given,
        collation: None,
        on_conflict: None,
        comment: None,
    }
}

fn drop_part(c: &mut Choices, table: &mut Table) -> Option<Category> {
    match c.below(3) {
        0 if !table.checks.is_empty() => {
            let at = c.below(table.checks.len());
            let gone = table.checks.remove(at);
            let again = table.checks.iter().any(|other| other.expr == gone.expr || other.name == gone.name);
            (!again || gone.name.is_none() && !table.checks.iter().any(|other| other.expr == gone.expr))
                .then_some(Category::MissingCheck)
        }
        1 if !table.foreign_keys.is_empty() => {
            let at = c.below(table.foreign_keys.len());
            let gone = table.foreign_keys.remove(at);
            let again = table.foreign_keys.iter().any(|other| other.columns == gone.columns);
            (!again).then_some(Category::MissingForeignKey)
        }
        _ => {
            table.primary_key.take()?;
            let lonely = !table.options.without_rowid;
            lonely.then_some(Category::MissingPrimaryKey)
        }
    }
}

/// The columns of a key, without their order and direction.
fn rule(parts: &[KeyPart]) -> BTreeSet<String> {
    parts.iter().map(|part| format!("{:?}", KeyPart { descending: false, ..part.clone() })).collect()
}

fn enforced(table: &Table, parts: &[KeyPart]) -> bool {
    let indexes = table.indexes.iter().filter(|index| index.unique && index.predicate.is_none());
    let all = table.uniques.iter().map(|unique| &unique.parts).chain(indexes.map(|index| &index.parts));
    all.chain(table.primary_key.iter().map(|key| &key.parts)).any(|other| rule(other) == rule(parts))
}

fn key_part(c: &mut Choices, table: &mut Table) -> Option<Category> {
    match c.below(4) {
        0 if !table.uniques.is_empty() => {
            let gone = table.uniques.remove(c.below(table.uniques.len()));
            (!enforced(table, &gone.parts)).then_some(Category::MissingUnique)
        }
        1 if !table.uniques.is_empty() => {
            let gone = table.uniques.remove(c.below(table.uniques.len()));
            let index = Index { name: Some(name("by other means")), unique: true, ..Index::over(gone.parts.clone()) };
            let alone = !enforced(table, &gone.parts) && gone.on_conflict.is_none();
            table.indexes.push(index);
            alone.then_some(Category::OtherMeans)
        }
        2 if !table.indexes.is_empty() => {
            let gone = table.indexes.remove(c.below(table.indexes.len()));
            let like = table.indexes.iter().any(|other| rule(&other.parts) == rule(&gone.parts));
            let category = if gone.unique { Category::MissingUnique } else { Category::MissingIndex };
            let still = like || (gone.unique && enforced(table, &gone.parts));
            (!still).then_some(category)
        }
        _ => {
            let at = c.below(table.indexes.len().max(1));
            let index = table.indexes.get_mut(at)?;
            index.name = Some(name("another name"));
            let parts = index.parts.clone();
            let alone = table.indexes.iter().filter(|other| rule(&other.parts) == rule(&parts)).count() == 1;
            alone.then_some(Category::OtherName)
        }
    }
}

fn other_part(c: &mut Choices, table: &mut Table) -> Option<Category> {
    let at = c.below(table.foreign_keys.len().max(1));
    let gone = table.foreign_keys.get(at)?.clone();
    let alone = table.foreign_keys.iter().filter(|other| other.columns == gone.columns).count() == 1;
    let key = &mut table.foreign_keys[at];
    let action = if c.chance(50) { &mut key.on_delete } else { &mut key.on_update };
    *action = if *action == Action::Restrict { Action::NoAction } else { Action::Restrict };
    alone.then_some(Category::ForeignKeyAction)
}

fn extra_part(c: &mut Choices, table: &mut Table) -> Option<Category> {
    let one = c.of(&table.columns).name;
    match c.below(3) {
        0 => {
            let parts = vec![KeyPart::column(one)];
            let like = table.indexes.iter().any(|other| rule(&other.parts) == rule(&parts));
            table.indexes.push(Index { name: Some(name("by hand")), ..Index::over(parts) });
            (!like).then_some(Category::ExtraIndex)
        }
        1 => {
            let unique = Unique::over([one]);
            let known = enforced(table, &unique.parts);
            table.uniques.push(unique);
            (!known).then_some(Category::ExtraConstraint)
        }
        _ => {
            table.checks.push(Check { name: None, expr: Expr::parse(D, "1 < 2 + 40").expect("an expression") });
            Some(Category::ExtraConstraint)
        }
    }
}

/// Takes a column that nothing mentions.
fn columns(c: &mut Choices, table: &mut Table) -> Option<Category> {
    let at = c.below(table.columns.len());
    (table.columns.len() > 1).then(|| table.columns.remove(at))?;
    Some(Category::MissingColumn)
}

fn fact(c: &mut Choices, table: &mut Table) -> Option<Category> {
    let at = c.below(table.columns.len());
    let in_key = |key: &schema_core::PrimaryKey| key.columns().contains(&table.columns[at].name);
    let is_key = table.primary_key.as_ref().is_some_and(in_key);
    let column = &mut table.columns[at];
    match c.below(4) {
        0 if !is_key => {
            column.nullable = !column.nullable;
            column.on_conflict = None;
            Some(if column.nullable { Category::Nullable } else { Category::ExtraConstraint })
        }
        1 if !is_key => {
            let before = column.ty.affinity();
            column.ty =
                ColumnType::parse(D, c.of(&["TEXT", "CHAR(7)", "INTEGER", "INT", "REAL", "DOUBLE", "BLOB", ""]));
            let same = before == column.ty.affinity();
            (!table.options.strict).then_some(if same { Category::CompatibleType } else { Category::IncompatibleType })
        }
        2 => {
            column.collation = if column.collation.is_none() { Some(name("NOCASE")) } else { None };
            Some(Category::OtherCollation)
        }
        _ => match &column.value {
            ColumnValue::Given | ColumnValue::Default(_) => {
                column.value = ColumnValue::Default(Expr::parse(D, "4711").expect("an expression"));
                Some(Category::OtherDefault)
            }
            _ => None,
        },
    }
}
