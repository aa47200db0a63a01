//! Names, and the ways to write them down.

use super::Choices;

/// Ordinary names first, then those that a reader may stumble over.
const NAMES: &[&str] = &[
    "a",
    "b",
    "c",
    "d",
    "id",
    "user_id",
    "created_at",
    "Email",
    "UPPER",
    "x",
    "t1",
    "_private",
    "kind",
    "label",
    "key",
    "action",
    "desc",
    "end",
    "like",
    "match",
    "generated",
    "always",
    "no",
    "of",
    "row",
    "cast",
    "rowid",
    "oid",
    "left",
    "cross",
    "indexed",
    "if",
    "current",
    "stored",
    "virtual",
    "strict",
    "without",
    "conflict",
    "replace",
    "order",
    "select",
    "table",
    "group",
    "index",
    "from",
    "null",
    "true",
    "false",
    "not",
    "check",
    "primary",
    "unique",
    "constraint",
    "references",
    "default",
    "as",
    "current_timestamp",
    "within",
    "over",
    "filter",
    "raise",
    "autoincrement",
    "a b",
    "a\"b",
    "a`b",
    "a]b",
    "it's",
    "a.b",
    "a,b",
    "a;b",
    "(",
    "1a",
    "-- c",
    "/* c",
    "*",
    "$x",
    "a$b",
    "ä",
    "Ä",
    "名前",
    "🦀",
    "é\u{301}",
    "\u{a0}",
    " ",
    "a ",
    "E'",
    "x'00'",
    "1",
    "1.5",
    "",
];

/// A name; `wild` of a hundred are other than ordinary ones.
pub(crate) fn name(c: &mut Choices, wild: usize) -> String {
    let end = if c.chance(wild) { NAMES.len() } else { 14 };
    (c.of(&NAMES[..end])).to_owned()
}

/// A name that is not among these, in any case.
pub(crate) fn fresh(c: &mut Choices, wild: usize, taken: &[String]) -> String {
    let mut made = name(c, wild);
    let mut number = 1;
    while taken.iter().any(|other| other.eq_ignore_ascii_case(&made)) {
        number += 1;
        made = format!("{}{number}", made.trim_end_matches(|c: char| c.is_ascii_digit()));
    }
    made
}

/// One of several ways to write a name: bare, in any of the quotes, in another case. A string stands for
/// a name only where SQLite's grammar takes nothing else.
pub(crate) fn spelled(c: &mut Choices, name: &str, string: bool) -> String {
    let name = if c.chance(10) { name.to_ascii_uppercase() } else { name.to_owned() };
    let doubled = |quote: &str| format!("{quote}{}{quote}", name.replace(quote, &quote.repeat(2)));
    let bare = name.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '$')
        && !RESERVED.contains(&&*name.to_ascii_lowercase());
    match c.below(10) {
        6 if !name.contains(']') => format!("[{name}]"),
        7 => doubled("`"),
        8 if string => doubled("'"),
        0..=5 if bare => name,
        _ => doubled("\""),
    }
}

/// The words that must be quoted everywhere.
const RESERVED: &[&str] = &[
    "order",
    "select",
    "table",
    "group",
    "index",
    "from",
    "null",
    "not",
    "check",
    "primary",
    "unique",
    "constraint",
    "references",
    "default",
    "as",
    "autoincrement",
];
