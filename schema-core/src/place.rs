//! Where things stand in the SQL files, and the paths that name them.

use std::collections::BTreeMap;
use std::fmt;

use crate::token::{Token, TokenKind, tokens};
use crate::{Dialect, Expr, Name, ObjectName, Pair};

/// A place in a migration file.
///
/// ```
/// use schema_core::Place;
/// let place = Place { file: "migrations/0003_rbac.sql".into(), line: 3, column: 5 };
/// assert_eq!(place.to_string(), "migrations/0003_rbac.sql:3:5");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The file as a user would name it, `migrations/0003_rbac.sql`.
    pub file: Box<str>,
    /// The line, counted from 1.
    pub line: u32,
    /// The column in characters, counted from 1.
    pub column: u32,
}

impl Place {
    /// The place at a byte offset of a file's text.
    ///
    /// ```
    /// let place = schema_core::Place::at("a.sql", "CREATE\n  TABLE", 9);
    /// assert_eq!(place.to_string(), "a.sql:2:3");
    /// ```
    pub fn at(file: &str, text: &str, offset: usize) -> Place {
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let before = &text[..offset];
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = before.bytes().filter(|&b| b == b'\n').count() + 1;
        let column = before[start..].chars().filter(|&c| c != '\u{feff}').count() + 1;
        let narrow = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Place { file: file.into(), line: narrow(line), column: narrow(column) }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// The kind of a part of a table.
///
/// ```
/// use schema_core::{PartKind, sqlite::read};
/// let read = read::table("CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT UNIQUE)")?;
/// let kinds: Vec<PartKind> = read.places.iter().map(|(kind, ..)| *kind).collect();
/// assert!(kinds.contains(&PartKind::PrimaryKey) && kinds.contains(&PartKind::Unique));
/// # Ok::<_, schema_core::ParseError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PartKind {
    /// A column.
    Column,
    /// The primary key.
    PrimaryKey,
    /// A UNIQUE constraint.
    Unique,
    /// A FOREIGN KEY constraint.
    ForeignKey,
    /// A CHECK constraint.
    Check,
    /// An index.
    Index,
    /// STRICT and WITHOUT ROWID.
    Options,
    /// The comment.
    Comment,
}

/// What a change, a finding or a place is about.
///
/// ```
/// use schema_core::{Dialect, Name, ObjectName, PartKind, Path};
/// let table = ObjectName::new(Dialect::Sqlite, None, "users");
/// let label = Name::new(Dialect::Sqlite, "email");
/// let path = Path::Part { table: table.clone(), kind: PartKind::Column, label };
/// assert_eq!(path.table(), Some(&table));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Path {
    /// The database as a whole.
    Database,
    /// A table.
    Table(ObjectName),
    /// An enum type.
    Enum(ObjectName),
    /// A part of a table.
    Part {
        /// The table.
        table: ObjectName,
        /// What part.
        kind: PartKind,
        /// What tells it from its siblings: a column's name, the columns of a constraint
        /// (`user_id, role_id`), a CHECK's expression, the parts of an index. Empty where there can
        /// be only one. Made by `label` of the nouns, see [`crate::Part`].
        label: Name,
    },
}

/// The places of the objects that a set of migrations creates.
///
/// ```
/// use schema_core::{Dialect, Name, ObjectName, PartKind, Path, Place, SourceMap};
/// let users = ObjectName::new(Dialect::Sqlite, None, "users");
/// let part = |kind, label| Path::Part { table: users.clone(), kind, label: Name::new(Dialect::Sqlite, label) };
/// let place = |line| Place { file: "a.sql".into(), line, column: 1 };
///
/// let mut map = SourceMap::default();
/// map.insert(Path::Table(users.clone()), place(1));
/// map.insert_index(Name::new(Dialect::Sqlite, "by_email"), part(PartKind::Index, "email"), place(4));
/// assert_eq!(map.get(&part(PartKind::Index, "email")), Some(&place(4)));
/// assert_eq!(map.get(&part(PartKind::Column, "email")), None);
/// assert_eq!(map.nearest(&part(PartKind::Column, "email")), Some(&place(1)));
///
/// assert!(map.has_index(&Name::new(Dialect::Sqlite, "by_email")));
/// map.remove_index(&Name::new(Dialect::Sqlite, "by_email"));
/// assert_eq!(map.get(&part(PartKind::Index, "email")), None);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceMap {
    places: BTreeMap<Path, Place>,
    /// An index is dropped by its name, which its path does not tell.
    indexes: BTreeMap<Name, Path>,
}

impl SourceMap {
    /// Records the place of an object, in place of an earlier one.
    ///
    /// ```
    /// use schema_core::{Path, Place, SourceMap};
    /// let mut map = SourceMap::default();
    /// for line in [1, 2] {
    ///     map.insert(Path::Database, Place { file: "a.sql".into(), line, column: 1 });
    /// }
    /// assert_eq!(map.get(&Path::Database).unwrap().line, 2);
    /// ```
    pub fn insert(&mut self, path: Path, place: Place) {
        self.places.insert(path, place);
    }

    /// The place of exactly that object.
    pub fn get(&self, path: &Path) -> Option<&Place> {
        self.places.get(path)
    }

    /// The place of the object, or of the table that it belongs to.
    pub fn nearest(&self, path: &Path) -> Option<&Place> {
        self.get(path).or_else(|| match path {
            Path::Part { table, .. } => self.get(&Path::Table(table.clone())),
            Path::Database | Path::Table(_) | Path::Enum(_) => None,
        })
    }

    /// Records the place of an index that can be dropped by its name.
    pub fn insert_index(&mut self, name: Name, path: Path, place: Place) {
        self.places.insert(path.clone(), place);
        self.indexes.insert(name, path);
    }

    /// Whether an index of that name was recorded.
    pub fn has_index(&self, name: &Name) -> bool {
        self.indexes.contains_key(name)
    }

    /// Forgets the index of that name.
    pub fn remove_index(&mut self, name: &Name) {
        if let Some(path) = self.indexes.remove(name)
            && !self.indexes.values().any(|other| *other == path)
        {
            self.places.remove(&path);
        }
    }

    /// The columns of a table whose places are known.
    pub(crate) fn columns(&self, table: &ObjectName) -> Vec<Name> {
        let column = |path: &Path| match path {
            Path::Part { table: other, kind: PartKind::Column, label } if other == table => Some(label.clone()),
            _ => None,
        };
        self.places.keys().filter_map(column).collect()
    }

    /// Forgets a table and its parts.
    ///
    /// ```
    /// use schema_core::{Dialect, ObjectName, Path, Place, SourceMap};
    /// let users = ObjectName::new(Dialect::Sqlite, None, "users");
    /// let mut map = SourceMap::default();
    /// map.insert(Path::Table(users.clone()), Place::at("a.sql", "", 0));
    /// map.remove_table(&users);
    /// assert_eq!(map, SourceMap::default());
    /// ```
    pub fn remove_table(&mut self, name: &ObjectName) {
        self.places.retain(|path, _| path.table() != Some(name));
        self.indexes.retain(|_, path| path.table() != Some(name));
    }

    /// Gives the places of a table and its parts to its new name.
    ///
    /// ```
    /// use schema_core::{Dialect, ObjectName, Path, Place, SourceMap};
    /// let [users, people] = ["users", "people"].map(|name| ObjectName::new(Dialect::Sqlite, None, name));
    /// let mut map = SourceMap::default();
    /// map.insert(Path::Table(users.clone()), Place::at("a.sql", "", 0));
    /// map.rename_table(&users, &people);
    /// assert_eq!(map.get(&Path::Table(people)), Some(&Place::at("a.sql", "", 0)));
    /// ```
    pub fn rename_table(&mut self, from: &ObjectName, to: &ObjectName) {
        self.rename(from, |path| match path {
            Path::Part { kind, label, .. } => Path::Part { table: to.clone(), kind, label },
            _ => Path::Table(to.clone()),
        });
    }

    /// Forgets a column, and the constraints that stood on it alone.
    ///
    /// ```
    /// use schema_core::{Dialect, Name, ObjectName, PartKind, Path, Place, SourceMap};
    /// let users = ObjectName::new(Dialect::Sqlite, None, "users");
    /// let email = Name::new(Dialect::Sqlite, "email");
    /// let mut map = SourceMap::default();
    /// for kind in [PartKind::Column, PartKind::Unique] {
    ///     map.insert(Path::Part { table: users.clone(), kind, label: email.clone() }, Place::at("a.sql", "", 0));
    /// }
    /// map.remove_column(&users, &email);
    /// assert_eq!(map, SourceMap::default());
    /// ```
    pub fn remove_column(&mut self, table: &ObjectName, column: &Name) {
        self.places.retain(|path, _| match path {
            Path::Part { table: other, kind, label } if other == table => match kind {
                PartKind::Check => !mentions(label, column),
                PartKind::PrimaryKey | PartKind::Options | PartKind::Comment => true,
                _ => !label.is(column.as_str()),
            },
            _ => true,
        });
    }

    /// Gives the place of a column to its new name, and those of the constraints and indexes over it.
    ///
    /// ```
    /// use schema_core::{Dialect, Name, ObjectName, PartKind, Path, Place, SourceMap};
    /// let users = ObjectName::new(Dialect::Sqlite, None, "users");
    /// let name = |text| Name::new(Dialect::Sqlite, text);
    /// let check = |label| Path::Part { table: users.clone(), kind: PartKind::Check, label: name(label) };
    /// let mut map = SourceMap::default();
    /// map.insert(check("length(mail) > 3"), Place::at("a.sql", "", 0));
    /// map.rename_column(&users, &name("mail"), &name("email"));
    /// assert!(map.get(&check("length(email) > 3")).is_some());
    /// ```
    pub fn rename_column(&mut self, table: &ObjectName, from: &Name, to: &Name) {
        self.rename(table, |path| match path {
            Path::Part { table, kind, label } => {
                let label = relabelled(kind, &label, from, to);
                Path::Part { table, kind, label }
            }
            path => path,
        });
    }

    fn rename(&mut self, table: &ObjectName, new: impl Fn(Path) -> Path) {
        let moved: Vec<_> = self.places.extract_if(.., |path, _| path.table() == Some(table)).collect();
        self.places.extend(moved.into_iter().map(|(path, place)| (new(path), place)));
        for path in self.indexes.values_mut().filter(|path| path.table() == Some(table)) {
            *path = new(path.clone());
        }
    }
}

/// The words and quoted names of a label that are that column.
fn names<'a>(label: &'a Name, column: &'a Name) -> impl Iterator<Item = Token<'a>> {
    let is_name = |token: &Token<'_>| matches!(token.kind, TokenKind::Word | TokenKind::Quoted);
    tokens(Dialect::Sqlite, label.as_str()).into_iter().filter(move |token| is_name(token) && column.is(token.value()))
}

fn mentions(label: &Name, column: &Name) -> bool {
    names(label, column).next().is_some()
}

/// The canonical text of an expression after a column of its table got another name.
fn renamed_in(expr: &str, from: &Name, to: &Name) -> String {
    let names = Pair::new(from.clone(), to.clone());
    let renamed = Expr::parse(Dialect::Sqlite, expr).map(|expr| expr.with_renamed(Dialect::Sqlite, &names));
    renamed.map_or_else(|_| expr.to_owned(), |expr| expr.to_string())
}

/// The parts that the label of an index is made of: names, and expressions in parentheses.
fn parts(label: &str) -> Vec<String> {
    let is_open = |part: &str| part.starts_with('(') && part.matches('(').count() > part.matches(')').count();
    let mut parts: Vec<String> = Vec::new();
    for piece in label.split(", ") {
        match parts.last_mut() {
            Some(last) if is_open(last) => last.push_str(&format!(", {piece}")),
            _ => parts.push(piece.to_owned()),
        }
    }
    parts
}

/// The label of a part after a column of its table got another name.
fn relabelled(kind: PartKind, label: &Name, from: &Name, to: &Name) -> Name {
    match kind {
        // There is only one of these, whatever a column is called.
        PartKind::PrimaryKey | PartKind::Options | PartKind::Comment => label.clone(),
        PartKind::Column if from.is(label.as_str()) => to.clone(),
        PartKind::Column => label.clone(),
        PartKind::Check => label.with_text(renamed_in(label.as_str(), from, to)),
        PartKind::Index => {
            let parts = parts(label.as_str());
            let renamed =
                parts.iter().map(|part| match part.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
                    Some(expr) => format!("({})", renamed_in(expr, from, to)),
                    None if from.is(part) => to.to_string(),
                    None => part.clone(),
                });
            label.with_text(renamed.collect::<Vec<_>>().join(", "))
        }
        PartKind::Unique | PartKind::ForeignKey => {
            let columns: Vec<_> = label.as_str().split(", ").collect();
            let renamed = columns.iter().map(|column| if from.is(column) { to.as_str() } else { *column });
            label.with_text(renamed.collect::<Vec<_>>().join(", "))
        }
    }
}

impl Path {
    /// The table that it is about.
    pub fn table(&self) -> Option<&ObjectName> {
        match self {
            Path::Table(table) | Path::Part { table, .. } => Some(table),
            Path::Database | Path::Enum(_) => None,
        }
    }
}
