//! The nouns that the attributes of a struct are read into, each with its place in the source.

use proc_macro2::{Ident, Span};
use schema_core::{Action, Deferrable, OnConflict};
use syn::{Path, Type};

use crate::ident::{plain, table_name_of};

/// A struct with `#[derive(Table)]`, read but not yet bound to a dialect.
#[derive(Clone, Debug)]
pub struct Model {
    /// The struct.
    pub ident: Ident,
    /// What `#[table(…)]` says.
    pub table: TableAttributes,
    /// The fields that are columns, in the order of the struct.
    pub fields: Vec<Field>,
    /// The fields with `#[column(skip)]`.
    pub skipped: Vec<Ident>,
}

/// A value of an attribute and its places.
#[derive(Clone, Debug)]
pub struct Setting<T> {
    /// The value.
    pub value: T,
    /// The place of the key.
    pub key: Span,
    /// The place of the value; of the key where there is no value.
    pub span: Span,
}

/// What `#[table(…)]` says.
#[derive(Clone, Debug, Default)]
pub struct TableAttributes {
    /// `name = "…"`.
    pub name: Option<Setting<String>>,
    /// `schema = "…"`.
    pub schema: Option<Setting<String>>,
    /// `strict`.
    pub strict: Option<Span>,
    /// `without_rowid`.
    pub without_rowid: Option<Span>,
    /// `was = "…"`.
    pub was: Option<Setting<String>>,
    /// `comment = "…"`.
    pub comment: Option<Setting<String>>,
    /// `database = "…"`.
    pub database: Option<Setting<String>>,
    /// `primary_key(…)`.
    pub primary_key: Option<KeyAttribute>,
    /// `unique(…)`.
    pub uniques: Vec<KeyAttribute>,
    /// `index(…)`.
    pub indexes: Vec<KeyAttribute>,
    /// `check(…)`.
    pub checks: Vec<CheckAttribute>,
    /// `foreign_key(…)`.
    pub foreign_keys: Vec<ForeignKeyAttribute>,
}

/// A field that is a column.
#[derive(Clone, Debug)]
pub struct Field {
    /// The field.
    pub ident: Ident,
    /// Its type.
    pub ty: Type,
    /// `name = "…"`.
    pub name: Option<Setting<String>>,
    /// `was = "…"`.
    pub was: Option<Setting<String>>,
    /// `comment = "…"`.
    pub comment: Option<Setting<String>>,
    /// `collate = "…"`.
    pub collate: Option<Setting<String>>,
    /// `sql_type = "…"`; empty for a column without a type.
    pub sql_type: Option<Setting<String>>,
    /// `primary_key`; its elements are empty.
    pub primary_key: Option<KeyAttribute>,
    /// `autoincrement`.
    pub autoincrement: Option<Span>,
    /// `identity`; the value says `ALWAYS`.
    pub identity: Option<Setting<bool>>,
    /// `unique`; its elements are empty.
    pub unique: Option<KeyAttribute>,
    /// `index`; its elements are empty.
    pub index: Option<KeyAttribute>,
    /// `default = …`.
    pub default: Option<Setting<DefaultValue>>,
    /// `generated = sql("…")`.
    pub generated: Option<Setting<String>>,
    /// `stored`.
    pub stored: Option<Span>,
    /// `virtual`.
    pub computed: Option<Span>,
    /// `check = "…"`.
    pub checks: Vec<CheckAttribute>,
    /// `references = …`, with the actions beside it; its columns are empty.
    pub references: Option<ForeignKeyAttribute>,
    /// `not_null(on_conflict = …)`.
    pub not_null: Option<Setting<OnConflict>>,
}

/// A primary key, a UNIQUE constraint or an index.
#[derive(Clone, Debug)]
pub struct KeyAttribute {
    /// The place of `primary_key`, `unique` or `index`.
    pub key: Span,
    /// What it is over.
    pub elements: Vec<KeyElement>,
    /// `desc`, on a field.
    pub descending: Option<Span>,
    /// `name = "…"`.
    pub name: Option<Setting<String>>,
    /// `unique`, of an index.
    pub unique: Option<Span>,
    /// `where = "…"`.
    pub predicate: Option<Setting<String>>,
    /// `include(…)`.
    pub include: Vec<KeyElement>,
    /// `using = "…"`.
    pub method: Option<Setting<String>>,
    /// `nulls_not_distinct`.
    pub nulls_not_distinct: Option<Span>,
    /// `deferrable`.
    pub deferrable: Option<Setting<Deferrable>>,
    /// `on_conflict = …`; `None` inside for `abort`.
    pub on_conflict: Option<Setting<Option<OnConflict>>>,
}

impl KeyAttribute {
    pub(crate) fn new(key: Span) -> KeyAttribute {
        KeyAttribute {
            key,
            elements: Vec::new(),
            descending: None,
            name: None,
            unique: None,
            predicate: None,
            include: Vec::new(),
            method: None,
            nulls_not_distinct: None,
            deferrable: None,
            on_conflict: None,
        }
    }
}

/// One element of a key.
#[derive(Clone, Debug)]
pub struct KeyElement {
    /// What it names.
    pub target: ElementTarget,
    /// Its place.
    pub span: Span,
    /// `collate "…"`.
    pub collation: Option<String>,
    /// `desc`.
    pub descending: bool,
    /// `nulls first` or `nulls last`.
    pub nulls_first: Option<bool>,
    /// `operator_class "…"`.
    pub operator_class: Option<String>,
}

/// What a [`KeyElement`] names.
#[derive(Clone, Debug)]
pub enum ElementTarget {
    /// A field; the column's name follows from it.
    Field(Ident),
    /// A column.
    Column(String),
    /// An expression.
    Sql(String),
}

/// A default.
#[derive(Clone, Debug)]
pub enum DefaultValue {
    /// `null`, which is no default.
    Null,
    /// A number as SQL writes it.
    Number(String),
    /// A string.
    Text(String),
    /// `true` or `false`.
    Bool(bool),
    /// Bytes.
    Bytes(Vec<u8>),
    /// `sql("…")`.
    Sql(String),
}

/// A CHECK constraint.
#[derive(Clone, Debug)]
pub struct CheckAttribute {
    /// The place of `check`.
    pub key: Span,
    /// The condition.
    pub condition: Setting<String>,
    /// `name = "…"`.
    pub name: Option<Setting<String>>,
}

/// A foreign key.
#[derive(Clone, Debug)]
pub struct ForeignKeyAttribute {
    /// The place of `references` or `foreign_key`.
    pub key: Span,
    /// The columns of this table.
    pub columns: Vec<KeyElement>,
    /// The parent.
    pub parent: Parent,
    /// `name = "…"`.
    pub name: Option<Setting<String>>,
    /// `on_delete = …`.
    pub on_delete: Option<Setting<Action>>,
    /// `on_update = …`.
    pub on_update: Option<Setting<Action>>,
    /// `deferrable`.
    pub deferrable: Option<Setting<Deferrable>>,
}

/// What a foreign key refers to.
#[derive(Clone, Debug)]
pub enum Parent {
    /// Fields of a model.
    Model {
        /// The model.
        path: Path,
        /// Its fields.
        fields: Vec<Ident>,
    },
    /// Columns of a table that is named as the database does.
    Table {
        /// The schema (PostgreSQL).
        schema: Option<Setting<String>>,
        /// The table.
        name: Setting<String>,
        /// The columns; none for the primary key.
        columns: Vec<Setting<String>>,
    },
}

impl Model {
    /// The table's name: as stated, or the struct's in snake case with an `s`.
    pub fn table_name(&self) -> String {
        match &self.table.name {
            Some(name) => name.value.clone(),
            None => table_name_of(&self.ident),
        }
    }

    /// The field of that name.
    pub fn field(&self, ident: &Ident) -> Option<&Field> {
        self.fields.iter().find(|field| field.ident == *ident)
    }
}

impl Field {
    /// The column's name: as stated, or the field's.
    pub fn column_name(&self) -> String {
        match &self.name {
            Some(name) => name.value.clone(),
            None => plain(&self.ident),
        }
    }
}
