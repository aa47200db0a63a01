//! The rest of a migration that is partly there: the statements for what is missing, and the statements of its
//! own on rows.

use schema_core::plan::{Allow, EngineVersion, Plan, Refusal, Request, plan};
use schema_core::sqlite::statement::{AlterAction, StatementKind, changed_table, classify};
use schema_core::token::{Statement, statements};
use schema_core::{
    Change, Dialect, Edit, Inspection, Migration, Name, ObjectName, Pair, Renames, Schema, Unmanaged, UnmanagedKind,
    render,
};

use crate::sqlite::judge::agreement::shown;
use crate::sqlite::judge::hybrid::Leaf;

/// The statements that give a database what it misses of one migration. `found` is the schema that it has; the
/// missing objects are written as `goal` has them.
pub(crate) fn statements_for(
    missing: &[&Leaf],
    found: &Inspection,
    goal: &Inspection,
) -> Result<Vec<String>, Vec<String>> {
    let (mut first, mut last) = (Vec::new(), Vec::new());
    let mut target = found.schema.clone();
    for leaf in missing {
        match leaf {
            Leaf::Part(change) | Leaf::Remade(change) => {
                apply(change, missing, &mut target).map_err(|error| vec![error.to_string()])?;
            }
            Leaf::Object(edit) => {
                if let Edit::Drop(object) | Edit::Alter(Pair { before: object, .. }) = edit
                    && found.unmanaged.iter().any(|other| other.kind == object.kind && other.name == object.name)
                {
                    first.push(dropped(object).ok_or_else(|| vec![format!("{} would go", shown(object))])?);
                }
                if let Some(after) = edit.after() {
                    let stored = goal.unmanaged.iter().find(|it| it.kind == after.kind && it.name == after.name);
                    last.extend(stored.and_then(|object| object.sql.as_deref()).map(str::to_owned));
                }
            }
        }
    }
    let plan = planned(found, &target).map_err(|refusals| refusals.iter().map(fact).collect::<Vec<_>>())?;
    let steps = plan.steps.into_iter().map(|step| step.sql).filter(|sql| !is_setting(sql));
    Ok(first.into_iter().chain(steps).chain(last).collect())
}

/// The fact of a refusal, without the flags of a command line that is not there.
fn fact(refusal: &Refusal) -> String {
    refusal.to_string().lines().next().unwrap_or_default().to_owned()
}

fn dropped(object: &Unmanaged) -> Option<String> {
    match object.kind {
        UnmanagedKind::Trigger => Some(render::drop_trigger(&object.name)),
        UnmanagedKind::View => Some(render::drop_view(Dialect::Sqlite, &object.name)),
        UnmanagedKind::VirtualTable | UnmanagedKind::ShadowTable | UnmanagedKind::NotUnderstood => None,
    }
}

fn apply(change: &Change, missing: &[&Leaf], target: &mut Schema) -> Result<(), schema_core::ApplyError> {
    // A table that is missing as a whole is created with all its parts.
    let created = |table: &ObjectName| {
        missing.iter().any(|leaf| matches!(leaf, Leaf::Part(Change::CreateTable(new)) if new.name == *table))
    };
    match change {
        Change::CreateTable(_) => target.apply(change),
        part if part.table().is_some_and(created) => Ok(()),
        part => target.apply(part),
    }
}

/// The plan, with every loss allowed that the missing changes are.
fn planned(before: &Inspection, after: &Schema) -> Result<Plan, Vec<Refusal>> {
    let renames = Renames::default();
    let version = EngineVersion::of_number(u32::try_from(rusqlite::version_number()).unwrap_or_default());
    let mut allow: Vec<Allow> = Vec::new();
    loop {
        let request = Request { before, after, exact: true, renames: &renames, version, allow: &allow, backfill: &[] };
        let refusals = match plan(&request) {
            Ok(plan) => return Ok(plan),
            Err(refusals) => refusals,
        };
        let more: Vec<Allow> = refusals.iter().filter_map(allowance).filter(|one| !allow.contains(one)).collect();
        if more.is_empty() {
            return Err(refusals);
        }
        allow.extend(more);
    }
}

fn allowance(refusal: &Refusal) -> Option<Allow> {
    match refusal {
        Refusal::Destructive { allow, .. } => Some(allow.clone()),
        Refusal::ColumnLooksRenamed { table, before, .. } => Some(Allow::DropColumn(table.clone(), before.clone())),
        Refusal::TableLooksRenamed { before, .. } => Some(Allow::DropTable(before.clone())),
        _ => None,
    }
}

fn is_setting(sql: &str) -> bool {
    statements(Dialect::Sqlite, sql).iter().all(|statement| matches!(classify(statement), StatementKind::Pragma { .. }))
}

/// Whether a migration moves rows by itself: to a name or a table of its own choice, so that the schema afterwards
/// does not say where they are.
pub(crate) fn moves_rows(migration: &Migration) -> bool {
    statements(Dialect::Sqlite, &migration.sql).iter().any(|statement| {
        matches!(
            classify(statement),
            StatementKind::Insert
                | StatementKind::Update
                | StatementKind::CreateTable { as_select: true, .. }
                | StatementKind::AlterTable { action: AlterAction::RenameTo(_) | AlterAction::RenameColumn { .. }, .. }
        )
    })
}

/// The statements of a migration on rows that it does not merely copy for a rebuild: on tables that are there
/// before it or after it.
pub(crate) fn row_statements<'m>(migration: &'m Migration, schemas: Pair<&Inspection>) -> Vec<Statement<'m>> {
    let lasting = |name: &Name| is_lasting(name, schemas);
    let is_own = |statement: &Statement<'_>| match classify(statement) {
        StatementKind::Insert | StatementKind::Update | StatementKind::Delete => {
            changed_table(statement).is_none_or(|name| lasting(&name))
        }
        StatementKind::CreateTable { name, as_select: true, .. } => lasting(&name),
        _ => false,
    };
    statements(Dialect::Sqlite, &migration.sql).into_iter().filter(is_own).collect()
}

/// Whether it is there before the migration or after it.
pub(crate) fn is_lasting(name: &Name, schemas: Pair<&Inspection>) -> bool {
    let has = |inspection: &Inspection| {
        inspection.schema.tables.keys().any(|table| table.name == *name)
            || inspection.unmanaged.iter().any(|object| object.name == *name)
    };
    has(schemas.before) || has(schemas.after)
}
