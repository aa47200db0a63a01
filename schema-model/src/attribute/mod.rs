//! The grammar of `#[table(…)]`, `#[column(…)]` and `#[sql(…)]`: one table of keys, from which the
//! parser, the suggestions and the reference pages are made.

mod keys;
mod parse;
mod suggest;

use proc_macro2::{Ident, Span};
use syn::{Lit, LitStr};

pub(crate) use keys::RENAME_ALL;
pub use keys::{COLUMN, SQL_ITEM, SQL_VARIANT, TABLE};
pub(crate) use parse::attributes;
pub(crate) use schema_core::word::closest;
pub(crate) use suggest::{Level, among};

/// A key of an attribute.
///
/// ```
/// use schema_model::attribute::{Form, Key, TABLE};
/// let name: &Key = &TABLE[0];
/// assert_eq!((name.name, name.forms), ("name", &[Form::Text][..]));
/// assert_eq!(name.example, r#"name = "users""#);
/// assert!(name.options.is_empty() && !name.repeats);
/// ```
#[derive(Debug)]
pub struct Key {
    /// The word.
    pub name: &'static str,
    /// What may follow it.
    pub forms: &'static [Form],
    /// The keys that its parentheses may hold besides the elements of the list.
    pub options: &'static [Key],
    /// Whether it may be stated more than once.
    pub repeats: bool,
    /// How it is written.
    pub example: &'static str,
    /// What it says, for the reference page.
    pub summary: &'static str,
}

/// What may follow a key.
///
/// ```
/// use schema_model::attribute::{COLUMN, Form};
/// let key = COLUMN.iter().find(|key| key.name == "on_delete").unwrap();
/// let Form::Word(words) = key.forms[0] else { unreachable!() };
/// assert!(words.contains(&"cascade"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Nothing: `strict`.
    Flag,
    /// A string: `name = "users"`.
    Text,
    /// One of these words: `on_delete = cascade`.
    Word(&'static [&'static str]),
    /// A literal: `default = 0`.
    Literal,
    /// SQL: `default = sql("CURRENT_TIMESTAMP")`.
    Sql,
    /// A path: `references = User::id`.
    Path,
    /// A list of elements and options: `unique(a, b, name = "…")`.
    List,
    /// Options only: `foreign_key(columns(a), references(Org, id))`.
    Options,
}

/// A key as it was written.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) key: &'static Key,
    pub(crate) span: Span,
    pub(crate) value: Value,
}

/// What was written after a key.
#[derive(Debug)]
pub(crate) enum Value {
    Flag,
    Text(LitStr),
    Word(&'static str, Span),
    Literal(Literal),
    Sql(LitStr),
    Path(syn::Path),
    List(List),
}

/// A literal with its sign.
#[derive(Debug)]
pub(crate) enum Literal {
    Null(Span),
    Lit { negative: bool, lit: Lit },
}

/// The inside of a key's parentheses.
#[derive(Debug, Default)]
pub(crate) struct List {
    pub(crate) elements: Vec<Element>,
    pub(crate) options: Vec<Entry>,
    /// Whether something in it was refused, so that what is missing is no news.
    pub(crate) broken: bool,
}

/// An element of a list: what it names, and the words after it.
#[derive(Debug)]
pub(crate) struct Element {
    pub(crate) target: Target,
    pub(crate) span: Span,
    pub(crate) collation: Option<LitStr>,
    pub(crate) descending: Option<Span>,
    pub(crate) nulls_first: Option<(bool, Span)>,
    pub(crate) operator_class: Option<LitStr>,
}

/// What an element names.
#[derive(Debug)]
pub(crate) enum Target {
    Path(syn::Path),
    Text(LitStr),
    Sql(LitStr),
}

impl Element {
    /// The first of the words after the element, where there is one.
    pub(crate) fn modifier(&self) -> Option<Span> {
        self.collation
            .as_ref()
            .map(LitStr::span)
            .or(self.descending)
            .or(self.nulls_first.map(|(_, span)| span))
            .or(self.operator_class.as_ref().map(LitStr::span))
    }

    /// The field that it names, where it is one word.
    pub(crate) fn ident(&self) -> Option<&Ident> {
        match &self.target {
            Target::Path(path) => path.get_ident(),
            Target::Text(_) | Target::Sql(_) => None,
        }
    }
}
