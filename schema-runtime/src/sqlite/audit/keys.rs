//! What tells rows apart, and what finds them: the primary key, UNIQUE and indexes.

use schema_core::{Change, Edit, Expr, Index, KeyPart, Name, Pair, Part, PrimaryKey, Unique, render};

use super::fault::{Fault, SQL, columns_of, enforces, same_rule};
use super::table::{TableAudit, shown};
use crate::Category;

/// A UNIQUE that is to be enforced, by whatever means.
struct Rule<'a> {
    parts: &'a [KeyPart],
    condition: Option<&'a Expr>,
    label: Name,
    /// The name of the index, where it is one.
    index: Option<&'a Name>,
    is_index: bool,
}

impl<'a> Rule<'a> {
    fn of_unique(unique: &'a Unique) -> Rule<'a> {
        Rule { parts: &unique.parts, condition: None, label: unique.label(), index: None, is_index: false }
    }

    fn of_index(index: &'a Index) -> Rule<'a> {
        Rule {
            parts: &index.parts,
            condition: index.predicate.as_ref(),
            label: index.label(),
            index: index.name.as_ref(),
            is_index: true,
        }
    }

    fn text(&self) -> String {
        let condition = self.condition.map_or_else(String::new, |expr| format!(" WHERE {expr}"));
        format!("UNIQUE ({}){condition}", self.label)
    }
}

/// What an index is called in the object of a fault.
fn named(index: &Index) -> String {
    match &index.name {
        Some(name) => format!("index `{name}`"),
        None => format!("index ({})", index.label()),
    }
}

/// A fault that this change mends.
fn altered(category: Category, object: String, message: String, change: &Change) -> Fault {
    Fault::new(category, object, message).changes(vec![change.clone()])
}

impl TableAudit<'_> {
    pub(super) fn primary_key(&mut self, change: &Change, edit: &Edit<PrimaryKey>) {
        let key = |key: &PrimaryKey| format!("({})", names(&key.columns()));
        let table = self.name;
        let (category, message) = match edit {
            Edit::Add(after) => {
                (Category::MissingPrimaryKey, format!("table `{table}` has no PRIMARY KEY {}", key(after)))
            }
            Edit::Drop(before) => (
                Category::ExtraConstraint,
                format!("table `{table}` has a PRIMARY KEY {} that no migration states", key(before)),
            ),
            Edit::Alter(Pair { before, after }) => {
                if !same_rule(&before.parts, &after.parts) {
                    let (found, expected) = (key(before), key(after));
                    let message = format!("table `{table}` has the PRIMARY KEY {found}, not {expected}");
                    (Category::MissingPrimaryKey, message)
                } else if before.autoincrement != after.autoincrement {
                    let says = if after.autoincrement { "lacks AUTOINCREMENT, and so" } else { "has AUTOINCREMENT:" };
                    let rest = if after.autoincrement { "numbers of deleted rows come again" } else { "it costs time" };
                    (Category::Autoincrement, format!("the primary key of table `{table}` {says} {rest}"))
                } else if before.on_conflict != after.on_conflict {
                    (
                        Category::ConflictClause,
                        format!("the primary key of table `{table}` has another conflict clause"),
                    )
                } else if before.parts == after.parts {
                    (Category::OtherName, format!("the primary key of table `{table}` has another name"))
                } else {
                    (Category::OtherIndex, format!("the primary key of table `{table}` is sorted otherwise"))
                }
            }
        };
        let text = |key: Option<&PrimaryKey>| key.map(|key| render::primary_key(SQL, key));
        let side = edit.after().or(edit.before());
        let fault = Fault::new(category, self.own("primary key"), message)
            .of(table, side.map(PrimaryKey::columns).unwrap_or_default())
            .sides(text(edit.after()), text(edit.before()));
        let fault = match edit.after() {
            Some(after) => {
                let mut changes = vec![change.clone()];
                changes.extend(self.key_columns());
                fault.at(after.path(table)).changes(changes)
            }
            None => fault.words(EXTRA_CONSTRAINT),
        };
        self.faults.push(fault);
    }

    pub(super) fn unique(&mut self, change: &Change, edit: &Edit<Unique>) {
        match edit {
            Edit::Add(after) => self.missing_rule(change, &Rule::of_unique(after)),
            Edit::Drop(before) => self.extra_rule(change, &Rule::of_unique(before)),
            Edit::Alter(Pair { before, after }) => {
                let rule = Rule::of_unique(after);
                let own = rule.text();
                let (category, says) = if !enforces(self.tables.before, &after.parts, None) {
                    (Category::MissingUnique, "compares otherwise")
                } else if before.on_conflict != after.on_conflict {
                    (Category::ConflictClause, "has another conflict clause")
                } else if before.parts == after.parts {
                    (Category::OtherName, "has another name")
                } else {
                    (Category::OtherIndex, "is sorted otherwise")
                };
                let object = self.own(own);
                let fault = altered(category, object.clone(), format!("{object} {says}"), change);
                let fault = fault.of(self.name, columns_of(self.tables.after, &after.parts)).at(after.path(self.name));
                let text = |unique: &Unique| Some(render::unique(SQL, unique));
                self.faults.push(fault.sides(text(after), text(before)));
            }
        }
    }

    pub(super) fn index(&mut self, change: &Change, edit: &Edit<Index>) {
        match edit {
            Edit::Add(after) if after.unique => self.missing_rule(change, &Rule::of_index(after)),
            Edit::Add(after) => {
                let object = self.own(named(after));
                let message = format!("table `{}` has no index ({})", self.name, after.label());
                let fault = altered(Category::MissingIndex, object, message, change);
                self.push_index(fault, after, None);
            }
            Edit::Drop(before) if before.unique => self.extra_rule(change, &Rule::of_index(before)),
            Edit::Drop(before) => {
                let object = self.own(named(before));
                let fault = Fault::new(Category::ExtraIndex, object.clone(), format!("{object} is in no migration"))
                    .of(self.name, columns_of(self.tables.before, &before.parts))
                    .sides(None, Some(render::index(SQL, self.name, before)))
                    .words(EXTRA_INDEX);
                self.faults.push(fault);
            }
            Edit::Alter(pair) => self.other_index(change, pair),
        }
    }

    fn other_index(&mut self, change: &Change, pair: &Pair<Index>) {
        let Pair { before, after } = pair;
        let (found, expected) = (self.tables.before, self.tables.after);
        let rule = Rule::of_index(after);
        let own = self.own(named(after));
        let (category, object, message) = if before.name != after.name {
            let message = format!("{} has another name", self.own(named(before)));
            (Category::OtherName, own, message)
        } else if after.unique && !enforces(found, &after.parts, after.predicate.as_ref()) {
            let message = format!("table `{}` has no {}", self.name, rule.text());
            (Category::MissingUnique, self.own(rule.text()), message)
        } else if before.unique && !enforces(expected, &before.parts, before.predicate.as_ref()) {
            let before = Rule::of_index(before);
            let message = format!("table `{}` has a {} that no migration states", self.name, before.text());
            (Category::ExtraConstraint, own, message)
        } else {
            let message = format!("{own} is another one");
            (Category::OtherIndex, own, message)
        };
        let fault = altered(category, object, message, change);
        self.push_index(fault, after, Some(before));
    }

    fn push_index(&mut self, fault: Fault, after: &Index, before: Option<&Index>) {
        let text = |index: &Index| render::index(SQL, self.name, index);
        let fault = fault
            .of(self.name, columns_of(self.tables.after, &after.parts))
            .at(after.path(self.name))
            .sides(Some(text(after)), before.map(text));
        let fault = self.unreadable(fault, after.name.as_ref());
        self.faults.push(fault);
    }

    /// The same, unless something of that name is there and was not understood.
    fn unreadable(&self, fault: Fault, name: Option<&Name>) -> Fault {
        match (self.not_understood(name), name) {
            (Some(reason), Some(name)) => {
                let object = self.own(format!("index `{name}`"));
                let message = format!("{object} is not understood: {reason}");
                Fault { category: Category::NotUnderstood, object, message, ..fault }.words(
                    "compare it by hand with what the migrations state; nothing that is not understood is changed",
                )
            }
            _ => fault,
        }
    }

    fn missing_rule(&mut self, change: &Change, rule: &Rule<'_>) {
        let table = self.name;
        let own = self.own(rule.text());
        let fault = |category, message: String| {
            Fault::new(category, own.clone(), message)
                .of(table, columns_of(self.tables.after, rule.parts))
                .at(change.path())
        };
        let fault = if enforces(self.tables.before, rule.parts, rule.condition) {
            let partner = self.partner(rule);
            let found = partner.and_then(|at| shown(&self.changes[at]));
            let mut changes = vec![change.clone()];
            let (category, message) = match partner {
                Some(at) => {
                    self.told[at] = true;
                    changes.insert(0, self.changes[at].clone());
                    self.by_other_means(&own, rule, at)
                }
                None if rule.is_index => {
                    (Category::MissingIndex, format!("table `{table}` has no unique index ({})", rule.label))
                }
                None => (Category::OtherMeans, format!("{own} is enforced by another key over the same columns")),
            };
            fault(category, message).sides(shown(change), found).changes(changes)
        } else {
            let message = format!("table `{table}` has no {}", rule.text());
            let fault = fault(Category::MissingUnique, message).changes(vec![change.clone()]);
            self.unreadable(fault.sides(shown(change), None), rule.index)
        };
        self.faults.push(fault);
    }

    /// What enforces the same in the database, and goes when the rule comes.
    fn partner(&self, rule: &Rule<'_>) -> Option<usize> {
        let is_one = |change: &Change| match change {
            Change::Unique { edit: Edit::Drop(unique), .. } => same_rule(&unique.parts, rule.parts),
            Change::Index { edit: Edit::Drop(index), .. } => {
                index.unique && index.predicate.as_ref() == rule.condition && same_rule(&index.parts, rule.parts)
            }
            _ => false,
        };
        (0..self.changes.len()).find(|at| !self.told[*at] && is_one(&self.changes[*at]))
    }

    fn by_other_means(&self, own: &str, rule: &Rule<'_>, at: usize) -> (Category, String) {
        let (parts, clause, means) = match &self.changes[at] {
            Change::Unique { edit: Edit::Drop(unique), .. } => (&unique.parts, unique.on_conflict, "a constraint"),
            Change::Index { edit: Edit::Drop(index), .. } => (&index.parts, None, "an index"),
            _ => return (Category::OtherMeans, own.to_owned()),
        };
        let wanted = self.tables.after.uniques.iter().find(|unique| !rule.is_index && unique.parts == rule.parts);
        if clause != wanted.and_then(|unique| unique.on_conflict) {
            (Category::ConflictClause, format!("{own} has another conflict clause"))
        } else if *parts != *rule.parts {
            (Category::OtherIndex, format!("{own} is sorted otherwise"))
        } else {
            (Category::OtherMeans, format!("{own} is enforced by {means}"))
        }
    }

    fn extra_rule(&mut self, change: &Change, rule: &Rule<'_>) {
        let own = match rule.index {
            Some(name) => self.own(format!("index `{name}`")),
            None => self.own(rule.text()),
        };
        let fault = if enforces(self.tables.after, rule.parts, rule.condition) {
            Fault::new(Category::ExtraIndex, own.clone(), format!("{own} is in no migration")).words(EXTRA_INDEX)
        } else {
            let message = format!("table `{}` has a {} that no migration states", self.name, rule.text());
            Fault::new(Category::ExtraConstraint, own, message).words(EXTRA_CONSTRAINT)
        };
        let fault = fault.of(self.name, columns_of(self.tables.before, rule.parts)).sides(None, shown(change));
        self.faults.push(fault);
    }
}

pub(super) const EXTRA_CONSTRAINT: &str =
    "state it in the model and in a migration, or take it away by hand: until then it refuses what the models allow";

const EXTRA_INDEX: &str = "state it in the model and in a migration, or drop it by hand";

fn names(names: &[Name]) -> String {
    names.iter().map(Name::as_str).collect::<Vec<_>>().join(", ")
}
