//! The nouns that the attributes of a struct are read into, each with its place in the source.

use proc_macro2::{Ident, Span};
use schema_core::{Action, Deferrable, OnConflict};
use syn::{Path, Type};

use crate::ident::{plain, table_name_of};

/// A struct with `#[derive(Table)]`, read but not yet bound to a dialect.
///
/// ```
/// use schema_model::Model;
/// let input = syn::parse_str(r#"struct BlogPost { id: i64, #[column(skip)] draft: bool }"#)?;
/// let model = Model::parse(&input)?;
/// assert_eq!(model.ident, "BlogPost");
/// assert_eq!(model.table_name(), "blog_posts");
/// assert!(model.field(&syn::parse_str("id")?).is_some());
/// assert_eq!(model.skipped[0], "draft");
/// # Ok::<_, syn::Error>(())
/// ```
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
///
/// ```
/// use schema_model::Model;
/// let input = syn::parse_str(r#"#[table(name = "people")] struct User { id: i64 }"#)?;
/// let model = Model::parse(&input)?;
/// let name = model.table.name.unwrap();
/// assert_eq!(name.value, "people");
/// assert_eq!(name.key.source_text().as_deref(), Some("name"));
/// assert_eq!(name.span.source_text().as_deref(), Some("\"people\""));
/// # Ok::<_, syn::Error>(())
/// ```
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
///
/// ```
/// use schema_model::Model;
/// let input = syn::parse_str(r#"#[table(strict, index(email))] struct User { id: i64, email: String }"#)?;
/// let model = Model::parse(&input)?;
/// assert!(model.table.strict.is_some() && model.table.without_rowid.is_none());
/// assert_eq!(model.table.indexes.len(), 1);
/// # Ok::<_, syn::Error>(())
/// ```
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
///
/// ```
/// use schema_model::Model;
/// let input = syn::parse_str(r#"struct User { id: i64, #[column(name = "mail", unique)] email: String }"#)?;
/// let model = Model::parse(&input)?;
/// let (id, email) = (&model.fields[0], &model.fields[1]);
/// assert_eq!((id.column_name(), email.column_name()), ("id".to_owned(), "mail".to_owned()));
/// assert!(id.unique.is_none() && email.unique.is_some());
/// # Ok::<_, syn::Error>(())
/// ```
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
///
/// ```
/// use schema_model::Model;
/// let input = syn::parse_str(r#"#[table(unique(a, b, name = "pair"))] struct Pair { a: i64, b: i64 }"#)?;
/// let model = Model::parse(&input)?;
/// let key = &model.table.uniques[0];
/// assert_eq!(key.elements.len(), 2);
/// assert_eq!(key.name.as_ref().unwrap().value, "pair");
/// # Ok::<_, syn::Error>(())
/// ```
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
///
/// ```
/// use schema_model::Model;
/// let input = syn::parse_str(r#"#[table(index(at desc))] struct Event { at: i64 }"#)?;
/// let model = Model::parse(&input)?;
/// let element = &model.table.indexes[0].elements[0];
/// assert!(element.descending && element.collation.is_none());
/// # Ok::<_, syn::Error>(())
/// ```
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
///
/// ```
/// use schema_model::{ElementTarget, Model};
/// let input = syn::parse_str(r#"#[table(index(email, sql("lower(email)")))] struct User { email: String }"#)?;
/// let model = Model::parse(&input)?;
/// let elements = &model.table.indexes[0].elements;
/// assert!(matches!(&elements[0].target, ElementTarget::Field(field) if field == "email"));
/// assert!(matches!(&elements[1].target, ElementTarget::Sql(sql) if sql == "lower(email)"));
/// # Ok::<_, syn::Error>(())
/// ```
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
///
/// ```
/// use schema_model::{DefaultValue, Model};
/// let input = syn::parse_str(r#"struct User { #[column(default = -1)] rank: i64 }"#)?;
/// let model = Model::parse(&input)?;
/// let default = model.fields[0].default.as_ref().unwrap();
/// assert!(matches!(&default.value, DefaultValue::Number(number) if number == "-1"));
/// # Ok::<_, syn::Error>(())
/// ```
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
///
/// ```
/// use schema_model::Model;
/// let input = syn::parse_str(r#"struct User { #[column(check = "age > 0")] age: i64 }"#)?;
/// let model = Model::parse(&input)?;
/// let check = &model.fields[0].checks[0];
/// assert_eq!(check.condition.value, "age > 0");
/// assert!(check.name.is_none());
/// # Ok::<_, syn::Error>(())
/// ```
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
///
/// ```
/// use schema_core::Action;
/// use schema_model::Model;
/// let input = syn::parse_str(r#"struct Post { #[column(references = User::id, on_delete = cascade)] author: i64 }"#)?;
/// let model = Model::parse(&input)?;
/// let key = model.fields[0].references.as_ref().unwrap();
/// assert_eq!(key.on_delete.as_ref().unwrap().value, Action::Cascade);
/// assert!(key.on_update.is_none() && key.columns.is_empty());
/// # Ok::<_, syn::Error>(())
/// ```
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
///
/// ```
/// use schema_model::{Model, Parent};
/// let input = syn::parse_str(r#"struct Post { #[column(references = User::id)] author: i64 }"#)?;
/// let model = Model::parse(&input)?;
/// let Parent::Model { path, fields } = &model.fields[0].references.as_ref().unwrap().parent else { unreachable!() };
/// assert!(path.is_ident("User") && fields[0] == "id");
/// # Ok::<_, syn::Error>(())
/// ```
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
