//! One table that is on both sides: every change that would lead from the found one to the expected one becomes a
//! fault, and what only follows from another fault becomes a part of that.

use schema_core::{
    Change, Check, Column, Edit, Expr, ForeignKey, Index, Inspection, KeyPart, KeyTarget, Name, ObjectName, Pair, Part,
    Table, UnmanagedKind, render,
};

use super::fault::{Fault, SQL};
use crate::Category;

/// The comparison of one table; what is found is before, and what is expected after.
pub(super) struct TableAudit<'a> {
    pub(super) name: &'a ObjectName,
    pub(super) tables: Pair<&'a Table>,
    pub(super) found: &'a Inspection,
    /// The changes that are faults of their own.
    pub(super) changes: Vec<Change>,
    /// Which of them belong to a fault that was told already.
    pub(super) told: Vec<bool>,
    pub(super) faults: Vec<Fault>,
}

/// The faults of a table.
pub(super) fn faults(tables: Pair<&Table>, found: &Inspection, changes: Vec<Change>) -> Vec<Fault> {
    let name = &tables.after.name;
    let mut audit = TableAudit { name, tables, found, changes: Vec::new(), told: Vec::new(), faults: Vec::new() };
    audit.changes = audit.fold(changes.into_iter().flat_map(apart).collect());
    audit.told = vec![false; audit.changes.len()];
    audit.order();
    // What comes is told first, since it may be the counterpart of what goes.
    for goes in [false, true] {
        for at in 0..audit.changes.len() {
            let change = audit.changes[at].clone();
            if !audit.told[at] && is_drop(&change) == goes {
                audit.told[at] = true;
                audit.change(&change);
            }
        }
    }
    audit.faults
}

/// An index of another name that also has another definition is none that changed: one is missing, and one is extra.
fn apart(change: Change) -> Vec<Change> {
    match change {
        Change::Index { table, edit: Edit::Alter(pair) }
            if pair.before.name != pair.after.name && !pair.before.same_but_name(&pair.after) =>
        {
            vec![
                Change::Index { table: table.clone(), edit: Edit::Add(pair.after) },
                Change::Index { table, edit: Edit::Drop(pair.before) },
            ]
        }
        other => vec![other],
    }
}

fn is_drop(change: &Change) -> bool {
    matches!(
        change,
        Change::Column { edit: Edit::Drop(_), .. }
            | Change::PrimaryKey { edit: Edit::Drop(_), .. }
            | Change::Unique { edit: Edit::Drop(_), .. }
            | Change::ForeignKey { edit: Edit::Drop(_), .. }
            | Change::Check { edit: Edit::Drop(_), .. }
            | Change::Index { edit: Edit::Drop(_), .. }
    )
}

impl TableAudit<'_> {
    fn change(&mut self, change: &Change) {
        match change {
            Change::Column { edit: Edit::Alter(pair), .. } => self.column(pair),
            Change::PrimaryKey { edit, .. } => self.primary_key(change, edit),
            Change::Unique { edit, .. } => self.unique(change, edit),
            Change::ForeignKey { edit, .. } => self.foreign_key(change, edit),
            Change::Check { edit, .. } => self.check(change, edit),
            Change::Index { edit, .. } => self.index(change, edit),
            Change::Options { edit, .. } => self.options(*edit),
            // Whole tables and columns are told elsewhere, and SQLite has no renames, comments and enums to find.
            _ => {}
        }
    }

    /// Tells which columns are missing and which are extra, with everything that mentions them; the rest is returned.
    fn fold(&mut self, changes: Vec<Change>) -> Vec<Change> {
        let mut missing: Vec<(Column, Vec<Change>)> = Vec::new();
        let mut extra: Vec<(Column, Vec<String>)> = Vec::new();
        let mut rest = Vec::new();
        for change in changes {
            match change {
                Change::Column { edit: Edit::Add(column), .. } => missing.push((column, Vec::new())),
                Change::Column { edit: Edit::Drop(column), .. } => extra.push((column, Vec::new())),
                other => rest.push(other),
            }
        }
        rest.retain(|change| {
            if let Some((_, parts)) = missing.iter_mut().find(|(column, _)| mentions(change, false, &column.name)) {
                parts.push(change.clone());
                return false;
            }
            let other = extra.iter_mut().find(|(column, _)| is_drop(change) && mentions(change, true, &column.name));
            let is_other = other.is_some();
            if let Some((_, parts)) = other {
                parts.extend(shown(change));
            }
            !is_other
        });
        let spare: Vec<Column> = extra.iter().map(|(column, _)| column.clone()).collect();
        for (column, parts) in missing {
            let fault = self.missing_column(&column, parts, &spare);
            self.faults.push(fault);
        }
        for (column, parts) in extra {
            let fault = self.extra_column(&column, parts);
            self.faults.push(fault);
        }
        rest
    }

    fn missing_column(&self, column: &Column, parts: Vec<Change>, spare: &[Column]) -> Fault {
        let (table, name) = (self.name, &column.name);
        let sides = std::iter::once(render::column(SQL, column)).chain(parts.iter().filter_map(shown));
        let fault = Fault::new(
            Category::MissingColumn,
            format!("column `{table}.{name}`"),
            format!("table `{table}` has no column `{name}`"),
        )
        .of(table, vec![name.clone()])
        .sides(Some(sides.collect::<Vec<_>>().join(", ")), None)
        .at(column.path(table));
        let is_like = |other: &&Column| Column { name: name.clone(), ..(*other).clone() } == *column;
        if let Some(other) = spare.iter().find(is_like) {
            let rename = render::Alter::RenameColumn(Pair::new(&other.name, name));
            return fault.words(format!(
                "column `{}` is in no migration and is like it; if somebody renamed it, this renames it back: `{}`",
                other.name,
                render::alter(SQL, table, rename)
            ));
        }
        let own = Change::Column { table: table.clone(), edit: Edit::Add(column.clone()) };
        fault.changes(std::iter::once(own).chain(parts).collect())
    }

    fn extra_column(&self, column: &Column, parts: Vec<String>) -> Fault {
        let own = format!("column `{}.{}`", self.name, column.name);
        let sides = std::iter::once(render::column(SQL, column)).chain(parts);
        let fault = Fault::new(Category::ExtraColumn, own.clone(), format!("{own} is in no migration"));
        fault.of(self.name, vec![column.name.clone()]).sides(None, Some(sides.collect::<Vec<_>>().join(", "))).words(
            "give the model a field for it and write a migration that adds it, or drop it by hand once its values \
             are saved",
        )
    }

    /// Whether the columns on both sides stand in the same order.
    fn order(&mut self) {
        let common = |one: &Table, other: &Table| {
            let names = one.columns.iter().map(|column| column.name.clone());
            names.filter(|name| other.column(name).is_some()).collect::<Vec<_>>()
        };
        let Pair { before, after } = self.tables;
        let (found, expected) = (common(before, after), common(after, before));
        if found == expected {
            return;
        }
        let list = |names: &[Name]| names.iter().map(Name::as_str).collect::<Vec<_>>().join(", ");
        let own = format!("table `{}`", self.name);
        let fault =
            Fault::new(Category::ColumnOrder, own.clone(), format!("the columns of {own} stand in another order"));
        let fault = fault.of(self.name, Vec::new()).sides(Some(list(&expected)), Some(list(&found))).words(
            "nothing has to be done, unless a program inserts without naming the columns or reads `SELECT *` by position",
        );
        self.faults.push(fault);
    }

    /// The reason why something of that name in the database could not be read.
    pub(super) fn not_understood(&self, name: Option<&Name>) -> Option<&str> {
        let is_it = |object: &&schema_core::Unmanaged| {
            object.kind == UnmanagedKind::NotUnderstood && object.table.is_some() && Some(&object.name) == name
        };
        self.found.unmanaged.iter().find(is_it).and_then(|object| object.reason.as_deref())
    }

    /// ``UNIQUE (a) of table `t` ``.
    pub(super) fn own(&self, part: impl std::fmt::Display) -> String {
        format!("{part} of table `{}`", self.name)
    }
}

/// Whether a part mentions a column, before or after the change.
fn mentions(change: &Change, before: bool, column: &Name) -> bool {
    fn side<T>(edit: &Edit<T>, before: bool) -> Option<&T> {
        if before { edit.before() } else { edit.after() }
    }
    let expr = |expr: &Expr| expr.mentions(SQL, column);
    let parts = |parts: &[KeyPart]| {
        parts.iter().any(|part| match &part.target {
            KeyTarget::Column(name) => name == column,
            KeyTarget::Expr(one) => expr(one),
        })
    };
    let index = |index: &Index| parts(&index.parts) || index.predicate.as_ref().is_some_and(expr);
    match change {
        Change::PrimaryKey { edit, .. } => side(edit, before).is_some_and(|key| parts(&key.parts)),
        Change::Unique { edit, .. } => side(edit, before).is_some_and(|unique| parts(&unique.parts)),
        Change::ForeignKey { edit, .. } => {
            side(edit, before).is_some_and(|key: &ForeignKey| key.columns.contains(column))
        }
        Change::Check { edit, .. } => side(edit, before).is_some_and(|check: &Check| expr(&check.expr)),
        Change::Index { edit, .. } => side(edit, before).is_some_and(index),
        _ => false,
    }
}

/// The part that a change is about, as SQL.
pub(super) fn shown(change: &Change) -> Option<String> {
    fn one<T>(edit: &Edit<T>, render: impl Fn(&T) -> String) -> Option<String> {
        edit.after().or(edit.before()).map(render)
    }
    match change {
        Change::PrimaryKey { edit, .. } => one(edit, |key| render::primary_key(SQL, key)),
        Change::Unique { edit, .. } => one(edit, |unique| render::unique(SQL, unique)),
        Change::ForeignKey { edit, .. } => one(edit, |key| render::foreign_key(SQL, key)),
        Change::Check { edit, .. } => one(edit, |check| render::check(SQL, check)),
        Change::Index { table, edit } => one(edit, |index| render::index(SQL, table, index)),
        _ => None,
    }
}
