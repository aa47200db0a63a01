//! The enum for a condition that lists the values of a column.

use super::attribute::{Entry, attribute, literal};
use super::names::{camel, words};
use crate::attribute::RENAME_ALL;
use crate::ident::Case;

/// The cases in the order in which they are tried.
const CASES: [Case; 7] =
    [Case::Snake, Case::Lower, Case::Upper, Case::ScreamingSnake, Case::Kebab, Case::Camel, Case::Pascal];

/// The variants of these values; `None` when one of them has no good Rust name.
pub(super) fn variants<'a>(values: impl IntoIterator<Item = &'a str>) -> Option<Vec<(String, &'a str)>> {
    let mut found: Vec<(String, &str)> = Vec::new();
    for value in values {
        let letters = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ' ' | '.' | '/' | ':');
        if !value.starts_with(|c: char| c.is_ascii_alphabetic()) || !value.chars().all(letters) {
            return None;
        }
        let name = camel(&words(value));
        if name == "Self" || found.iter().any(|(other, _)| *other == name) {
            return None;
        }
        found.push((name, value));
    }
    (!found.is_empty()).then_some(found)
}

/// The source of the enum.
pub(super) fn print(name: &str, variants: &[(String, &str)], postgres_enum: Option<&str>) -> String {
    let fits = |case: &Case| variants.iter().filter(|(variant, value)| case.of(variant) == *value).count();
    // Of equals the first counts, and the default comes first.
    let case = CASES.iter().copied().rev().max_by_key(fits).unwrap_or(Case::Snake);
    let mut entries = Vec::new();
    if case != Case::Snake {
        let at = CASES.iter().position(|other| *other == case).unwrap_or_default();
        entries.push(Entry::text("rename_all", RENAME_ALL[at]));
    }
    entries.extend(postgres_enum.map(|ty| Entry::text("postgres_enum", ty)));
    let mut source = String::from("#[derive(Clone, Copy, Debug, PartialEq, Eq, SqlType)]\n");
    source += &attribute("sql", &entries, 0);
    source += &format!("pub enum {name} {{\n");
    for (variant, value) in variants {
        if case.of(variant) != *value {
            source += &format!("    #[sql(rename = {})]\n", literal(value));
        }
        source += &format!("    {variant},\n");
    }
    source + "}\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(values: &[&'static str]) -> Option<String> {
        Some(print("Mood", &variants(values.iter().copied())?, None))
    }

    #[test]
    fn one_case_is_stated_once() {
        assert_eq!(
            printed(&["sad", "very_glad"]).unwrap(),
            "#[derive(Clone, Copy, Debug, PartialEq, Eq, SqlType)]\npub enum Mood {\n    Sad,\n    VeryGlad,\n}\n"
        );
        assert!(printed(&["SAD", "GLAD"]).unwrap().contains("#[sql(rename_all = \"UPPERCASE\")]\n"));
        assert!(printed(&["IN_USE", "SAD"]).unwrap().contains("#[sql(rename_all = \"SCREAMING_SNAKE_CASE\")]\n"));
        assert!(printed(&["in-use", "sad"]).unwrap().contains("#[sql(rename_all = \"kebab-case\")]\n"));
    }

    #[test]
    fn what_fits_no_case_is_renamed() {
        let found = printed(&["in_use", "In Use"]);
        assert_eq!(found, None);
        let found = printed(&["in_use", "done", "On Hold"]).unwrap();
        assert!(
            found.ends_with("    InUse,\n    Done,\n    #[sql(rename = \"On Hold\")]\n    OnHold,\n}\n"),
            "{found}"
        );
    }

    #[test]
    fn values_without_a_good_name_make_no_enum() {
        for values in [&["a+", "b"][..], &["1", "2"], &["", "a"], &["self"], &["a", "A"], &[]] {
            assert_eq!(printed(values), None, "{values:?}");
        }
    }
}
