//! The laws: a plan ends where it says, keeps what it does not name, and comes back.

use std::cell::Cell;

use rusqlite::Connection;
use rusqlite::types::Value;
use schema_core::plan::{self, Allow, Backfill, EngineVersion, Plan, Refusal, Request};
use schema_core::{
    Affinity, Column, ColumnValue, Dialect, Expr, Inspection, Name, Renames, Schema, Table, UnmanagedKind, render,
};
use schema_runtime::Sqlite;

use crate::cases;
use crate::edits;
use crate::engine::{self, Content, Rows};
use crate::generate::{self, Choices, law};
use crate::house;

/// What became of a case.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    /// The plan ran and everything was compared.
    ran: usize,
    /// The plan failed on the rows, as it had said it might.
    failed: usize,
    /// There is no plan for what cannot be planned.
    refused: usize,
    /// SQLite does not take the schema.
    skipped: usize,
    /// The way back ran as well.
    came_back: usize,
    rebuilt: usize,
    renamed: usize,
}

/// A database with rows, and the schema that it is to get.
struct Case {
    db: Connection,
    before: Inspection,
    /// The statements that the database was made by.
    ddl: Vec<String>,
    after: Schema,
    renames: Renames,
    exact: bool,
    version: EngineVersion,
    /// Whether columns that become NOT NULL are filled.
    fills: bool,
}

fn linked() -> EngineVersion {
    EngineVersion::of_number(u32::try_from(rusqlite::version_number()).expect("a version"))
}

/// Several engines: those without a feature, each before it came, and the one that runs the tests.
fn version(c: &mut Choices, schemas: [&Schema; 2]) -> EngineVersion {
    let tables = || schemas.into_iter().flat_map(|schema| schema.tables.values());
    let is_generated = |column: &Column| matches!(column.value, ColumnValue::Generated { .. });
    let modern = tables().any(|table| table.options.strict || table.columns.iter().any(is_generated));
    let old = [EngineVersion::new(3, 8, 0), EngineVersion::new(3, 24, 0), EngineVersion::new(3, 34, 0)];
    let new = [linked(), EngineVersion::new(3, 37, 0), EngineVersion::new(3, 46, 0), linked()];
    if modern || c.chance(50) { c.of(&new) } else { c.of(&old) }
}

fn house_case(c: &mut Choices) -> Option<Case> {
    let db = engine::open();
    let mut ddl = house::schema(c);
    // A key that a name makes twice is left out.
    ddl.retain(|sql| db.execute_batch(sql).is_ok());
    case(c, db, |_| None).map(|case| Case { ddl, ..case })
}

fn wild_case(c: &mut Choices) -> Option<Case> {
    let db = engine::create(&generate::schema(c)).ok()?;
    case(c, db, |c| c.chance(25).then(|| generate::schema(c)))
}

fn case(c: &mut Choices, db: Connection, other: impl Fn(&mut Choices) -> Option<Schema>) -> Option<Case> {
    let before = engine::inspect(&db);
    house::fill(c, &db, &before.schema);
    let mut renames = Renames::default();
    let wanted = other(c).unwrap_or_else(|| {
        let mut schema = before.schema.clone();
        edits::edit(c, &mut schema, &mut renames, &["log"]);
        schema
    });
    // SQLite says what the edited nouns mean; what it does not take is no case.
    let mut after = engine::inspect(&engine::create(&wanted).ok()?).schema;
    let exact = c.chance(50);
    if !exact {
        open_names(&mut after);
    }
    let version = version(c, [&before.schema, &after]);
    // SQLite forgets the operand of an empty list, and leaves it behind when the column is renamed.
    if !renames.columns.is_empty() && engine::catalogue(&db).iter().any(|sql| sql.contains("IN ()")) {
        return None;
    }
    let (ddl, fills) = (engine::catalogue(&db), c.chance(50));
    Some(Case { db, before, ddl, after, renames, exact, version, fills })
}

/// Takes away what models leave open.
fn open_names(schema: &mut Schema) {
    for table in schema.tables.values_mut() {
        table.indexes.iter_mut().for_each(|index| index.name = None);
        table.uniques.iter_mut().for_each(|unique| unique.name = None);
        table.checks.iter_mut().for_each(|check| check.name = None);
    }
}

impl Case {
    /// Plans, and states whatever is asked for.
    fn plan(&self) -> Result<(Plan, Vec<Backfill>), Vec<Refusal>> {
        let (mut allow, mut backfill) = (Vec::<Allow>::new(), self.fillings());
        loop {
            let planned = plan::plan(&Request {
                before: &self.before,
                after: &self.after,
                exact: self.exact,
                renames: &self.renames,
                version: self.version,
                allow: &allow,
                backfill: &backfill,
            });
            let refusals = match planned {
                Ok(plan) => return Ok((plan, backfill)),
                Err(refusals) => refusals,
            };
            let known = allow.len() + backfill.len();
            for refusal in &refusals {
                match refusal {
                    Refusal::Destructive { allow: one, .. } => allow.push(one.clone()),
                    Refusal::ColumnLooksRenamed { table, before, .. } => {
                        allow.push(Allow::DropColumn(table.clone(), before.clone()));
                    }
                    Refusal::TableLooksRenamed { before, .. } => allow.push(Allow::DropTable(before.clone())),
                    Refusal::NeedsBackfill { table, column, .. } => backfill.push(seven(table, column)),
                    _ => {}
                }
            }
            if allow.len() + backfill.len() == known {
                return Err(refusals);
            }
        }
    }

    /// A value for every column that becomes NOT NULL.
    fn fillings(&self) -> Vec<Backfill> {
        let renamed = |table: &Table| self.renames.columns.iter().any(|(of, _)| *of == table.name);
        let mut found = Vec::new();
        for table in self.after.tables.values().filter(|table| self.fills && !renamed(table)) {
            let Some(before) = self.before.schema.tables.get(&table.name) else { continue };
            let key = table.primary_key.as_ref().map(schema_core::PrimaryKey::columns).unwrap_or_default();
            for column in table.columns.iter().filter(|column| !column.nullable && !key.contains(&column.name)) {
                let was_nullable = before.column(&column.name).is_some_and(|column| column.nullable);
                if was_nullable && !matches!(column.value, ColumnValue::Generated { .. }) {
                    found.push(seven(&table.name.name, &column.name));
                }
            }
        }
        found
    }

    /// Says everything about the case.
    fn tell(&self, plan: &Plan, what: &str) -> String {
        let list = |statements: Vec<String>| statements.join(";\n");
        let after = if self.exact { list(render::schema(&self.after)) } else { list(render::schema(&plan.after)) };
        format!(
            "{what}\n--- before\n{}\n--- after ({}, SQLite {})\n{after}\n--- renames\n{:?}\n--- plan\n{}\n--- down\n{}",
            list(self.ddl.clone()),
            if self.exact { "exact" } else { "open" },
            self.version,
            self.renames,
            plan::script("up", &plan.steps),
            plan.down.as_ref().map_or_else(Clone::clone, |steps| plan::script("down", steps)),
        )
    }

    fn judge(&self, tally: &mut Tally) -> Result<(), String> {
        let (plan, backfill) = match self.plan() {
            Ok(planned) => planned,
            Err(refusals) => {
                tally.refused += 1;
                let known = |one: &Refusal| matches!(one, Refusal::Text { .. } | Refusal::NotUnderstood { .. });
                return match refusals.iter().all(known) {
                    true => Ok(()),
                    false => Err(format!("refused: {refusals:?}\n{}", engine::catalogue(&self.db).join(";\n"))),
                };
            }
        };
        let fail = |what: &str| Err(self.tell(&plan, what));
        let content = engine::content(&self.db, &self.before.schema);
        let catalogue = engine::catalogue(&self.db);
        let orphans = engine::orphans(&self.db);
        if let Err(words) = engine::run(&self.db, &plan.steps) {
            tally.failed += 1;
            if engine::catalogue(&self.db) != catalogue {
                return fail("a failure left something behind");
            }
            let warned = plan.steps.iter().any(|step| !step.hazards.is_empty());
            return if warned || is_about_values(&words) { Ok(()) } else { fail(&format!("nobody warned: {words}")) };
        }
        tally.ran += 1;
        tally.rebuilt += usize::from(plan.steps.iter().any(|step| step.sql.starts_with("INSERT")));
        tally.renamed += usize::from(plan.steps.iter().any(|step| step.sql.contains(" RENAME ")));
        let found = engine::inspect(&self.db);
        self.judge_schema(&plan, &found).or_else(|what| fail(&what))?;
        let now = engine::content(&self.db, &found.schema);
        let survival = Survival { case: self, plan: &plan, backfill: &backfill };
        survival.judge(&content, &now).or_else(|what| fail(&what))?;
        if orphans == Some(0) && !plan.steps.iter().any(warns_of_orphans) && engine::orphans(&self.db).unwrap_or(0) > 0
        {
            return fail("rows refer to nothing that did not before");
        }
        self.judge_down(&survival, &content, &now, tally).or_else(|what| fail(&what))
    }

    fn judge_schema(&self, plan: &Plan, found: &Inspection) -> Result<(), String> {
        let differences = engine::differences(&found.schema, &plan.after);
        if !differences.is_empty() {
            return Err(format!("it ends elsewhere: {differences:#?}"));
        }
        let again = plan::plan(&Request {
            before: found,
            after: &self.after,
            exact: self.exact,
            renames: &self.renames,
            version: self.version,
            allow: &[],
            backfill: &[],
        });
        match again {
            Ok(again) if again.is_empty() => {}
            other => return Err(format!("a second plan is not empty: {other:#?}")),
        }
        let programs = |inspection: &Inspection| -> Vec<(UnmanagedKind, Name)> {
            let alive = |object: &&schema_core::Unmanaged| {
                object.table.as_ref().is_none_or(|table| self.now_called(table).is_some())
            };
            inspection.unmanaged.iter().filter(alive).map(|object| (object.kind, object.name.clone())).collect()
        };
        let (mut kept, mut there) = (programs(&self.before), programs(found));
        kept.sort();
        there.sort();
        let own = |inspection: &Inspection| inspection.unmanaged.len();
        if kept.len() > there.len() || (own(found) > own(&self.before)) {
            return Err(format!("views or triggers are lost: {kept:?}, now {there:?}"));
        }
        Ok(())
    }

    /// The name afterwards of a table that stays.
    fn now_called(&self, table: &Name) -> Option<Name> {
        let renamed = self.renames.tables.iter().find(|pair| pair.before.name == *table);
        let name = renamed.map_or_else(|| table.clone(), |pair| pair.after.name.clone());
        self.after.tables.values().find(|table| table.name.name == name).map(|table| table.name.name.clone())
    }

    fn judge_down(
        &self,
        survival: &Survival<'_>,
        before: &Content,
        now: &Content,
        tally: &mut Tally,
    ) -> Result<(), String> {
        let plan = survival.plan;
        let Ok(steps) = &plan.down else {
            let lost = plan.steps.iter().any(|step| step.loses.is_some());
            let stale = !self.renames.tables.is_empty() || !self.renames.columns.is_empty();
            return if lost || stale { Ok(()) } else { Err("there is no way back, and nothing was lost".to_owned()) };
        };
        if let Err(words) = engine::run(&self.db, steps) {
            // What was filled in for a NULL may be in the way.
            let filled = *before != Content::default() && plan.steps.iter().any(|step| step.sql.contains("coalesce("));
            let ok = filled || is_about_values(&words) || before.tables.values().ne(now.tables.values());
            return if ok && steps.iter().any(|step| !step.hazards.is_empty()) || filled || is_about_values(&words) {
                Ok(())
            } else {
                Err(format!("the way back fails: {words}"))
            };
        }
        tally.came_back += 1;
        let found = engine::inspect(&self.db);
        let differences = engine::differences(&found.schema, &self.before.schema);
        if !differences.is_empty() {
            return Err(format!("the way back ends elsewhere: {differences:#?}"));
        }
        let back = engine::content(&self.db, &found.schema);
        for (table, rows) in &before.tables {
            let count = back.tables.get(table).map_or(0, Rows::len);
            if count != rows.len() {
                return Err(format!("{table} had {} rows and comes back with {count}", rows.len()));
            }
        }
        survival.judge_back(before, &back)
    }
}

fn seven(table: &Name, column: &Name) -> Backfill {
    let expr = Expr::parse(Dialect::Sqlite, "7").expect("a number");
    Backfill { table: table.clone(), column: column.clone(), expr }
}

fn warns_of_orphans(step: &plan::Step) -> bool {
    step.hazards.iter().any(|hazard| hazard.kind == plan::HazardKind::Orphans)
}

/// Errors that random expressions raise on the values, whoever evaluates them.
fn is_about_values(words: &str) -> bool {
    ["malformed JSON", "integer overflow", "bad JSON path", "ESCAPE expression", "LIKE or GLOB pattern"]
        .iter()
        .any(|known| words.contains(known))
}

/// What has to be the same afterwards.
struct Survival<'a> {
    case: &'a Case,
    plan: &'a Plan,
    backfill: &'a [Backfill],
}

impl Survival<'_> {
    fn judge(&self, before: &Content, now: &Content) -> Result<(), String> {
        for table in self.case.before.schema.tables.values() {
            let Some(name) = self.case.now_called(&table.name.name) else { continue };
            let after = self.plan.after.tables.values().find(|after| after.name.name == name).expect("it stays");
            let rows = (&before.tables[&table.name.name], &now.tables[&name]);
            self.judge_rows(table, after, rows).map_err(|what| format!("{what} in {name}: {:#?}", rows.1))?;
            let counts = |table: &Table| table.primary_key.as_ref().is_some_and(|key| key.autoincrement);
            if counts(table) && counts(after) {
                let count = |content: &Content, name: &Name| content.sequences.get(name.as_str()).copied();
                let (was, is) = (count(before, &table.name.name), count(now, &name));
                if was != is {
                    return Err(format!("the counter of {name} was {was:?} and is {is:?}"));
                }
            }
        }
        Ok(())
    }

    /// After the way back, every column that survived the way there has its values.
    fn judge_back(&self, before: &Content, back: &Content) -> Result<(), String> {
        for table in self.case.before.schema.tables.values() {
            let Some(name) = self.case.now_called(&table.name.name) else { continue };
            let after = self.plan.after.tables.values().find(|after| after.name.name == name).expect("it stays");
            for new in &after.columns {
                let old = self.old_name(table, after, &new.name).and_then(|name| table.column(&name));
                let Some(old) = old.filter(|old| self.keeps_values(table, old, after, new)) else { continue };
                let values = |content: &Content| {
                    let rows = content.tables[&table.name.name].values();
                    let mut values: Vec<String> = rows.map(|row| format!("{:?}", row[&old.name])).collect();
                    values.sort();
                    values
                };
                if values(before) != values(back) {
                    return Err(format!("{} of {} comes back with other values", old.name, table.name));
                }
            }
        }
        Ok(())
    }

    /// Whether the values of a column are the same before and after, and so on the way back.
    fn keeps_values(&self, before: &Table, old: &Column, after: &Table, new: &Column) -> bool {
        let generated = |column: &Column| matches!(column.value, ColumnValue::Generated { .. });
        let filled = self.backfill.iter().any(|one| one.table == after.name.name && one.column == new.name);
        let same = stored(before, old) == stored(after, new) && is_rowid(before, old) == is_rowid(after, new);
        same && !generated(old) && !generated(new) && !filled
    }

    fn judge_rows(&self, before: &Table, after: &Table, rows: (&Rows, &Rows)) -> Result<(), String> {
        if rows.0.len() != rows.1.len() {
            return Err(format!("{} rows became {}", rows.0.len(), rows.1.len()));
        }
        let survivors: Vec<(&Column, &Column)> = after
            .columns
            .iter()
            .filter_map(|column| Some((before.column(&self.old_name(before, after, &column.name)?)?, column)))
            .filter(|(_, column)| !matches!(column.value, ColumnValue::Generated { .. }))
            .filter(|(column, _)| !matches!(column.value, ColumnValue::Generated { .. }))
            .collect();
        let rowids = keeps_rowids(before, after, &survivors);
        if rowids && rows.0.keys().ne(rows.1.keys()) {
            return Err("the rowids differ".to_owned());
        }
        let orders_alike = |old: &Column, new: &Column| {
            before.options.without_rowid
                && after.options.without_rowid
                && is_key(before, old)
                && is_key(after, new)
                && stored(before, old) == stored(after, new)
                && old.collation == new.collation
        };
        let same_order = rowids || survivors.iter().any(|(old, new)| orders_alike(old, new));
        for (old, new) in survivors {
            let filled = self.backfill.iter().any(|one| one.table == after.name.name && one.column == new.name);
            let (mut was, mut is): (Vec<_>, Vec<_>) = (
                rows.0.values().map(|row| row[&old.name].clone()).collect(),
                rows.1.values().map(|row| row[&new.name].clone()).collect(),
            );
            let affinity = (stored(before, old), stored(after, new));
            if affinity.0 != affinity.1 && affinity.1 != Affinity::Blob {
                let null = |values: &[Value]| values.iter().filter(|value| **value == Value::Null).count();
                if null(&was) != null(&is) && !filled && !is_key(after, new) {
                    return Err(format!("{} has other NULLs", new.name));
                }
                continue;
            }
            if !same_order {
                was.sort_by_key(|value| format!("{value:?}"));
                is.sort_by_key(|value| format!("{value:?}"));
            }
            if is_rowid(after, new) {
                // A NULL becomes a number there.
                continue;
            }
            if was != is && !filled {
                return Err(format!("{} was {was:?} and is {is:?}", new.name));
            }
        }
        Ok(())
    }

    /// What a column was called before; none for one that is new.
    fn old_name(&self, before: &Table, after: &Table, column: &Name) -> Option<Name> {
        let renames = &self.case.renames.columns;
        let of = |table: &schema_core::ObjectName| *table == after.name;
        if let Some((_, pair)) = renames.iter().find(|(table, pair)| of(table) && pair.after == *column) {
            return Some(pair.before.clone());
        }
        let gone = |pair: &schema_core::Pair<Name>| pair.before == *column && after.column(&pair.after).is_some();
        if renames.iter().any(|(table, pair)| of(table) && gone(pair)) {
            return None;
        }
        before.column(column).map(|column| column.name.clone())
    }
}

fn stored(table: &Table, column: &Column) -> Affinity {
    if table.options.strict && column.ty.as_str() == "ANY" { Affinity::Blob } else { column.ty.affinity() }
}

fn is_key(table: &Table, column: &Column) -> bool {
    table.primary_key.as_ref().is_some_and(|key| key.columns() == [column.name.clone()])
}

fn is_rowid(table: &Table, column: &Column) -> bool {
    !table.options.without_rowid && is_key(table, column) && column.ty.as_str() == "INTEGER"
}

/// Whether the rows are known by the same numbers before and after.
fn keeps_rowids(before: &Table, after: &Table, survivors: &[(&Column, &Column)]) -> bool {
    let has = |table: &Table| !table.options.without_rowid && engine::rowid(table).is_some();
    let alias = |table: &Table| table.columns.iter().find(|column| is_rowid(table, column)).map(|one| one.name.clone());
    let comes_along = |name: &Name| {
        let pair = survivors.iter().find(|(_, new)| new.name == *name);
        pair.is_none_or(|(old, _)| alias(before) == Some(old.name.clone()))
    };
    has(before) && has(after) && alias(after).is_none_or(|name| comes_along(&name))
}

/// The script in the sandbox, and as a migration of a database with rows.
fn judge_runtime(case: &mut Case, tally: &mut Tally) -> Result<(), String> {
    let Ok((plan, _)) = case.plan() else {
        tally.refused += 1;
        return Ok(());
    };
    let fail = |case: &Case, what: String| Err(case.tell(&plan, &what));
    // A key that refers to nothing is what the build refuses, and the runtime too.
    if !schema_core::foreign_key_problems(&plan.after).is_empty() {
        tally.skipped += 1;
        return Ok(());
    }
    let warned = plan.steps.iter().any(|step| !step.hazards.is_empty());
    let scripts = [case.ddl.join(";\n"), plan::script("up", &plan.steps)];
    let migrations = cases::migrations(&scripts);
    let replay = match schema_replay::replay(&migrations) {
        Ok(replay) => replay,
        // A view that mentions what goes.
        Err(problem) if warned && problem.message.contains("error in view") => {
            tally.failed += 1;
            return Ok(());
        }
        Err(problem) => return fail(case, problem.message),
    };
    if let Some(finding) = replay.findings.first()
        && !warned
    {
        return fail(case, finding.message.clone());
    }
    let differences = engine::differences(&replay.inspection.schema, &plan.after);
    if !differences.is_empty() {
        return fail(case, format!("the sandbox ends elsewhere: {differences:#?}"));
    }
    let before = engine::content(&case.db, &case.before.schema);
    let set = match Sqlite::from_migrations(migrations) {
        Ok(set) => set,
        Err(error) => return fail(case, error.to_string()),
    };
    match set.migrate(&mut case.db) {
        Ok(_) => tally.ran += 1,
        Err(_) if warned => {
            tally.failed += 1;
            return Ok(());
        }
        Err(error) => return fail(case, error.to_string()),
    }
    let now = engine::content(&case.db, &plan.after);
    for (table, rows) in &before.tables {
        if let Some(name) = case.now_called(table)
            && now.tables[&name].len() != rows.len()
        {
            return fail(case, format!("{table} had {} rows and has {}", rows.len(), now.tables[&name].len()));
        }
    }
    Ok(())
}

#[test]
fn plans_are_migrations_of_the_sandbox_and_the_runtime() {
    let tally = tried("runtime", 400, 400, house_case, judge_runtime);
    assert!(tally.ran > 200, "{tally:?}");
}

fn tried(
    name: &str,
    cases: u32,
    size: usize,
    case: impl Fn(&mut Choices) -> Option<Case>,
    judge: impl Fn(&mut Case, &mut Tally) -> Result<(), String>,
) -> Tally {
    let tally = Cell::new(Tally::default());
    law(name, cases, size, |c| {
        let mut now = tally.get();
        let result = if let Some(mut case) = case(c) {
            judge(&mut case, &mut now)
        } else {
            now.skipped += 1;
            Ok(())
        };
        tally.set(now);
        result
    });
    tally.get()
}

#[test]
fn plans_of_schemas_as_people_write_them_keep_everything() {
    let tally = tried("house", 2000, 400, house_case, |case, tally| case.judge(tally));
    assert!(tally.ran > 1000 && tally.came_back > 500 && tally.rebuilt > 500 && tally.renamed > 100, "{tally:?}");
}

#[test]
fn plans_of_wild_schemas_keep_everything() {
    let tally = tried("wild", 600, 1500, wild_case, |case, tally| case.judge(tally));
    assert!(tally.ran > 200 && tally.rebuilt > 100, "{tally:?}");
}
