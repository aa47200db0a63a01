//! Models that are printed from a schema ask for exactly that schema, and rustc's proofs hold.

use schema_core::{Column, ColumnValue, Dialect, Inspection, KeyPart, KeyTarget, Name, SourceMap, Table};
use schema_model::StandardTypes;
use schema_model::check::{Found, check};
use schema_model::print::Models;
use schema_model::source::{Fact, ModelItem, NamedModel, Source};
use schema_replay::{Lints, Project};

use super::definitions::{read, run};
use crate::generate::{self, law};

/// Prints the models of what was found and checks them against it.
fn holds(inspection: &Inspection) -> Result<(), String> {
    if !inspection.schema.tables.values().all(can_be_said) {
        return Ok(());
    }
    let text = Models::of(&inspection.schema).file("migrations");
    let file = tempfile::Builder::new().suffix(".rs").tempfile().map_err(|error| error.to_string())?;
    std::fs::write(file.path(), &text).map_err(|error| error.to_string())?;
    let source = Source::of_path(file.path());
    let fail = |what: String| Err(format!("{what}\n{text}"));
    if let Some(fault) = source.faults().first() {
        return fail(fault.message.clone());
    }
    if source.models().count() != inspection.schema.tables.len() {
        return fail("a table has no model".to_owned());
    }
    for item in source.models() {
        if let Err(what) = one(&source, item, inspection) {
            return fail(what);
        }
    }
    match source.schemas().next().map(|found| &found.input) {
        Some(Ok(listed)) if listed.models.len() == inspection.schema.tables.len() => Ok(()),
        _ => fail("`schema!` does not list every model".to_owned()),
    }
}

/// A model refuses what is surely a slip: a name without letters, a column that is listed twice, a default of a
/// column that counts by itself.
fn can_be_said(table: &Table) -> bool {
    let once = |names: &[Name]| names.iter().enumerate().all(|(at, name)| !names[..at].contains(name));
    let parts = |parts: &[KeyPart]| {
        let columns = parts.iter().filter_map(|part| match &part.target {
            KeyTarget::Column(name) => Some(name.clone()),
            KeyTarget::Expr(_) => None,
        });
        once(&columns.collect::<Vec<_>>())
    };
    let counts = table.primary_key.as_ref().filter(|key| key.autoincrement).map(schema_core::PrimaryKey::columns);
    let counts = |column: &Column| counts.as_ref().is_some_and(|columns| columns.contains(&column.name));
    if table.columns.iter().any(|column| counts(column) && column.value != ColumnValue::Given) {
        return false;
    }
    let columns = table.columns.iter().map(|column| &column.name);
    let indexes = table.indexes.iter().filter_map(|index| index.name.as_ref());
    let keys = table.primary_key.iter().filter_map(|key| key.name.as_ref());
    let uniques = table.uniques.iter().filter_map(|unique| unique.name.as_ref());
    let checks = table.checks.iter().filter_map(|check| check.name.as_ref());
    let foreign_keys = table.foreign_keys.iter().filter_map(|key| key.name.as_ref());
    let parts_of = indexes.chain(keys).chain(uniques).chain(checks).chain(foreign_keys);
    let mut names = columns.chain(parts_of).chain([&table.name.name]);
    names.all(|name| !name.as_str().is_empty())
        && table.foreign_keys.iter().all(|key| once(&key.columns) && once(&key.parent_columns))
        && table.primary_key.iter().all(|key| parts(&key.parts))
        && table.uniques.iter().all(|unique| parts(&unique.parts))
        && table.indexes.iter().all(|index| parts(&index.parts))
}

fn one(source: &Source, item: &ModelItem, inspection: &Inspection) -> Result<(), String> {
    let model = item.model.as_ref().map_err(ToString::to_string)?;
    let found = Found { inspection, map: &SourceMap::default() };
    let resolver = source.resolver(item.module);
    // As the derive reads it, which knows the standard library alone.
    let desired = model.lower(Dialect::Sqlite, &StandardTypes).map_err(|error| error.to_string())?;
    let verdict = check(&model.ident.to_string(), &desired, found);
    if let Some(said) = verdict.diagnostics.iter().find(|said| !Lints::NAMES.contains(&said.code)) {
        return Err(said.message.clone());
    }
    for proof in &verdict.types {
        let Fact::Known(fact) = resolver.judge(&proof.ty) else {
            return Err(format!("the type of `{}` is not known", proof.column));
        };
        if let Some((_, message)) = proof.judge(&fact, &verdict.table) {
            return Err(message);
        }
    }
    for proof in &verdict.references {
        let NamedModel::Model(parent) = resolver.model(&proof.model) else {
            return Err(format!("the parent `{}` has no model", proof.parent));
        };
        let parent = parent.model.as_ref().map_err(ToString::to_string)?;
        if let Some(message) = proof.judge(parent) {
            return Err(message);
        }
    }
    Ok(())
}

#[test]
fn models_of_a_schema_agree_with_it() {
    law("models", 1000, 300, |c| holds(&Inspection { schema: generate::schema(c), unmanaged: Vec::new() }));
}

#[test]
fn models_of_whatever_sqlite_creates_agree_with_it() {
    law("models of scripts", 1000, 300, |c| {
        let statements = generate::script(c, true);
        let (connection, accepted) = run(&statements);
        let found = read(&connection)?;
        holds(&found).map_err(|what| format!("{what}\nfrom\n{}", super::definitions::listed(&accepted)))
    });
}

/// What `pull` prints for names and facts of every kind is a program among those that must compile.
#[test]
fn the_pulled_program_is_what_is_printed() {
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui/pass/pulled");
    let project = Project::at(&dir.join("migrations"), "migrations").expect("a project");
    let set = schema_replay::read(&project).expect("its migrations");
    let found = schema_replay::replay(&set.migrations).expect("their schema").inspection;
    assert_eq!(found.unmanaged, []);
    let printed = Models::of(&found.schema).file("migrations");
    let program = format!("//! Models as `cargo driftless pull` writes them.\n\n{printed}\nfn main() {{}}\n");
    let written = std::fs::read_to_string(dir.join("main.rs")).unwrap_or_default();
    assert!(written == program, "main.rs has to be\n{program}");
    holds(&found).expect("they agree");
}
