//! Rows that a change does not allow: which of them there are, before a migration fails on them or after.

mod ask;
mod effect;
mod orphans;
mod rules;
mod types;

use rusqlite::{Connection, ErrorCode, ffi};
use schema_core::{Migration, Pair, Schema};
use schema_replay::inspect;

use crate::sqlite::judge::Judge;
use crate::sqlite::refusal;
use crate::{Error, Offenders};

pub(crate) use orphans::refuse_orphans;
use rules::{Class, Rule, rules};
pub(crate) use types::Types;

/// What a migration that is pending will break, or may break: when it has statements that may mend the rows, or when
/// others run before it.
pub(crate) fn foreseen(
    db: &Connection,
    found: &Schema,
    schemas: Pair<&Schema>,
    sql: &str,
    is_next: bool,
) -> Result<Vec<Offenders>, Error> {
    let effect = effect::effect(sql);
    let is_certain = is_next && !effect.mends;
    let mut rules = rules(found, schemas);
    rules.retain(|rule| !effect.emptied.contains(&rule.table.name.name));
    let offenders = asked(db, &rules)?;
    let judged = |one: Offenders| Offenders { certain: one.certain && is_certain, ..one };
    Ok(offenders.into_iter().map(judged).collect())
}

/// The rows that a change breaks, from one schema that was found to another.
pub(crate) fn offenders(db: &Connection, schemas: Pair<&Schema>) -> Result<Vec<Offenders>, Error> {
    asked(db, &rules(schemas.before, schemas))
}

/// The error of a migration with the rows that are in its way, where there are such. They are asked for in the
/// transaction that the migration failed in, since it may have changed rows before, or else as they were before it.
pub(crate) fn explain(judge: &mut Judge<'_>, migration: &Migration, error: Error) -> Error {
    match position(judge, migration) {
        Some(at) => explain_between(judge, migration, Pair::new(at, at + 1), error),
        None => error,
    }
}

/// The same of a migration that leads from the schema of so many migrations to that of so many, such as a way down.
pub(crate) fn explain_between(
    judge: &mut Judge<'_>,
    migration: &Migration,
    counts: Pair<usize>,
    error: Error,
) -> Error {
    let Some(complaint) = complaint(&error) else { return error };
    let Pair { before: Ok(before), after: Ok(after) } = counts.map(|count| judge.expected.after(count)) else {
        return error;
    };
    let schemas = Pair::new(&before.schema, &after.schema);
    let emptied = effect::effect(&migration.sql).emptied;
    let blamed = |db: &Connection| -> Option<Vec<Offenders>> {
        let found = inspect(db).ok()?.schema;
        let mut rules = rules(&found, schemas);
        rules.retain(|rule| complaint.is_about(rule, schemas) && !emptied.contains(&rule.table.name.name));
        asked(db, &rules).ok().filter(|offenders| !offenders.is_empty())
    };
    let found = blamed(judge.db).or_else(|| {
        // The lock is given up here: nothing follows but the error.
        judge.db.execute_batch("ROLLBACK").ok()?;
        blamed(judge.db)
    });
    match found {
        Some(offenders) => refusal::offended(migration, offenders, error),
        None => error,
    }
}

/// How many migrations come before it.
fn position(judge: &Judge<'_>, migration: &Migration) -> Option<usize> {
    judge.set.migrations().iter().position(|one| one.version == migration.version)
}

fn asked(db: &Connection, rules: &[Rule<'_>]) -> Result<Vec<Offenders>, Error> {
    let mut offenders = Vec::new();
    for rule in rules {
        offenders.extend(ask::ask(db, rule).map_err(refusal::database)?);
    }
    Ok(offenders)
}

/// What SQLite complains about, when it complains about rows.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Complaint {
    class: Class,
    /// The table that it names.
    table: Option<String>,
}

impl Complaint {
    /// Whether it may be about that rule: of the same kind, and of the same table, unless the complaint is about one
    /// that is only there while the migration runs.
    fn is_about(&self, rule: &Rule<'_>, schemas: Pair<&Schema>) -> bool {
        let is_lasting = |table: &str| schemas.before.tables.keys().any(|name| name.name.is(table));
        self.class == rule.class
            && self.table.as_ref().is_none_or(|table| rule.table.name.name.is(table) || !is_lasting(table))
    }
}

fn complaint(error: &Error) -> Option<Complaint> {
    let source = std::error::Error::source(error)?.downcast_ref::<rusqlite::Error>()?;
    let (code, message) = match source {
        rusqlite::Error::SqliteFailure(code, Some(message)) => (code, message.as_str()),
        rusqlite::Error::SqlInputError { error, msg, .. } => (error, msg.as_str()),
        _ => return None,
    };
    let class = match code.extended_code {
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID => {
            Class::Unique
        }
        ffi::SQLITE_CONSTRAINT_NOTNULL => Class::NotNull,
        ffi::SQLITE_CONSTRAINT_CHECK => Class::Check,
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => Class::ForeignKey,
        ffi::SQLITE_CONSTRAINT_DATATYPE => Class::Type,
        _ if code.code == ErrorCode::TypeMismatch => Class::Type,
        // What ADD COLUMN complains about has no code of its own.
        _ if message.starts_with("CHECK constraint failed") => Class::Check,
        _ if message.contains("NOT NULL") => Class::NotNull,
        _ => return None,
    };
    let named = message.split_once("constraint failed: ").filter(|_| matches!(class, Class::Unique | Class::NotNull));
    let table = named.and_then(|(_, columns)| Some(columns.split_once('.')?.0.to_owned()));
    Some(Complaint { class, table })
}
