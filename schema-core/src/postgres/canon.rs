//! Canonical text of expressions and types.
//!
//! Two texts that the server reads alike become one: the case of words, white space, comments,
//! quotes that are not needed, parentheses around all of it, aliases of types, `!=` for `<>`,
//! `date '…'` for `'…'::date`, dollar quotes. What would need the catalogue (which function a name
//! means, where the server adds casts) is left alone.

use crate::{
    Dialect, ParseError,
    render::identifier,
    token::{Token, TokenKind, tokens},
};

use super::{keyword, types};

pub(crate) fn column_type(text: &str) -> String {
    types::column_type(text)
}

pub(crate) fn expr(sql: &str) -> Result<String, ParseError> {
    let mut found = &tokens(Dialect::Postgres, sql)[..];
    check_balance(found, sql)?;
    while let [first, inner @ .., _] = found
        && first.is_punct("(")
        && closing(found) == Some(found.len() - 1)
        && !is_row(inner)
    {
        found = inner;
    }
    if found.is_empty() {
        return Err(ParseError::new("expected an expression", 0));
    }
    Ok(join(&pieces(found, sql)))
}

/// Every bracket is closed, and nothing ends the expression before its end.
fn check_balance(tokens: &[Token<'_>], sql: &str) -> Result<(), ParseError> {
    let mut open = Vec::new();
    for token in tokens {
        match token.text {
            _ if token.kind == TokenKind::Unterminated => {
                return Err(ParseError::new("a quote or a comment is never closed", token.offset));
            }
            _ if token.kind != TokenKind::Punct => {}
            "(" => open.push(")"),
            "[" => open.push("]"),
            ")" | "]" if open.pop() != Some(token.text) => {
                return Err(ParseError::new(format!("`{}` closes nothing", token.text), token.offset));
            }
            ";" => return Err(ParseError::new("`;` inside an expression", token.offset)),
            "," if open.is_empty() => return Err(ParseError::new("`,` after a complete expression", token.offset)),
            _ => {}
        }
    }
    match open.last() {
        Some(expected) => Err(ParseError::new(format!("expected `{expected}`"), sql.len())),
        None => Ok(()),
    }
}

/// The position of the parenthesis that closes the one that the tokens begin with.
fn closing(tokens: &[Token<'_>]) -> Option<usize> {
    let mut depth = 0_usize;
    tokens.iter().position(|token| {
        depth += usize::from(token.is_punct("("));
        depth -= usize::from(token.is_punct(")") && depth > 0);
        depth == 0
    })
}

/// Whether a comma stands outside all brackets: the parentheses around it make a row, `(a, b)`.
fn is_row(tokens: &[Token<'_>]) -> bool {
    let mut depth = 0_usize;
    tokens.iter().any(|token| {
        depth += usize::from(token.is_punct("(") || token.is_punct("["));
        depth = depth.saturating_sub(usize::from(token.is_punct(")") || token.is_punct("]")));
        depth == 0 && token.is_punct(",")
    })
}

/// What a piece of the canonical text is, which decides where spaces stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A value or the end of one: a name, a literal, a type.
    Value,
    /// The name of a function, or a word like `ARRAY` that sticks to its bracket.
    Call,
    /// A keyword.
    Keyword,
    /// An operator between two values.
    Binary,
    /// An operator before a value.
    Unary,
    /// `(`, `[`.
    Open,
    /// `)`, `]`.
    Close,
    /// `,`.
    Comma,
    /// `.`, `::`, `:`, with no space on either side.
    Glue,
}

struct Piece {
    kind: Kind,
    text: String,
}

fn pieces(tokens: &[Token<'_>], sql: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let last = pieces.last().map(|piece| (piece.kind, &*piece.text));
        let (length, found) = piece(&tokens[at..], last, sql);
        at += length.max(1);
        pieces.extend(found);
    }
    pieces
}

/// The pieces that the next tokens become, and how many tokens these are.
fn piece(tokens: &[Token<'_>], last: Option<(Kind, &str)>, sql: &str) -> (usize, Vec<Piece>) {
    let one = |kind, text: &str| vec![Piece { kind, text: text.to_owned() }];
    let token = &tokens[0];
    let in_type = last.is_some_and(|(_, text)| text == "::" || text == "AS");
    if in_type && let Some((ty, length)) = types::read(tokens) {
        return (length, one(Kind::Value, &ty));
    }
    match token.kind {
        TokenKind::String => {
            let (length, text) = string(tokens);
            (length, one(Kind::Value, &text))
        }
        TokenKind::Blob => (1, one(Kind::Value, &token.text.replacen(['x', 'b'], &token.text[..1].to_uppercase(), 1))),
        TokenKind::Number => (1, one(Kind::Value, &token.text.to_ascii_lowercase())),
        TokenKind::Quoted => {
            let call = tokens.get(1).is_some_and(|next| next.is_punct("("));
            let kind = if call { Kind::Call } else { Kind::Value };
            (1, one(kind, &identifier(Dialect::Postgres, &token.value())))
        }
        TokenKind::Word if last.is_some_and(|(_, text)| text == ".") => {
            let call = tokens.get(1).is_some_and(|next| next.is_punct("("));
            let kind = if call { Kind::Call } else { Kind::Value };
            (1, one(kind, &identifier(Dialect::Postgres, &token.text.to_ascii_lowercase())))
        }
        TokenKind::Word => word(tokens, last.map(|(_, text)| text), sql),
        TokenKind::Parameter | TokenKind::Unterminated => (1, one(Kind::Value, token.text)),
        TokenKind::Punct => punct(tokens, last.map(|(kind, _)| kind)),
    }
}

fn word(tokens: &[Token<'_>], last: Option<&str>, sql: &str) -> (usize, Vec<Piece>) {
    let token = &tokens[0];
    let lower = token.text.to_ascii_lowercase();
    let one = |length, kind, text: String| (length, vec![Piece { kind, text }]);
    let next = tokens.get(1);
    let calls = next.is_some_and(|next| next.is_punct("("));
    if let Some(length) = prefixed_literal(tokens) {
        let end = tokens[length - 1].end();
        return one(length, Kind::Value, sql[token.offset..end].to_owned());
    }
    if is_time_zone(tokens) {
        return one(3, Kind::Keyword, "AT TIME ZONE".to_owned());
    }
    match &*lower {
        "array" | "row" | "cast" if next.is_some_and(|next| next.is_punct("(") || next.is_punct("[")) => {
            return one(1, Kind::Call, lower.to_ascii_uppercase());
        }
        "isnull" => return one(1, Kind::Keyword, "IS NULL".to_owned()),
        "notnull" => return one(1, Kind::Keyword, "IS NOT NULL".to_owned()),
        "between" | "exists" => return one(1, Kind::Keyword, lower.to_ascii_uppercase()),
        "escape" if next.is_some_and(|next| next.kind == TokenKind::String) => {
            return one(1, Kind::Keyword, "ESCAPE".to_owned());
        }
        "unknown" if matches!(last, Some("IS" | "NOT")) => {
            return one(1, Kind::Keyword, lower.to_ascii_uppercase());
        }
        "null" | "true" | "false" | "end" => return one(1, Kind::Value, lower.to_ascii_uppercase()),
        _ if (lower.starts_with("current_") || lower.starts_with("local") || lower.ends_with("_user"))
            && keyword::is_operator(&lower) =>
        {
            let kind = if calls { Kind::Call } else { Kind::Value };
            return one(1, kind, lower.to_ascii_uppercase());
        }
        _ => {}
    }
    if keyword::is_operator(&lower) && !(calls && keyword::is_function(&lower)) || lower == "like" || lower == "ilike" {
        return one(1, Kind::Keyword, lower.to_ascii_uppercase());
    }
    if let Some((length, text)) = typed_literal(tokens) {
        return one(length, Kind::Value, text);
    }
    if calls {
        return one(1, Kind::Call, lower);
    }
    // A bare `time` here is a column, which elsewhere may stand in quotes.
    let text = if keyword::is_column(&lower) { identifier(Dialect::Postgres, &lower) } else { lower };
    one(1, Kind::Value, text)
}

fn is_time_zone(tokens: &[Token<'_>]) -> bool {
    matches!(tokens, [at, time, zone, ..] if at.is("AT") && time.is("TIME") && zone.is("ZONE"))
}

/// `U&'…'`, `U&"…"` and `N'…'`, which are left as they are: the length in tokens.
fn prefixed_literal(tokens: &[Token<'_>]) -> Option<usize> {
    let quoted = |token: &Token<'_>| matches!(token.kind, TokenKind::String | TokenKind::Quoted);
    match tokens {
        [n, text, ..] if n.is("N") && text.kind == TokenKind::String && n.end() == text.offset => Some(2),
        [u, and, text, ..] if u.is("U") && and.is_punct("&") && quoted(text) && u.offset + 2 == text.offset => Some(3),
        _ => None,
    }
}

/// `date '2020-01-01'` and `interval '1' day`, as casts.
fn typed_literal(tokens: &[Token<'_>]) -> Option<(usize, String)> {
    let (mut ty, words) = types::read(tokens)?;
    tokens.get(words).filter(|token| token.kind == TokenKind::String)?;
    let (strings, text) = string(&tokens[words..]);
    let mut length = words + strings;
    if ty == "interval" {
        // The fields of an interval stand after its text: read them as if they stood before.
        let mut moved = vec![tokens[0]];
        moved.extend(&tokens[length..]);
        if let Some((with_fields, taken)) = types::read(&moved) {
            ty = with_fields;
            length += taken - 1;
        }
    }
    Some((length, format!("{text}::{ty}")))
}

/// A string literal in plain quotes where it can be, with those that continue it.
fn string(tokens: &[Token<'_>]) -> (usize, String) {
    let first = plain(&tokens[0]);
    let Some(mut text) = first else {
        return (1, format!("E{}", &tokens[0].text[1..]));
    };
    let mut length = 1;
    while let Some(next) = tokens.get(length).filter(|next| next.text.starts_with('\'')) {
        text += &plain(next).unwrap_or_default();
        length += 1;
    }
    (length, crate::render::literal(&text))
}

/// The value of a string literal, unless it has backslash escapes.
fn plain(token: &Token<'_>) -> Option<String> {
    let text = token.text;
    match text.as_bytes()[0] {
        b'\'' => Some(token.value().into_owned()),
        b'$' => {
            let tag = text[1..].find('$')? + 2;
            Some(text[tag..text.len() - tag].to_owned())
        }
        _ if text.contains('\\') => None,
        _ => Some(text[2..text.len() - 1].replace("''", "'")),
    }
}

fn punct(tokens: &[Token<'_>], last: Option<Kind>) -> (usize, Vec<Piece>) {
    let one = |length, kind, text: &str| (length, vec![Piece { kind, text: text.to_owned() }]);
    match tokens[0].text {
        mark @ ("(" | "[") => one(1, Kind::Open, mark),
        mark @ (")" | "]") => one(1, Kind::Close, mark),
        "," => one(1, Kind::Comma, ","),
        mark @ ("." | "::" | ":" | ":=") => one(1, Kind::Glue, mark),
        _ => {
            let (length, text) = operator(tokens);
            let after_value = matches!(last, Some(Kind::Value | Kind::Close));
            let star = text == "*" && !after_value;
            let kind = match (after_value, star) {
                (_, true) => Kind::Value,
                (true, _) => Kind::Binary,
                (false, _) => Kind::Unary,
            };
            one(length, kind, if text == "!=" { "<>" } else { &text })
        }
    }
}

/// The longest operator that the tokens begin with, by the rule of the server's lexer: it may end
/// in `+` or `-` only if it has one of the marks that no SQL operator has
/// (<https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-OPERATORS>).
fn operator(tokens: &[Token<'_>]) -> (usize, String) {
    let is_mark = |token: &Token<'_>| {
        token.kind == TokenKind::Punct && token.text.chars().all(|c| "+-*/<>=~!@#%^&|`?".contains(c))
    };
    let mut length = 1;
    while length < tokens.len() && is_mark(&tokens[length]) && tokens[length - 1].end() == tokens[length].offset {
        length += 1;
    }
    let text = |length: usize| tokens[..length].iter().map(|token| token.text).collect::<String>();
    let ends_in_sign = |text: &str| text.ends_with(['+', '-']) && !text.contains(|c| "~!@#%^&|`?".contains(c));
    while length > 1 && ends_in_sign(&text(length)) {
        length -= 1;
    }
    (length, text(length))
}

fn join(pieces: &[Piece]) -> String {
    let mut text = String::new();
    for (at, piece) in pieces.iter().enumerate() {
        if at > 0 && spaced(pieces[at - 1].kind, piece) {
            text.push(' ');
        }
        text += &piece.text;
    }
    text
}

fn spaced(before: Kind, piece: &Piece) -> bool {
    match (before, piece.kind) {
        (Kind::Open | Kind::Glue, _) | (_, Kind::Close | Kind::Comma | Kind::Glue) => false,
        (Kind::Call, Kind::Open) => false,
        // A subscript sticks to its array, a parenthesis after a value belongs to something else.
        (Kind::Value | Kind::Close, Kind::Open) => piece.text != "[",
        // Two signs in a row would begin a comment.
        (Kind::Unary, kind) => kind == Kind::Unary,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAIRS: &[(&str, &str)] = &[
        ("age >= 0", "((Age >= 0))"),
        ("(a) AND (b)", "(a) and (B)"),
        ("(a, b) = (1, 2)", "( a,b ) = (1,2)"),
        ("length(name) <> 0", "LENGTH( \"name\" )!=0 -- not empty"),
        ("\"Name\" IS NOT NULL", "\"Name\" is not null"),
        ("a IS NULL", "a ISNULL"),
        ("status = ANY (ARRAY['a', 'b'])", "status = any(array['a','b'])"),
        ("'x'::character varying", "$$x$$::varchar"),
        ("'2020-01-01'::date", "DATE '2020-01-01'"),
        ("'1'::interval day", "interval '1' day"),
        ("'1 day'::interval", "interval '1 day'"),
        ("'2020-01-01 00:00'::timestamp with time zone", "timestamp with time zone '2020-01-01 00:00'"),
        ("CAST(a AS integer)", "cast(a as INT4)"),
        ("count(*) > -1", "COUNT ( * )>-1"),
        ("a * -1 - -b", "a*-1 - -b"),
        ("- -a", "- -a"),
        ("tags @> ARRAY['x'] AND data ->> 'a' ~* '^x'", "tags@>ARRAY['x'] and data->>'a'~*'^x'"),
        ("data #>> '{a,b}' = 'c'", "data#>>'{a,b}'='c'"),
        ("\"time\" > now() AT TIME ZONE 'UTC'", "time > NOW() at time zone 'UTC'"),
        ("\"time\" > 0", "\"time\" > 0"),
        ("left(a, 1) = 'x'", "LEFT(a,1) = 'x'"),
        ("a LIKE 'x!%' ESCAPE '!'", "a like 'x!%' escape '!'"),
        ("(a > 0) IS NOT UNKNOWN", "(a>0) is not unknown"),
        ("a BETWEEN 1 AND 1.5e3", "a between 1 and 1.5E3"),
        ("CASE WHEN a THEN 1 ELSE 0 END + 1", "case when a then 1 else 0 end+1"),
        ("coalesce(a, b[1][2:3], (c).d)", "COALESCE(a,b[1][2:3],(c).d)"),
        ("b[1:n] = b[:2] AND b[1:] = b[:]", "b [ 1 : N ] = b[ :2 ] and b[1:]=b[:]"),
        ("b[1:array_length(b, 1) - 1] = b[i:j::integer]", "b[1:ARRAY_LENGTH(b,1)-1] = b[i:j::int]"),
        ("nextval('users_id_seq'::regclass)", "NEXTVAL('users_id_seq'::regclass)"),
        ("x COLLATE \"C\" < 'ab'", "x collate \"C\" < 'a'\n'b'"),
        ("E'a\\n' || 'b'", "e'a\\n'||E'b'"),
        ("CURRENT_TIMESTAMP(3)", "current_timestamp(3)"),
        ("B'101' = X'1F'", "b'101' = x'1F'"),
        ("extract(year FROM d) > 2000", "EXTRACT(YEAR from d)>2000"),
        ("u.\"order\" = 1", "u.order=1"),
        ("a::numeric(10,2)::text[] IS DISTINCT FROM NULL", "a::DECIMAL( 10,2 )::TEXT[] is distinct from null"),
    ];

    #[test]
    fn texts_that_mean_the_same_are_the_same() {
        for (canonical, written) in PAIRS {
            assert_eq!(expr(written).as_deref(), Ok(*canonical), "{written}");
            assert_eq!(expr(canonical).as_deref(), Ok(*canonical), "{canonical}");
        }
    }

    #[test]
    fn what_is_no_expression_is_refused() {
        for (sql, message, offset) in [
            ("", "expected an expression", 0),
            ("()", "expected an expression", 0),
            ("a = 'x", "a quote or a comment is never closed", 4),
            ("(a", "expected `)`", 2),
            ("a)", "`)` closes nothing", 1),
            ("a; b", "`;` inside an expression", 1),
            ("a, b", "`,` after a complete expression", 1),
        ] {
            assert_eq!(expr(sql), Err(ParseError::new(message, offset)), "{sql}");
        }
    }
}
