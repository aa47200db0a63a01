//! `#[derive(SqlType)]`: newtypes, and enums that are stored as text.

use proc_macro2::{Ident, Span};
use syn::{Data, DataEnum, DeriveInput, Fields, LitStr, Type};

use crate::attribute::{self, Entry, Level, RENAME_ALL, Value, among, closest};
use crate::errors::Errors;
use crate::ident::{Case, plain};
use crate::model::Setting;
use crate::types::ResolvedType;

/// A type with `#[derive(SqlType)]`.
///
/// ```
/// use schema_model::SqlTypeModel;
/// let mood = SqlTypeModel::parse(&syn::parse_str("enum Mood { Sad, VeryGlad }")?)?;
/// assert_eq!(mood.ident, "Mood");
/// let values = mood.enum_type().unwrap().variants.unwrap();
/// assert_eq!(values, ["sad".into(), "very_glad".into()]);
/// let email = SqlTypeModel::parse(&syn::parse_str("struct Email(String);")?)?;
/// assert!(email.enum_type().is_none());
/// # Ok::<_, syn::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct SqlTypeModel {
    /// The type.
    pub ident: Ident,
    /// What it is stored as.
    pub storage: SqlTypeStorage,
}

/// What a type with `#[derive(SqlType)]` is stored as.
///
/// ```
/// use schema_model::{SqlTypeModel, SqlTypeStorage};
/// let email = SqlTypeModel::parse(&syn::parse_str("struct Email(String);")?)?;
/// assert!(matches!(email.storage, SqlTypeStorage::Newtype(inner) if *inner == syn::parse_str("String")?));
/// # Ok::<_, syn::Error>(())
/// ```
#[derive(Clone, Debug)]
pub enum SqlTypeStorage {
    /// As the type that it wraps.
    Newtype(Box<Type>),
    /// As the text of its variant.
    Enum {
        /// The variants in their order.
        variants: Vec<SqlVariant>,
        /// The enum type that stores it in PostgreSQL, instead of text with a CHECK.
        postgres_enum: Option<Setting<String>>,
    },
}

/// A variant of an enum that is stored as text.
///
/// ```
/// use schema_model::{SqlTypeModel, SqlTypeStorage};
/// let input = syn::parse_str(r#"enum State { Open, #[sql(rename = "in progress")] Started }"#)?;
/// let SqlTypeStorage::Enum { variants, .. } = SqlTypeModel::parse(&input)?.storage else { unreachable!() };
/// assert_eq!((variants[1].ident.to_string(), variants[1].text.as_str()), ("Started".to_owned(), "in progress"));
/// # Ok::<_, syn::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct SqlVariant {
    /// The variant.
    pub ident: Ident,
    /// The text that is stored.
    pub text: String,
}

impl SqlTypeModel {
    /// Reads a newtype or an enum and its attributes.
    ///
    /// ```
    /// use schema_model::{SqlTypeModel, SqlTypeStorage};
    /// let model = SqlTypeModel::parse(&syn::parse_str("enum Mood { Sad, VeryGlad }")?)?;
    /// let SqlTypeStorage::Enum { variants, .. } = model.storage else { unreachable!() };
    /// assert_eq!(variants[1].text, "very_glad");
    /// # Ok::<_, syn::Error>(())
    /// ```
    ///
    /// # Errors
    /// One for every refusal, all combined.
    pub fn parse(input: &DeriveInput) -> syn::Result<SqlTypeModel> {
        let mut errors = Errors::default();
        if !input.generics.params.is_empty() {
            errors.at(&input.generics, "a column's type is one type, so it cannot be generic");
        }
        let entries = attribute::attributes(Level::SqlItem, &input.attrs, &mut errors);
        let storage = match &input.data {
            Data::Struct(data) => newtype(&input.ident, &data.fields, &entries, &mut errors),
            Data::Enum(data) => variants(&input.ident, data, entries, &mut errors),
            Data::Union(_) => {
                errors.at(&input.ident, "a column's type is a newtype or an enum, not a union");
                None
            }
        };
        let span = input.ident.span();
        let storage = errors.finish(storage)?.ok_or_else(|| syn::Error::new(span, "nothing to store"))?;
        Ok(SqlTypeModel { ident: input.ident.clone(), storage })
    }

    /// What an enum is stored as; `None` for a newtype, which is stored as what it wraps.
    pub fn enum_type(&self) -> Option<ResolvedType> {
        let SqlTypeStorage::Enum { variants, postgres_enum } = &self.storage else { return None };
        let mut found = ResolvedType::from(schema_core::TypeFact::TEXT);
        found.variants = Some(variants.iter().map(|variant| variant.text.as_str().into()).collect());
        if let Some(name) = postgres_enum {
            found.postgres = name.value.as_str().into();
            found.postgres_enum = true;
        }
        Some(found)
    }
}

fn newtype(ident: &Ident, fields: &Fields, entries: &[Entry], errors: &mut Errors) -> Option<SqlTypeStorage> {
    for entry in entries {
        let message = format!("`{}` belongs on an enum; a newtype is stored as what it wraps", entry.key.name);
        errors.push(syn::Error::new(entry.span, message));
    }
    for field in fields {
        for entry in attribute::attributes(Level::SqlVariant, &field.attrs, errors) {
            let message = format!("`{}` belongs on a variant of an enum", entry.key.name);
            errors.push(syn::Error::new(entry.span, message));
        }
    }
    let mut types = fields.iter().map(|field| &field.ty);
    match (types.next(), types.next()) {
        (Some(inner), None) => Some(SqlTypeStorage::Newtype(Box::new(inner.clone()))),
        (Some(_), Some(_)) => {
            errors.at(fields, format!("a newtype wraps one value; `{ident}` has {} fields", fields.len()));
            None
        }
        (None, _) => {
            errors.at(ident, format!("a newtype wraps one value; `{ident}` has none"));
            None
        }
    }
}

fn variants(ident: &Ident, data: &DataEnum, entries: Vec<Entry>, errors: &mut Errors) -> Option<SqlTypeStorage> {
    let (mut case, mut postgres_enum) = (Case::Snake, None);
    for Entry { key, span, value } in entries {
        let Value::Text(lit) = value else { continue };
        match key.name {
            "rename_all" => case = case_of(&lit, errors),
            _ => postgres_enum = Some(Setting { value: lit.value(), key: span, span: lit.span() }),
        }
    }
    if data.variants.is_empty() {
        errors.at(ident, format!("an enum is stored as one of its variants; `{ident}` has none"));
        return None;
    }
    let mut found: Vec<(SqlVariant, Span)> = Vec::new();
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            let message =
                format!("an enum is stored as the name of its variant, so `{}` cannot hold data", variant.ident);
            errors.at(&variant.fields, message);
        }
        let mut text = case.of(&plain(&variant.ident));
        let mut span = variant.ident.span();
        for entry in attribute::attributes(Level::SqlVariant, &variant.attrs, errors) {
            let Value::Text(lit) = entry.value else { continue };
            text = lit.value();
            span = lit.span();
        }
        if let Some((other, place)) = found.iter().find(|(other, _)| other.text == text) {
            let message = format!("`{}` and `{}` are both stored as '{text}'", other.ident, variant.ident);
            errors.at_both([*place, span], &message);
        }
        found.push((SqlVariant { ident: variant.ident.clone(), text }, span));
    }
    Some(SqlTypeStorage::Enum { variants: found.into_iter().map(|(variant, _)| variant).collect(), postgres_enum })
}

fn case_of(lit: &LitStr, errors: &mut Errors) -> Case {
    let text = lit.value();
    let known = [Case::Snake, Case::Lower, Case::Upper, Case::ScreamingSnake, Case::Kebab, Case::Camel, Case::Pascal];
    if let Some(at) = RENAME_ALL.iter().position(|word| *word == text) {
        return known[at];
    }
    let fact = format!("unknown case `{text}`");
    errors.push(syn::Error::new(
        lit.span(),
        match closest(&text, RENAME_ALL.iter().copied()) {
            Some(near) => format!("{fact}; did you mean `{near}`?"),
            None => format!("{fact}; expected {}", among(RENAME_ALL)),
        },
    ));
    Case::Snake
}
