//! Values to try in a column: what its type and its name suggest, and what the conditions on it mention.

use rusqlite::types::Value;
use schema_core::token::{Token, TokenKind, tokens};
use schema_core::{Affinity, Column, Dialect, Expr};

use super::pattern;

/// The longest text that a number in a condition leads to.
const LONGEST: usize = 4_096;

/// A text value.
pub(super) fn text(value: impl Into<String>) -> Value {
    Value::Text(value.into())
}

/// The value that suits the column best in the row of that number: another one for each number.
pub(super) fn suitable(column: &Column, number: i64) -> Value {
    let declared = column.ty.as_str().to_ascii_uppercase();
    let name = column.name.as_str().to_ascii_lowercase();
    let is_time = ["DATE", "TIME"].iter().any(|word| declared.contains(word));
    match column.ty.affinity() {
        _ if declared.contains("BOOL") => Value::Integer(number % 2),
        Affinity::Integer if is_moment(&name) => Value::Integer(1_893_456_000 + number),
        Affinity::Integer => Value::Integer(number),
        Affinity::Real => Value::Real(number_of(number) + 0.5),
        Affinity::Numeric if is_time => text(moment(&declared, number)),
        Affinity::Numeric if declared.contains("UUID") => text(uuid(number)),
        Affinity::Numeric if declared.contains("JSON") => text(format!("{{\"n\":{number}}}")),
        Affinity::Numeric if declared.contains("STRING") => text(word(&name, number)),
        Affinity::Numeric => Value::Integer(number),
        Affinity::Blob if declared.contains("BLOB") => Value::Blob(blob(number, 16)),
        Affinity::Text | Affinity::Blob => text(word(&name, number)),
    }
}

#[expect(clippy::cast_precision_loss, reason = "numbers of rows are small")]
fn number_of(number: i64) -> f64 {
    number as f64
}

fn is_moment(name: &str) -> bool {
    name.ends_with("_at") || name.ends_with("_on") || name.contains("time") || name.contains("date")
}

fn moment(declared: &str, number: i64) -> String {
    let day = format!("2030-{:02}-{:02}", 1 + number / 28 % 12, 1 + number % 28);
    if declared == "DATE" { day } else { format!("{day} 12:00:00") }
}

fn uuid(number: i64) -> String {
    format!("00000000-0000-4000-8000-{number:012x}")
}

fn blob(number: i64, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    let number = number.to_be_bytes();
    for (byte, value) in bytes.iter_mut().rev().zip(number.iter().rev()) {
        *byte = *value;
    }
    bytes
}

/// A text that suits the name of a column.
fn word(name: &str, number: i64) -> String {
    let has = |word: &str| name.contains(word);
    if has("email") || has("e_mail") {
        format!("person{number}@example.org")
    } else if has("uuid") || has("guid") {
        uuid(number)
    } else if has("url") || has("uri") || has("link") || has("website") {
        format!("https://example.org/{number}")
    } else if has("json") || has("metadata") || has("payload") {
        format!("{{\"n\":{number}}}")
    } else if has("hash") || has("checksum") || has("digest") || has("sha256") {
        format!("{number:064x}")
    } else if is_moment(name) {
        moment("DATETIME", number)
    } else if number % 3 == 0 {
        // Whatever copies texts has to keep these.
        format!("{name} {number}: it's \"ä\" 名 🦀")
    } else {
        format!("{name} {number}")
    }
}

/// Values of every kind, for conditions that are not read.
pub(super) fn of_any_kind(number: i64) -> Vec<Value> {
    let texts = ["", "a", "A", "1", "0", "x y", "a@b.example", "{}", "[]", "\"a\"", "null", "a.b", "/a", "en", "EUR"];
    let moments = ["2000-01-01", "2099-12-31", "2030-01-01 12:00:00", "2030-01-01T12:00:00Z", "12:00:00", "2030-01"];
    let ints = [number, 0, 1, -1, 2, 10, 100, 1_893_456_000, i64::MAX, i64::MIN];
    let mut values: Vec<Value> = ints.into_iter().map(Value::Integer).collect();
    values.extend([0.5, -0.5, 1.5].map(Value::Real));
    values.extend(texts.into_iter().chain(moments).map(text));
    values.extend([uuid(number), format!("{number:032x}"), format!("{number:064x}"), format!("n{number}")].map(text));
    values.extend([blob(number, 16), blob(number, 32), Vec::new(), vec![1]].map(Value::Blob));
    values
}

/// The values that a condition mentions, with their neighbours, and texts in the shapes that it may ask for.
pub(super) fn mentioned(expr: &Expr) -> Vec<Value> {
    let tokens = tokens(Dialect::Sqlite, expr.as_str());
    let mut values = Vec::new();
    let mut numbers = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let after = |mark: &str| at > 0 && (tokens[at - 1].is_punct(mark) || tokens[at - 1].is(mark));
        match token.kind {
            TokenKind::Number => {
                let number = number(token.text, after("-"));
                neighbours(&number, &mut values);
                numbers.push(number);
            }
            TokenKind::String => values.push(text(token.value())),
            TokenKind::Blob => values.extend(hex(token.text).map(Value::Blob)),
            TokenKind::Word if token.is("TRUE") || token.is("FALSE") => {
                values.push(Value::Integer(token.is("TRUE").into()));
            }
            _ => {}
        }
    }
    let lengths = lengths(&numbers);
    for (at, token) in tokens.iter().enumerate().filter(|(_, token)| token.kind == TokenKind::String) {
        let before = tokens[..at].last();
        if before.is_some_and(|word| word.is("GLOB")) || expr.as_str().contains("glob(") {
            values.extend(pattern::of_glob(&token.value(), &lengths).into_iter().map(text));
        }
        if before.is_some_and(|word| word.is("LIKE")) || expr.as_str().contains("like(") {
            values.extend(pattern::of_like(&token.value()).into_iter().map(text));
        }
    }
    values.extend(documents(&tokens));
    if expr.as_str().contains("length(") || expr.as_str().contains("trim(") {
        for length in lengths {
            values.extend(["a", "0", " ", "ä"].map(|letter| text(letter.repeat(length))));
            values.push(Value::Blob(vec![7; length]));
        }
    }
    values
}

/// JSON documents with the members that are asked for, by `'$.a.b'` or `-> 'a'`, and the other literals as their values.
fn documents(tokens: &[Token<'_>]) -> Vec<Value> {
    let mut paths: Vec<Vec<String>> = Vec::new();
    let mut members = vec!["\"other\"".to_owned(), "7".to_owned(), "null".to_owned(), "[]".to_owned(), "{}".to_owned()];
    for (at, token) in tokens.iter().enumerate() {
        let value = token.value();
        let is_member = at > 0 && (tokens[at - 1].is_punct("->") || tokens[at - 1].is_punct("->>"));
        match token.kind {
            TokenKind::String if value.starts_with("$.") => {
                paths.push(value[2..].split('.').map(|part| part.trim_matches('"').to_owned()).collect());
            }
            TokenKind::String if is_member => paths.push(vec![value.into_owned()]),
            TokenKind::String => members.push(quoted(&value)),
            TokenKind::Number => members.push(token.text.to_owned()),
            _ => {}
        }
    }
    let nested = |path: &Vec<String>, value: &String| {
        path.iter().rev().fold(value.clone(), |inner, name| format!("{{{}:{inner}}}", quoted(name)))
    };
    let of_path = |path| members.iter().map(move |value| text(nested(path, value)));
    paths.iter().flat_map(of_path).collect()
}

/// A JSON string.
fn quoted(own: &str) -> String {
    format!("\"{}\"", own.replace('\\', "\\\\").replace('"', "\\\""))
}

fn number(digits: &str, negative: bool) -> Value {
    let sign = if negative { "-" } else { "" };
    let hex = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"));
    if let Some(value) = hex.and_then(|hex| i64::from_str_radix(hex, 16).ok()) {
        return Value::Integer(if negative { value.wrapping_neg() } else { value });
    }
    let digits = format!("{sign}{}", digits.replace('_', ""));
    match digits.parse() {
        Ok(value) => Value::Integer(value),
        Err(_) => Value::Real(digits.parse().unwrap_or_default()),
    }
}

fn neighbours(number: &Value, values: &mut Vec<Value>) {
    match number {
        Value::Integer(value) => {
            values.extend([*value, value.saturating_add(1), value.saturating_sub(1)].map(Value::Integer));
            values.push(Value::Integer(value.saturating_mul(2)));
        }
        Value::Real(value) => values.extend([*value, value + 0.5, value - 0.5, value * 2.0].map(Value::Real)),
        _ => {}
    }
}

/// The numbers that can be a length, and their neighbours.
fn lengths(numbers: &[Value]) -> Vec<usize> {
    let mut lengths = vec![1];
    for number in numbers {
        if let Value::Integer(value) = number {
            let near = [*value, value.saturating_add(1), value.saturating_sub(1)];
            lengths.extend(near.into_iter().filter_map(|near| usize::try_from(near).ok()));
        }
    }
    lengths.retain(|length| *length <= LONGEST);
    lengths.sort_unstable();
    lengths.dedup();
    lengths
}

fn hex(literal: &str) -> Option<Vec<u8>> {
    let digits = literal.get(2..literal.len().checked_sub(1)?)?;
    (0..digits.len() / 2).map(|at| u8::from_str_radix(digits.get(2 * at..2 * at + 2)?, 16).ok()).collect()
}

/// Values that differ from one in little, for conditions that compare columns: less, more, and in another case.
pub(super) fn beside(value: &Value) -> Vec<Value> {
    match value {
        Value::Integer(_) | Value::Real(_) => {
            let mut values = Vec::new();
            neighbours(value, &mut values);
            values
        }
        Value::Text(own) => {
            let shorter: String = own.chars().skip(1).collect();
            [own.clone(), format!("{own}x"), shorter, folded(own)].into_iter().map(text).collect()
        }
        Value::Blob(own) => vec![value.clone(), Value::Blob([own.as_slice(), &[1]].concat())],
        Value::Null => Vec::new(),
    }
}

/// The text with every ASCII letter in the other case.
pub(super) fn folded(own: &str) -> String {
    own.chars().map(|c| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() }).collect()
}

/// A value as SQL.
pub(super) fn literal(value: &Value) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Integer(value) => value.to_string(),
        Value::Real(value) => format!("{value:?}"),
        Value::Text(value) => schema_core::render::literal(value),
        Value::Blob(bytes) => format!("x'{}'", bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(sql: &str) -> Vec<Value> {
        mentioned(&Expr::parse(Dialect::Sqlite, sql).expect("an expression"))
    }

    #[test]
    fn numbers_come_with_their_neighbours() {
        assert_eq!(of("a > 5"), [5, 6, 4, 10].map(Value::Integer));
        assert!(of("a > -5").contains(&Value::Integer(-6)));
        assert!(of("a < 0x10").contains(&Value::Integer(15)));
        assert!(of("a < 1.5").contains(&Value::Real(1.0)));
    }

    #[test]
    fn texts_come_in_the_shapes_that_are_asked_for() {
        assert_eq!(of("a IN ('x', 'it''s')"), ["x", "it's"].map(text));
        assert!(of("length(a) = 3").contains(&text("aaa")));
        assert!(of("length(a) = 4 AND a NOT GLOB '*[^0-9]*'").contains(&text("0123")));
        assert!(of("a LIKE '%@%'").contains(&text("a@a")));
        assert_eq!(of("a != x'00FF'"), [Value::Blob(vec![0, 255])]);
    }

    #[test]
    fn a_value_is_read_back_as_it_was() {
        let db = rusqlite::Connection::open_in_memory().expect("memory");
        for value in of_any_kind(7).into_iter().chain([text("it's\n\"🦀\""), Value::Real(1e300), Value::Null]) {
            let sql = format!("SELECT {}", literal(&value));
            assert_eq!(db.query_row(&sql, [], |row| row.get::<_, Value>(0)).expect(&sql), value, "{sql}");
        }
    }
}
