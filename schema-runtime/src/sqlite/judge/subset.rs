//! The statements of a migration that make what is missing, where every table and view that it changes is either
//! there as a whole or missing as a whole: then its own words say best what is to be done.

use std::collections::BTreeMap;

use schema_core::sqlite::statement::{AlterAction, StatementKind, changed_table, classify};
use schema_core::token::{Statement, statements};
use schema_core::{Dialect, Inspection, Migration, Name, Pair};

use crate::sqlite::judge::complete::is_lasting;
use crate::sqlite::judge::hybrid::Standing;

/// The statements of one migration, by what the database has of it.
#[derive(Debug, Default)]
pub(crate) struct Subset<'m> {
    /// Those that are about what is missing.
    pub(crate) run: Vec<&'m str>,
    /// Those on rows of tables that are there.
    pub(crate) rows: Vec<Statement<'m>>,
}

/// What is to be done with a statement.
enum Part {
    Run,
    Skip,
    /// Nothing in the schema says whether it ran.
    Rows,
}

/// `None` when a table is there in part, or when a statement is about something that is there and something that is
/// missing.
pub(crate) fn subset<'m>(
    migration: &'m Migration,
    standing: &Standing,
    schemas: Pair<&Inspection>,
) -> Option<Subset<'m>> {
    let statements = statements(Dialect::Sqlite, &migration.sql);
    let script = Script { open: standing.whole_objects()?, aliases: aliases(&statements, schemas), schemas };
    let mut subset = Subset::default();
    for statement in statements {
        match script.part(&statement)? {
            Part::Run => subset.run.push(statement.text),
            Part::Skip => {}
            Part::Rows => subset.rows.push(statement),
        }
    }
    Some(subset)
}

struct Script<'s> {
    /// Each object that the migration changes, and whether it is missing.
    open: BTreeMap<Name, bool>,
    /// What tables that are there during the migration only become, or were.
    aliases: BTreeMap<Name, Name>,
    schemas: Pair<&'s Inspection>,
}

impl Script<'_> {
    fn part(&self, statement: &Statement<'_>) -> Option<Part> {
        let kind = classify(statement);
        let names = match &kind {
            StatementKind::CreateTable { name, .. }
            | StatementKind::CreateVirtualTable { name }
            | StatementKind::DropTable { name }
            | StatementKind::CreateView { name }
            | StatementKind::DropView { name } => vec![name.clone()],
            StatementKind::CreateIndex { table, .. } => vec![table.clone()],
            StatementKind::DropIndex { name } => vec![self.table_of_index(name)?],
            StatementKind::CreateTrigger { name, table } if !self.open.contains_key(name) => vec![table.clone()],
            StatementKind::CreateTrigger { name, .. } | StatementKind::DropTrigger { name } => vec![name.clone()],
            StatementKind::AlterTable { table, action: AlterAction::RenameTo(to) } => vec![table.clone(), to.clone()],
            StatementKind::AlterTable { table, .. } => vec![table.clone()],
            StatementKind::Insert | StatementKind::Update | StatementKind::Delete => vec![changed_table(statement)?],
            StatementKind::Pragma { name } if &**name == "legacy_alter_table" => return Some(Part::Run),
            StatementKind::Pragma { .. }
            | StatementKind::Begin
            | StatementKind::Commit
            | StatementKind::Savepoint
            | StatementKind::Select => return Some(Part::Skip),
            _ => return None,
        };
        let names: Vec<&Name> = names.iter().map(|name| self.aliases.get(name).unwrap_or(name)).collect();
        let open: Vec<Option<bool>> = names.iter().map(|name| self.open.get(*name).copied()).collect();
        let on_rows = matches!(kind, StatementKind::Insert | StatementKind::Update | StatementKind::Delete);
        if open.contains(&Some(true)) {
            return if open.contains(&Some(false)) { None } else { Some(Part::Run) };
        }
        if names.iter().all(|name| !is_lasting(name, self.schemas)) {
            return Some(Part::Run);
        }
        Some(if on_rows { Part::Rows } else { Part::Skip })
    }

    fn table_of_index(&self, index: &Name) -> Option<Name> {
        let tables = [self.schemas.before, self.schemas.after].into_iter().flat_map(|it| it.schema.tables.values());
        let mut owners = tables.filter(|table| table.indexes.iter().any(|one| one.name.as_ref() == Some(index)));
        owners.next().map(|table| table.name.name.clone())
    }
}

/// What a table becomes that has another name during the migration.
fn aliases(statements: &[Statement<'_>], schemas: Pair<&Inspection>) -> BTreeMap<Name, Name> {
    let mut aliases = BTreeMap::new();
    for statement in statements {
        if let StatementKind::AlterTable { table, action: AlterAction::RenameTo(to) } = classify(statement) {
            match (is_lasting(&table, schemas), is_lasting(&to, schemas)) {
                (false, true) => drop(aliases.insert(table, to)),
                (true, false) => drop(aliases.insert(to, table)),
                _ => {}
            }
        }
    }
    aliases
}
