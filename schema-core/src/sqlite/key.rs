//! The elements of a key or an index: `a COLLATE NOCASE DESC`, `lower(a)`.

use crate::sqlite::canon::{self, Scope};
use crate::sqlite::cursor::{self, Cursor};
use crate::sqlite::{keyword, write};
use crate::token::{Token, TokenKind};
use crate::{Expr, KeyPart, KeyTarget, Name, ParseError};

/// The columns of a PRIMARY KEY or UNIQUE constraint, where no expression may stand.
pub(crate) fn columns(tokens: &[Token<'_>], end: usize) -> Result<Vec<KeyPart>, ParseError> {
    let parts = parts(tokens, None, end)?;
    match parts.iter().any(|part| matches!(part.target, KeyTarget::Expr(_))) {
        true => Err(ParseError::new("an expression in a PRIMARY KEY or UNIQUE constraint", end)),
        false => Ok(parts),
    }
}

/// The parts of an index. `end` is the place of what is missing when there are no tokens.
pub(crate) fn parts(tokens: &[Token<'_>], scope: Option<Scope<'_>>, end: usize) -> Result<Vec<KeyPart>, ParseError> {
    split(tokens).into_iter().map(|part| key_part(part, scope, end)).collect()
}

/// Splits at the commas outside parentheses.
fn split<'t, 'a>(tokens: &'t [Token<'a>]) -> Vec<&'t [Token<'a>]> {
    let mut depth = 0_i32;
    let is_comma = |token: &Token<'_>| {
        depth += i32::from(token.is_punct("(")) - i32::from(token.is_punct(")"));
        depth == 0 && token.is_punct(",")
    };
    tokens.split(is_comma).collect()
}

fn key_part(tokens: &[Token<'_>], scope: Option<Scope<'_>>, end: usize) -> Result<KeyPart, ParseError> {
    // Behind an operator it is the name of a column.
    let (tokens, descending) = match tokens {
        [rest @ .., last] if last.is("DESC") && write::is_complete(rest) => (rest, true),
        [rest @ .., last] if last.is("ASC") && write::is_complete(rest) => (rest, false),
        _ => (tokens, false),
    };
    if tokens.is_empty() {
        return Err(ParseError::new("expected a column", end));
    }
    let (tokens, collation) = collated(tokens)?;
    let part = match target(tokens, scope)? {
        KeyTarget::Column(name) => KeyPart::column(name),
        KeyTarget::Expr(expr) => KeyPart::expr(expr),
    };
    Ok(KeyPart { collation, descending, ..part })
}

/// Takes off the collation that applies to the whole element: COLLATE binds so tightly that in
/// `a || b COLLATE x` it belongs to `b`.
fn collated<'t, 'a>(tokens: &'t [Token<'a>]) -> Result<(&'t [Token<'a>], Option<Name>), ParseError> {
    let mut tokens = canon::without_outer_parentheses(tokens);
    let mut found = None;
    while let [operand @ .., word, name] = tokens
        && word.is("COLLATE")
        && !operand.is_empty()
        && is_single(operand)
    {
        let name = collation(&mut Cursor::new(std::slice::from_ref(name)))?;
        found = found.or(Some(name));
        tokens = canon::without_outer_parentheses(operand);
    }
    Ok((tokens, found))
}

/// Whether the tokens are one operand: a name, a literal, a call, something in parentheses, perhaps
/// with a collation.
fn is_single(tokens: &[Token<'_>]) -> bool {
    match tokens {
        [_] => true,
        [operand @ .., word, _] if word.is("COLLATE") => is_single(operand),
        [name, open, .., last] if open.is_punct("(") && last.is_punct(")") => {
            matches!(name.kind, TokenKind::Word | TokenKind::Quoted) && is_group(&tokens[1..])
        }
        [open, .., last] if open.is_punct("(") && last.is_punct(")") => is_group(tokens),
        _ => false,
    }
}

/// Whether the first parenthesis is closed by the last token.
fn is_group(tokens: &[Token<'_>]) -> bool {
    let mut cursor = Cursor::new(tokens);
    cursor.group().is_ok() && cursor.is_at_end()
}

/// A column when it is a single name, a string included: that is an old habit that SQLite tolerates.
fn target(tokens: &[Token<'_>], scope: Option<Scope<'_>>) -> Result<KeyTarget, ParseError> {
    if let [name] = tokens
        && cursor::is_name(name)
        && !is_literal(name)
    {
        return Ok(KeyTarget::Column(cursor::name_of(name)));
    }
    canon::expr_of(tokens, scope).map(|text| KeyTarget::Expr(Expr::canonical(text)))
}

fn is_literal(token: &Token<'_>) -> bool {
    ["CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP"].iter().any(|word| token.is(word))
}

/// The name of a collation: a word, or something in quotes.
pub(crate) fn collation(cursor: &mut Cursor<'_, '_>) -> Result<Name, ParseError> {
    match cursor.peek() {
        Some(token) if token.kind != TokenKind::Word || !keyword::ends_type(token.text) => {
            let token = cursor
                .advance()
                .filter(|token| matches!(token.kind, TokenKind::Word | TokenKind::Quoted | TokenKind::String));
            token.map(cursor::name_of).ok_or_else(|| cursor.expected("the name of a collation"))
        }
        _ => Err(cursor.expected("the name of a collation")),
    }
}
