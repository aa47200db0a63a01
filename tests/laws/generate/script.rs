//! Random scripts of DDL: tables in every style, indexes, views, triggers, and what is altered afterwards.

use super::Choices;
use super::alter;
use super::column::{Draft, column, key_parts, table_constraint, words};
use super::expression::expression;
use super::names::{fresh, spelled};

/// What a script has created so far, by what was meant: SQLite may have refused it.
#[derive(Default)]
pub(crate) struct Known {
    /// The tables with their columns.
    pub(crate) tables: Vec<(String, Vec<String>)>,
    /// The names of all objects.
    pub(crate) names: Vec<String>,
}

/// The statements of a script, without semicolons. `altering`: tables are altered, too.
pub(crate) fn script(c: &mut Choices, altering: bool) -> Vec<String> {
    let mut known = Known::default();
    let mut statements = vec![table(c, &mut known)];
    while statements.len() < 8 && c.chance(65) {
        let at = if altering { c.below(14) } else { c.below(9) };
        let statement = match at {
            0 | 1 => table(c, &mut known),
            2..=5 => index(c, &mut known),
            6 => table_as_select(c, &mut known),
            7 => other(c, &mut known),
            8 => continue,
            _ => alter::statement(c, &mut known),
        };
        statements.push(statement);
    }
    statements
}

/// Puts tokens together, with blanks and comments between them.
pub(crate) fn joined(c: &mut Choices, tokens: &[String]) -> String {
    const BLANKS: &[&str] = &[
        " ",
        "\n",
        "\t",
        "  ",
        " /* c */ ",
        " -- c\n",
        "/**/",
        "\n-- it's \"x\n",
        "/* ( */",
        "\r\n",
        "\u{c}",
        " /* -- */ ",
        " --\n",
        "/*;*/",
    ];
    let busy = c.chance(50);
    let mut text = String::new();
    for (at, token) in tokens.iter().enumerate() {
        if at > 0 {
            let glued = matches!(token.as_str(), "(" | ")" | ",") && c.below(3) < 2;
            let tight = glued && tokens[at - 1] != "-";
            if !tight {
                text += if busy { c.of(BLANKS) } else { " " };
            }
        }
        let keyword = token.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
        if keyword && busy && c.chance(20) {
            text += &token.to_ascii_lowercase();
        } else {
            text += token;
        }
    }
    text
}

fn table(c: &mut Choices, known: &mut Known) -> String {
    let odd = c.chance(40);
    let wild = if odd { 25 } else { 3 };
    let name = fresh(c, wild, &known.names);
    let mut columns = Vec::new();
    for _ in 0..=c.below(5) {
        columns.push(fresh(c, wild, &columns));
    }
    let strict = c.chance(12);
    let draft = Draft { table: &name, columns: &columns, parents: &known.tables, strict, odd };
    let mut text = Vec::new();
    words(&mut text, c.of(&["CREATE TABLE", "CREATE TABLE IF NOT EXISTS", "CREATE TABLE main ."]));
    text.push(spelled(c, &name, true));
    let keyed = body(c, &draft, &mut text);
    let mut options = Vec::new();
    if strict {
        options.push("STRICT");
    }
    if keyed && c.chance(20) {
        options.push("WITHOUT ROWID");
    }
    if c.chance(50) {
        options.reverse();
    }
    words(&mut text, &options.join(" , "));
    let mut sql = joined(c, &text);
    sql += c.of(&["", "", "", " -- the end", " /* the end */", "\n", " /* open"]);
    known.names.push(name.clone());
    known.tables.push((name, columns));
    sql
}

/// Columns and constraints in parentheses; whether there is a primary key.
fn body(c: &mut Choices, draft: &Draft<'_>, text: &mut Vec<String>) -> bool {
    let key = c.below(6);
    words(text, "(");
    for (at, name) in draft.columns.iter().enumerate() {
        if at > 0 {
            words(text, ",");
        }
        column(c, draft, name, at == 0 && key < 2, text);
    }
    let mut first = true;
    let mut comma = |c: &mut Choices, text: &mut Vec<String>| {
        if std::mem::take(&mut first) || c.chance(90) {
            words(text, ",");
        }
    };
    if (2..4).contains(&key) {
        comma(c, text);
        table_constraint(c, draft, true, text);
    }
    for _ in 0..3 {
        if c.chance(30) {
            comma(c, text);
            table_constraint(c, draft, false, text);
        }
    }
    words(text, ")");
    key < 4
}

fn index(c: &mut Choices, known: &mut Known) -> String {
    let name = fresh(c, 15, &known.names);
    let (table, columns) = c.of(&known.tables);
    let odd = c.chance(40);
    let draft = Draft { table: &table, columns: &columns, parents: &[], strict: false, odd };
    let mut text = Vec::new();
    words(&mut text, c.of(&["CREATE INDEX", "CREATE UNIQUE INDEX", "CREATE INDEX IF NOT EXISTS"]));
    text.push(spelled(c, &name, true));
    words(&mut text, "ON");
    text.push(spelled(c, &table, true));
    key_parts(c, &draft, true, &mut text);
    if c.chance(25) {
        words(&mut text, "WHERE");
        text.extend(expression(c, draft.scope(), 3));
    }
    known.names.push(name);
    joined(c, &text)
}

fn table_as_select(c: &mut Choices, known: &mut Known) -> String {
    let name = fresh(c, 15, &known.names);
    let (table, columns) = c.of(&known.tables);
    let mut text = Vec::new();
    words(&mut text, "CREATE TABLE");
    text.push(spelled(c, &name, true));
    words(&mut text, "AS SELECT");
    text.push(spelled(c, &columns[0], false));
    for (at, column) in columns.iter().enumerate().skip(1) {
        words(&mut text, ",");
        text.push(spelled(c, column, false));
        if c.chance(20) {
            words(&mut text, "|| 1");
        }
        if c.chance(40) {
            words(&mut text, "AS");
            text.push(format!("c{at}"));
        }
    }
    words(&mut text, "FROM");
    text.push(spelled(c, &table, true));
    known.names.push(name.clone());
    known.tables.push((name, columns));
    joined(c, &text)
}

/// What is seen and not managed.
fn other(c: &mut Choices, known: &mut Known) -> String {
    let name = fresh(c, 5, &known.names);
    let (table, _) = c.of(&known.tables);
    let (own, on) = (spelled(c, &name, true), spelled(c, &table, false));
    known.names.push(name);
    match c.below(8) {
        0 | 1 => format!("CREATE VIEW {own} AS SELECT * FROM {on}"),
        2 | 3 => format!("CREATE TRIGGER {own} AFTER INSERT ON {on} BEGIN DELETE FROM {on} WHERE 0; SELECT 1; END"),
        4 => format!("CREATE VIRTUAL TABLE {own} USING fts5(body, tokenize = 'unicode61')"),
        5 => format!("CREATE VIRTUAL TABLE {own} USING rtree(id, minx, maxx)"),
        6 => format!("CREATE TEMP TABLE {own} (a, b)"),
        _ => "ANALYZE".to_owned(),
    }
}
