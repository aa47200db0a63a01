//! `cfg`, `cfg_attr` and `derive`, as far as they can be known without Cargo.

use proc_macro2::Span;
use syn::punctuated::Punctuated;
use syn::{Attribute, Data, DeriveInput, Expr, Fields, Lit, Meta, Path, Token};

/// Whether a build has what these attributes stand on. `None` is for what only Cargo knows; a build
/// that is no test is assumed.
pub(super) fn active(attributes: &[Attribute]) -> Option<bool> {
    let mut answer = Some(true);
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")) {
        let condition = attribute.parse_args::<Meta>().ok();
        answer = all([answer, condition.as_ref().and_then(evaluate)]);
    }
    answer
}

fn all(answers: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    let mut all = Some(true);
    for answer in answers {
        all = match (all, answer) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        };
    }
    all
}

fn evaluate(condition: &Meta) -> Option<bool> {
    match condition {
        Meta::Path(path) if path.is_ident("test") => Some(false),
        Meta::Path(path) if path.is_ident("true") || path.is_ident("false") => Some(path.is_ident("true")),
        Meta::List(list) => {
            let inner = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).ok()?;
            let answers = inner.iter().map(evaluate);
            if list.path.is_ident("all") {
                all(answers)
            } else if list.path.is_ident("any") {
                all(answers.map(|answer| answer.map(|answer| !answer))).map(|none| !none)
            } else if list.path.is_ident("not") {
                inner.first().and_then(evaluate).map(|answer| !answer)
            } else {
                None
            }
        }
        _ => None,
    }
}

/// The attributes with every `cfg_attr` that may hold replaced by what it adds.
pub(super) fn expanded(attributes: &[Attribute]) -> Vec<Attribute> {
    let mut found = Vec::new();
    for attribute in attributes {
        if attribute.path().is_ident("cfg_attr") {
            found.extend(added_by(attribute));
        } else {
            found.push(attribute.clone());
        }
    }
    found
}

fn added_by(attribute: &Attribute) -> Vec<Attribute> {
    let Ok(parts) = attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated) else {
        return Vec::new();
    };
    let mut parts = parts.into_iter();
    if parts.next().is_none_or(|condition| evaluate(&condition) == Some(false)) {
        return Vec::new();
    }
    let added: Vec<Attribute> = parts.map(|meta| Attribute { meta, ..attribute.clone() }).collect();
    expanded(&added)
}

/// The paths in `#[derive(…)]`.
pub(super) fn derives(attributes: &[Attribute]) -> Vec<Path> {
    let lists = attributes.iter().filter(|attribute| attribute.path().is_ident("derive"));
    lists
        .filter_map(|list| list.parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated).ok())
        .flatten()
        .collect()
}

/// What a derive gets to see: `cfg_attr` undone, and fields and variants gone that the build does not have.
pub(super) fn configured(mut input: DeriveInput) -> DeriveInput {
    input.attrs = expanded(&input.attrs);
    match &mut input.data {
        Data::Struct(data) => fields(&mut data.fields),
        Data::Enum(data) => {
            let kept = std::mem::take(&mut data.variants);
            data.variants = kept.into_iter().filter(|variant| active(&variant.attrs) != Some(false)).collect();
            for variant in &mut data.variants {
                variant.attrs = expanded(&variant.attrs);
                fields(&mut variant.fields);
            }
        }
        Data::Union(_) => {}
    }
    input
}

fn fields(fields: &mut Fields) {
    let list = match fields {
        Fields::Named(named) => &mut named.named,
        Fields::Unnamed(unnamed) => &mut unnamed.unnamed,
        Fields::Unit => return,
    };
    let kept = std::mem::take(list);
    *list = kept.into_iter().filter(|field| active(&field.attrs) != Some(false)).collect();
    for field in list {
        field.attrs = expanded(&field.attrs);
    }
}

/// The text of `#[path = "…"]` and its place.
pub(super) fn path_of(attributes: &[Attribute]) -> Option<(String, Span)> {
    expanded(attributes).iter().find_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("path") => match &pair.value {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) => Some((text.value(), text.span())),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(text: &str) -> DeriveInput {
        syn::parse_str(text).unwrap()
    }

    #[test]
    fn only_what_tests_have_is_known_to_be_absent() {
        let answer = |condition: &str| active(&item(&format!("#[cfg({condition})] struct A;")).attrs);
        assert_eq!(answer("test"), Some(false));
        assert_eq!(answer("not(test)"), Some(true));
        assert_eq!(answer("feature = \"x\""), None);
        assert_eq!(answer("all(test, unix)"), Some(false));
        assert_eq!(answer("any(test, unix)"), None);
        assert_eq!(answer("any(unix, not(test))"), Some(true));
        assert_eq!(active(&item("struct A;").attrs), Some(true));
    }

    #[test]
    fn conditional_attributes_are_added() {
        let input = configured(item(
            "#[cfg_attr(feature = \"db\", derive(Table), table(name = \"t\"))] #[cfg_attr(test, derive(Debug))]
             struct A { #[cfg(test)] a: i64, #[cfg_attr(not(test), column(unique))] b: i64 }",
        ));
        let derives = derives(&input.attrs);
        assert!(derives.len() == 1 && derives[0].is_ident("Table"), "{derives:?}");
        assert!(input.attrs[1].path().is_ident("table"));
        let Data::Struct(data) = &input.data else { unreachable!() };
        assert_eq!(data.fields.len(), 1);
        assert!(data.fields.iter().next().unwrap().attrs[0].path().is_ident("column"));
    }
}
