//! The outer shape of an expression, which decides whether it needs parentheses.

use crate::{
    Column, Dialect, Expr,
    token::{Token, TokenKind, tokens},
};

/// Words that look like a function when a parenthesis follows and are none.
const NOT_FUNCTIONS: [&str; 9] = ["NOT", "EXISTS", "ROW", "ARRAY", "INTERVAL", "CASE", "AND", "OR", "IN"];

/// Whether the whole expression is one call: `lower(email)`.
pub(super) fn is_call(dialect: Dialect, expr: &Expr) -> bool {
    call(&tokens(dialect, expr.as_str()))
}

/// Whether the expression may stand after DEFAULT without parentheses.
pub(crate) fn is_bare_default(dialect: Dialect, expr: &Expr) -> bool {
    let tokens = tokens(dialect, expr.as_str());
    match dialect {
        Dialect::Sqlite => literal(&tokens),
        Dialect::Postgres => {
            let cast = tokens.iter().position(|token| token.is_punct("::"));
            let (value, ty) = tokens.split_at(cast.unwrap_or(tokens.len()));
            // After a cast only the words of a type may follow: `'{}'::text[]`, not `1::int + 1`.
            let plain = ty.iter().skip(1).all(|token| {
                matches!(token.kind, TokenKind::Word | TokenKind::Quoted)
                    || ["[", "]", "."].iter().any(|mark| token.is_punct(mark))
            });
            plain && (literal(value) || (ty.is_empty() && call(value)))
        }
    }
}

fn literal(tokens: &[Token<'_>]) -> bool {
    const WORDS: [&str; 8] = [
        "NULL",
        "TRUE",
        "FALSE",
        "CURRENT_TIMESTAMP",
        "CURRENT_DATE",
        "CURRENT_TIME",
        "LOCALTIMESTAMP",
        "CURRENT_USER",
    ];
    match tokens {
        [sign, number] => (sign.is_punct("-") || sign.is_punct("+")) && number.kind == TokenKind::Number,
        [one] => match one.kind {
            TokenKind::String | TokenKind::Blob | TokenKind::Number => true,
            TokenKind::Word => WORDS.iter().any(|word| one.is(word)),
            _ => false,
        },
        _ => false,
    }
}

fn call(tokens: &[Token<'_>]) -> bool {
    let Some(open) = tokens.iter().position(|token| token.is_punct("(")) else {
        return false;
    };
    let named = match &tokens[..open] {
        [function] => is_name(function),
        [schema, dot, function] => is_name(schema) && dot.is_punct(".") && is_name(function),
        _ => false,
    };
    named && !NOT_FUNCTIONS.iter().any(|word| tokens[0].is(word)) && closes_at_end(&tokens[open..])
}

fn is_name(token: &Token<'_>) -> bool {
    matches!(token.kind, TokenKind::Word | TokenKind::Quoted)
}

/// Whether the parenthesis that the tokens begin with is closed by the last one.
fn closes_at_end(tokens: &[Token<'_>]) -> bool {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        if token.is_punct("(") {
            depth += 1;
        } else if token.is_punct(")") {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return at + 1 == tokens.len();
            }
        }
    }
    false
}

/// The position of the only column that the expression mentions, if it is only one.
pub(crate) fn only_column(dialect: Dialect, expr: &Expr, columns: &[Column]) -> Option<usize> {
    let words = tokens(dialect, expr.as_str());
    let mut found = None;
    for (at, token) in words.iter().enumerate() {
        let calls = words.get(at + 1).is_some_and(|next| next.is_punct("("));
        let is_type = at > 0 && words[at - 1].is_punct("::");
        if !is_name(token) || (calls && token.kind == TokenKind::Word) || is_type {
            continue;
        }
        let column = columns.iter().position(|column| column.name.is(token.value()));
        match (found, column) {
            (Some(one), Some(other)) if one != other => return None,
            (_, Some(_)) => found = column,
            (_, None) => {}
        }
    }
    found
}
