//! Rows that a table accepts, made and tried on the real database.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet};

use rusqlite::types::Value;
use rusqlite::{Connection, ErrorCode, params_from_iter};
use schema_core::{Expr, KeyTarget, Name, ObjectName};

use super::form::{Condition, Form, Forms, Parent, Row, quoted};
use super::lab::Lab;
use super::solve::{Search, Task, Want};

/// The numbers that are tried for a row when the rows that exist have its keys already.
const NUMBERS: i64 = 400;
/// How often the search may come back to a row that was tried, as it does where a condition allows few values.
const REPEATS: usize = 40;
/// The rows of other refusals, as by triggers, that are tried.
const OTHERS: usize = 6;
/// The parents of parents that are made for a row.
const DEPTH: usize = 6;

/// How a row is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// Every column has a value.
    Full,
    /// Every column that may be NULL is NULL.
    Bare,
    /// Every second column that may be NULL is NULL.
    Mixed,
}

/// What is asked of a row, besides that it is accepted.
#[derive(Clone, Debug, Default)]
pub(super) struct Order {
    /// Values that are given.
    pub(super) pins: Vec<(usize, Value)>,
    /// Expressions that are to be true.
    pub(super) holds: Vec<Expr>,
}

/// Why there is no row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refused {
    /// The last row that was tried, as a statement.
    pub(super) statement: Option<String>,
    /// What SQLite says, or what is missing.
    pub(super) reason: String,
    /// The table that has no row to refer to.
    pub(super) parent: Option<Name>,
}

impl Refused {
    pub(super) fn because(reason: impl Into<String>) -> Refused {
        Refused { statement: None, reason: reason.into(), parent: None }
    }
}

/// Makes rows in one database.
pub(super) struct Maker<'a> {
    pub(super) db: &'a Connection,
    pub(super) lab: &'a Lab,
    pub(super) forms: &'a Forms,
    /// The number of the next row of each table.
    numbers: RefCell<BTreeMap<ObjectName, i64>>,
}

impl<'a> Maker<'a> {
    pub(super) fn new(db: &'a Connection, lab: &'a Lab, forms: &'a Forms) -> Maker<'a> {
        Maker { db, lab, forms, numbers: RefCell::default() }
    }

    /// Puts a row into the table.
    pub(super) fn insert(&self, form: &Form, style: Style, order: &Order) -> Result<Row, Refused> {
        self.insert_or_try(form, style, order, true)
    }

    /// A row that the table accepts and does not have. The parents that it needs are there.
    pub(super) fn accepted(&self, form: &Form, style: Style, order: &Order) -> Result<Row, Refused> {
        self.with_parents(form, style, order, DEPTH, false)
    }

    fn insert_or_try(&self, form: &Form, style: Style, order: &Order, keep: bool) -> Result<Row, Refused> {
        let mut last = None;
        for soft in [true, false] {
            match self.insert_with(form, style, order, soft, keep) {
                Ok(row) => return Ok(row),
                Err(refused) => last = last.or(Some(refused)),
            }
            if !form.has_soft() {
                break;
            }
        }
        Err(last.unwrap_or_else(|| Refused::because("no row was found")))
    }

    /// The same, and parents for it where those that exist have all the children that they may have.
    pub(super) fn insert_with_parents(&self, form: &Form, style: Style, order: &Order) -> Result<Row, Refused> {
        self.with_parents(form, style, order, DEPTH, true)
    }

    fn with_parents(&self, form: &Form, style: Style, order: &Order, depth: usize, keep: bool) -> Result<Row, Refused> {
        let refused = match self.insert_or_try(form, style, order, keep) {
            Ok(row) => return Ok(row),
            Err(refused) => refused,
        };
        let mut order = order.clone();
        let mut made = false;
        for parent in form.parents.iter().filter(|parent| !parent.soft && parent.key.parent != form.table.name) {
            let is_free = parent.columns.iter().all(|at| order.pins.iter().all(|(pinned, _)| pinned != at));
            let Some(other) = self.forms.get(&parent.key.parent).filter(|_| depth > 0 && is_free) else { continue };
            let before = self.keys(parent);
            if self.with_parents(other, Style::Full, &Order::default(), depth - 1, true).is_err() {
                continue;
            }
            let Some(new) = self.keys(parent).into_iter().find(|key| !before.contains(key)) else { continue };
            order.pins.extend(parent.columns.iter().copied().zip(new));
            made = true;
        }
        if made { self.insert_or_try(form, style, &order, keep) } else { Err(refused) }
    }

    fn insert_with(&self, form: &Form, style: Style, order: &Order, soft: bool, keep: bool) -> Result<Row, Refused> {
        let mut refused = Refused::because("no row was found for which all its CHECK constraints hold");
        let mut others = 0;
        let mut parents = self.all_parents(form);
        for (parent, keys) in form.parents.iter().zip(&mut parents) {
            if parent.soft && (!soft || keys.is_empty()) {
                keys.clear();
            }
        }
        let is_orphan = |(parent, keys): (&Parent, &Vec<Row>)| {
            let must = parent.columns.iter().all(|at| !form.suits_null(*at));
            must && !parent.soft && parent.own.is_none() && keys.is_empty()
        };
        if let Some(at) = form.parents.iter().zip(&parents).position(is_orphan) {
            let parent = &form.parents[at].key.parent;
            let reason = format!("there is no row of `{parent}` to refer to");
            return Err(Refused { statement: None, reason, parent: Some(parent.name.clone()) });
        }
        let first = self.number(form);
        let (mut seen, mut repeated) = (HashSet::new(), 0);
        for number in first..first + NUMBERS {
            let Some(row) = self.find(form, style, order, soft, number, &parents)? else { break };
            if !seen.insert(form.statement(&row)) || (soft && self.repeats(form, &row)) {
                repeated += 1;
                if repeated > REPEATS {
                    break;
                }
                continue;
            }
            let result = if keep { self.try_insert(form, &row) } else { self.try_only(form, &row) };
            match result {
                Ok(()) => {
                    self.numbers.borrow_mut().insert(form.table.name.clone(), number + 1);
                    return Ok(row);
                }
                Err(error) => {
                    let is_unique = is_unique(&error);
                    let reason = said(&error);
                    refused = Refused { statement: Some(form.statement(&row)), reason, parent: None };
                    others += usize::from(!is_unique);
                    if others > OTHERS || !is_constraint(&error) {
                        return Err(refused);
                    }
                }
            }
        }
        Err(refused)
    }

    /// A row for which all conditions hold, not yet tried on the table.
    pub(super) fn find(
        &self,
        form: &Form,
        style: Style,
        order: &Order,
        soft: bool,
        number: i64,
        parents: &[Vec<Row>],
    ) -> Result<Option<Row>, Refused> {
        let hard = |is_soft: bool| if is_soft && !soft { Want::Any } else { Want::Passes };
        let mut conditions = form.conditions.clone();
        let mut wants: Vec<Want> = conditions.iter().map(|condition| hard(condition.soft)).collect();
        conditions.extend(order.holds.iter().map(|expr| form.condition(expr)));
        wants.resize(conditions.len(), Want::Holds);
        let parent_wants = form.parents.iter().zip(parents).map(|(parent, keys)| match parent.soft {
            true if !soft || keys.is_empty() => Want::Any,
            _ => Want::Passes,
        });
        let parent_wants = parent_wants.collect();
        let pinned = order.pins.iter().map(|(at, _)| *at).collect();
        let mut row = beginning(form, style, number, parents);
        for (at, value) in &order.pins {
            row[*at] = value.clone();
        }
        let task = Task { form, conditions: &conditions, wants, parent_wants, parents, pinned, nulls: false, number };
        if let Some(found) = self.solve(&task, row)? {
            return Ok(Some(found));
        }
        // A row that somebody gave shows what no search finds.
        let Some(mut row) = self.example(form) else { return Ok(None) };
        for at in form.keys.iter().flat_map(|key| &key.columns) {
            row[*at] = form.suitable(*at, number);
        }
        for (at, value) in &order.pins {
            row[*at] = value.clone();
        }
        self.solve(&task, row)
    }

    /// A row that the table has.
    fn example(&self, form: &Form) -> Option<Row> {
        let names: Vec<_> = form.table.columns.iter().map(|column| quoted(&column.name)).collect();
        let sql = format!("SELECT {} FROM main.{} LIMIT 1", names.join(", "), quoted(&form.table.name.name));
        self.db.query_row(&sql, [], |row| (0..names.len()).map(|at| row.get(at)).collect()).ok()
    }

    /// A row near that one for which everything is as the task wants it.
    pub(super) fn solve(&self, task: &Task<'_>, row: Row) -> Result<Option<Row>, Refused> {
        let bench = self.lab.bench(task.form, task.conditions);
        let mut bench = bench.map_err(|error| Refused::because(error.to_string()))?;
        Ok(Search::new(task, &mut bench).solve(row))
    }

    pub(super) fn try_insert(&self, form: &Form, row: &[Value]) -> rusqlite::Result<()> {
        self.db.prepare(form.insert_sql())?.execute(params_from_iter(form.written(row))).map(drop)
    }

    /// Whether the row would be accepted.
    fn try_only(&self, form: &Form, row: &[Value]) -> rusqlite::Result<()> {
        self.db.execute_batch("SAVEPOINT only")?;
        let result = self.try_insert(form, row);
        self.db.execute_batch("ROLLBACK TO only; RELEASE only")?;
        result
    }

    /// The number of the next row.
    fn number(&self, form: &Form) -> i64 {
        let known = self.numbers.borrow().get(&form.table.name).copied();
        known.unwrap_or_else(|| 1 + i64::try_from(self.count(form)).unwrap_or_default())
    }

    /// How many rows the table has.
    pub(super) fn count(&self, form: &Form) -> usize {
        let sql = format!("SELECT count(*) FROM main.{}", quoted(&form.table.name.name));
        let count = self.db.query_row(&sql, [], |row| row.get::<_, i64>(0)).unwrap_or_default();
        usize::try_from(count).unwrap_or_default()
    }

    /// The keys that the rows of each parent have.
    pub(super) fn all_parents(&self, form: &Form) -> Vec<Vec<Row>> {
        form.parents.iter().map(|parent| self.keys(parent)).collect()
    }

    /// The keys that a foreign key can refer to.
    pub(super) fn keys(&self, parent: &Parent) -> Vec<Row> {
        let names: Vec<_> = parent.key.parent_columns.iter().map(quoted).collect();
        let given: Vec<_> = names.iter().map(|name| format!("{name} IS NOT NULL")).collect();
        let own = quoted(&parent.key.parent.name);
        let sql = format!("SELECT {} FROM main.{own} WHERE {}", names.join(", "), given.join(" AND "));
        let read = || -> rusqlite::Result<Vec<Row>> {
            let mut statement = self.db.prepare(&sql)?;
            let rows = statement.query_map([], |row| (0..names.len()).map(|at| row.get(at)).collect())?;
            rows.collect()
        };
        // A parent that cannot be read has no rows to refer to; SQLite says so when the row is inserted.
        read().unwrap_or_default()
    }

    /// Whether a row has the key of another one, by a key that only another version has.
    fn repeats(&self, form: &Form, row: &Row) -> bool {
        form.keys.iter().filter(|key| key.soft && key.predicate.is_none()).any(|key| {
            let column = |part: &schema_core::KeyPart| match &part.target {
                KeyTarget::Column(name) => form.position(name),
                KeyTarget::Expr(_) => None,
            };
            let Some(columns) = key.parts.iter().map(column).collect::<Option<Vec<_>>>() else { return false };
            let names: Vec<_> =
                columns.iter().map(|at| format!("{} = ?", quoted(&form.table.columns[*at].name))).collect();
            let own = quoted(&form.table.name.name);
            let sql = format!("SELECT EXISTS (SELECT 1 FROM main.{own} WHERE {})", names.join(" AND "));
            let values = params_from_iter(columns.iter().map(|at| &row[*at]));
            self.db.query_row(&sql, values, |row| row.get(0)).unwrap_or(false)
        })
    }
}

impl Form {
    fn has_soft(&self) -> bool {
        self.conditions.iter().any(|condition| condition.soft)
            || self.parents.iter().any(|parent| parent.soft)
            || self.keys.iter().any(|key| key.soft)
    }
}

/// The row that a search begins with.
fn beginning(form: &Form, style: Style, number: i64, parents: &[Vec<Row>]) -> Row {
    let mut row: Row = (0..form.table.columns.len()).map(|at| form.suitable(at, number)).collect();
    let mut place = usize::try_from(number - 1).unwrap_or_default();
    for (at, values) in form.suggested.iter().enumerate() {
        // Every so often none of them, except where the column knows two values only.
        let is_bool = form.table.columns[at].ty.as_str().to_ascii_uppercase().contains("BOOL");
        if let Some(value) = values.get(place % (values.len() + usize::from(!is_bool)).max(1)) {
            row[at] = value.clone();
        }
    }
    let choices = form.conditions.iter().filter_map(|Condition { choice, .. }| choice.as_ref());
    for (at, values) in choices.filter(|(_, values)| !values.is_empty()) {
        row[*at] = values[place % values.len()].clone();
    }
    // Consecutive numbers go through all combinations of parents.
    for (parent, keys) in form.parents.iter().zip(parents) {
        if keys.is_empty() {
            for at in parent.columns.iter().filter(|at| !parent.soft && form.suits_null(**at)) {
                row[*at] = Value::Null;
            }
            continue;
        }
        for (at, value) in parent.columns.iter().zip(&keys[place % keys.len()]) {
            row[*at] = value.clone();
        }
        place /= keys.len();
    }
    let mut nth = 0;
    for at in (0..row.len()).filter(|at| form.suits_null(*at)) {
        nth += 1;
        if style == Style::Bare || (style == Style::Mixed && nth % 2 == 1) {
            row[at] = Value::Null;
        }
    }
    row
}

/// What SQLite says.
pub(super) fn said(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(_, Some(message)) => message.clone(),
        rusqlite::Error::SqlInputError { msg, .. } => msg.clone(),
        other => other.to_string(),
    }
}

/// The extended result code.
pub(super) fn code(error: &rusqlite::Error) -> Option<i32> {
    match error {
        rusqlite::Error::SqliteFailure(error, _) => Some(error.extended_code),
        rusqlite::Error::SqlInputError { error, .. } => Some(error.extended_code),
        _ => None,
    }
}

fn is_unique(error: &rusqlite::Error) -> bool {
    use rusqlite::ffi::{SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_ROWID, SQLITE_CONSTRAINT_UNIQUE};
    let codes = [SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE, SQLITE_CONSTRAINT_ROWID];
    code(error).is_some_and(|code| codes.contains(&code))
}

fn is_constraint(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation)
}
