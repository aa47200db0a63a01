//! The nouns: a schema and everything in it that driftless models.
//!
//! Every value is canonical for its dialect, so that two schemas are compared with `==` and the
//! differ needs no dialect. What is seen in a database but not modelled (views, triggers, virtual
//! tables, tables that the reader does not fully understand) is kept as [`Unmanaged`].

use std::collections::BTreeMap;

use crate::{ColumnType, Dialect, Expr, Name, ObjectName};

/// All that driftless manages of one database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema {
    /// The engine that the values are canonical for.
    pub dialect: Dialect,
    /// The tables by name.
    pub tables: BTreeMap<ObjectName, Table>,
    /// The enum types by name (PostgreSQL; empty in SQLite).
    pub enums: BTreeMap<ObjectName, EnumType>,
}

/// A table with its constraints and its indexes.
///
/// ```
/// use schema_core::{Dialect, Name, sqlite::read};
/// let users = read::table("CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT)").unwrap().table;
/// let [id, email] = ["id", "email"].map(|name| Name::new(Dialect::Sqlite, name));
/// assert_eq!((users.implied_key(), users.column(&email)), (Some(vec![id]), Some(&users.columns[1])));
/// assert!(!users.has_key(&[email]));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: ObjectName,
    /// The columns in the order of the engine. The differ ignores the order: no engine adds a column in the middle.
    pub columns: Vec<Column>,
    /// The primary key, where there is one.
    pub primary_key: Option<PrimaryKey>,
    /// UNIQUE constraints. A unique *index* is an [`Index`].
    pub uniques: Vec<Unique>,
    /// FOREIGN KEY constraints.
    pub foreign_keys: Vec<ForeignKey>,
    /// CHECK constraints.
    pub checks: Vec<Check>,
    /// Indexes that were created as such, not those that implement a constraint.
    pub indexes: Vec<Index>,
    /// Storage options.
    pub options: TableOptions,
    /// The comment (PostgreSQL).
    pub comment: Option<Box<str>>,
}

/// Storage options of a SQLite table; both are `false` in PostgreSQL.
///
/// ```
/// let options = schema_core::sqlite::read::table("CREATE TABLE a (b INTEGER) STRICT").unwrap().table.options;
/// assert!(options.strict && !options.without_rowid);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct TableOptions {
    /// `STRICT` (<https://www.sqlite.org/stricttables.html>).
    pub strict: bool,
    /// `WITHOUT ROWID` (<https://www.sqlite.org/withoutrowid.html>).
    pub without_rowid: bool,
}

/// A column.
///
/// ```
/// let table = schema_core::sqlite::read::table("CREATE TABLE a (b TEXT COLLATE nocase NOT NULL)").unwrap().table;
/// let column = &table.columns[0];
/// assert!(column.ty.as_str() == "TEXT" && !column.nullable && column.collation.is_some());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: Name,
    /// The declared type.
    pub ty: ColumnType,
    /// Whether NULL may be stored. Columns of a primary key say what the engine enforces.
    pub nullable: bool,
    /// Where the value comes from when an INSERT names none.
    pub value: ColumnValue,
    /// A collation other than the default.
    pub collation: Option<Name>,
    /// The conflict clause of NOT NULL (SQLite).
    pub on_conflict: Option<OnConflict>,
    /// The comment (PostgreSQL).
    pub comment: Option<Box<str>>,
}

/// Where the value of a column comes from; the four exclude each other.
///
/// ```
/// use schema_core::{ColumnValue, sqlite::read};
/// let table = read::table("CREATE TABLE a (b DEFAULT NULL, c AS (b + 1))").unwrap().table;
/// assert_eq!(table.columns[0].value, ColumnValue::Given);
/// assert!(matches!(&table.columns[1].value, ColumnValue::Generated { stored: false, .. }));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ColumnValue {
    /// The INSERT gives it, or it is NULL.
    Given,
    /// The default. `DEFAULT NULL` is [`ColumnValue::Given`].
    Default(Expr),
    /// `GENERATED ALWAYS AS (expr)` (<https://www.sqlite.org/gencol.html>).
    Generated {
        /// The expression.
        expr: Expr,
        /// `STORED`, otherwise `VIRTUAL`.
        stored: bool,
    },
    /// `GENERATED … AS IDENTITY` (<https://www.postgresql.org/docs/current/ddl-identity-columns.html>).
    Identity {
        /// `ALWAYS`, otherwise `BY DEFAULT`.
        always: bool,
    },
}

/// What SQLite does when a constraint is violated (<https://www.sqlite.org/lang_conflict.html>).
/// The default, `ABORT`, is expressed by no clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum OnConflict {
    /// `ON CONFLICT ROLLBACK`.
    Rollback,
    /// `ON CONFLICT FAIL`.
    Fail,
    /// `ON CONFLICT IGNORE`.
    Ignore,
    /// `ON CONFLICT REPLACE`.
    Replace,
}

/// When a constraint is checked (<https://www.postgresql.org/docs/current/sql-set-constraints.html>; in SQLite only
/// foreign keys can wait: <https://www.sqlite.org/foreignkeys.html#fk_deferred>).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Deferrable {
    /// Always at once.
    #[default]
    No,
    /// `DEFERRABLE INITIALLY IMMEDIATE`.
    Immediate,
    /// `DEFERRABLE INITIALLY DEFERRED`.
    Deferred,
}

/// One element of a key or an index.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KeyPart {
    /// What is indexed.
    pub target: KeyTarget,
    /// A collation other than the column's own.
    pub collation: Option<Name>,
    /// `DESC`.
    pub descending: bool,
    /// `NULLS FIRST` or `NULLS LAST` where it is not the default of the direction (PostgreSQL).
    pub nulls_first: Option<bool>,
    /// The operator class, with its parameters, where it is not the default (PostgreSQL).
    pub operator_class: Option<Box<str>>,
}

/// What a [`KeyPart`] indexes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum KeyTarget {
    /// A column.
    Column(Name),
    /// An expression.
    Expr(Expr),
}

/// A PRIMARY KEY constraint (<https://www.sqlite.org/lang_createtable.html#primkeyconst>).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrimaryKey {
    /// The name of the constraint, where it has one.
    pub name: Option<Name>,
    /// The columns.
    pub parts: Vec<KeyPart>,
    /// `AUTOINCREMENT` (<https://www.sqlite.org/autoinc.html>).
    pub autoincrement: bool,
    /// The conflict clause (SQLite).
    pub on_conflict: Option<OnConflict>,
    /// When it is checked (PostgreSQL).
    pub deferrable: Deferrable,
    /// The columns that its index carries besides the key (PostgreSQL).
    pub include: Vec<Name>,
}

/// A UNIQUE constraint (<https://www.sqlite.org/lang_createtable.html#uniqueconst>).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unique {
    /// The name of the constraint, where it has one.
    pub name: Option<Name>,
    /// The columns.
    pub parts: Vec<KeyPart>,
    /// The conflict clause (SQLite).
    pub on_conflict: Option<OnConflict>,
    /// `NULLS NOT DISTINCT` (PostgreSQL).
    pub nulls_not_distinct: bool,
    /// When it is checked (PostgreSQL).
    pub deferrable: Deferrable,
    /// The columns that its index carries besides the key (PostgreSQL).
    pub include: Vec<Name>,
}

/// A FOREIGN KEY constraint (<https://www.sqlite.org/foreignkeys.html>).
///
/// ```
/// use schema_core::{Action, Deferrable, sqlite::read};
/// let sql = "CREATE TABLE a (b REFERENCES c ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED)";
/// let key = &read::table(sql).unwrap().table.foreign_keys[0];
/// assert_eq!((key.on_delete, key.on_update), (Action::Cascade, Action::NoAction));
/// assert_eq!(key.deferrable, Deferrable::Deferred);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignKey {
    /// The name of the constraint, where it has one.
    pub name: Option<Name>,
    /// The columns of the child.
    pub columns: Vec<Name>,
    /// The table that is referred to.
    pub parent: ObjectName,
    /// The columns that are referred to. Empty only while the parent, or a primary key of as many columns, is
    /// unknown: [`Schema::resolve_parents`] fills in the implicit ones.
    pub parent_columns: Vec<Name>,
    /// `ON DELETE`.
    pub on_delete: Action,
    /// `ON UPDATE`.
    pub on_update: Action,
    /// When it is checked.
    pub deferrable: Deferrable,
}

/// What happens to the child when the parent goes or changes (<https://www.sqlite.org/foreignkeys.html#fk_actions>).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// `NO ACTION`, the default.
    #[default]
    NoAction,
    /// `RESTRICT`.
    Restrict,
    /// `CASCADE`.
    Cascade,
    /// `SET NULL`.
    SetNull,
    /// `SET DEFAULT`.
    SetDefault,
}

impl Action {
    /// The SQL words.
    ///
    /// ```
    /// assert_eq!(schema_core::Action::SetNull.as_sql(), "SET NULL");
    /// ```
    pub const fn as_sql(self) -> &'static str {
        match self {
            Action::NoAction => "NO ACTION",
            Action::Restrict => "RESTRICT",
            Action::Cascade => "CASCADE",
            Action::SetNull => "SET NULL",
            Action::SetDefault => "SET DEFAULT",
        }
    }
}

impl OnConflict {
    /// The SQL word after `ON CONFLICT`.
    ///
    /// ```
    /// assert_eq!(schema_core::OnConflict::Replace.as_sql(), "REPLACE");
    /// ```
    pub const fn as_sql(self) -> &'static str {
        match self {
            OnConflict::Rollback => "ROLLBACK",
            OnConflict::Fail => "FAIL",
            OnConflict::Ignore => "IGNORE",
            OnConflict::Replace => "REPLACE",
        }
    }
}

/// A CHECK constraint (<https://www.sqlite.org/lang_createtable.html#ckconst>).
///
/// ```
/// let table = schema_core::sqlite::read::table("CREATE TABLE a (b, CHECK (b<>0))").unwrap().table;
/// assert_eq!(table.checks[0].expr.as_str(), "b != 0");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// The name of the constraint, where it has one.
    pub name: Option<Name>,
    /// The condition.
    pub expr: Expr,
}

/// An index that is not the implementation of a constraint (<https://www.sqlite.org/lang_createindex.html>,
/// <https://www.postgresql.org/docs/current/sql-createindex.html>).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Index {
    /// The name; `None` only in a model that leaves it open.
    pub name: Option<Name>,
    /// What is indexed.
    pub parts: Vec<KeyPart>,
    /// `UNIQUE`.
    pub unique: bool,
    /// `WHERE`, of a partial index (<https://www.sqlite.org/partialindex.html>).
    pub predicate: Option<Expr>,
    /// `INCLUDE` (PostgreSQL).
    pub include: Vec<Name>,
    /// The access method where it is not `btree` (PostgreSQL).
    pub method: Option<Name>,
    /// `NULLS NOT DISTINCT` (PostgreSQL).
    pub nulls_not_distinct: bool,
}

/// An enum type (<https://www.postgresql.org/docs/current/datatype-enum.html>). The order of the variants is part of it.
///
/// ```
/// use schema_core::{Dialect, EnumType, ObjectName};
/// let name = ObjectName::new(Dialect::Postgres, None, "mood");
/// let mood = EnumType { name, variants: vec!["sad".into(), "ok".into()] };
/// assert_ne!(EnumType { variants: vec!["ok".into(), "sad".into()], ..mood.clone() }, mood);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnumType {
    /// Its name.
    pub name: ObjectName,
    /// The labels in their order.
    pub variants: Vec<Box<str>>,
}

/// What was found in a database: the schema, and what is seen but not modelled.
///
/// ```
/// let inspection = schema_core::sqlite::read::catalogue(&[]);
/// assert!(inspection.schema.tables.is_empty() && inspection.unmanaged.is_empty());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspection {
    /// What driftless manages.
    pub schema: Schema,
    /// What it keeps and reports, and never drops.
    pub unmanaged: Vec<Unmanaged>,
}

/// An object that is seen, reported and never touched.
///
/// ```
/// use schema_core::{UnmanagedKind, sqlite::read::{CatalogueRow, catalogue}};
/// let sql = Some("CREATE VIEW v AS SELECT 1".into());
/// let row = CatalogueRow { kind: "view".into(), name: "v".into(), table: "v".into(), sql };
/// assert_eq!(catalogue(&[row]).unmanaged[0].kind, UnmanagedKind::View);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmanaged {
    /// What it is.
    pub kind: UnmanagedKind,
    /// Its name.
    pub name: Name,
    /// The table it belongs to: a trigger's, a shadow table's virtual table, a not understood index's.
    pub table: Option<Name>,
    /// The statement that the engine stores for it, where it stores one.
    pub sql: Option<Box<str>>,
    /// For [`UnmanagedKind::NotUnderstood`], what was not understood.
    pub reason: Option<Box<str>>,
}

/// The kinds of [`Unmanaged`] objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum UnmanagedKind {
    /// A view.
    View,
    /// A trigger.
    Trigger,
    /// A virtual table.
    VirtualTable,
    /// A table that a virtual table keeps its data in.
    ShadowTable,
    /// A table or an index whose definition the reader cannot represent exactly.
    NotUnderstood,
}

impl UnmanagedKind {
    /// The word used in reports.
    ///
    /// ```
    /// assert_eq!(schema_core::UnmanagedKind::VirtualTable.as_str(), "virtual table");
    /// ```
    pub const fn as_str(self) -> &'static str {
        match self {
            UnmanagedKind::View => "view",
            UnmanagedKind::Trigger => "trigger",
            UnmanagedKind::VirtualTable => "virtual table",
            UnmanagedKind::ShadowTable => "shadow table",
            UnmanagedKind::NotUnderstood => "not understood",
        }
    }
}

impl Schema {
    /// A schema without objects.
    ///
    /// ```
    /// use schema_core::{Dialect, Schema};
    /// assert!(Schema::empty(Dialect::Sqlite).tables.is_empty());
    /// ```
    pub fn empty(dialect: Dialect) -> Schema {
        Schema { dialect, tables: BTreeMap::new(), enums: BTreeMap::new() }
    }

    /// Gives every foreign key that names no parent columns those of its parent's primary key, as
    /// both engines do. A key whose parent is missing, or has no primary key of as many columns, stays as it is.
    ///
    /// ```
    /// use schema_core::{Dialect, Schema, sqlite::read};
    /// let table = read::table("CREATE TABLE a (id INTEGER PRIMARY KEY, up REFERENCES a)").unwrap().table;
    /// let mut schema = Schema { tables: [(table.name.clone(), table)].into(), ..Schema::empty(Dialect::Sqlite) };
    /// schema.resolve_parents();
    /// assert_eq!(schema.tables.values().next().unwrap().foreign_keys[0].parent_columns[0].as_str(), "id");
    /// ```
    pub fn resolve_parents(&mut self) {
        let keys: BTreeMap<ObjectName, Vec<Name>> =
            self.tables.values().filter_map(|table| Some((table.name.clone(), table.implied_key()?))).collect();
        for table in self.tables.values_mut() {
            for key in &mut table.foreign_keys {
                if key.parent_columns.is_empty()
                    && let Some(columns) = keys.get(&key.parent)
                    && columns.len() == key.columns.len()
                {
                    key.parent_columns.clone_from(columns);
                }
            }
        }
    }
}

impl Table {
    /// A table without columns, the start of a fold.
    ///
    /// ```
    /// use schema_core::{Dialect, ObjectName, Table};
    /// let table = Table::empty(ObjectName::new(Dialect::Sqlite, None, "users"));
    /// assert!(table.columns.is_empty());
    /// ```
    pub fn empty(name: ObjectName) -> Table {
        Table {
            name,
            columns: Vec::new(),
            primary_key: None,
            uniques: Vec::new(),
            foreign_keys: Vec::new(),
            checks: Vec::new(),
            indexes: Vec::new(),
            options: TableOptions::default(),
            comment: None,
        }
    }

    /// The columns that a foreign key to this table means when it names none: those of the primary key.
    /// A key that names its columns can only mean one with their own collations, so another one is not told.
    pub fn implied_key(&self) -> Option<Vec<Name>> {
        let key = self.primary_key.as_ref()?;
        key.parts.iter().all(|part| part.collation.is_none()).then(|| key.columns())
    }

    /// The column of that name.
    pub fn column(&self, name: &Name) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == *name)
    }

    /// Whether a foreign key may refer to exactly these columns: they are the primary key, or a
    /// UNIQUE constraint, or a unique index without predicate and expressions
    /// (<https://www.sqlite.org/foreignkeys.html#fk_indexes>; PostgreSQL: only non-deferrable
    /// constraints and unique indexes). The order of the columns does not matter.
    pub fn has_key(&self, columns: &[Name]) -> bool {
        let covers = |parts: &[KeyPart]| {
            parts.len() == columns.len()
                && columns.iter().all(|column| {
                    parts.iter().any(|part| {
                        part.collation.is_none() && matches!(&part.target, KeyTarget::Column(name) if name == column)
                    })
                })
        };
        self.primary_key.as_ref().is_some_and(|key| covers(&key.parts))
            || self.uniques.iter().any(|unique| covers(&unique.parts))
            || self.indexes.iter().any(|index| index.unique && index.predicate.is_none() && covers(&index.parts))
    }
}

impl PrimaryKey {
    /// A plain key over these columns.
    ///
    /// ```
    /// use schema_core::{Dialect, Name, PrimaryKey};
    /// let [a, b] = ["a", "b"].map(|name| Name::new(Dialect::Sqlite, name));
    /// assert_eq!(PrimaryKey::over([a.clone(), b.clone()]).columns(), [a, b]);
    /// ```
    pub fn over(columns: impl IntoIterator<Item = Name>) -> PrimaryKey {
        PrimaryKey {
            name: None,
            parts: columns.into_iter().map(KeyPart::column).collect(),
            autoincrement: false,
            on_conflict: None,
            deferrable: Deferrable::No,
            include: Vec::new(),
        }
    }

    /// The names of the columns, in the order of the key.
    pub fn columns(&self) -> Vec<Name> {
        self.parts
            .iter()
            .filter_map(|part| match &part.target {
                KeyTarget::Column(name) => Some(name.clone()),
                KeyTarget::Expr(_) => None,
            })
            .collect()
    }
}

impl Unique {
    /// A plain constraint over these columns.
    ///
    /// ```
    /// use schema_core::{Dialect, Name, Unique};
    /// assert!(Unique::over([Name::new(Dialect::Sqlite, "email")]).name.is_none());
    /// ```
    pub fn over(columns: impl IntoIterator<Item = Name>) -> Unique {
        Unique {
            name: None,
            parts: columns.into_iter().map(KeyPart::column).collect(),
            on_conflict: None,
            nulls_not_distinct: false,
            deferrable: Deferrable::No,
            include: Vec::new(),
        }
    }
}

impl Index {
    /// A plain index over these parts.
    ///
    /// ```
    /// use schema_core::{Dialect, Index, KeyPart, Name};
    /// assert!(!Index::over(vec![KeyPart::column(Name::new(Dialect::Sqlite, "email"))]).unique);
    /// ```
    pub fn over(parts: Vec<KeyPart>) -> Index {
        Index {
            name: None,
            parts,
            unique: false,
            predicate: None,
            include: Vec::new(),
            method: None,
            nulls_not_distinct: false,
        }
    }
}

impl KeyPart {
    /// A column in ascending order with the defaults of everything else.
    ///
    /// ```
    /// use schema_core::{Dialect, KeyPart, KeyTarget, Name};
    /// let email = Name::new(Dialect::Sqlite, "email");
    /// assert_eq!(KeyPart::column(email.clone()).target, KeyTarget::Column(email));
    /// ```
    pub fn column(name: Name) -> KeyPart {
        KeyPart::of(KeyTarget::Column(name))
    }

    /// An expression in ascending order with the defaults of everything else.
    ///
    /// ```
    /// use schema_core::{Dialect, Expr, KeyPart};
    /// assert!(!KeyPart::expr(Expr::parse(Dialect::Sqlite, "lower(email)").unwrap()).descending);
    /// ```
    pub fn expr(expr: Expr) -> KeyPart {
        KeyPart::of(KeyTarget::Expr(expr))
    }

    fn of(target: KeyTarget) -> KeyPart {
        KeyPart { target, collation: None, descending: false, nulls_first: None, operator_class: None }
    }

    /// What tells it from its siblings: the column, or the expression in parentheses.
    pub(crate) fn label(&self) -> Name {
        match &self.target {
            KeyTarget::Column(name) => name.clone(),
            KeyTarget::Expr(expr) => Name::new(Dialect::Postgres, format!("({expr})")),
        }
    }
}
