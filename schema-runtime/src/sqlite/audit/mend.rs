//! The statements that mend a fault. Each is planned for the schema that was found, and tried on a copy of it: what
//! is given leads to a schema without that fault and without a new one, and loses nothing.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use rusqlite::Connection;
use schema_core::plan::{EngineVersion, Hazard, HazardKind, Plan, Refusal, Request, Step, plan};
use schema_core::{Change, Column, Edit, Inspection, ObjectName, Pair, Renames, Schema};

use super::columns::with_fact;
use super::fault::{Fault, Mend};
use super::trial::Trial;
use crate::Category;
use crate::sqlite::judge::agreement::Known;

/// What mends a fault, in words and, where that is enough, as statements.
#[derive(Clone, Debug, Default)]
pub(super) struct Mending {
    pub(super) help: String,
    pub(super) sql: Vec<String>,
    /// The tables that they are planned for, and what becomes of them.
    pub(super) target: Option<Schema>,
}

/// Finds the mending of every fault of one database.
pub(super) struct Mender<'a> {
    found: &'a Inspection,
    faults: &'a [Fault],
    /// Where statements are tried; none where nothing has to be.
    trial: Option<Trial<'a>>,
    /// Whether foreign keys are on.
    enforces: bool,
    /// Which faults can be planned at all, once somebody asked.
    plannable: OnceCell<Vec<bool>>,
}

/// How a first attempt went.
enum Attempt {
    Proved(Box<Plan>),
    /// It would take a decision first.
    Refused(Vec<Refusal>),
    /// It needs other faults to be mended with it.
    Unproved,
}

impl<'a> Mender<'a> {
    /// `enforces` says that foreign keys are on.
    pub(super) fn new(
        db: &Connection,
        sides: Pair<&'a Inspection>,
        known: &'a Known,
        faults: &'a [Fault],
        enforces: bool,
    ) -> Mender<'a> {
        let is_needed = faults.iter().any(|fault| !matches!(fault.mend, Mend::Words(_)));
        // Without a copy nothing is proved, and no statement is given.
        let trial = if is_needed { Trial::new(db, sides, known).ok() } else { None };
        Mender { found: sides.before, faults, trial, enforces, plannable: OnceCell::new() }
    }

    /// What mends one fault.
    pub(super) fn mend(&self, fault: &Fault) -> Mending {
        match &fault.mend {
            Mend::Words(words) => Mending { help: words.clone(), ..Mending::default() },
            Mend::Statements(sql) if self.proves(fault, sql) => {
                Mending { help: told(fault, &[]), sql: sql.iter().map(|sql| whole(sql)).collect(), target: None }
            }
            Mend::Statements(_) => by_hand(),
            Mend::Changes(changes) => self.planned(fault, changes),
        }
    }

    fn planned(&self, fault: &Fault, changes: &[Change]) -> Mending {
        match self.attempt(fault, &[changes]) {
            Attempt::Proved(plan) => return self.given(fault, *plan),
            Attempt::Refused(refusals) => return Mending { help: decide(&refusals), ..Mending::default() },
            Attempt::Unproved => {}
        }
        match self.attempt(fault, &self.with_others(fault)) {
            Attempt::Proved(plan) => self.given(fault, *plan),
            Attempt::Refused(_) | Attempt::Unproved => by_hand(),
        }
    }

    /// The changes of all faults of the same table and of the tables next to it that can be planned at all.
    fn with_others(&self, fault: &Fault) -> Vec<&[Change]> {
        let changes_of = |fault: &'a Fault| match &fault.mend {
            // What a key of the parent mends is among the faults of the parent.
            Mend::Changes(_) if fault.category == Category::ParentNotUnique => None,
            Mend::Changes(changes) => Some(changes.as_slice()),
            Mend::Statements(_) | Mend::Words(_) => None,
        };
        let plannable = self.plannable.get_or_init(|| {
            let is = |changes: &[Change]| self.plan(&[changes]).is_ok();
            self.faults.iter().map(|fault| changes_of(fault).is_some_and(is)).collect()
        });
        let own = fault.table.iter().chain(tables(match &fault.mend {
            Mend::Changes(changes) => changes,
            Mend::Statements(_) | Mend::Words(_) => &[],
        }));
        let near = near(&self.found.schema, own.cloned().collect());
        let faults = self
            .faults
            .iter()
            .zip(plannable)
            .filter(|(other, is)| **is && other.table.as_ref().is_some_and(|table| near.contains(table)));
        faults.filter_map(|(other, _)| changes_of(other)).collect()
    }

    fn attempt(&self, fault: &Fault, changes: &[&[Change]]) -> Attempt {
        match self.plan(changes) {
            Err(refusals) => Attempt::Refused(refusals),
            Ok(plan) => {
                let sql: Vec<String> = plan.steps.iter().map(|step| step.sql.clone()).collect();
                let loses = plan.steps.iter().any(|step| step.loses.is_some());
                if !loses && self.proves(fault, &sql) { Attempt::Proved(Box::new(plan)) } else { Attempt::Unproved }
            }
        }
    }

    fn proves(&self, fault: &Fault, sql: &[String]) -> bool {
        self.trial.as_ref().is_some_and(|trial| trial.proves(fault, sql))
    }

    /// Plans for the tables of the changes and those next to them: whatever the rest is, it stays.
    fn plan(&self, changes: &[&[Change]]) -> Result<Plan, Vec<Refusal>> {
        let own = changes.iter().flat_map(|changes| tables(changes)).cloned().collect();
        let near = near(&self.found.schema, own);
        let found = |table: &ObjectName| Some((table.clone(), self.found.schema.tables.get(table)?.clone()));
        let schema =
            Schema { tables: near.iter().filter_map(found).collect(), ..Schema::empty(self.found.schema.dialect) };
        let mut after = schema.clone();
        for changes in changes {
            apply(&mut after, changes);
        }
        plan(&Request {
            before: &Inspection { schema, unmanaged: self.found.unmanaged.clone() },
            after: &after,
            exact: true,
            renames: &Renames::default(),
            version: EngineVersion::of_number(u32::try_from(rusqlite::version_number()).unwrap_or(0)),
            allow: &[],
            backfill: &[],
        })
    }

    /// The statements as they are to be run, and what to know before.
    fn given(&self, fault: &Fault, Plan { steps, after, .. }: Plan) -> Mending {
        let help = told(fault, &steps);
        // Dropping a parent takes its children along while foreign keys are enforced.
        let rebuilds = steps.iter().any(|step| step.sql.starts_with("DROP TABLE"));
        let mut sql: Vec<String> = steps.into_iter().map(|step| step.sql).collect();
        if sql.len() > 1 {
            sql.insert(0, "BEGIN IMMEDIATE".to_owned());
            sql.push("COMMIT".to_owned());
        }
        if rebuilds {
            sql.insert(0, "PRAGMA foreign_keys = OFF".to_owned());
            sql.extend(self.enforces.then(|| "PRAGMA foreign_keys = ON".to_owned()));
        }
        Mending { help, sql, target: Some(after) }
    }
}

/// The statement without the semicolon that SQLite does not store anyway.
fn whole(sql: &str) -> String {
    sql.trim_end().trim_end_matches(';').to_owned()
}

/// What to do with the statements.
fn told(fault: &Fault, steps: &[Step]) -> String {
    let mut help = match fault.category {
        Category::OtherName | Category::OtherMeans => {
            "nothing is at risk; a migration would take it for drift, and the SQL below ends that".to_owned()
        }
        _ => "run the SQL below".to_owned(),
    };
    if steps.len() > 1 {
        help.push_str(", stopping and rolling back at the first error, as `sqlite3 -bail` does");
    }
    let (orphans, others): (Vec<&Hazard>, Vec<&Hazard>) =
        steps.iter().flat_map(|step| &step.hazards).partition(|hazard| hazard.kind == HazardKind::Orphans);
    let mut messages: Vec<&str> = others.iter().map(|hazard| hazard.message.as_str()).collect();
    messages.dedup();
    if !messages.is_empty() {
        help.push_str(&format!("; {}, and then it fails and changes nothing", messages.join(", ")));
    }
    if let Some(hazard) = orphans.first() {
        help.push_str(&format!("; {}: they stay, and `PRAGMA foreign_key_check` lists them", hazard.message));
    }
    help
}

fn by_hand() -> Mending {
    let help =
        "mend the other findings first and audit again: no SQL was found that mends it by itself and keeps the rest";
    Mending { help: help.to_owned(), ..Mending::default() }
}

/// What has to be decided before it can be mended.
fn decide(refusals: &[Refusal]) -> String {
    let facts: Vec<String> =
        refusals.iter().map(|refusal| refusal.to_string().lines().next().unwrap_or_default().to_owned()).collect();
    format!("no SQL is given, since only you can decide: {}; write it by hand", facts.join("; "))
}

/// Changes a schema; of a column only the facts that the change is about, since several faults may be about one.
pub(super) fn apply(schema: &mut Schema, changes: &[Change]) {
    for change in changes {
        if let Change::Column { table, edit: Edit::Alter(pair) } = change
            && let Some(table) = schema.tables.get_mut(table)
            && let Some(column) = table.columns.iter_mut().find(|column| column.name == pair.after.name)
        {
            alter(column, pair);
        } else {
            // A change that does not fit is missed by the proof.
            let _ = schema.apply(change);
        }
    }
}

fn alter(column: &mut Column, pair: &Pair<Column>) {
    for fact in pair.facts() {
        *column = with_fact(&Pair::new(column.clone(), pair.after.clone()), fact);
    }
}

/// The tables that changes are about.
fn tables(changes: &[Change]) -> impl Iterator<Item = &ObjectName> {
    changes.iter().filter_map(Change::table)
}

/// These tables, those that they refer to, and those that refer to them.
fn near(schema: &Schema, mut own: BTreeSet<ObjectName>) -> BTreeSet<ObjectName> {
    let mut more = Vec::new();
    for table in schema.tables.values() {
        for key in &table.foreign_keys {
            if own.contains(&table.name) || own.contains(&key.parent) {
                more.extend([table.name.clone(), key.parent.clone()]);
            }
        }
    }
    own.extend(more);
    own
}
