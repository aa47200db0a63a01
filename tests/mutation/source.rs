//! Where in a Rust source everything stands that a mutation can change.

use std::ops::Range;

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::{Attribute, Fields, Item};

/// A Rust source with models.
pub(crate) struct Source {
    pub(crate) text: String,
    pub(crate) models: Vec<ModelSource>,
    pub(crate) enums: Vec<EnumSource>,
    /// Newtypes and aliases: the name, and the place of the type inside.
    pub(crate) wrappers: Vec<(String, Range<usize>)>,
    pub(crate) schema: SchemaSource,
}

/// A struct with `#[derive(Table)]`.
#[derive(Clone)]
pub(crate) struct ModelSource {
    pub(crate) name: String,
    pub(crate) ident: Range<usize>,
    pub(crate) item: Range<usize>,
    /// In front of the derive.
    pub(crate) derive: usize,
    pub(crate) attribute: Option<List>,
    pub(crate) fields: Vec<FieldSource>,
    /// In front of the closing brace.
    pub(crate) end: usize,
}

/// A field that is a column.
#[derive(Clone)]
pub(crate) struct FieldSource {
    pub(crate) name: String,
    pub(crate) ident: Range<usize>,
    /// With its attributes and the comma.
    pub(crate) item: Range<usize>,
    /// In front of `pub`.
    pub(crate) visibility: usize,
    pub(crate) ty: Range<usize>,
    pub(crate) attribute: Option<List>,
}

/// The inside of a pair of parentheses.
#[derive(Clone, Debug)]
pub(crate) struct List {
    /// The whole attribute, or the parentheses.
    pub(crate) whole: Range<usize>,
    pub(crate) inside: Range<usize>,
    pub(crate) entries: Vec<Entry>,
}

/// What stands between two commas.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// Its first word.
    pub(crate) key: String,
    pub(crate) range: Range<usize>,
    /// What follows `=`.
    pub(crate) value: Option<Range<usize>>,
    /// What follows in parentheses.
    pub(crate) list: Option<List>,
}

/// An enum with `#[derive(SqlType)]`.
pub(crate) struct EnumSource {
    pub(crate) name: String,
    pub(crate) item: Range<usize>,
    pub(crate) attribute: Option<List>,
    /// The name, its place, and that of the whole variant with its comma.
    pub(crate) variants: Vec<(String, Range<usize>, Range<usize>)>,
    pub(crate) end: usize,
}

/// The `schema! { … }`.
#[derive(Clone, Default)]
pub(crate) struct SchemaSource {
    pub(crate) ident: Range<usize>,
    /// The listed models.
    pub(crate) list: Option<List>,
}

impl Source {
    pub(crate) fn read(text: &str) -> Source {
        let file = syn::parse_file(text).expect("the source is Rust");
        let mut source = Source {
            text: text.to_owned(),
            models: Vec::new(),
            enums: Vec::new(),
            wrappers: Vec::new(),
            schema: SchemaSource::default(),
        };
        for item in &file.items {
            source.item(item);
        }
        source
    }

    fn item(&mut self, item: &Item) {
        match item {
            Item::Struct(item) if derives(&item.attrs, "Table") => self.models.push(self.model(item)),
            Item::Struct(item) if derives(&item.attrs, "SqlType") => {
                let ty = item.fields.iter().next().expect("a newtype wraps something").ty.span();
                self.wrappers.push((item.ident.to_string(), range(ty)));
            }
            Item::Type(item) => self.wrappers.push((item.ident.to_string(), range(item.ty.span()))),
            Item::Enum(item) if derives(&item.attrs, "SqlType") => {
                let variants = item.variants.iter().map(|variant| {
                    let whole = range(variant.span());
                    (variant.ident.to_string(), range(variant.ident.span()), self.with_comma(whole))
                });
                self.enums.push(EnumSource {
                    name: item.ident.to_string(),
                    item: range(item.span()),
                    attribute: attribute(&item.attrs, "sql"),
                    variants: variants.collect(),
                    end: range(item.brace_token.span.close()).start,
                });
            }
            Item::Macro(item) if item.mac.path.is_ident("schema") => self.schema = schema(item.mac.tokens.clone()),
            _ => {}
        }
    }

    fn model(&self, item: &syn::ItemStruct) -> ModelSource {
        let Fields::Named(fields) = &item.fields else { panic!("a model has named fields") };
        let derive = item.attrs.iter().find(|attribute| attribute.path().is_ident("derive"));
        ModelSource {
            name: item.ident.to_string(),
            ident: range(item.ident.span()),
            item: range(item.span()),
            derive: derive.map_or(0, |derive| range(derive.span()).start),
            attribute: attribute(&item.attrs, "table"),
            fields: fields.named.iter().map(|field| self.field(field)).filter(|field| !field.has("skip")).collect(),
            end: range(fields.brace_token.span.close()).start,
        }
    }

    fn field(&self, field: &syn::Field) -> FieldSource {
        let ident = field.ident.as_ref().expect("a named field");
        FieldSource {
            name: ident.to_string(),
            ident: range(ident.span()),
            item: self.with_comma(range(field.span())),
            visibility: range(field.vis.span()).start,
            ty: range(field.ty.span()),
            attribute: attribute(&field.attrs, "column"),
        }
    }

    /// The range, and the comma after it.
    fn with_comma(&self, range: Range<usize>) -> Range<usize> {
        let comma = usize::from(self.text[range.end..].starts_with(','));
        range.start..range.end + comma
    }

    /// The text at a place.
    pub(crate) fn at(&self, range: &Range<usize>) -> &str {
        &self.text[range.clone()]
    }

    pub(crate) fn model_named(&self, name: &str) -> Option<&ModelSource> {
        self.models.iter().find(|model| model.name == name)
    }

    /// The model of a table.
    pub(crate) fn model_of(&self, table: &str) -> Option<&ModelSource> {
        self.models.iter().find(|model| model.table(self) == table)
    }
}

impl ModelSource {
    /// The name of its table.
    pub(crate) fn table(&self, source: &Source) -> String {
        if let Some(value) = self.entry("name").and_then(|entry| entry.value.clone()) {
            return source.at(&value).trim_matches('"').to_owned();
        }
        let snake = self.name.char_indices().map(|(at, c)| match c.is_uppercase() && at > 0 {
            true => format!("_{}", c.to_lowercase()),
            false => c.to_lowercase().to_string(),
        });
        snake.chain(["s".to_owned()]).collect()
    }

    /// Where what is about the whole table belongs: at the stated name, else at the struct's.
    pub(crate) fn anchor(&self) -> usize {
        self.entry("name").and_then(|entry| entry.value.clone()).unwrap_or(self.ident.clone()).start
    }

    pub(crate) fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().find(|entry| entry.key == key)
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.attribute.iter().flat_map(|list| &list.entries)
    }

    pub(crate) fn field(&self, name: &str) -> Option<&FieldSource> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The field of a column.
    pub(crate) fn field_of(&self, source: &Source, column: &str) -> Option<&FieldSource> {
        self.fields.iter().find(|field| field.column(source) == column)
    }

    /// Where the struct's attributes name a field as an element.
    pub(crate) fn mentions(&self, field: &str) -> Vec<usize> {
        fn collect(list: &List, field: &str, own: bool, found: &mut Vec<usize>) {
            for entry in &list.entries {
                let is_element = entry.value.is_none() && entry.list.is_none();
                if is_element && own && entry.key == field {
                    found.push(entry.range.start);
                }
                if let Some(inner) = &entry.list
                    && entry.key != "sql"
                {
                    // The columns of `references(Model, …)` are the parent's.
                    collect(inner, field, entry.key != "references", found);
                }
            }
        }
        let mut found = Vec::new();
        for entry in self.entries() {
            if let Some(list) = &entry.list {
                collect(list, field, true, &mut found);
            }
        }
        found
    }
}

impl FieldSource {
    /// The name of its column.
    pub(crate) fn column(&self, source: &Source) -> String {
        match self.entry("name").and_then(|entry| entry.value.clone()) {
            Some(value) => source.at(&value).trim_matches('"').to_owned(),
            None => self.name.clone(),
        }
    }

    /// Where what is about the column belongs: at the stated name, else at the field's.
    pub(crate) fn anchor(&self) -> usize {
        self.entry("name").and_then(|entry| entry.value.clone()).unwrap_or(self.ident.clone()).start
    }

    /// Where the type of the column is stated.
    pub(crate) fn type_anchor(&self) -> usize {
        self.entry("sql_type").and_then(|entry| entry.value.clone()).unwrap_or(self.ty.clone()).start
    }

    /// Where the source of the value is stated, or the field.
    pub(crate) fn value_anchor(&self) -> usize {
        ["default", "generated", "autoincrement"]
            .iter()
            .find_map(|key| self.entry(key))
            .map_or(self.anchor(), |entry| entry.range.start)
    }

    pub(crate) fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().find(|entry| entry.key == key)
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.attribute.iter().flat_map(|list| &list.entries)
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.entry(key).is_some()
    }
}

impl Entry {
    pub(crate) fn option(&self, key: &str) -> Option<&Entry> {
        self.list.as_ref()?.entries.iter().find(|entry| entry.key == key)
    }
}

/// The bytes of a span.
pub(crate) fn range(span: Span) -> Range<usize> {
    span.byte_range()
}

fn derives(attributes: &[Attribute], name: &str) -> bool {
    let is_it = |attribute: &Attribute| {
        let mut found = false;
        let _ = attribute.parse_nested_meta(|meta| {
            found |= meta.path.is_ident(name);
            Ok(())
        });
        found
    };
    attributes.iter().filter(|attribute| attribute.path().is_ident("derive")).any(is_it)
}

fn attribute(attributes: &[Attribute], name: &str) -> Option<List> {
    let attribute = attributes.iter().find(|attribute| attribute.path().is_ident(name))?;
    let meta = attribute.meta.require_list().expect("keys in parentheses");
    let inside = range(meta.delimiter.span().open()).end..range(meta.delimiter.span().close()).start;
    Some(List { whole: range(attribute.span()), inside, entries: entries(meta.tokens.clone()) })
}

fn list(group: &Group) -> List {
    let inside = range(group.span_open()).end..range(group.span_close()).start;
    List { whole: range(group.span()), inside, entries: entries(group.stream()) }
}

fn entries(tokens: TokenStream) -> Vec<Entry> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is_punct = |token: &TokenTree, c: char| matches!(token, TokenTree::Punct(punct) if punct.as_char() == c);
    let parts = tokens.split(|token| is_punct(token, ',')).filter(|part| !part.is_empty());
    let entry = |part: &[TokenTree]| {
        let end = range(part[part.len() - 1].span()).end;
        let value = part.iter().position(|token| is_punct(token, '=')).map(|at| range(part[at + 1].span()).start..end);
        let group = part.iter().find_map(|token| match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => Some(list(group)),
            _ => None,
        });
        Entry {
            key: part[0].to_string(),
            range: range(part[0].span()).start..end,
            list: group.filter(|_| value.is_none()),
            value,
        }
    };
    parts.map(entry).collect()
}

fn schema(tokens: TokenStream) -> SchemaSource {
    let mut schema = SchemaSource::default();
    let mut after_static = false;
    for token in tokens {
        match &token {
            TokenTree::Ident(ident) if after_static => schema.ident = range(ident.span()),
            TokenTree::Group(group) if schema.ident.end > 0 => schema.list = Some(list(group)),
            _ => {}
        }
        after_static = matches!(&token, TokenTree::Ident(ident) if ident == "static");
    }
    schema
}
