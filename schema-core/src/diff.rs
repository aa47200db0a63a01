//! The one differ. It knows no dialect, no span and no SQL keyword: both schemas are canonical, so
//! parts are compared with `==`. The position of a column is no difference.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::{Change, Column, Edit, Index, Name, ObjectName, Pair, Part, Schema, Table};

/// The renames that models state with `was`. Nothing is ever taken for a rename that is not stated.
///
/// ```
/// use schema_core::{Change, Dialect, Diff, ObjectName, Pair, Renames, Schema, Table};
/// let names = Pair::new("users", "people").map(|name| ObjectName::new(Dialect::Sqlite, None, name));
/// let schemas = names.as_ref().map(|name| {
///     let tables = [(name.clone(), Table::empty(name.clone()))].into();
///     Schema { tables, ..Schema::empty(Dialect::Sqlite) }
/// });
/// let renames = Renames { tables: vec![names.clone()], ..Renames::default() };
/// assert_eq!(Diff::between(schemas.as_ref(), &renames).changes, [Change::RenameTable(names)]);
/// assert_eq!(Diff::between(schemas.as_ref(), &Renames::default()).changes.len(), 2); // one comes, one goes
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Renames {
    /// Tables.
    pub tables: Vec<Pair<ObjectName>>,
    /// Columns, with the table's name afterwards.
    pub columns: Vec<(ObjectName, Pair<Name>)>,
}

/// The changes that lead from one schema to another, in an order that depends on nothing but them.
///
/// ```
/// use schema_core::{Dialect, Diff, ObjectName, Pair, Renames, Schema, Table};
/// let users = Table::empty(ObjectName::new(Dialect::Sqlite, None, "users"));
/// let before = Schema::empty(Dialect::Sqlite);
/// let after = Schema { tables: [(users.name.clone(), users)].into(), ..before.clone() };
/// let diff = Diff::between(Pair::new(&before, &after), &Renames::default());
/// assert!(!diff.is_empty());
/// let mut schema = before;
/// diff.changes.iter().try_for_each(|change| schema.apply(change))?;
/// assert_eq!(schema, after);
/// # Ok::<_, schema_core::ApplyError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    /// The changes.
    pub changes: Vec<Change>,
}

impl Renames {
    /// The schema before with the names afterwards, and the renames that this took. One that is spent, because
    /// what it names is gone, or because the new name is taken, is passed over.
    pub(crate) fn apply<'s>(&self, schemas: Pair<&'s Schema>) -> (Cow<'s, Schema>, Vec<Change>) {
        if self.tables.is_empty() && self.columns.is_empty() {
            return (Cow::Borrowed(schemas.before), Vec::new());
        }
        let mut renamed = schemas.before.clone();
        let mut changes = Vec::new();
        let mut open: Vec<Change> = self.tables.iter().map(|pair| Change::RenameTable(pair.clone())).collect();
        open.extend(
            self.columns.iter().map(|(table, edit)| Change::RenameColumn { table: table.clone(), edit: edit.clone() }),
        );
        open.retain(|change| match change {
            Change::RenameTable(names) => schemas.after.tables.contains_key(&names.after),
            Change::RenameColumn { table, edit } => {
                schemas.after.tables.get(table).is_some_and(|table| table.column(&edit.after).is_some())
            }
            _ => false,
        });
        // Of `a` to `b` and `b` to `c` the second comes first, wherever it stands.
        while let Some(at) = open.iter().position(|change| renamed.apply(change).is_ok()) {
            changes.push(open.remove(at));
        }
        (Cow::Owned(renamed), changes)
    }
}

impl Diff {
    /// Compares two schemas of one dialect.
    ///
    /// ```
    /// use schema_core::{Dialect, Diff, Pair, Renames, Schema};
    /// let empty = Schema::empty(Dialect::Sqlite);
    /// assert!(Diff::between(Pair::new(&empty, &empty), &Renames::default()).is_empty());
    /// ```
    pub fn between(schemas: Pair<&Schema>, renames: &Renames) -> Diff {
        let mut changes = Vec::new();
        let enums = schemas.map(|schema| schema.enums.values().cloned().collect::<Vec<_>>());
        for name in enums.before.iter().filter(|ty| !schemas.after.enums.contains_key(&ty.name)) {
            changes.push(Change::Enum(Edit::Drop(name.clone())));
        }
        for after in enums.after {
            match schemas.before.enums.get(&after.name) {
                None => changes.push(Change::Enum(Edit::Add(after))),
                Some(before) if *before == after => {}
                Some(before) => changes.push(Change::Enum(Edit::Alter(Pair::new(before.clone(), after)))),
            }
        }
        let (renamed, stated) = renames.apply(schemas);
        changes.extend(stated);
        let mut before: BTreeMap<&ObjectName, &Table> = renamed.tables.iter().collect();
        for (name, after) in &schemas.after.tables {
            match before.remove(name) {
                None => changes.push(Change::CreateTable(after.clone())),
                Some(table) => diff_table(Pair::new(table, after), &mut changes),
            }
        }
        changes.extend(before.into_values().map(|table| Change::DropTable(table.clone())));
        Diff { changes }
    }

    /// Compares two versions of one table, under whatever names, and reports no rename.
    ///
    /// ```
    /// use schema_core::{Diff, Pair, sqlite::read};
    /// let a = read::table("CREATE TABLE a (b TEXT)")?.table;
    /// let other = read::table("CREATE TABLE other (b TEXT)")?.table;
    /// assert!(Diff::between_tables(Pair::new(&a, &other)).is_empty());
    /// # Ok::<_, schema_core::ParseError>(())
    /// ```
    pub fn between_tables(tables: Pair<&Table>) -> Diff {
        let mut changes = Vec::new();
        let mut before = tables.before.clone();
        before.name = tables.after.name.clone();
        diff_table(Pair::new(&before, tables.after), &mut changes);
        Diff { changes }
    }

    /// Whether the schemas agree.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

fn diff_table(tables: Pair<&Table>, changes: &mut Vec<Change>) {
    let (name, before) = (&tables.after.name, tables.before);
    let after = tables.after;
    if before.options != after.options {
        changes.push(Change::Options { table: name.clone(), edit: Pair::new(before.options, after.options) });
    }
    if before.comment != after.comment {
        let edit = Pair::new(before.comment.clone(), after.comment.clone());
        changes.push(Change::Comment { table: name.clone(), edit });
    }
    let key = edits(before.primary_key.as_slice(), after.primary_key.as_slice());
    changes.extend(
        edits(&before.columns, &after.columns).into_iter().map(|edit| Change::Column { table: name.clone(), edit }),
    );
    changes.extend(key.into_iter().map(|edit| Change::PrimaryKey { table: name.clone(), edit }));
    changes.extend(
        edits(&before.uniques, &after.uniques).into_iter().map(|edit| Change::Unique { table: name.clone(), edit }),
    );
    changes.extend(
        edits(&before.foreign_keys, &after.foreign_keys)
            .into_iter()
            .map(|edit| Change::ForeignKey { table: name.clone(), edit }),
    );
    changes.extend(
        edits(&before.checks, &after.checks).into_iter().map(|edit| Change::Check { table: name.clone(), edit }),
    );
    changes.extend(
        edits(&before.indexes, &after.indexes).into_iter().map(|edit| Change::Index { table: name.clone(), edit }),
    );
}

/// What leads from some parts to others: equal ones are left alone, then counterparts are altered,
/// and what remains goes or comes.
fn edits<T: Part>(before: &[T], after: &[T]) -> Vec<Edit<T>> {
    let mut old: Vec<&T> = before.iter().collect();
    let mut new: Vec<&T> = after.iter().collect();
    new.retain(|part| match old.iter().position(|other| other == part) {
        Some(at) => {
            old.remove(at);
            false
        }
        None => true,
    });
    let mut edits = Vec::new();
    new.retain(|part| match old.iter().position(|other| other.is_counterpart(part)) {
        Some(at) => {
            edits.push(Edit::Alter(Pair::new(old.remove(at).clone(), (*part).clone())));
            false
        }
        None => true,
    });
    edits.extend(old.into_iter().map(|part| Edit::Drop(part.clone())));
    edits.extend(new.into_iter().map(|part| Edit::Add(part.clone())));
    edits
}

/// One fact about a column in which two versions of it differ.
///
/// ```
/// use schema_core::{ColumnFact, Pair, sqlite::read};
/// let tables = Pair::new(read::table("CREATE TABLE a (b INT)")?, read::table("CREATE TABLE a (b TEXT NOT NULL)")?);
/// let columns = tables.map(|read| read.table.columns[0].clone());
/// assert_eq!(columns.facts(), [ColumnFact::Type, ColumnFact::Nullability]);
/// # Ok::<_, schema_core::ParseError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ColumnFact {
    /// The declared type.
    Type,
    /// NULL allowed or not.
    Nullability,
    /// The default, the generation expression or the identity.
    Value,
    /// The collation.
    Collation,
    /// The conflict clause.
    OnConflict,
    /// The comment.
    Comment,
}

impl Pair<Column> {
    /// The facts in which the two columns differ, in the order of [`ColumnFact`].
    pub fn facts(&self) -> Vec<ColumnFact> {
        let (a, b) = (&self.before, &self.after);
        let mut facts = Vec::new();
        let mut note = |differs: bool, fact| {
            if differs {
                facts.push(fact);
            }
        };
        note(a.ty != b.ty, ColumnFact::Type);
        note(a.nullable != b.nullable, ColumnFact::Nullability);
        note(a.value != b.value, ColumnFact::Value);
        note(a.collation != b.collation, ColumnFact::Collation);
        note(a.on_conflict != b.on_conflict, ColumnFact::OnConflict);
        note(a.comment != b.comment, ColumnFact::Comment);
        facts
    }
}

impl Table {
    /// Gives what a model leaves open the value that was found, so that comparing reports only what
    /// the model states: the names of constraints and indexes, and whether SQLite enforces a UNIQUE
    /// by a constraint or by an index (it cannot add the former to a table that exists), and whether a
    /// primary key column admits NULL (SQLite lets it unless NOT NULL is written, a quirk that no model means),
    /// and how often a constraint is repeated that says the same each time.
    ///
    /// ```
    /// use schema_core::{Diff, Pair, sqlite::read};
    /// let found = read::table("CREATE TABLE a (b, CONSTRAINT once UNIQUE (b))")?.table;
    /// let mut model = read::table("CREATE TABLE a (b UNIQUE)")?.table;
    /// assert!(!Diff::between_tables(Pair::new(&found, &model)).is_empty());
    /// model.settle(&found);
    /// assert!(Diff::between_tables(Pair::new(&found, &model)).is_empty());
    /// # Ok::<_, schema_core::ParseError>(())
    /// ```
    pub fn settle(&mut self, found: &Table) {
        fn adopt<T>(
            mine: &mut [T],
            theirs: &[T],
            same: impl Fn(&T, &T) -> bool,
            name: impl Fn(&mut T) -> &mut Option<Name>,
        ) where
            T: Clone,
        {
            let mut taken = vec![false; theirs.len()];
            // Who states a name finds its namesake before the others choose.
            for stated in [true, false] {
                for part in mine.iter_mut().filter_map(|part| (name(part).is_some() == stated).then_some(part)) {
                    let at = theirs.iter().enumerate().position(|(at, other)| {
                        let mut other = other.clone();
                        let same_name = *name(&mut other) == *name(part);
                        !taken[at] && (!stated || same_name) && same(part, &other)
                    });
                    if let Some(at) = at {
                        taken[at] = true;
                        let mut other = theirs[at].clone();
                        *name(part) = name(&mut other).take();
                    }
                }
            }
        }
        repeat(&mut self.foreign_keys, &found.foreign_keys, |key| key.name = None);
        repeat(&mut self.checks, &found.checks, |check| check.name = None);
        adopt(&mut self.uniques, &found.uniques, |a, b| a.label() == b.label(), |part| &mut part.name);
        adopt(&mut self.foreign_keys, &found.foreign_keys, |a, b| a.label() == b.label(), |part| &mut part.name);
        adopt(&mut self.checks, &found.checks, |a, b| a.expr == b.expr, |part| &mut part.name);
        adopt(self.primary_key.as_mut_slice(), found.primary_key.as_slice(), |_, _| true, |part| &mut part.name);
        self.settle_uniques(found);
        self.settle_key_nullability(found);
        adopt(&mut self.indexes, &found.indexes, Index::same_but_name, |part| &mut part.name);
        adopt(&mut self.indexes, &found.indexes, |a, b| a.label() == b.label(), |part| &mut part.name);
    }

    fn settle_key_nullability(&mut self, found: &Table) {
        let Some(key) = &self.primary_key else { return };
        let never_null = self.options.strict || self.options.without_rowid;
        for column in self.columns.iter_mut().filter(|column| key.columns().contains(&column.name)) {
            let stated = never_null || column.on_conflict.is_some() || crate::render::is_rowid_alias(key, column);
            match found.column(&column.name) {
                Some(found) if !stated => {
                    column.nullable = found.nullable;
                    column.on_conflict = found.on_conflict;
                }
                _ => {}
            }
        }
    }

    /// Turns the UNIQUE constraints that were found as unique indexes into such.
    fn settle_uniques(&mut self, found: &Table) {
        let count = |list: &[Index], like: &Index| list.iter().filter(|one| one.same_but_name(like)).count();
        let mut rest = Vec::new();
        for unique in std::mem::take(&mut self.uniques) {
            let is_constraint = found.uniques.iter().any(|other| other.label() == unique.label());
            let index = found.indexes.iter().find(|index| {
                index.unique
                    && index.predicate.is_none()
                    && index.parts == unique.parts
                    && (unique.name.is_none() || unique.name == index.name)
                    && count(&self.indexes, index) < count(&found.indexes, index)
            });
            match index {
                Some(index) if !is_constraint && unique.on_conflict.is_none() => self.indexes.push(index.clone()),
                _ => rest.push(unique),
            }
        }
        self.uniques = rest;
    }
}

/// Adds to the parts of a model the copies that were found of them, whatever those are called.
fn repeat<T: Clone + PartialEq>(mine: &mut Vec<T>, found: &[T], unname: impl Fn(&mut T)) {
    let plain = |part: &T| {
        let mut part = part.clone();
        unname(&mut part);
        part
    };
    for part in found {
        let bare = plain(part);
        let count = |parts: &[T]| parts.iter().filter(|other| plain(other) == bare).count();
        if (1..count(found)).contains(&count(mine)) {
            mine.push(bare);
        }
    }
}

impl Index {
    /// Whether two indexes differ in nothing but the name.
    ///
    /// ```
    /// use schema_core::sqlite::read;
    /// let a = read::index("CREATE INDEX a ON users (email)")?.index;
    /// assert!(a.same_but_name(&read::index("CREATE INDEX b ON users (email)")?.index));
    /// assert!(!a.same_but_name(&read::index("CREATE UNIQUE INDEX a ON users (email)")?.index));
    /// # Ok::<_, schema_core::ParseError>(())
    /// ```
    pub fn same_but_name(&self, other: &Index) -> bool {
        let mut other = other.clone();
        other.name.clone_from(&self.name);
        *self == other
    }
}
