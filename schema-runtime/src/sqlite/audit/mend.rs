//! The statements that mend a fault. Each is planned for the schema that was found, and tried on a copy of it: what
//! is given leads to a schema without that fault and without a new one, and loses nothing.

use rusqlite::Connection;
use schema_core::plan::{EngineVersion, Hazard, HazardKind, Plan, Refusal, Request, Step, plan};
use schema_core::{Change, Column, Edit, Inspection, ObjectName, Pair, Renames, Schema};
use schema_replay::inspect;

use super::columns::with_fact;
use super::compare::faults;
use super::fault::{Fault, Mend};
use crate::Category;
use crate::sqlite::agreement::Known;
use crate::sqlite::script;

/// What mends a fault, in words and, where that is enough, as statements.
#[derive(Clone, Debug, Default)]
pub(super) struct Mending {
    pub(super) help: String,
    pub(super) sql: Vec<String>,
    /// The schema that they lead to, where they were planned.
    pub(super) target: Option<Schema>,
}

/// Finds the mending of every fault of one database.
pub(super) struct Mender<'a> {
    found: &'a Inspection,
    expected: &'a Inspection,
    known: &'a Known,
    faults: &'a [Fault],
    copy: Option<Copy>,
    enforces: bool,
}

/// The schema of the database in memory, without rows.
struct Copy {
    db: Connection,
    /// The faults that it has, which are those of the database unless something could not be copied.
    baseline: Vec<Fault>,
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
        let Pair { before: found, after: expected } = sides;
        let mut mender = Mender { found, expected, known, faults, copy: None, enforces };
        if faults.iter().any(|fault| !matches!(fault.mend, Mend::Words(_))) {
            mender.copy = copy(db).ok().and_then(|db| {
                let baseline = mender.faults_of(&db)?;
                Some(Copy { db, baseline })
            });
        }
        mender
    }

    fn faults_of(&self, db: &Connection) -> Option<Vec<Fault>> {
        inspect(db).ok().map(|found| faults(&found, self.expected, self.known))
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
        let refusals = match self.attempt(fault, &[changes]) {
            Attempt::Proved(plan) => return self.given(fault, *plan),
            Attempt::Refused(refusals) => refusals,
            Attempt::Unproved => Vec::new(),
        };
        if !refusals.is_empty() {
            return Mending { help: decide(&refusals), ..Mending::default() };
        }
        let wider = [fault.table.clone(), None];
        for table in wider.iter().filter(|table| table.is_none() || fault.table.is_some()) {
            if let Attempt::Proved(plan) = self.attempt(fault, &self.of_table(table.as_ref())) {
                return self.given(fault, *plan);
            }
        }
        by_hand()
    }

    /// The changes of all faults, or of those of one table, that can be planned at all.
    fn of_table(&self, table: Option<&ObjectName>) -> Vec<&[Change]> {
        let faults = self.faults.iter().filter(|fault| table.is_none() || fault.table.as_ref() == table);
        let changes = faults.filter_map(|fault| match &fault.mend {
            // What a key of the parent mends is among the faults of the parent.
            Mend::Changes(_) if fault.category == Category::ParentNotUnique => None,
            Mend::Changes(changes) => Some(changes.as_slice()),
            Mend::Statements(_) | Mend::Words(_) => None,
        });
        changes.filter(|changes| self.plan(&[changes]).is_ok()).collect()
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

    fn plan(&self, changes: &[&[Change]]) -> Result<Plan, Vec<Refusal>> {
        let mut after = self.found.schema.clone();
        for changes in changes {
            apply(&mut after, changes);
        }
        plan(&Request {
            before: self.found,
            after: &after,
            exact: true,
            renames: &Renames::default(),
            version: EngineVersion::of_number(u32::try_from(rusqlite::version_number()).unwrap_or(0)),
            allow: &[],
            backfill: &[],
        })
    }

    /// Whether the statements end the fault on the copy, and begin none.
    fn proves(&self, fault: &Fault, sql: &[String]) -> bool {
        let Some(Copy { db, baseline }) = &self.copy else { return false };
        if sql.is_empty() || db.execute_batch("SAVEPOINT audit").is_err() {
            return false;
        }
        let ran = sql.iter().try_for_each(|sql| script::execute(db, sql)).is_ok();
        let after = if ran { self.faults_of(db) } else { None };
        let _ = db.execute_batch("ROLLBACK TO audit; RELEASE audit; PRAGMA legacy_alter_table = OFF");
        let Some(after) = after else { return false };
        // A column that comes stands last, whatever its place was.
        let is_new = |one: &Fault| {
            one.category != Category::ColumnOrder && !baseline.iter().any(|other| other.key() == one.key())
        };
        !after.iter().any(|one| one.key() == fault.key() || is_new(one))
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

/// A database in memory with the schema of another one. What cannot be made there, such as an index that uses a
/// function of the application, is left out.
fn copy(db: &Connection) -> rusqlite::Result<Connection> {
    let copy = Connection::open_in_memory()?;
    copy.execute_batch("PRAGMA foreign_keys = OFF")?;
    let mut statement = db.prepare(
        "SELECT sql FROM main.sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
         ORDER BY CASE type WHEN 'table' THEN 1 WHEN 'index' THEN 2 WHEN 'view' THEN 3 ELSE 4 END, rowid",
    )?;
    let statements = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    for sql in statements {
        let _ = script::execute(&copy, &sql);
    }
    Ok(copy)
}
