//! Whether a change is there already: what a half-migrated database is asked.

use crate::{Change, Diff, Edit, Pair, Part, Schema, Table};

/// How one change stands in a schema that may have it already.
///
/// ```
/// use schema_core::{Change, Dialect, Edit, Index, KeyPart, Name, ObjectName, Presence, Schema, Table};
///
/// let name = |text: &str| Name::new(Dialect::Sqlite, text);
/// let index = |column| Index { name: Some(name("users_key")), ..Index::over(vec![KeyPart::column(name(column))]) };
/// let table = ObjectName::new(Dialect::Sqlite, None, "users");
/// let change = Change::Index { table: table.clone(), edit: Edit::Add(index("email")) };
///
/// let mut found = Schema::empty(Dialect::Sqlite);
/// found.tables.insert(table.clone(), Table::empty(table.clone()));
/// assert_eq!(Presence::of(&change, &found), Presence::Absent);
/// found.tables.get_mut(&table).unwrap().indexes.push(index("email"));
/// assert_eq!(Presence::of(&change, &found), Presence::Present);
/// // An index of that name on another column is neither.
/// found.tables.get_mut(&table).unwrap().indexes = vec![index("id")];
/// assert!(matches!(Presence::of(&change, &found), Presence::Conflicting(_)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presence {
    /// The schema is as after the change.
    Present,
    /// The schema is as before the change.
    Absent,
    /// The schema is neither: this change would lead from what it has to what is wanted.
    Conflicting(Box<Change>),
}

impl Presence {
    /// How a change stands in `found`. Of [`Change::CreateTable`] only the table itself is looked for; its parts
    /// are changes of their own: see [`Diff::parts`].
    ///
    /// ```
    /// use schema_core::{Change, Dialect, ObjectName, Presence, Schema, Table};
    /// let table = Table::empty(ObjectName::new(Dialect::Sqlite, None, "users"));
    /// let empty = Schema::empty(Dialect::Sqlite);
    /// assert_eq!(Presence::of(&Change::CreateTable(table.clone()), &empty), Presence::Absent);
    /// assert_eq!(Presence::of(&Change::DropTable(table), &empty), Presence::Present);
    /// ```
    pub fn of(change: &Change, found: &Schema) -> Presence {
        let has = |is: bool| if is { Presence::Present } else { Presence::Absent };
        let of = |table| found.tables.get(table);
        match change {
            Change::CreateTable(table) => has(found.tables.contains_key(&table.name)),
            Change::DropTable(table) => has(!found.tables.contains_key(&table.name)),
            Change::RenameTable(names) => has(found.tables.contains_key(&names.after)),
            Change::RenameColumn { table, edit } => {
                has(of(table).is_some_and(|table| table.column(&edit.after).is_some()))
            }
            Change::Enum(edit) => {
                let known = edit.after().or(edit.before()).and_then(|ty| found.enums.get(&ty.name));
                has(known == edit.after())
            }
            Change::Options { table, edit } => whole(change, of(table).map(|table| &table.options), edit),
            Change::Comment { table, edit } => whole(change, of(table).map(|table| &table.comment), edit),
            Change::Column { table, edit } => {
                part(of(table), |t| &t.columns, edit, |edit| Change::Column { table: table.clone(), edit })
            }
            Change::PrimaryKey { table, edit } => part(
                of(table),
                |t| t.primary_key.as_slice(),
                edit,
                |edit| Change::PrimaryKey { table: table.clone(), edit },
            ),
            Change::Unique { table, edit } => {
                part(of(table), |t| &t.uniques, edit, |edit| Change::Unique { table: table.clone(), edit })
            }
            Change::ForeignKey { table, edit } => {
                part(of(table), |t| &t.foreign_keys, edit, |edit| Change::ForeignKey { table: table.clone(), edit })
            }
            Change::Check { table, edit } => {
                part(of(table), |t| &t.checks, edit, |edit| Change::Check { table: table.clone(), edit })
            }
            Change::Index { table, edit } => {
                part(of(table), |t| &t.indexes, edit, |edit| Change::Index { table: table.clone(), edit })
            }
        }
    }
}

/// A part that every table has.
fn whole<T: PartialEq>(change: &Change, found: Option<&T>, edit: &Pair<T>) -> Presence {
    match found {
        Some(found) if *found == edit.after => Presence::Present,
        Some(found) if *found == edit.before => Presence::Absent,
        _ => Presence::Conflicting(Box::new(change.clone())),
    }
}

fn part<T: Part>(
    table: Option<&Table>,
    parts: impl for<'t> Fn(&'t Table) -> &'t [T],
    edit: &Edit<T>,
    change: impl Fn(Edit<T>) -> Change,
) -> Presence {
    let found = table.map_or(&[][..], |table| parts(table));
    let other = |part: &T| found.iter().find(|found| found.is_namesake(part)).cloned();
    let conflict = |edit| Presence::Conflicting(Box::new(change(edit)));
    match edit {
        Edit::Add(after) if found.contains(after) => Presence::Present,
        Edit::Add(after) => match other(after) {
            Some(before) => conflict(Edit::Alter(Pair::new(before, after.clone()))),
            None => Presence::Absent,
        },
        Edit::Drop(before) if found.contains(before) => Presence::Absent,
        Edit::Drop(before) => match other(before) {
            Some(before) => conflict(Edit::Drop(before)),
            None => Presence::Present,
        },
        Edit::Alter(pair) if found.contains(&pair.after) => Presence::Present,
        Edit::Alter(pair) if found.contains(&pair.before) => Presence::Absent,
        Edit::Alter(pair) => match other(&pair.after).or_else(|| other(&pair.before)) {
            Some(before) => conflict(Edit::Alter(Pair::new(before, pair.after.clone()))),
            None => conflict(Edit::Add(pair.after.clone())),
        },
    }
}

impl Diff {
    /// The changes one by one: after the creation of a table, each part of the table as a change of its own.
    ///
    /// ```
    /// use schema_core::{Diff, Dialect, Index, KeyPart, Name, ObjectName, Pair, Renames, Schema, Table};
    /// let mut table = Table::empty(ObjectName::new(Dialect::Sqlite, None, "users"));
    /// table.indexes.push(Index::over(vec![KeyPart::column(Name::new(Dialect::Sqlite, "email"))]));
    /// let before = Schema::empty(Dialect::Sqlite);
    /// let mut after = before.clone();
    /// after.tables.insert(table.name.clone(), table);
    /// let diff = Diff::between(Pair::new(&before, &after), &Renames::default());
    /// assert_eq!((diff.changes.len(), diff.parts().len()), (1, 2));
    /// ```
    pub fn parts(&self) -> Vec<Change> {
        let mut parts = Vec::new();
        for change in &self.changes {
            parts.push(change.clone());
            if let Change::CreateTable(table) = change {
                let empty = Table::empty(table.name.clone());
                parts.extend(Diff::between_tables(Pair::new(&empty, table)).changes);
            }
        }
        parts
    }
}

impl Change {
    /// Whether both changes are about the same thing, so that the later one decides what is found.
    ///
    /// ```
    /// use schema_core::{Change, Dialect, Edit, ObjectName, Table};
    /// let table = Table::empty(ObjectName::new(Dialect::Sqlite, None, "users"));
    /// let created = Change::CreateTable(table.clone());
    /// assert!(created.is_about_the_same(&Change::DropTable(table)));
    /// ```
    pub fn is_about_the_same(&self, later: &Change) -> bool {
        fn same<T: Part>(a: &Edit<T>, b: &Edit<T>) -> bool {
            let sides = |edit: &Edit<T>| [edit.before().cloned(), edit.after().cloned()];
            let b = sides(b);
            sides(a).iter().flatten().any(|a| b.iter().flatten().any(|b| a.is_namesake(b)))
        }
        match (self, later) {
            (Change::CreateTable(a) | Change::DropTable(a), Change::CreateTable(b) | Change::DropTable(b)) => {
                a.name == b.name
            }
            (_, Change::DropTable(dropped)) => self.table() == Some(&dropped.name),
            _ if self.table() != later.table() => false,
            (Change::Options { .. }, Change::Options { .. }) | (Change::Comment { .. }, Change::Comment { .. }) => true,
            (Change::Column { edit: a, .. }, Change::Column { edit: b, .. }) => same(a, b),
            (Change::PrimaryKey { .. }, Change::PrimaryKey { .. }) => true,
            (Change::Unique { edit: a, .. }, Change::Unique { edit: b, .. }) => same(a, b),
            (Change::ForeignKey { edit: a, .. }, Change::ForeignKey { edit: b, .. }) => same(a, b),
            (Change::Check { edit: a, .. }, Change::Check { edit: b, .. }) => same(a, b),
            (Change::Index { edit: a, .. }, Change::Index { edit: b, .. }) => same(a, b),
            _ => false,
        }
    }

    /// The table that it is about, if it is about one.
    ///
    /// ```
    /// use schema_core::{Change, Dialect, ObjectName, Table};
    /// let users = ObjectName::new(Dialect::Sqlite, None, "users");
    /// assert_eq!(Change::DropTable(Table::empty(users.clone())).table(), Some(&users));
    /// ```
    pub fn table(&self) -> Option<&crate::ObjectName> {
        match self {
            Change::Enum(_) => None,
            Change::CreateTable(table) | Change::DropTable(table) => Some(&table.name),
            Change::RenameTable(names) => Some(&names.after),
            Change::Options { table, .. }
            | Change::Comment { table, .. }
            | Change::RenameColumn { table, .. }
            | Change::Column { table, .. }
            | Change::PrimaryKey { table, .. }
            | Change::Unique { table, .. }
            | Change::ForeignKey { table, .. }
            | Change::Check { table, .. }
            | Change::Index { table, .. } => Some(table),
        }
    }
}
