//! The judge of the law: what has to hold after a database was migrated, and after it was refused.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::types::Value;
use schema_core::{Affinity, Column, ColumnValue, Name, Table};
use schema_runtime::{DataPolicy, Error, Event, Kind, Options, Outcome, Plan, Report};

use crate::engine;
use crate::law::travel::{Move, Traveller};
use crate::law::world::{Snapshot, Touch, World, programs};

/// What became of the cases.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Those that ended at the final schema.
    pub(crate) migrated: BTreeMap<Touch, usize>,
    /// Those that were refused, and why.
    pub(crate) refused: BTreeMap<(Touch, String), usize>,
    /// How migrations were recorded.
    pub(crate) outcomes: BTreeMap<(Touch, &'static str), usize>,
    /// How many tables with rows were found again.
    pub(crate) tables: usize,
}

/// What a run said and did.
struct Run {
    plan: Result<Plan, Error>,
    result: Result<Report, Error>,
    ran: Vec<String>,
}

fn fail<T>(what: impl Into<String>) -> Result<T, String> {
    Err(what.into())
}

pub(crate) fn judge(world: &World, tally: &mut Tally) -> Result<(), String> {
    let (bytes, before) = (world.bytes(), world.snapshot());
    if world.bytes() != bytes {
        return fail("looking at it changed it");
    }
    let run = run(world)?;
    if let Ok(report) = &run.result {
        *tally.migrated.entry(world.touch).or_default() += 1;
        for step in &report.steps {
            *tally.outcomes.entry((world.touch, step.outcome.as_str())).or_default() += 1;
        }
    }
    match &run.result {
        Ok(report) => judge_migrated(world, &before, &run, report, tally),
        Err(error) => {
            *tally.refused.entry((world.touch, format!("{:?}", error.kind()))).or_default() += 1;
            judge_refused(world, (&bytes, &before), &run.plan, error, tally).map_err(|what| format!("{what}\n{error}"))
        }
    }
}

/// Asks for the status and a plan, and migrates.
fn run(world: &World) -> Result<Run, String> {
    let bytes = world.bytes();
    let db = world.open();
    let status = world.set.status(&db).map_err(|error| format!("no status: {error}"))?;
    let plan = world.set.plan_with(&db, &Options::new().data_statements(world.policy));
    drop(db);
    if world.bytes() != bytes {
        return fail("a plan changed the files");
    }
    let mut ran = Vec::new();
    let mut db = world.open();
    let options = Options::new().data_statements(world.policy).on_event(|event| {
        if let Event::Statement { sql, .. } = event {
            ran.push((*sql).to_owned());
        }
    });
    let result = world.set.migrate_with(&mut db, options);
    drop(db);
    if world.policy == DataPolicy::Refuse && status.problem.is_some() != plan.is_err() {
        return fail(format!("the status says {status}, and the plan {plan:?}"));
    }
    if let Ok(plan) = &plan
        && world.policy == DataPolicy::Refuse
        && (plan.state, &plan.evidence) != (status.state, &status.evidence)
    {
        return fail(format!("the status says {status}, and the plan {plan:?}"));
    }
    Ok(Run { plan, result, ran })
}

fn judge_migrated(
    world: &World,
    before: &Snapshot,
    run: &Run,
    report: &Report,
    tally: &mut Tally,
) -> Result<(), String> {
    let plan = match &run.plan {
        Ok(plan) => plan,
        Err(error) => return fail(format!("it was migrated, and the plan had said\n{error}")),
    };
    let foreseen = plan.steps.iter().flat_map(|step| &step.offenders).find(|offenders| offenders.certain);
    if let Some(offenders) = foreseen {
        return fail(format!("it was migrated, and the plan had said that {offenders}: {}", offenders.query));
    }
    let steps = |list: Vec<(&String, Outcome)>| format!("{list:?}");
    let planned = steps(plan.steps.iter().map(|step| (&step.version, step.outcome)).collect());
    let done = steps(report.steps.iter().map(|step| (&step.version, step.outcome)).collect());
    if planned != done {
        return fail(format!("planned were {planned}, done were {done}"));
    }
    // A trigger goes with the table that a migration drops or renames.
    let name = |object: &str| object.split(" on ").next().map(ToOwned::to_owned);
    if report.unmanaged.iter().any(|object| !plan.unmanaged.iter().any(|other| name(other) == name(object))) {
        return fail(format!("unmanaged were to be {:?}, and are {:?}", plan.unmanaged, report.unmanaged));
    }
    judge_end(world, world.chain.len())?;
    tally.tables += judge_rows(world, before, &world.snapshot(), world.chain.len())?;
    let again = world.set.migrate(&mut world.open()).map_err(|error| format!("the second time: {error}"))?;
    if !again.is_up_to_date() {
        return fail(format!("the second time it does {again}"));
    }
    let status = world.set.status(&world.open()).map_err(|error| error.to_string())?;
    if !status.is_up_to_date() {
        return fail(format!("afterwards its status is {status}"));
    }
    judge_statements(plan, &run.ran)?;
    judge_own(world, before)
}

/// What ran is what was planned, statement by statement.
fn judge_statements(plan: &Plan, ran: &[String]) -> Result<(), String> {
    if plan.steps.iter().any(|step| step.outcome == Outcome::Created) {
        return Ok(());
    }
    let passed_over = |sql: &&String| {
        let words = ["PRAGMA", "BEGIN", "COMMIT", "END"];
        words.iter().any(|word| sql.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word)))
    };
    // A migration that meets rows which refer to nothing already is run twice.
    let set = |list: &mut dyn Iterator<Item = &String>| {
        let all: BTreeSet<String> = list.filter(|sql| !passed_over(sql)).map(|sql| bare(sql)).collect();
        all
    };
    let planned = set(&mut plan.steps.iter().flat_map(|step| &step.sql));
    let done = set(&mut ran.iter());
    if planned == done { Ok(()) } else { fail(format!("planned were {planned:#?}, and there ran {done:#?}")) }
}

fn bare(sql: &str) -> String {
    sql.trim().trim_end_matches(';').to_owned()
}

/// What is somebody's own is still there, unless its table is dropped by the migrations.
fn judge_own(world: &World, before: &Snapshot) -> Result<(), String> {
    let now = world.snapshot();
    for own in ["view own_view", "trigger own_trigger"] {
        let Some(sql) = before.definitions.get(own).filter(|_| !now.definitions.contains_key(own)) else { continue };
        let on = |table: &&Table| sql.contains(&format!(" ON {} BEGIN", engine::quoted(&table.name.name)));
        let table = before.schema.tables.values().find(on);
        let stays = table.is_none_or(|table| destination(world, table, world.chain.len()).is_some());
        if stays {
            return fail(format!("{own} is gone: {sql}"));
        }
    }
    Ok(())
}

/// What a statement says about the rows, once it meets them.
fn is_about_rows(error: &Error) -> bool {
    matches!(error.kind(), Kind::Failed | Kind::Offenders | Kind::ForeignKeys)
}

fn judge_refused(
    world: &World,
    before: (&BTreeMap<std::path::PathBuf, Vec<u8>>, &Snapshot),
    plan: &Result<Plan, Error>,
    error: &Error,
    tally: &mut Tally,
) -> Result<(), String> {
    match plan {
        Err(planned) if planned.to_string() != error.to_string() => {
            return fail(format!("the plan was refused otherwise:\n{planned}"));
        }
        Ok(_) if !is_about_rows(error) => return fail("a plan was made, and it was refused"),
        _ => {}
    }
    let expected = is_about_rows(error) || error.kind() == Kind::Ambiguous;
    if world.touch <= Touch::Own && !expected {
        return fail("nothing was wrong with it, and it was refused");
    }
    let now = world.bytes();
    if now != *before.0 {
        // Migrations before the one that failed on rows stay, as the error says.
        let text = error.to_string();
        if !is_about_rows(error) || !text.contains(": the database is at version ") {
            return fail("it was refused, and the files changed");
        }
        let (_, version) = text.split_once(": the database is at version ").expect("it is there");
        let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
        let end: usize = digits.parse().map_err(|_| format!("no version: {text}"))?;
        judge_end(world, end)?;
        tally.tables += judge_rows(world, before.1, &world.snapshot(), end)?;
    }
    let options = Options::new().data_statements(world.policy);
    let again = match world.set.migrate_with(&mut world.open(), options) {
        Ok(report) => return fail(format!("the second time it does {report}")),
        Err(error) => error,
    };
    if again.kind() != error.kind() || now != world.bytes() {
        return fail(format!("the second time it says otherwise, or changes something:\n{again}"));
    }
    Ok(())
}

/// The database is sound and has the schema of that version; what is not the program's is not looked at here.
fn judge_end(world: &World, end: usize) -> Result<(), String> {
    let db = world.open();
    let found = engine::inspect(&db);
    let stage = &world.chain.stages[end];
    let mut schema = found.schema.clone();
    schema.tables.retain(|name, _| world.chain.knows(&name.name));
    let differences = engine::differences(&schema, &stage.schema);
    if !differences.is_empty() {
        return fail(format!("it ends elsewhere: {differences:#?}"));
    }
    let (there, expected) = (programs(&found), programs(stage));
    for (program, text) in &expected {
        if there.get(program) != Some(text) {
            return fail(format!("{program:?} is {:?}, not {text:?}", there.get(program)));
        }
    }
    let known = |program: &(String, Name)| world.chain.stages.iter().any(|stage| programs(stage).contains_key(program));
    if let Some(program) = there.keys().find(|program| known(program) && !expected.contains_key(program)) {
        return fail(format!("{program:?} should be gone"));
    }
    let check = engine::strings(&db, "PRAGMA integrity_check");
    if check != ["ok"] {
        return fail(format!("it is not sound: {check:?}"));
    }
    Ok(())
}

/// Every row is where the migrations say that it goes; returns how many tables were compared.
fn judge_rows(world: &World, before: &Snapshot, now: &Snapshot, end: usize) -> Result<usize, String> {
    let mut compared = 0;
    for table in before.schema.tables.values() {
        let name = &table.name.name;
        if !world.chain.knows(name) {
            let definition =
                |snapshot: &Snapshot| snapshot.definitions.get(&format!("table {}", name.as_str())).cloned();
            // A trigger of somebody's own may write to it.
            let fires = before.definitions.contains_key("trigger own_trigger");
            if definition(before) != definition(now)
                || (!fires && before.content.tables[name] != now.content.tables[name])
            {
                return fail(format!("{name}, which is no table of the program, is another one"));
            }
            continue;
        }
        let Some(traveller) = destination(world, table, end) else { continue };
        let Some(after) = now.schema.tables.values().find(|after| after.name.name == traveller.table) else {
            return fail(format!("{name}, which should be {} now, is gone", traveller.table));
        };
        compared += 1;
        if !traveller.changed {
            judge_table((table, after), &traveller, before, now)
                .map_err(|what| format!("{name} (now {}): {what}", traveller.table))?;
        }
    }
    Ok(compared)
}

/// Where the rows of a table have to be; none when the migrations drop them, or when it cannot be known.
fn destination(world: &World, table: &Table, end: usize) -> Option<Traveller> {
    let name = &table.name.name;
    let shape = |at: usize| {
        let stage = &world.chain.stages[at].schema;
        stage.tables.values().find(|other| other.name.name == *name)
    };
    let same: Vec<usize> = (world.at..=end).filter(|at| shape(*at).is_some_and(|other| alike(table, other))).collect();
    let starts = match same.is_empty() {
        false => same,
        // Half of a later one: what it was when it was made.
        true => (world.at..=end).find(|at| shape(*at).is_some()).into_iter().collect(),
    };
    let columns = || table.columns.iter().map(|column| column.name.clone());
    let ways: Option<Vec<Traveller>> = starts
        .into_iter()
        .map(|start| {
            let mut moves = world.chain.moves[start..end].iter();
            moves.try_fold(Traveller::new(name.clone(), columns()), |one, moves| one.after(moves))
        })
        .collect();
    let ways = ways?;
    let mut first = ways.first()?.clone();
    // Statements on rows run or not, as the caller says, whatever of their migration is there.
    let rows = world.chain.moves[world.at..end].iter().flatten().any(|one| *one == Move::Rows);
    first.changed = rows || ways.iter().any(|way| way.changed || way.table != first.table);
    // A column that goes another way from another start is not compared.
    first.columns.retain(|old, new| ways.iter().all(|way| way.columns.get(old) == Some(new)));
    Some(first)
}

/// Whether two tables have the same columns and the same key.
fn alike(one: &Table, other: &Table) -> bool {
    one.columns == other.columns && one.primary_key == other.primary_key
}

fn judge_table(
    (old, new): (&Table, &Table),
    traveller: &Traveller,
    before: &Snapshot,
    now: &Snapshot,
) -> Result<(), String> {
    let (was, is) = (&before.content.tables[&old.name.name], &now.content.tables[&new.name.name]);
    if was.len() != is.len() {
        return fail(format!("{} rows became {}", was.len(), is.len()));
    }
    let counts = |table: &Table| table.primary_key.as_ref().is_some_and(|key| key.autoincrement);
    if counts(old) && counts(new) {
        let count =
            |snapshot: &Snapshot, table: &Table| snapshot.content.sequences.get(table.name.name.as_str()).copied();
        let (was, is) = (count(before, old), count(now, new));
        if was != is {
            return fail(format!("its counter was {was:?} and is {is:?}"));
        }
    }
    for column in &old.columns {
        let Some(after) = traveller.columns.get(&column.name).and_then(|name| new.column(name)) else { continue };
        if !keeps_values((old, column), (new, after)) {
            continue;
        }
        let values = |rows: &engine::Rows, name: &Name| {
            let mut values: Vec<String> = rows.values().map(|row| shown(&row[name])).collect();
            values.sort();
            values
        };
        let (was, is) = (values(was, &column.name), values(is, &after.name));
        if was != is {
            return fail(format!("{} was {was:?} and is {is:?}", after.name));
        }
    }
    Ok(())
}

fn shown(value: &Value) -> String {
    format!("{value:?}")
}

/// Whether a column stores what it is given in the same way before and after.
fn keeps_values((before, old): (&Table, &Column), (after, new): (&Table, &Column)) -> bool {
    let generated = |column: &Column| matches!(column.value, ColumnValue::Generated { .. });
    let stored = |table: &Table, column: &Column| {
        if table.options.strict && column.ty.as_str() == "ANY" { Affinity::Blob } else { column.ty.affinity() }
    };
    let key = |table: &Table, column: &Column| {
        table.primary_key.as_ref().is_some_and(|key| key.columns() == [column.name.clone()])
    };
    !generated(old)
        && !generated(new)
        && stored(before, old) == stored(after, new)
        && key(before, old) == key(after, new)
}
