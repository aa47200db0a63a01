//! What of each pending migration a database has already.

use std::collections::BTreeMap;

use schema_core::sqlite::statement::{AlterAction, StatementKind, classify};
use schema_core::token::statements;
use schema_core::{
    Change, Dialect, Diff, Edit, Inspection, Migration, Name, ObjectName, Pair, Presence, Renames, Schema, Table,
    Unmanaged, UnmanagedKind,
};

use crate::sqlite::judge::agreement::{difference, shown, text};

/// One thing that a migration changes: a part of a table, or an object that is known by its text alone.
#[derive(Clone, Debug)]
pub(crate) enum Leaf {
    Part(Change),
    /// A part that is the same before and after, but made again with its table.
    Remade(Change),
    Object(Edit<Unmanaged>),
}

/// What one migration changes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Changes {
    leaves: Vec<Leaf>,
    /// The tables that it drops and makes again.
    remade: Vec<Name>,
}

/// How one leaf stands in a database.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Mark {
    /// It is there.
    There,
    /// What it removes is not there, and may never have been: its neighbours decide.
    Vacuous,
    /// It is there, as it was before.
    Kept,
    Missing,
    /// Something else is there: what it is, and what it should be.
    Other(String),
}

/// How the changes of one migration stand in a database.
#[derive(Clone, Debug)]
pub(crate) struct Standing {
    leaves: Vec<(Leaf, Mark)>,
    remade: Vec<Name>,
}

/// What follows for the migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// All of it is there.
    Present,
    /// Nothing of it is there.
    Absent,
    /// Some of it is there.
    Partial,
    /// Nothing of it is there, and something else is in its way.
    Drifted,
    /// Some of it is there, and something else is in the way of the rest.
    Conflicting,
}

impl Standing {
    /// What follows; `begun` says whether anything of a later migration is there, which decides for a migration that
    /// changes no schema.
    pub(crate) fn verdict(&self, begun: bool) -> Verdict {
        let any = |is: fn(&Mark) -> bool| self.leaves.iter().any(|(_, mark)| is(mark));
        let there = any(|mark| *mark == Mark::There);
        let missing = any(|mark| *mark == Mark::Missing);
        match (there, any(|mark| matches!(mark, Mark::Other(_)))) {
            _ if self.count() == 0 && begun => Verdict::Present,
            (true, true) => Verdict::Conflicting,
            (false, true) => Verdict::Drifted,
            (true, false) if missing => Verdict::Partial,
            (true, false) => Verdict::Present,
            (false, false) => Verdict::Absent,
        }
    }

    /// Whether something of it is there.
    pub(crate) fn is_begun(&self) -> bool {
        self.leaves.iter().any(|(_, mark)| *mark == Mark::There)
    }

    /// The changes that are missing.
    pub(crate) fn missing(&self) -> Vec<&Leaf> {
        self.leaves.iter().filter(|(_, mark)| *mark == Mark::Missing).map(|(leaf, _)| leaf).collect()
    }

    /// The changes that are there.
    pub(crate) fn there(&self) -> impl Iterator<Item = &Leaf> {
        self.leaves.iter().filter(|(_, mark)| *mark == Mark::There).map(|(leaf, _)| leaf)
    }

    /// How many changes there are.
    pub(crate) fn count(&self) -> usize {
        self.leaves.iter().filter(|(_, mark)| *mark != Mark::Kept).count()
    }

    /// Whether something of the table is there as this migration made it again.
    fn has_remade(&self, table: Option<&ObjectName>) -> bool {
        let Some(table) = table.filter(|table| self.remade.contains(&table.name)) else { return false };
        self.leaves.iter().any(|(leaf, mark)| *mark == Mark::There && leaf.table() == Some(table))
    }

    /// The tables, views and triggers that it changes, and whether each is missing; `None` when one is there in part.
    pub(crate) fn whole_objects(&self) -> Option<BTreeMap<Name, bool>> {
        let mut objects = BTreeMap::new();
        for (leaf, mark) in self.leaves.iter().filter(|(_, mark)| *mark != Mark::Kept) {
            let missing = *mark == Mark::Missing;
            if objects.insert(leaf.object(), missing).is_some_and(|before| before != missing) {
                return None;
            }
        }
        Some(objects)
    }

    /// What is in the way, in words.
    pub(crate) fn conflicts(&self) -> Vec<String> {
        let other = |(_, mark): &(Leaf, Mark)| match mark {
            Mark::Other(words) => Some(words.clone()),
            _ => None,
        };
        self.leaves.iter().filter_map(other).collect()
    }
}

impl Leaf {
    /// What a database lacks that does not have it, in words.
    pub(crate) fn lack(&self, found: &Inspection) -> String {
        match self {
            Leaf::Part(change) | Leaf::Remade(change) => difference(change, found),
            Leaf::Object(Edit::Drop(object)) => format!("{} should not be there", shown(object)),
            Leaf::Object(Edit::Add(object) | Edit::Alter(Pair { after: object, .. })) => {
                format!("{} is missing", shown(object))
            }
        }
    }

    /// Adds it to a schema; what cannot be added is not there in this form.
    pub(crate) fn apply(&self, to: &mut Inspection) {
        match self {
            Leaf::Part(Change::CreateTable(table)) => {
                to.schema.tables.entry(table.name.clone()).or_insert_with(|| Table::empty(table.name.clone()));
            }
            Leaf::Part(change) | Leaf::Remade(change) => drop(to.schema.apply(change)),
            Leaf::Object(edit) => {
                if let Some(before) = edit.before() {
                    to.unmanaged.retain(|object| object.kind != before.kind || object.name != before.name);
                }
                to.unmanaged.extend(edit.after().cloned());
            }
        }
    }

    /// Whether it creates the table that the other is a part of.
    pub(crate) fn creates(&self, other: &Leaf) -> bool {
        match (self, other) {
            (Leaf::Part(Change::CreateTable(_)), Leaf::Part(Change::CreateTable(_))) => false,
            (Leaf::Part(Change::CreateTable(table)), other) => other.table() == Some(&table.name),
            _ => false,
        }
    }

    /// Whether it takes a table or a column away.
    pub(crate) fn takes_data(&self) -> bool {
        matches!(self, Leaf::Part(Change::DropTable(_) | Change::Column { edit: Edit::Drop(_), .. }))
    }

    /// The name of the table, view or trigger that it belongs to.
    fn object(&self) -> Name {
        match self {
            Leaf::Part(change) | Leaf::Remade(change) => {
                change.table().map_or_else(|| Name::new(Dialect::Sqlite, ""), |table| table.name.clone())
            }
            Leaf::Object(Edit::Add(object) | Edit::Drop(object) | Edit::Alter(Pair { after: object, .. })) => {
                object.name.clone()
            }
        }
    }

    /// The table that it is a part of.
    fn table(&self) -> Option<&ObjectName> {
        match self {
            Leaf::Part(change) | Leaf::Remade(change) => change.table(),
            Leaf::Object(_) => None,
        }
    }

    fn is_about_the_same(&self, later: &Leaf) -> bool {
        match (self, later) {
            (Leaf::Part(one) | Leaf::Remade(one), Leaf::Part(later) | Leaf::Remade(later)) => {
                one.is_about_the_same(later)
            }
            (Leaf::Object(one), Leaf::Object(later)) => {
                let any = |edit: &Edit<Unmanaged>| edit.after().or(edit.before()).map(|it| (it.kind, it.name.clone()));
                any(one) == any(later)
            }
            _ => false,
        }
    }

    /// Whether the other cannot be done without it.
    fn comes_before(&self, later: &Leaf) -> bool {
        match (self, later) {
            (Leaf::Part(Change::CreateTable(table)), later) if later.table() == Some(&table.name) => true,
            _ => self.is_about_the_same(later),
        }
    }

    fn mark(&self, found: &Inspection, start: &Inspection) -> Mark {
        match self {
            Leaf::Part(change) => match Presence::of(change, &found.schema) {
                Presence::Present if removes(change) && Presence::of(change, &start.schema) == Presence::Present => {
                    Mark::Vacuous
                }
                Presence::Present => Mark::There,
                Presence::Absent => Mark::Missing,
                Presence::Conflicting(other) => Mark::Other(difference(&other, found)),
            },
            Leaf::Remade(change) => match Presence::of(change, &found.schema) {
                Presence::Present => Mark::Kept,
                Presence::Absent => Mark::Missing,
                Presence::Conflicting(other) => Mark::Other(difference(&other, found)),
            },
            Leaf::Object(edit) => object_mark(edit, found, start),
        }
    }
}

fn removes(change: &Change) -> bool {
    matches!(
        change,
        Change::DropTable(_)
            | Change::Column { edit: Edit::Drop(_), .. }
            | Change::PrimaryKey { edit: Edit::Drop(_), .. }
            | Change::Unique { edit: Edit::Drop(_), .. }
            | Change::ForeignKey { edit: Edit::Drop(_), .. }
            | Change::Check { edit: Edit::Drop(_), .. }
            | Change::Index { edit: Edit::Drop(_), .. }
    )
}

fn object_mark(edit: &Edit<Unmanaged>, found: &Inspection, start: &Inspection) -> Mark {
    let find = |inspection: &Inspection, object: &Unmanaged| {
        inspection.unmanaged.iter().find(|other| other.kind == object.kind && other.name == object.name).map(text)
    };
    let object = edit.after().or(edit.before());
    let Some(object) = object else { return Mark::Vacuous };
    let has = find(found, object);
    match (&has, edit.after().map(text), edit.before().map(text)) {
        (None, None, _) if find(start, object).is_none() => Mark::Vacuous,
        (None, None, _) => Mark::There,
        (None, Some(_), _) => Mark::Missing,
        (Some(has), Some(after), _) if *has == after => Mark::There,
        (Some(has), _, Some(before)) if *has == before => Mark::Missing,
        (Some(_), _, _) => Mark::Other(another(object, edit.after(), found)),
    }
}

/// Both definitions of an object that is not the one of the migration.
fn another(object: &Unmanaged, after: Option<&Unmanaged>, found: &Inspection) -> String {
    let line = |object: Option<&Unmanaged>| {
        let sql = object.and_then(|object| object.sql.as_deref())?;
        Some(sql.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    let same = |other: &&Unmanaged| other.kind == object.kind && other.name == object.name;
    match (line(found.unmanaged.iter().find(same)), line(after)) {
        (Some(has), Some(wanted)) => format!("{} is {has}, not {wanted}", shown(object)),
        _ => format!("{} is another one", shown(object)),
    }
}

/// The changes of a migration between the schemas before and after it, one by one.
pub(crate) fn changes(migration: &Migration, before: &Inspection, after: &Inspection) -> Changes {
    let diff = Diff::between(Pair::new(&before.schema, &after.schema), &Renames::default());
    let mut leaves: Vec<Leaf> = diff.parts().into_iter().map(Leaf::Part).collect();
    let remade: Vec<Name> = remade(migration);
    for table in after.schema.tables.values().filter(|table| remade.contains(&table.name.name)) {
        let Some(old) = before.schema.tables.get(&table.name) else { continue };
        let whole = Diff::between_tables(Pair::new(&Table::empty(table.name.clone()), table)).changes;
        let mut as_before = Schema::empty(Dialect::Sqlite);
        as_before.tables.insert(table.name.clone(), old.clone());
        leaves.extend(
            whole.into_iter().filter(|part| Presence::of(part, &as_before) == Presence::Present).map(Leaf::Remade),
        );
    }
    let counts = |object: &&Unmanaged| object.kind != UnmanagedKind::ShadowTable;
    let same = |a: &Unmanaged, b: &Unmanaged| a.kind == b.kind && a.name == b.name;
    for object in before.unmanaged.iter().filter(counts) {
        if !after.unmanaged.iter().any(|other| same(object, other)) {
            leaves.push(Leaf::Object(Edit::Drop(object.clone())));
        }
    }
    for object in after.unmanaged.iter().filter(counts) {
        match before.unmanaged.iter().find(|other| same(object, other)) {
            None => leaves.push(Leaf::Object(Edit::Add(object.clone()))),
            Some(other) if text(other) != text(object) => {
                leaves.push(Leaf::Object(Edit::Alter(Pair::new(other.clone(), object.clone()))));
            }
            Some(_) => {}
        }
    }
    Changes { leaves, remade }
}

/// The tables that a migration drops and makes again, which takes everything with them that hangs on them.
fn remade(migration: &Migration) -> Vec<Name> {
    let (mut dropped, mut remade) = (Vec::new(), Vec::new());
    for statement in statements(Dialect::Sqlite, &migration.sql) {
        match classify(&statement) {
            StatementKind::DropTable { name } => dropped.push(name),
            StatementKind::CreateTable { name, temporary: false, .. }
            | StatementKind::AlterTable { action: AlterAction::RenameTo(name), .. }
                if dropped.contains(&name) =>
            {
                remade.push(name);
            }
            _ => {}
        }
    }
    remade
}

/// How the changes of each pending migration stand. `start` is the schema that the first of them begins with.
///
/// A part that a later migration changes again is there when that later change is. What a migration removes and
/// an earlier pending one adds is either done or was never begun; the neighbours in the same migration decide.
pub(crate) fn standings(changes: Vec<Changes>, start: &Inspection, found: &Inspection) -> Vec<Standing> {
    let mark = |leaf: Leaf| {
        let mark = leaf.mark(found, start);
        (leaf, mark)
    };
    let mut standings: Vec<Standing> = changes
        .into_iter()
        .map(|one| Standing { leaves: one.leaves.into_iter().map(mark).collect(), remade: one.remade })
        .collect();
    standings.iter_mut().for_each(doubt_names);
    for at in (0..standings.len()).rev() {
        look_ahead(&mut standings, at);
    }
    for at in 1..standings.len() {
        look_back(&mut standings, at);
    }
    standings
}

/// A table that has nothing of the migration but its name is another one.
fn doubt_names(standing: &mut Standing) {
    for at in 0..standing.leaves.len() {
        let Leaf::Part(Change::CreateTable(table)) = &standing.leaves[at].0 else { continue };
        let mut parts = standing.leaves.iter().skip(at + 1).filter(|(leaf, _)| leaf.table() == Some(&table.name));
        if standing.leaves[at].1 == Mark::There && !parts.any(|(_, mark)| *mark == Mark::There) {
            standing.leaves[at].1 = Mark::Other(format!("table `{}` is another one", table.name));
        }
    }
}

/// What a later migration changed again is there when that later change is; then the vacuous ones are decided.
fn look_ahead(standings: &mut [Standing], at: usize) {
    let (earlier, later) = standings.split_at_mut(at + 1);
    let leaves = &mut earlier[at].leaves;
    for (leaf, mark) in leaves.iter_mut().filter(|(_, mark)| matches!(mark, Mark::Missing | Mark::Other(_))) {
        let mut next = later.iter().flat_map(|standing| &standing.leaves);
        let next = next.find(|(next, _)| leaf.is_about_the_same(next));
        if matches!(next, Some((_, Mark::There))) || later.iter().any(|standing| standing.has_remade(leaf.table())) {
            *mark = Mark::There;
        }
    }
    let any = |is: fn(&Mark) -> bool| leaves.iter().any(|(_, mark)| is(mark));
    let begun = any(|mark| *mark == Mark::There) || !any(|mark| !matches!(mark, Mark::Vacuous | Mark::Kept));
    let vacuous = if begun { Mark::There } else { Mark::Missing };
    for (_, mark) in leaves.iter_mut().filter(|(_, mark)| *mark == Mark::Vacuous) {
        *mark = vacuous.clone();
    }
}

/// What differs from both sides of a change is merely missing when an earlier change of it is missing, too.
fn look_back(standings: &mut [Standing], at: usize) {
    let (earlier, later) = standings.split_at_mut(at);
    for (leaf, mark) in later[0].leaves.iter_mut().filter(|(_, mark)| matches!(mark, Mark::Other(_))) {
        let mut before = earlier.iter().rev().flat_map(|standing| standing.leaves.iter().rev());
        if let Some((_, Mark::Missing)) = before.find(|(before, _)| before.comes_before(leaf)) {
            *mark = Mark::Missing;
        }
    }
}
