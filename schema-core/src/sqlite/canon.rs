//! Canonical text of expressions and types: equal texts mean the same to SQLite.

use crate::sqlite::{keyword, write};
use crate::token::{Token, TokenKind, tokens};
use crate::{Affinity, Dialect, Name, ParseError};

/// The names that an expression inside a definition can see. SQLite takes `"x"` for a string where
/// no column is called so (<https://www.sqlite.org/quirks.html#dblquote>), and the table's own name
/// in front of a column says nothing.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'s> {
    /// The table, where there is one.
    pub(crate) table: Option<&'s Name>,
    /// Its columns, where they are known.
    pub(crate) columns: Option<&'s [Name]>,
}

impl Scope<'_> {
    /// Whether the name in double quotes is no column.
    pub(crate) fn is_string(&self, name: &str) -> bool {
        const ROWID: [&str; 3] = ["rowid", "oid", "_rowid_"];
        self.columns.is_some_and(|columns| !columns.iter().any(|column| column.is(name)))
            && !ROWID.iter().any(|rowid| name.eq_ignore_ascii_case(rowid))
    }

    /// Whether a column is called so.
    pub(crate) fn has_column(&self, name: &str) -> bool {
        self.columns.is_some_and(|columns| columns.iter().any(|column| column.is(name)))
    }
}

pub(crate) fn expr(sql: &str) -> Result<String, ParseError> {
    expr_of(&tokens(Dialect::Sqlite, sql), None)
}

/// The canonical text of an expression inside a definition.
pub(crate) fn expr_of(tokens: &[Token<'_>], scope: Option<Scope<'_>>) -> Result<String, ParseError> {
    check(tokens)?;
    write::expr(without_outer_parentheses(tokens), scope)
}

/// That it is one balanced expression.
fn check(tokens: &[Token<'_>]) -> Result<(), ParseError> {
    let Some(last) = tokens.last() else {
        return Err(ParseError::new("an expression that is empty", 0));
    };
    let mut open = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if token.kind == TokenKind::Unterminated {
            return Err(ParseError::new("a quote or a comment that is never closed", token.offset));
        } else if token.is_punct("(") {
            open.push(at);
        } else if token.is_punct(")") {
            let Some(start) = open.pop() else {
                return Err(ParseError::new("a parenthesis that was never opened", token.offset));
            };
            let is_call = start
                .checked_sub(1)
                .is_some_and(|before| matches!(tokens[before].kind, TokenKind::Word | TokenKind::Quoted));
            if start + 1 == at && !is_call {
                return Err(ParseError::new("an expression that is empty", token.offset));
            }
        } else if token.is_punct(";") || (token.is_punct(",") && open.is_empty()) {
            return Err(ParseError::new(format!("a `{}` inside an expression", token.text), token.offset));
        }
    }
    if open.is_empty() { Ok(()) } else { Err(ParseError::new("a parenthesis that is never closed", last.end())) }
}

/// Drops the parentheses that stand around everything. Those of a subquery and of a row value mean
/// something and stay.
pub(crate) fn without_outer_parentheses<'t, 'a>(mut tokens: &'t [Token<'a>]) -> &'t [Token<'a>] {
    while let [first, inner @ .., last] = tokens {
        if !first.is_punct("(") || !last.is_punct(")") || !is_one_expression(inner) {
            break;
        }
        tokens = inner;
    }
    tokens
}

fn is_one_expression(tokens: &[Token<'_>]) -> bool {
    let starts_query = |token: &Token<'_>| ["SELECT", "WITH", "VALUES"].iter().any(|word| token.is(word));
    if tokens.first().is_none_or(starts_query) {
        return false;
    }
    let mut depth = 0_usize;
    for token in tokens {
        if token.is_punct("(") {
            depth += 1;
        } else if token.is_punct(")") {
            let Some(outer) = depth.checked_sub(1) else {
                return false;
            };
            depth = outer;
        } else if token.is_punct(",") && depth == 0 {
            return false;
        }
    }
    depth == 0
}

/// The canonical text of what stands behind `DEFAULT`; none for `NULL`.
///
/// A bare word or a quoted name is a string there, a plus sign means nothing, and the parentheses of
/// `DEFAULT (expr)` only matter to the grammar.
pub(crate) fn default_of(tokens: &[Token<'_>]) -> Result<Option<String>, ParseError> {
    let scope = Scope { table: None, columns: Some(&[]) };
    let text = match without_outer_parentheses(tokens) {
        [plus, literal] if plus.is_punct("+") => expr_of(std::slice::from_ref(literal), Some(scope))?,
        [word] if word.kind == TokenKind::Word && is_identifier(word.text) => write::string(word.text),
        [name] if name.kind == TokenKind::Quoted => write::string(&name.value()),
        _ => expr_of(tokens, Some(scope))?,
    };
    Ok((text != "NULL").then_some(text))
}

/// Whether the bare word in `DEFAULT word` is no literal.
fn is_identifier(word: &str) -> bool {
    const LITERALS: [&str; 6] = ["NULL", "TRUE", "FALSE", "CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP"];
    !LITERALS.iter().any(|literal| word.eq_ignore_ascii_case(literal))
}

pub(crate) fn column_type(text: &str) -> String {
    type_of(&tokens(Dialect::Sqlite, text))
}

/// The canonical text of a declared type: upper case, single spaces.
///
/// Quotes around it are dropped, as SQLite does, unless it could not be read again without them.
/// SQLite ignores whatever follows a type that begins with a quote.
pub(crate) fn type_of(words: &[Token<'_>]) -> String {
    let Some(first) = words.first() else {
        return String::new();
    };
    if !matches!(first.kind, TokenKind::Quoted | TokenKind::String) {
        let text = spaced(words);
        // At the end of a bare type they could be cut off.
        let is_cut_off = words.iter().any(|word| word.is("GENERATED") || word.is("ALWAYS"));
        return if is_cut_off { quoted_type(&text) } else { text };
    }
    let value = first.value();
    let inner = tokens(Dialect::Sqlite, &value);
    if is_bare_type(&inner) && !has_odd_blanks(&value) { spaced(&inner) } else { quoted_type(&value) }
}

/// The canonical text of the type of a column from the text in its definition, comments included.
pub(crate) fn declared_type(written: &str) -> String {
    let written = without_generated_always(written);
    let is_quote = |c: char| matches!(c, '"' | '\'' | '[' | '`');
    if !written.starts_with(is_quote) {
        let ty = column_type(written);
        // A comment inside the type is a part of it, and may decide the affinity.
        return if Affinity::of(written) == Affinity::of(&ty) { ty } else { quoted_type(written) };
    }
    // Where no other quote follows, SQLite takes the last character for the closing one, whatever it is.
    match written.get(1..written.len() - 1) {
        Some(inner) if written.len() >= 3 && !written.ends_with([']', '`', '"', '\'']) && !inner.contains(is_quote) => {
            quoted_type(inner)
        }
        _ => column_type(written),
    }
}

/// What SQLite leaves of the text of a type: an ALWAYS at the end of a text of 16 bytes or more is cut off,
/// and a GENERATED before it.
fn without_generated_always(text: &str) -> &str {
    let blank = |c: char| c.is_ascii_whitespace() || c == '\u{b}';
    let Some(before) = cut_off(text, "always").filter(|_| text.len() >= 16) else {
        return text;
    };
    let before = before.trim_end_matches(blank);
    cut_off(before, "generated").map_or(before, |text| text.trim_end_matches(blank))
}

fn cut_off<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let (start, end) = text.split_at_checked(text.len().checked_sub(word.len())?)?;
    end.eq_ignore_ascii_case(word).then_some(start)
}

/// A type that can only be written in quotes.
pub(crate) fn quoted_type(value: &str) -> String {
    format!("\"{}\"", value.to_ascii_uppercase().replace('"', "\"\""))
}

/// Whether SQLite shows this canonical type as `shown`, which has lost the quotes around it.
pub(crate) fn is_shown_as(ty: &str, shown: &str) -> bool {
    let is_value = |tokens: &[Token<'_>]| match tokens {
        [only] => only.kind == TokenKind::Quoted && only.value().eq_ignore_ascii_case(shown),
        _ => false,
    };
    column_type(shown) == ty || is_value(&tokens(Dialect::Sqlite, ty))
}

fn has_odd_blanks(text: &str) -> bool {
    text.trim() != text || text.contains("--") || text.contains("/*")
}

fn spaced(words: &[Token<'_>]) -> String {
    let mut text = String::new();
    for word in words {
        let glued = word.kind == TokenKind::Punct || text.is_empty() || text.ends_with(['(', ',', '+', '-']);
        if !glued {
            text.push(' ');
        }
        text.push_str(&word.text.to_ascii_uppercase());
    }
    text
}

/// Whether the tokens read as a type without quotes: words, and one or two numbers in parentheses.
fn is_bare_type(tokens: &[Token<'_>]) -> bool {
    let words = tokens.iter().take_while(|token| token.kind == TokenKind::Word).count();
    let fits = |token: &Token<'_>| !keyword::ends_type(token.text) && !token.is("GENERATED") && !token.is("ALWAYS");
    words > 0 && tokens[..words].iter().all(fits) && is_type_arguments(&tokens[words..])
}

/// Whether the tokens are nothing, or one or two signed numbers in parentheses.
fn is_type_arguments(tokens: &[Token<'_>]) -> bool {
    let [open, inner @ .., close] = tokens else {
        return tokens.is_empty();
    };
    let is_number = |argument: &[Token<'_>]| match argument {
        [number] => number.kind == TokenKind::Number,
        [sign, number] => (sign.is_punct("+") || sign.is_punct("-")) && number.kind == TokenKind::Number,
        _ => false,
    };
    let arguments: Vec<_> = inner.split(|token| token.is_punct(",")).collect();
    open.is_punct("(") && close.is_punct(")") && arguments.len() <= 2 && arguments.into_iter().all(is_number)
}
