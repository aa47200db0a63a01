//! Random expressions.

use super::Choices;
use super::names::spelled;

/// What an expression may name, and how oddly.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'a> {
    /// The table, where its name may stand before a column.
    pub(crate) table: Option<&'a str>,
    /// The columns.
    pub(crate) columns: &'a [String],
    /// Whether names are quoted in every way and strings stand in double quotes.
    pub(crate) odd: bool,
}

const NUMBERS: &[&str] = &[
    "0",
    "1",
    "7",
    "42",
    "1.5",
    "1e3",
    "1E+3",
    ".5",
    "1.",
    "0x10",
    "0XfF",
    "1_000",
    "1.5e-2",
    "9223372036854775807",
    "9223372036854775808",
    "00",
    "1e999",
];
const STRINGS: &[&str] =
    &["'a'", "''", "'it''s'", "'A b'", "'a\nb'", "'--'", "'/*'", "'1'", "'é'", "'\"'", "x'00ff'", "X'AB'", "'a,b)('"];
const BINARY: &[&str] = &[
    "=",
    "<>",
    "!=",
    "==",
    "<",
    "<=",
    ">",
    ">=",
    "+",
    "-",
    "*",
    "/",
    "%",
    "||",
    "&",
    "|",
    "<<",
    ">>",
    "AND",
    "OR",
    "IS",
    "IS NOT",
    "IS DISTINCT FROM",
    "IS NOT DISTINCT FROM",
    "LIKE",
    "NOT LIKE",
    "GLOB",
    "NOT GLOB",
    "->",
    "->>",
];
const TYPES: &[&str] =
    &["TEXT", "INTEGER", "REAL", "BLOB", "NUMERIC", "varchar ( 20 )", "decimal(10,2)", "\"text\"", "foo bar"];
const COLLATIONS: &[&str] = &["NOCASE", "rtrim", "BINARY", "\"NoCase\"", "'nocase'", "[RTRIM]"];
const CALLS: &[(&str, usize)] = &[
    ("lower", 1),
    ("length", 1),
    ("abs", 1),
    ("coalesce", 2),
    ("iif", 3),
    ("substr", 2),
    ("typeof", 1),
    ("max", 2),
    ("nullif", 2),
    ("UPPER", 1),
    ("\"lower\"", 1),
    ("like", 2),
    ("glob", 2),
    ("replace", 3),
    ("trim", 1),
    ("instr", 2),
    ("json_extract", 2),
    ("hex", 1),
    ("if", 3),
];

/// The tokens of an expression, which stand for itself between blanks.
pub(crate) fn expression(c: &mut Choices, scope: Scope<'_>, depth: usize) -> Vec<String> {
    let mut text = Vec::new();
    write(c, scope, depth, &mut text);
    text
}

fn words(text: &mut Vec<String>, words: &str) {
    text.extend(words.split(' ').map(str::to_owned));
}

fn write(c: &mut Choices, scope: Scope<'_>, depth: usize, text: &mut Vec<String>) {
    if depth == 0 {
        return operand(c, scope, text);
    }
    let deeper = depth - 1;
    match c.below(15) {
        0 | 1 => operand(c, scope, text),
        2..=5 => {
            write(c, scope, deeper, text);
            let operator = c.of(BINARY);
            words(text, operator);
            write(c, scope, deeper, text);
        }
        6 => {
            let sign = c.of(&["-", "+", "~", "NOT", "- -", "NOT NOT", "-+-", "+ +", "~ -"]);
            words(text, sign);
            write(c, scope, deeper, text);
        }
        7 => group(c, scope, deeper, text),
        8 => {
            let (function, arguments) = c.of(CALLS);
            text.push(function.to_owned());
            list(c, scope, deeper, arguments, text);
        }
        9 => {
            write(c, scope, deeper, text);
            let test = c.of(&["IS NULL", "ISNULL", "NOTNULL", "NOT NULL", "IS NOT NULL", "IS TRUE", "IS NOT FALSE"]);
            words(text, test);
        }
        10 => {
            operand(c, scope, text);
            words(text, if c.chance(30) { "NOT IN" } else { "IN" });
            let count = c.below(4);
            list(c, scope, 0, count, text);
        }
        11 => between(c, scope, deeper, text),
        12 => case(c, scope, deeper, text),
        13 => {
            words(text, "CAST (");
            write(c, scope, deeper, text);
            let ty = c.of(TYPES);
            words(text, "AS");
            words(text, ty);
            words(text, ")");
        }
        _ => {
            write(c, scope, deeper, text);
            let collation = c.of(COLLATIONS);
            words(text, "COLLATE");
            words(text, collation);
        }
    }
}

fn group(c: &mut Choices, scope: Scope<'_>, depth: usize, text: &mut Vec<String>) {
    words(text, "(");
    write(c, scope, depth, text);
    words(text, ")");
}

fn list(c: &mut Choices, scope: Scope<'_>, depth: usize, count: usize, text: &mut Vec<String>) {
    words(text, "(");
    for at in 0..count {
        if at > 0 {
            words(text, ",");
        }
        write(c, scope, depth, text);
    }
    words(text, ")");
}

fn between(c: &mut Choices, scope: Scope<'_>, depth: usize, text: &mut Vec<String>) {
    if c.chance(30) {
        // Row values, which keep their parentheses.
        words(text, "(");
        list(c, scope, 0, 2, text);
        let operator = c.of(&["=", "<", "IS", "<>", ">="]);
        words(text, operator);
        list(c, scope, 0, 2, text);
        return words(text, ")");
    }
    if c.chance(30) {
        operand(c, scope, text);
        words(text, "LIKE");
        operand(c, scope, text);
        return words(text, "ESCAPE 'x'");
    }
    write(c, scope, depth, text);
    words(text, if c.chance(30) { "NOT BETWEEN" } else { "BETWEEN" });
    write(c, scope, 0, text);
    words(text, "AND");
    write(c, scope, 0, text);
}

fn case(c: &mut Choices, scope: Scope<'_>, depth: usize, text: &mut Vec<String>) {
    words(text, "CASE");
    if c.chance(30) {
        write(c, scope, 0, text);
    }
    for _ in 0..=c.below(2) {
        words(text, "WHEN");
        write(c, scope, depth, text);
        words(text, "THEN");
        write(c, scope, 0, text);
    }
    if c.chance(60) {
        words(text, "ELSE");
        write(c, scope, depth, text);
    }
    words(text, "END");
}

fn operand(c: &mut Choices, scope: Scope<'_>, text: &mut Vec<String>) {
    match c.below(10) {
        0..=4 if !scope.columns.is_empty() => column(c, scope, text),
        5 => text.push((c.of(STRINGS)).to_owned()),
        6 => text.push((c.of(&["NULL", "TRUE", "false", "null", "True"])).to_owned()),
        7 if scope.odd => text.push((c.of(&["\"zzz\"", "\"no such\"", "\"it's\"", "\"\""])).to_owned()),
        _ => text.push((c.of(NUMBERS)).to_owned()),
    }
}

fn column(c: &mut Choices, scope: Scope<'_>, text: &mut Vec<String>) {
    let name = c.of(scope.columns);
    if !scope.odd {
        return text.push(format!("\"{}\"", name.replace('"', "\"\"")));
    }
    if let Some(table) = scope.table
        && c.chance(15)
    {
        text.push(spelled(c, table, false));
        words(text, ".");
    }
    text.push(spelled(c, &name, false));
}
