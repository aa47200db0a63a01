//! Rows for every table of a database: parents before children, several in each table.

use std::collections::{BTreeMap, BTreeSet};

use schema_core::{Inspection, Name, ObjectName};

use super::form::{Form, Forms};
use super::maker::{Maker, Order, Refused, Style, said};

/// The rows of each table: all columns with a value, none, all again, and every second.
const STYLES: [Style; 4] = [Style::Full, Style::Bare, Style::Full, Style::Mixed];

/// What the caller says about the rows.
#[derive(Debug, Default)]
pub(super) struct Wishes {
    /// The rows of a table, as a script.
    pub(super) rows: BTreeMap<Name, String>,
    /// Tables that stay empty.
    pub(super) left_out: BTreeSet<Name>,
}

/// What became of it.
#[derive(Debug, Default)]
pub(super) struct Seeded {
    /// How many rows there are in the tables that were seeded, those of the migrations among them.
    pub(super) rows: usize,
    /// Tables that accept no row that was tried.
    pub(super) refused: Vec<(Name, Refused)>,
    /// Tables without rows because another one has none.
    pub(super) orphaned: Vec<(Name, Name)>,
    /// Tables with fewer rows than the others, and how many.
    pub(super) short: Vec<(Name, usize)>,
}

/// Fills every table. Tables that have rows already, of the same definition, get one more.
pub(super) fn seed(maker: &Maker<'_>, wishes: &Wishes, had: Option<&Inspection>) -> Seeded {
    let mut seeded = Seeded::default();
    let mut again = Vec::new();
    for form in in_order(maker.forms) {
        let name = &form.table.name.name;
        if wishes.left_out.contains(name) {
            continue;
        }
        let has_rows = maker.count(form) >= STYLES.len();
        if has_rows && had.is_some_and(|had| had.schema.tables.get(&form.table.name) == Some(&form.table)) {
            drop(maker.insert(form, Style::Full, &Order::default()));
            continue;
        }
        if let Some(sql) = wishes.rows.get(name) {
            if had.is_some() && maker.count(form) > 0 {
                continue;
            }
            // A script that this version's columns do not fit is one for other versions.
            match maker.db.execute_batch(&format!("SAVEPOINT seed; {sql}; RELEASE seed")) {
                Ok(()) => continue,
                Err(error) => {
                    drop(maker.db.execute_batch("ROLLBACK TO seed; RELEASE seed"));
                    if !said(&error).contains("no such column") && !said(&error).contains("has no column named") {
                        let refused = Refused { statement: Some(sql.clone()), reason: said(&error), parent: None };
                        seeded.refused.push((name.clone(), refused));
                        continue;
                    }
                }
            }
        }
        if waits(maker, form) {
            again.push(form);
        }
        fill(maker, form, &mut seeded);
    }
    // That a table has no rows is said once, where it begins.
    for (name, refused) in std::mem::take(&mut seeded.refused) {
        let is_empty = |parent: &Name| {
            wishes.left_out.contains(parent)
                || seeded.refused.iter().any(|(table, _)| table == parent)
                || seeded.orphaned.iter().any(|(table, _)| table == parent)
        };
        match &refused.parent {
            Some(parent) if is_empty(parent) => seeded.orphaned.push((name, parent.clone())),
            _ => seeded.refused.push((name, refused)),
        }
    }
    // Parents that came after their children have rows now.
    for form in again {
        drop(maker.insert(form, Style::Full, &Order::default()));
    }
    seeded.rows = maker.forms.values().map(|form| maker.count(form)).sum();
    seeded
}

/// Whether a foreign key of the table may be NULL and its parent has no rows yet.
fn waits(maker: &Maker<'_>, form: &Form) -> bool {
    form.parents.iter().any(|parent| parent.own.is_none() && !parent.soft && maker.keys(parent).is_empty())
}

fn fill(maker: &Maker<'_>, form: &Form, seeded: &mut Seeded) {
    let mut made = 0;
    for style in STYLES {
        match maker.insert(form, style, &Order::default()) {
            Ok(_) => made += 1,
            Err(refused) if made == 0 && maker.count(form) == 0 => {
                // A bare row may be accepted where a full one is not.
                if style == Style::Mixed {
                    seeded.refused.push((form.table.name.name.clone(), refused));
                }
            }
            Err(_) => {}
        }
    }
    if made > 0 && made < STYLES.len() {
        seeded.short.push((form.table.name.name.clone(), maker.count(form)));
    }
}

/// The tables, parents before children as far as that is possible.
fn in_order(forms: &Forms) -> Vec<&Form> {
    let mut left: Vec<&Form> = forms.values().collect();
    let mut done: BTreeSet<&ObjectName> = BTreeSet::new();
    let mut order = Vec::new();
    while !left.is_empty() {
        let missing = |form: &&Form, nullable: bool| {
            form.parents.iter().any(|parent| {
                let waits = parent.own.is_none()
                    && !done.contains(&parent.key.parent)
                    && forms.contains_key(&parent.key.parent);
                waits && !(nullable && parent.columns.iter().any(|at| form.takes_null(*at)))
            })
        };
        let next = left.iter().position(|form| !missing(form, false));
        let next = next.or_else(|| left.iter().position(|form| !missing(form, true))).unwrap_or(0);
        let form = left.remove(next);
        done.insert(&form.table.name);
        order.push(form);
    }
    order
}
