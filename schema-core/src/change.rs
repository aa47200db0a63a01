//! Changes: what lies between two schemas, as data.
//!
//! The differ makes them, [`Schema::apply`](crate::Schema::apply) consumes them.

use crate::{
    Check, Column, EnumType, ForeignKey, Index, Name, ObjectName, PartKind, Path, PrimaryKey, Table, TableOptions,
    Unique,
};

/// A value before and after.
///
/// ```
/// use schema_core::Pair;
/// let pair = Pair::new("users", "people");
/// assert_eq!(pair.reversed(), Pair { before: "people", after: "users" });
/// assert_eq!(*pair.as_ref().after, "people");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair<T> {
    /// How it was.
    pub before: T,
    /// How it is to be.
    pub after: T,
}

impl<T> Pair<T> {
    /// Makes a pair.
    ///
    /// ```
    /// assert_eq!(schema_core::Pair::new(1, 2).map(|n| n * 2).after, 4);
    /// ```
    pub const fn new(before: T, after: T) -> Pair<T> {
        Pair { before, after }
    }

    /// The same of both.
    ///
    /// ```
    /// assert_eq!(schema_core::Pair::new("a", "bcd").map(str::len), schema_core::Pair::new(1, 3));
    /// ```
    pub fn map<U>(self, mut f: impl FnMut(T) -> U) -> Pair<U> {
        Pair { before: f(self.before), after: f(self.after) }
    }

    /// A pair of references.
    ///
    /// ```
    /// let pair = schema_core::Pair::new(String::from("a"), String::from("b"));
    /// assert_eq!(pair.as_ref().before, "a");
    /// ```
    pub fn as_ref(&self) -> Pair<&T> {
        Pair { before: &self.before, after: &self.after }
    }

    /// The other direction.
    ///
    /// ```
    /// assert_eq!(schema_core::Pair::new(1, 2).reversed(), schema_core::Pair::new(2, 1));
    /// ```
    pub fn reversed(self) -> Pair<T> {
        Pair { before: self.after, after: self.before }
    }
}

/// What happens to one part.
///
/// ```
/// use schema_core::{Edit, Pair};
/// assert_eq!((Edit::Add(2).before(), Edit::Add(2).after()), (None, Some(&2)));
/// assert_eq!((Edit::Drop(1).before(), Edit::Drop(1).after()), (Some(&1), None));
/// assert_eq!(Edit::Alter(Pair::new(1, 2)).after(), Some(&2));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit<T> {
    /// It comes.
    Add(T),
    /// It goes.
    Drop(T),
    /// It changes and stays the same part: a column of that name, a constraint over those columns.
    Alter(Pair<T>),
}

impl<T> Edit<T> {
    /// The part before, where there was one.
    pub fn before(&self) -> Option<&T> {
        match self {
            Edit::Drop(part) | Edit::Alter(Pair { before: part, .. }) => Some(part),
            Edit::Add(_) => None,
        }
    }

    /// The part after, where there is one.
    pub fn after(&self) -> Option<&T> {
        match self {
            Edit::Add(part) | Edit::Alter(Pair { after: part, .. }) => Some(part),
            Edit::Drop(_) => None,
        }
    }
}

/// One change of a schema. Flat, and with values instead of ids, so that it prints, serialises and
/// outlives the schemas it came from.
///
/// ```
/// use schema_core::{Change, Diff, Pair, sqlite::read};
/// let tables = Pair::new(read::table("CREATE TABLE a (b)")?.table, read::table("CREATE TABLE a (b, c)")?.table);
/// let diff = Diff::between_tables(tables.as_ref());
/// let [Change::Column { table, edit }] = diff.changes.as_slice() else { panic!("one column comes") };
/// assert_eq!((table.to_string(), edit.after().unwrap().name.as_str()), ("a".to_owned(), "c"));
/// # Ok::<_, schema_core::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// An enum type comes, goes or changes.
    Enum(Edit<EnumType>),
    /// A table comes, with all its parts.
    CreateTable(Table),
    /// A table goes.
    DropTable(Table),
    /// A table gets another name.
    RenameTable(Pair<ObjectName>),
    /// STRICT or WITHOUT ROWID changes.
    Options {
        /// The table.
        table: ObjectName,
        /// The options.
        edit: Pair<TableOptions>,
    },
    /// The comment of a table changes.
    Comment {
        /// The table.
        table: ObjectName,
        /// The comment.
        edit: Pair<Option<Box<str>>>,
    },
    /// A column gets another name.
    RenameColumn {
        /// The table, by its name afterwards.
        table: ObjectName,
        /// The names.
        edit: Pair<Name>,
    },
    /// A column comes, goes or changes.
    Column {
        /// The table.
        table: ObjectName,
        /// What happens.
        edit: Edit<Column>,
    },
    /// The primary key comes, goes or changes.
    PrimaryKey {
        /// The table.
        table: ObjectName,
        /// What happens.
        edit: Edit<PrimaryKey>,
    },
    /// A UNIQUE constraint comes, goes or changes.
    Unique {
        /// The table.
        table: ObjectName,
        /// What happens.
        edit: Edit<Unique>,
    },
    /// A FOREIGN KEY constraint comes, goes or changes.
    ForeignKey {
        /// The table.
        table: ObjectName,
        /// What happens.
        edit: Edit<ForeignKey>,
    },
    /// A CHECK constraint comes, goes or changes.
    Check {
        /// The table.
        table: ObjectName,
        /// What happens.
        edit: Edit<Check>,
    },
    /// An index comes, goes or changes.
    Index {
        /// The table.
        table: ObjectName,
        /// What happens.
        edit: Edit<Index>,
    },
}

/// A part of a table that the differ pairs with its counterpart.
///
/// ```
/// use schema_core::{Dialect, Name, Part, PartKind, Unique};
/// let unique = Unique::over(["a", "b"].map(|name| Name::new(Dialect::Sqlite, name)));
/// assert_eq!(Unique::KIND, PartKind::Unique);
/// assert_eq!(unique.label().as_str(), "a, b");
/// assert!(unique.is_counterpart(&Unique { name: Some(Name::new(Dialect::Sqlite, "once")), ..unique.clone() }));
/// ```
pub trait Part: Clone + PartialEq {
    /// What part it is.
    const KIND: PartKind;

    /// What tells it from its siblings, see [`Path::Part`].
    fn label(&self) -> Name;

    /// Whether `other` is the same part, perhaps with other properties.
    fn is_counterpart(&self, other: &Self) -> bool {
        self.label() == other.label()
    }

    /// Whether both cannot be in one table: where everything has a name, as in a database, an index of another name
    /// is another one.
    fn is_namesake(&self, other: &Self) -> bool {
        self.is_counterpart(other)
    }

    /// The path of this part of a table.
    fn path(&self, table: &ObjectName) -> Path {
        Path::Part { table: table.clone(), kind: Self::KIND, label: self.label() }
    }
}

impl Change {
    /// What the change is about, by the names afterwards.
    ///
    /// ```
    /// use schema_core::{Change, Dialect, ObjectName, Pair, Path};
    /// let names = Pair::new("users", "people").map(|name| ObjectName::new(Dialect::Sqlite, None, name));
    /// assert_eq!(Change::RenameTable(names.clone()).path(), Path::Table(names.after));
    /// ```
    pub fn path(&self) -> Path {
        fn part<T: Part>(table: &ObjectName, edit: &Edit<T>) -> Path {
            match edit {
                Edit::Add(part) | Edit::Drop(part) | Edit::Alter(Pair { after: part, .. }) => part.path(table),
            }
        }
        match self {
            Change::Enum(edit) => match edit {
                Edit::Add(ty) | Edit::Drop(ty) | Edit::Alter(Pair { after: ty, .. }) => Path::Enum(ty.name.clone()),
            },
            Change::CreateTable(table) | Change::DropTable(table) => Path::Table(table.name.clone()),
            Change::RenameTable(names) => Path::Table(names.after.clone()),
            Change::Options { table, .. } => alone(table, PartKind::Options),
            Change::Comment { table, .. } => alone(table, PartKind::Comment),
            Change::RenameColumn { table, edit } => {
                Path::Part { table: table.clone(), kind: PartKind::Column, label: edit.after.clone() }
            }
            Change::Column { table, edit } => part(table, edit),
            Change::PrimaryKey { table, edit } => part(table, edit),
            Change::Unique { table, edit } => part(table, edit),
            Change::ForeignKey { table, edit } => part(table, edit),
            Change::Check { table, edit } => part(table, edit),
            Change::Index { table, edit } => part(table, edit),
        }
    }
}

fn alone(table: &ObjectName, kind: PartKind) -> Path {
    // A label that no part has: there is only one of these in a table.
    let label = Name::new(crate::Dialect::Postgres, "");
    Path::Part { table: table.clone(), kind, label }
}

fn joined<'a>(mut names: impl Iterator<Item = &'a Name>) -> Name {
    let Some(first) = names.next() else {
        return Name::new(crate::Dialect::Postgres, "");
    };
    names.fold(first.clone(), |label, name| label.with_suffix(&format!(", {name}")))
}

fn key_label(parts: &[crate::KeyPart]) -> Name {
    let texts: Vec<Name> = parts.iter().map(crate::KeyPart::label).collect();
    joined(texts.iter())
}

impl Part for Column {
    const KIND: PartKind = PartKind::Column;
    fn label(&self) -> Name {
        self.name.clone()
    }
}

impl Part for PrimaryKey {
    const KIND: PartKind = PartKind::PrimaryKey;
    fn label(&self) -> Name {
        Name::new(crate::Dialect::Postgres, "")
    }
}

impl Part for Unique {
    const KIND: PartKind = PartKind::Unique;
    fn label(&self) -> Name {
        key_label(&self.parts)
    }
}

impl Part for ForeignKey {
    const KIND: PartKind = PartKind::ForeignKey;
    fn label(&self) -> Name {
        joined(self.columns.iter())
    }
}

impl Part for Check {
    const KIND: PartKind = PartKind::Check;
    fn label(&self) -> Name {
        Name::new(crate::Dialect::Postgres, self.expr.as_str())
    }
    /// A named CHECK keeps its identity when its condition changes.
    fn is_counterpart(&self, other: &Check) -> bool {
        self.expr == other.expr || (self.name.is_some() && self.name == other.name)
    }
}

impl Part for Index {
    const KIND: PartKind = PartKind::Index;
    fn label(&self) -> Name {
        key_label(&self.parts)
    }
    fn is_namesake(&self, other: &Index) -> bool {
        match (&self.name, &other.name) {
            (Some(a), Some(b)) => a == b,
            _ => self.is_counterpart(other),
        }
    }
    fn is_counterpart(&self, other: &Index) -> bool {
        match (&self.name, &other.name) {
            (Some(a), Some(b)) if a == b => true,
            _ => self.label() == other.label(),
        }
    }
}
