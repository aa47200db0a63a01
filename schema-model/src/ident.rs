//! Identifiers and types as text: what a struct, a field or a variant is called in a database.

use proc_macro2::Ident;
use quote::ToTokens;

/// The name of an identifier without `r#`.
pub(crate) fn plain(ident: &Ident) -> String {
    use syn::ext::IdentExt;
    ident.unraw().to_string()
}

/// The table's name of a struct that states none: Diesel's rule, snake case and an `s`.
///
/// ```
/// let ident = |text| syn::parse_str::<syn::Ident>(text).unwrap();
/// assert_eq!(schema_model::table_name_of(&ident("User")), "users");
/// assert_eq!(schema_model::table_name_of(&ident("BlogPost")), "blog_posts");
/// ```
pub fn table_name_of(ident: &Ident) -> String {
    let mut name = Case::Snake.of(&plain(ident));
    name.push('s');
    name
}

/// The tokens of a type, without white space, as [`schema_core::TypeFact::standard`] takes them.
pub(crate) fn compact(tokens: &impl ToTokens) -> String {
    let mut text = tokens.to_token_stream().to_string();
    text.retain(|c| !c.is_whitespace());
    text
}

/// How the names of variants are stored, by the words of serde's `rename_all`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    Snake,
    Lower,
    Upper,
    ScreamingSnake,
    Kebab,
    Camel,
    Pascal,
}

impl Case {
    /// The name of a variant in this case, by the rules of serde's `rename_all`.
    pub(crate) fn of(self, name: &str) -> String {
        match self {
            Case::Snake => snake(name),
            Case::Lower => name.to_lowercase(),
            Case::Upper => name.to_uppercase(),
            Case::ScreamingSnake => snake(name).to_uppercase(),
            Case::Kebab => snake(name).replace('_', "-"),
            Case::Camel => {
                let mut chars = name.chars();
                chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
            }
            Case::Pascal => name.to_owned(),
        }
    }
}

/// An underscore before every capital but the first, all in lower case: Diesel's rule and serde's.
fn snake(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for (at, c) in name.char_indices() {
        if at > 0 && c.is_uppercase() {
            snake.push('_');
        }
        snake.extend(c.to_lowercase());
    }
    snake
}
