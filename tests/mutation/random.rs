//! The same law on random schemas: models are printed from a schema, one fact of the schema changes, and
//! the change is reported as one of exactly that part.

use schema_core::{
    Action, Check, Column, ColumnType, ColumnValue, Dialect, Expr, Index, Inspection, KeyPart, KeyTarget, Name, Part,
    PartKind, Path, Schema, SourceMap, Table, Unique,
};
use schema_model::StandardTypes;
use schema_model::check::{Found, check};
use schema_model::print::Models;
use schema_model::source::{Fact, Source};
use schema_replay::Lints;

use crate::generate::{self, Choices, law};

const D: Dialect = Dialect::Sqlite;

/// A finding: what it is about, and the message.
type Said = (Path, String);

/// What is said about models and a schema; foreign keys that cannot work are another matter.
fn said(source: &Source, schema: &Schema) -> Result<Vec<Said>, String> {
    let inspection = Inspection { schema: schema.clone(), unmanaged: Vec::new() };
    let map = SourceMap::default();
    let mut all = Vec::new();
    for item in source.models() {
        let model = item.model.as_ref().map_err(ToString::to_string)?;
        let desired = model.lower(D, &StandardTypes).map_err(|error| error.to_string())?;
        let found = Found { inspection: &inspection, map: &map };
        let verdict = check(&model.ident.to_string(), &desired, found);
        let diagnostics = verdict.diagnostics.iter().filter(|said| !Lints::NAMES.contains(&said.code));
        all.extend(diagnostics.map(|said| (said.path.clone(), said.message.clone())));
        for proof in &verdict.types {
            let Fact::Known(fact) = source.resolver(item.module).judge(&proof.ty) else {
                return Err(format!("the type of `{}` is not known", proof.column));
            };
            if let Some((_, message)) = proof.judge(&fact, &verdict.table) {
                all.push((part(&verdict.table, PartKind::Column, &proof.column), message));
            }
        }
    }
    Ok(all)
}

fn part(table: &Table, kind: PartKind, label: &Name) -> Path {
    Path::Part { table: table.name.clone(), kind, label: label.clone() }
}

/// Changes one fact of a table and says what it is about; `None` where this table has no such fact.
fn mutate(c: &mut Choices, table: &mut Table) -> Option<Path> {
    let owner = table.clone();
    match c.below(12) {
        0 => column(c, table, &owner, |column| {
            let other = if owner.options.strict { ["INTEGER", "TEXT"] } else { ["DECIMAL(9,1)", "CLOB"] };
            let other = other.map(|text| ColumnType::parse(D, text)).into_iter().find(|ty| *ty != column.ty)?;
            column.ty = other;
            Some(())
        }),
        1 => column(c, table, &owner, |column| {
            column.nullable = !column.nullable;
            column.on_conflict = None;
            Some(())
        }),
        2 => column(c, table, &owner, |column| {
            let other = ColumnValue::Default(Expr::parse(D, "4711").ok()?);
            let is_generated = matches!(column.value, ColumnValue::Generated { .. });
            (!is_generated && column.value != other).then(|| column.value = other)
        }),
        3 => column(c, table, &owner, |column| {
            let other = Name::new(D, "RTRIM");
            (column.collation.as_ref() != Some(&other)).then(|| column.collation = Some(other))
        }),
        4 => {
            let check = Check { name: None, expr: Expr::parse(D, "4711 > 0").ok()? };
            table.checks.push(check.clone());
            Some(check.path(&owner.name))
        }
        5 => removed(c, &mut table.checks, &owner),
        6 => removed(c, &mut table.uniques, &owner),
        7 => removed(c, &mut table.indexes, &owner),
        8 => removed(c, &mut table.foreign_keys, &owner),
        9 => added(c, table),
        10 => {
            let at = c.below(table.indexes.len());
            let index = table.indexes.get_mut(at).filter(|index| is_alone(*index, &owner.indexes))?;
            index.unique = !index.unique;
            Some(index.path(&owner.name))
        }
        _ => {
            let at = c.below(table.foreign_keys.len());
            let key = table.foreign_keys.get_mut(at).filter(|key| is_alone(*key, &owner.foreign_keys))?;
            key.on_delete = if key.on_delete == Action::Cascade { Action::Restrict } else { Action::Cascade };
            Some(key.path(&owner.name))
        }
    }
}

/// A column that no key and no index depends on.
fn column(c: &mut Choices, table: &mut Table, owner: &Table, edit: impl Fn(&mut Column) -> Option<()>) -> Option<Path> {
    let at = c.below(table.columns.len());
    let column = table.columns.get_mut(at)?;
    let keys = owner.primary_key.iter().map(|key| &key.parts);
    let keys = keys.chain(owner.uniques.iter().map(|unique| &unique.parts));
    let mut parts = keys.chain(owner.indexes.iter().map(|index| &index.parts)).flatten();
    if parts.any(|part| matches!(&part.target, KeyTarget::Column(name) if *name == column.name)) {
        return None;
    }
    edit(column)?;
    Some(column.path(&owner.name))
}

/// Whether no other part is over the same: of two that are alike, one says it all.
fn is_alone<T: Part>(part: &T, all: &[T]) -> bool {
    all.iter().filter(|other| other.label() == part.label()).count() == 1
}

fn removed<T: Part>(c: &mut Choices, parts: &mut Vec<T>, owner: &Table) -> Option<Path> {
    let at = c.below(parts.len());
    let part = parts.get(at).filter(|part| is_alone(*part, parts))?.path(&owner.name);
    parts.remove(at);
    Some(part)
}

/// A UNIQUE constraint or an index over a column that has neither.
fn added(c: &mut Choices, table: &mut Table) -> Option<Path> {
    let at = c.below(table.columns.len());
    let name = table.columns.get(at)?.name.clone();
    let parts = vec![KeyPart::column(name.clone())];
    let label = Unique::over([name]).label();
    let is_taken = table.uniques.iter().any(|unique| unique.label() == label)
        || table.indexes.iter().any(|index| index.label() == label)
        || table.primary_key.as_ref().is_some_and(|key| key.columns().len() == 1);
    if is_taken {
        return None;
    }
    if c.chance(50) {
        let unique = Unique { parts, ..Unique::over([]) };
        table.uniques.push(unique.clone());
        return Some(unique.path(&table.name));
    }
    let index = Index { name: Some(Name::new(D, "zebra")), ..Index::over(parts) };
    table.indexes.push(index.clone());
    Some(index.path(&table.name))
}

/// Whether a finding is about the part, or about the column whose values an enum lists.
fn is_about(path: &Path, expected: &Path) -> bool {
    let listed = match (path, expected) {
        (
            Path::Part { table, kind: PartKind::Column, label },
            Path::Part { table: other, kind: PartKind::Check, label: condition },
        ) => {
            let values = Expr::parse(D, condition.as_str()).ok().and_then(|expr| expr.enumeration(D));
            table == other && values.is_some_and(|(column, _)| column == *label)
        }
        _ => false,
    };
    path == expected || listed
}

#[test]
fn one_fact_of_a_random_schema_is_reported_as_that_part() {
    let tried = std::cell::Cell::new(0_usize);
    law("mutations", 2500, 300, |c| {
        let schema = generate::schema(c);
        let text = Models::of(&schema).file("migrations");
        let file = tempfile::Builder::new().suffix(".rs").tempfile().map_err(|error| error.to_string())?;
        std::fs::write(file.path(), &text).map_err(|error| error.to_string())?;
        let source = Source::of_path(file.path());
        // What a model cannot say is no matter of this law.
        if !said(&source, &schema).is_ok_and(|all| all.is_empty()) {
            return Ok(());
        }
        let mut mutated = schema.clone();
        let at = c.below(mutated.tables.len());
        let Some(expected) = mutated.tables.values_mut().nth(at).and_then(|table| mutate(c, table)) else {
            return Ok(());
        };
        tried.set(tried.get() + 1);
        let all = said(&source, &mutated)?;
        let astray = all.iter().any(|(path, _)| !is_about(path, &expected));
        match all.len() {
            1 if !astray => Ok(()),
            count => Err(format!("{count} findings, not one about {expected:?}: {all:#?}\n{text}")),
        }
    });
    assert!(tried.get() >= 500, "{} mutations were tried", tried.get());
}
