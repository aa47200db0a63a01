//! The search for a row that some conditions hold for, and others not: the first condition that is not as wanted is
//! mended with the value, or the pair of values, that leaves the fewest of them wrong.

use rusqlite::types::Value;

use super::form::{Condition, Form, Row};
use super::lab::{Bench, Truth};
use super::values;

/// The rows that are tried before a search is given up.
const TRIES: usize = 4_000;
/// The values of each of two columns that are tried with each other.
const PAIRED: usize = 48;

/// What a condition, or a foreign key, is wanted to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Want {
    /// As a constraint wants it: true or NULL.
    Passes,
    /// True: as the predicate of an index wants it.
    Holds,
    /// False: as a violation wants it.
    Fails,
    /// Whatever it is.
    Any,
}

impl Want {
    fn is_met(self, truth: Truth) -> bool {
        match self {
            Want::Passes => matches!(truth, Truth::True | Truth::Null),
            Want::Holds => truth == Truth::True,
            Want::Fails => truth == Truth::False,
            Want::Any => true,
        }
    }
}

/// What is searched for.
pub(super) struct Task<'a> {
    pub(super) form: &'a Form,
    pub(super) conditions: &'a [Condition],
    /// For each condition.
    pub(super) wants: Vec<Want>,
    /// For each foreign key.
    pub(super) parent_wants: Vec<Want>,
    /// For each foreign key, the keys that the parent has.
    pub(super) parents: &'a [Vec<Row>],
    /// Columns that keep their value.
    pub(super) pinned: Vec<usize>,
    /// Whether NULL is tried in every column.
    pub(super) nulls: bool,
    pub(super) number: i64,
}

/// The search for one task.
pub(super) struct Search<'a, 'l> {
    task: &'a Task<'a>,
    bench: &'a mut Bench<'l>,
    tries: usize,
}

/// Some columns with the values that they are to have.
type Change = Vec<(usize, Value)>;

impl<'a, 'l> Search<'a, 'l> {
    pub(super) fn new(task: &'a Task<'a>, bench: &'a mut Bench<'l>) -> Search<'a, 'l> {
        Search { task, bench, tries: 0 }
    }

    /// A row near this one for which everything is as wanted.
    pub(super) fn solve(&mut self, mut row: Row) -> Option<Row> {
        let mut met = self.judge(&row);
        let mut detours = 0;
        while let Some(wrong) = met.iter().position(|met| !met) {
            let best = self.single(&row, &met, wrong).or_else(|| self.pair(&row, &met, wrong));
            let best = best.or_else(|| {
                detours += 1;
                if detours > 6 { None } else { self.detour(&row, wrong) }
            });
            let change = best?;
            apply(&mut row, &change);
            met = self.judge(&row);
        }
        Some(row)
    }

    /// Which of the conditions, and then of the foreign keys, are as wanted.
    fn judge(&mut self, row: &Row) -> Vec<bool> {
        self.tries += 1;
        let truths = self.bench.judge(self.task.form, row);
        let mut met: Vec<bool> = self.task.wants.iter().zip(truths).map(|(want, truth)| want.is_met(truth)).collect();
        for (at, want) in self.task.parent_wants.iter().enumerate() {
            met.push(want.is_met(self.refers(at, row)));
        }
        met
    }

    /// Whether the row refers to a row of the parent, or to itself.
    fn refers(&self, at: usize, row: &Row) -> Truth {
        let parent = &self.task.form.parents[at];
        let tuple: Vec<&Value> = parent.columns.iter().map(|column| &row[*column]).collect();
        if tuple.contains(&&Value::Null) {
            return Truth::Null;
        }
        let own = parent.own.as_ref().is_some_and(|own| own.iter().map(|at| &row[*at]).eq(tuple.iter().copied()));
        let has = |key: &Row| key.iter().eq(tuple.iter().copied());
        if own || self.task.parents[at].iter().any(has) { Truth::True } else { Truth::False }
    }

    /// The best change that leaves fewer things wrong than now.
    fn best(
        &mut self,
        row: &Row,
        changes: impl IntoIterator<Item = Change>,
        accept: impl Fn(&[bool], usize) -> bool,
    ) -> Option<Change> {
        let wrong = |met: &[bool]| met.iter().filter(|met| !**met).count();
        let mut best: Option<(usize, Change)> = None;
        for change in changes {
            if self.tries > TRIES {
                break;
            }
            if change.iter().all(|(at, value)| row[*at] == *value) {
                continue;
            }
            let mut changed = row.clone();
            apply(&mut changed, &change);
            let after = self.judge(&changed);
            let count = wrong(&after);
            if accept(&after, count) && best.as_ref().is_none_or(|(fewest, _)| count < *fewest) {
                best = Some((count, change));
                if count == 0 {
                    break;
                }
            }
        }
        best.map(|(_, change)| change)
    }

    fn single(&mut self, row: &Row, met: &[bool], wrong: usize) -> Option<Change> {
        let now = met.iter().filter(|met| !**met).count();
        let changes = self.changes(row, wrong);
        self.best(row, changes, |_, count| count < now)
    }

    /// The same with two columns at once.
    fn pair(&mut self, row: &Row, met: &[bool], wrong: usize) -> Option<Change> {
        let now = met.iter().filter(|met| !**met).count();
        let columns = self.columns(wrong);
        for (at, one) in columns.iter().enumerate() {
            for other in &columns[at + 1..] {
                let (ones, others) = (self.domain(*one, row, wrong), self.domain(*other, row, wrong));
                let pairs = ones.iter().take(PAIRED).flat_map(|a| {
                    let both = others.iter().take(PAIRED).map(move |b| vec![(*one, a.clone()), (*other, b.clone())]);
                    both.collect::<Vec<_>>()
                });
                let pairs: Vec<Change> = pairs.collect();
                if let Some(change) = self.best(row, pairs, |_, count| count < now) {
                    return Some(change);
                }
            }
        }
        None
    }

    /// A change that mends this one thing, though others break.
    fn detour(&mut self, row: &Row, wrong: usize) -> Option<Change> {
        let changes = self.changes(row, wrong);
        self.best(row, changes, |after, _| after[wrong])
    }

    fn changes(&self, row: &Row, wrong: usize) -> Vec<Change> {
        let mut changes = Vec::new();
        if let Some(at) = wrong.checked_sub(self.task.wants.len()) {
            let parent = &self.task.form.parents[at];
            let free = |column: &usize| !self.task.pinned.contains(column);
            let own = parent.own.iter().map(|own| own.iter().map(|at| row[*at].clone()).collect());
            for key in self.task.parents[at].iter().cloned().chain(own) {
                let change: Change = parent.columns.iter().copied().zip(key).collect();
                if change.iter().all(|(column, value)| free(column) || row[*column] == *value) {
                    changes.push(change);
                }
            }
        }
        for column in self.columns(wrong) {
            changes.extend(self.domain(column, row, wrong).into_iter().map(|value| vec![(column, value)]));
        }
        changes
    }

    /// The columns that a condition or a foreign key depends on, and that may change.
    fn columns(&self, wrong: usize) -> Vec<usize> {
        let wants = self.task.wants.len();
        let columns = match wrong.checked_sub(wants) {
            Some(at) => &self.task.form.parents[at].columns,
            None => &self.task.conditions[wrong].columns,
        };
        columns.iter().copied().filter(|column| !self.task.pinned.contains(column)).collect()
    }

    /// The values to try in a column, the likeliest first.
    fn domain(&self, column: usize, row: &Row, wrong: usize) -> Vec<Value> {
        let form = self.task.form;
        let mut found = vec![form.suitable(column, self.task.number)];
        for condition in self.task.conditions.iter().filter(|condition| condition.columns.contains(&column)) {
            // Rows of different numbers begin at different ones, so that they are different where that is possible.
            let start = usize::try_from(self.task.number).unwrap_or_default() % condition.values.len().max(1);
            found.extend(condition.values[start..].iter().chain(&condition.values[..start]).cloned());
        }
        for other in self.columns(wrong).into_iter().filter(|other| *other != column) {
            found.extend(values::beside(&row[other]));
        }
        found.extend(values::beside(&row[column]));
        if form.suits_null(column) || self.task.nulls {
            found.push(Value::Null);
        }
        for parent in form.parents.iter().zip(self.task.parents) {
            let at = parent.0.columns.iter().position(|at| *at == column);
            found.extend(at.into_iter().flat_map(|at| parent.1.iter().take(8).map(move |key| key[at].clone())));
        }
        found.extend(values::of_any_kind(self.task.number));
        distinct(found)
    }
}

fn apply(row: &mut Row, change: &Change) {
    for (at, value) in change {
        row[*at] = value.clone();
    }
}

/// The values without those that came before.
fn distinct(values: Vec<Value>) -> Vec<Value> {
    let mut seen = std::collections::HashSet::new();
    values.into_iter().filter(|value| seen.insert(values::literal(value))).collect()
}
