//! The columns and constraints of a random `CREATE TABLE`, as tokens.

use super::Choices;
use super::expression::{Scope, expression};
use super::names::{name, spelled};

const TYPES: &[&str] = &[
    "INTEGER",
    "TEXT",
    "",
    "int",
    "Integer",
    "REAL",
    "BLOB",
    "NUMERIC",
    "VARCHAR (20)",
    "varchar ( 20 )",
    "DECIMAL(10, 2)",
    "DECIMAL ( +10 , -2 )",
    "DOUBLE PRECISION",
    "unsigned big int",
    "\"my type\"",
    "[x y]",
    "'str'",
    "datetime",
    "CHARACTER VARYING(255)",
    "INTEGER(4)",
    "日期",
    "key",
    "\"INTEGER\"",
    "`int`",
    "foo \"bar\"",
    "\"\"",
    "BOOLEAN",
    "FLOATING POINT",
    "\"a\"\"b\"",
    "timestamp with time zone",
    "FLOAT(1.5)",
    "action",
    "\"order\"",
    "'INTEGER'",
    "X(1e3)",
    "\" integer \"",
    "\"varchar(20)\"",
    "generated",
    "text always",
    "\"generated always\"",
    "_x",
    "a$b",
    "\"1\"",
    "[]",
    "[x] int",
    "[x] [y]",
    "\"x\" int",
    "unsigned big int always",
    "VAR/* INT */CHAR",
    "REAL -- BLOB\n",
    "foogenerated always",
];
const STRICT_TYPES: &[&str] = &["INTEGER", "INT", "TEXT", "real", "BLOB", "ANY", "\"int\"", "[Text]"];
const CONFLICTS: &[&str] = &["ABORT", "ROLLBACK", "FAIL", "IGNORE", "REPLACE"];

/// A table whose text is being made.
pub(crate) struct Draft<'a> {
    pub(crate) table: &'a str,
    pub(crate) columns: &'a [String],
    /// The tables that foreign keys may refer to, with their columns.
    pub(crate) parents: &'a [(String, Vec<String>)],
    pub(crate) strict: bool,
    /// Whether names and expressions are odd.
    pub(crate) odd: bool,
}

impl Draft<'_> {
    pub(crate) fn scope(&self) -> Scope<'_> {
        Scope { table: Some(self.table), columns: self.columns, odd: self.odd }
    }
}

pub(crate) fn words(text: &mut Vec<String>, words: &str) {
    text.extend(words.split_whitespace().map(str::to_owned));
}

/// A column with its constraints. `key`: it may be the primary key.
pub(crate) fn column(c: &mut Choices, draft: &Draft<'_>, name: &str, key: bool, text: &mut Vec<String>) {
    text.push(spelled(c, name, true));
    let ty = c.of(if draft.strict { STRICT_TYPES } else { TYPES });
    if !ty.is_empty() {
        text.push(ty.to_owned());
    }
    let generated = !key && c.chance(12);
    if key {
        constraint_name(c, text);
        primary_key(c, text);
    }
    if generated {
        constraint_name(c, text);
        words(text, c.of(&["AS", "GENERATED ALWAYS AS"]));
        // SQLite lets ADD COLUMN create a column that depends on itself, and CREATE TABLE not.
        let before = draft.columns.iter().position(|column| column == name).unwrap_or_default();
        parenthesised(c, &Draft { columns: &draft.columns[..before], ..*draft }, text);
        words(text, c.of(&["", "STORED", "VIRTUAL"]));
    }
    for _ in 0..4 {
        if !c.chance(45) {
            break;
        }
        constraint_name(c, text);
        column_constraint(c, draft, generated, text);
    }
}

fn primary_key(c: &mut Choices, text: &mut Vec<String>) {
    words(text, "PRIMARY KEY");
    words(text, c.of(&["", "", "", "ASC", "DESC"]));
    conflict(c, 15, text);
    if c.chance(10) {
        words(text, "AUTOINCREMENT");
    }
}

fn column_constraint(c: &mut Choices, draft: &Draft<'_>, generated: bool, text: &mut Vec<String>) {
    match c.below(12) {
        0..=2 => {
            words(text, "NOT NULL");
            conflict(c, 15, text);
        }
        3..=5 if !generated => default(c, draft, text),
        6 => {
            words(text, "UNIQUE");
            conflict(c, 20, text);
        }
        7 => {
            words(text, "CHECK");
            parenthesised(c, draft, text);
        }
        8 => references(c, draft, 1, text),
        9 => {
            words(text, "COLLATE");
            text.push((c.of(&["NOCASE", "binary", "RTRIM", "\"nocase\"", "'rtrim'", "[NoCase]"])).to_owned());
        }
        10 => {
            words(text, "NULL");
            conflict(c, 20, text);
        }
        _ => words(text, "NOT DEFERRABLE"),
    }
}

fn parenthesised(c: &mut Choices, draft: &Draft<'_>, text: &mut Vec<String>) {
    words(text, "(");
    text.extend(expression(c, draft.scope(), 3));
    words(text, ")");
}

const LITERALS: &[&str] = &[
    "0",
    "1",
    "'a'",
    "''",
    "NULL",
    "TRUE",
    "false",
    "-1",
    "- 1",
    "+1",
    "+ 1.5",
    "1e3",
    "-1E-3",
    "0x10",
    "1_000",
    ".5",
    "1.",
    "'it''s'",
    "x'00ff'",
    "X''",
    "CURRENT_TIMESTAMP",
    "current_date",
    "CURRENT_TIME",
    "hello",
    "\"quoted\"",
    "[brackets]",
    "`ticks`",
    "\"it's\"",
    "key",
    "-9223372036854775808",
    "+'a'",
    "-x'01'",
    "-NULL",
    "+CURRENT_DATE",
    "9223372036854775808",
    "1e999",
    "'a\nb'",
    "ä",
    "indexed",
    "\"\"",
    "'\"'",
    "\"null\"",
    "\"true\"",
    "'1'",
    "-'1'",
];

/// A default: a literal of any kind, a name that is a string, an expression.
fn default(c: &mut Choices, draft: &Draft<'_>, text: &mut Vec<String>) {
    words(text, "DEFAULT");
    if c.chance(25) {
        words(text, "(");
        let columns = Scope { table: None, columns: &[], odd: draft.odd };
        let simple = c.chance(40);
        match simple {
            true => text.push((c.of(LITERALS)).to_owned()),
            false => text.extend(expression(c, columns, 2)),
        }
        words(text, ")");
    } else {
        text.push((c.of(LITERALS)).to_owned());
    }
}

pub(crate) fn conflict(c: &mut Choices, percent: usize, text: &mut Vec<String>) {
    if c.chance(percent) {
        words(text, "ON CONFLICT");
        words(text, c.of(CONFLICTS));
    }
}

fn constraint_name(c: &mut Choices, text: &mut Vec<String>) {
    if c.chance(12) {
        words(text, "CONSTRAINT");
        let name = name(c, 20);
        text.push(spelled(c, &name, true));
    }
}

fn references(c: &mut Choices, draft: &Draft<'_>, count: usize, text: &mut Vec<String>) {
    words(text, "REFERENCES");
    let own = (draft.table.to_owned(), draft.columns.to_vec());
    let at = c.below(draft.parents.len() + 1);
    let (parent, columns) = draft.parents.get(at).unwrap_or(&own);
    text.push(spelled(c, parent, true));
    if c.chance(60) && !columns.is_empty() {
        let listed: Vec<_> = (0..count).map(|_| c.of(columns)).collect();
        names(c, &listed, text);
    }
    for _ in 0..c.below(3) {
        let clause = c.of(&["ON DELETE", "ON UPDATE", "ON DELETE", "MATCH FULL", "MATCH simple", "ON INSERT"]);
        words(text, clause);
        if clause.starts_with("ON") {
            words(text, c.of(&["CASCADE", "SET NULL", "SET DEFAULT", "RESTRICT", "NO ACTION"]));
        }
    }
    if c.chance(25) {
        words(text, c.of(&["DEFERRABLE", "NOT DEFERRABLE", "DEFERRABLE", ""]));
        words(text, c.of(&["INITIALLY DEFERRED", "INITIALLY IMMEDIATE", ""]));
    }
}

fn names(c: &mut Choices, listed: &[String], text: &mut Vec<String>) {
    words(text, "(");
    for (at, name) in listed.iter().enumerate() {
        if at > 0 {
            words(text, ",");
        }
        text.push(spelled(c, name, true));
    }
    words(text, ")");
}

/// The parts of a key or an index: columns and, for an index, expressions.
pub(crate) fn key_parts(c: &mut Choices, draft: &Draft<'_>, expressions: bool, text: &mut Vec<String>) {
    words(text, "(");
    let count = 1 + c.below(3);
    for at in 0..count {
        if at > 0 {
            words(text, ",");
        }
        if expressions && c.chance(30) {
            text.extend(expression(c, draft.scope(), 2));
        } else {
            let name = c.of(draft.columns);
            text.push(spelled(c, &name, true));
        }
        if c.chance(15) {
            words(text, "COLLATE");
            text.push((c.of(&["NOCASE", "binary", "RTRIM", "\"NOCASE\""])).to_owned());
        }
        words(text, c.of(&["", "", "", "ASC", "DESC"]));
    }
    words(text, ")");
}

/// A constraint of the table. `key`: it may be the primary key.
pub(crate) fn table_constraint(c: &mut Choices, draft: &Draft<'_>, key: bool, text: &mut Vec<String>) {
    constraint_name(c, text);
    if key {
        words(text, "PRIMARY KEY");
        key_parts(c, draft, false, text);
        return conflict(c, 15, text);
    }
    match c.below(3) {
        0 => {
            words(text, "UNIQUE");
            key_parts(c, draft, false, text);
            conflict(c, 20, text);
        }
        1 => {
            words(text, "CHECK");
            parenthesised(c, draft, text);
            if c.chance(5) {
                conflict(c, 100, text);
            }
        }
        _ => {
            words(text, "FOREIGN KEY");
            let count = 1 + c.below(2);
            let listed: Vec<_> = (0..count).map(|_| c.of(draft.columns)).collect();
            names(c, &listed, text);
            references(c, draft, count, text);
        }
    }
}
