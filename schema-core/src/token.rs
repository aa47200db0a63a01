//! The lexer of both dialects: what is a token, and where one statement ends.
//!
//! SQLite: <https://www.sqlite.org/lang.html>; PostgreSQL:
//! <https://www.postgresql.org/docs/current/sql-syntax-lexical.html>.

use std::borrow::Cow;

use crate::Dialect;

/// A token: never white space, never a comment.
///
/// ```
/// use schema_core::{Dialect, token::tokens};
/// let tokens = tokens(Dialect::Sqlite, "create -- why\n (");
/// assert!(tokens[0].is("CREATE") && tokens[1].is_punct("("));
/// assert_eq!((tokens[0].end(), tokens[1].offset), (6, 15));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    /// What it is.
    pub kind: TokenKind,
    /// The text as written, with its quotes.
    pub text: &'a str,
    /// The byte offset in the text that was lexed.
    pub offset: usize,
}

/// The kinds of [`Token`]s.
///
/// ```
/// use schema_core::{Dialect, token::{TokenKind, tokens}};
/// let tokens = tokens(Dialect::Sqlite, "a [b] 'c' x'00' 1 ?1 'd");
/// let kinds: Vec<TokenKind> = tokens.iter().map(|token| token.kind).collect();
/// assert_eq!(kinds[..4], [TokenKind::Word, TokenKind::Quoted, TokenKind::String, TokenKind::Blob]);
/// assert_eq!(kinds[4..], [TokenKind::Number, TokenKind::Parameter, TokenKind::Unterminated]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A bare word: a keyword or an unquoted identifier.
    Word,
    /// A quoted identifier: `"a"`, and in SQLite also `[a]` and `` `a` ``.
    Quoted,
    /// A string literal, with the `E` or `U&` or dollar tags that PostgreSQL allows.
    String,
    /// A blob (`x'00'`) or bit string literal.
    Blob,
    /// A number.
    Number,
    /// An operator or a punctuation mark.
    Punct,
    /// A bound parameter (SQLite: `?1`, `:a`, `@a`, `#1`, `$1`; PostgreSQL: `$1`).
    Parameter,
    /// A quote or a comment that is never closed, from its start to the end of the text.
    Unterminated,
}

impl<'a> Token<'a> {
    /// Whether it is this bare word, in any case.
    pub fn is(&self, word: &str) -> bool {
        self.kind == TokenKind::Word && self.text.eq_ignore_ascii_case(word)
    }

    /// Whether it is this punctuation mark.
    pub fn is_punct(&self, mark: &str) -> bool {
        self.kind == TokenKind::Punct && self.text == mark
    }

    /// The byte offset of its end.
    pub fn end(&self) -> usize {
        self.offset + self.text.len()
    }

    /// The text without quotes, doubled quotes undone; other tokens as written.
    ///
    /// ```
    /// use schema_core::{token::tokens, Dialect};
    /// let words = tokens(Dialect::Sqlite, r#""a""b" [c d] 'it''s'"#);
    /// let values: Vec<_> = words.iter().map(|token| token.value()).collect();
    /// assert_eq!(values, ["a\"b", "c d", "it's"]);
    /// ```
    pub fn value(&self) -> Cow<'a, str> {
        match self.kind {
            TokenKind::Quoted | TokenKind::String => {}
            _ => return Cow::Borrowed(self.text),
        }
        let mut chars = self.text.chars();
        let (Some(open), Some(close)) = (chars.next(), chars.next_back()) else {
            return Cow::Borrowed(self.text);
        };
        let inner = chars.as_str();
        match (open, close) {
            ('[', ']') => Cow::Borrowed(inner),
            ('"', '"') | ('`', '`') | ('\'', '\'') => {
                let mut double = String::new();
                double.push(open);
                double.push(open);
                if inner.contains(&double) {
                    Cow::Owned(inner.replace(&double, &open.to_string()))
                } else {
                    Cow::Borrowed(inner)
                }
            }
            _ => Cow::Borrowed(self.text),
        }
    }
}

/// The tokens of a text. Never fails: an open quote or comment is one
/// [`TokenKind::Unterminated`] token that reaches to the end.
///
/// ```
/// use schema_core::{token::tokens, Dialect};
/// let words = tokens(Dialect::Sqlite, "SELECT 'a;b' -- done\n;");
/// assert_eq!(words.iter().map(|t| t.text).collect::<Vec<_>>(), ["SELECT", "'a;b'", ";"]);
/// ```
pub fn tokens(dialect: Dialect, sql: &str) -> Vec<Token<'_>> {
    Lexer { dialect, sql, at: 0 }.collect()
}

struct Lexer<'a> {
    dialect: Dialect,
    sql: &'a str,
    at: usize,
}

impl<'a> Iterator for Lexer<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let open = self.skip_blank();
        let offset = self.at;
        if open {
            self.at = self.sql.len();
            return Some(self.token(TokenKind::Unterminated, offset));
        }
        let rest = &self.sql[offset..];
        let first = rest.chars().next()?;
        let (kind, length) = self.measure(rest, first);
        match length {
            Some(length) => self.at += length.max(first.len_utf8()),
            None => self.at = self.sql.len(),
        }
        let kind = if length.is_some() { kind } else { TokenKind::Unterminated };
        Some(self.token(kind, offset))
    }
}

impl<'a> Lexer<'a> {
    fn token(&self, kind: TokenKind, offset: usize) -> Token<'a> {
        Token { kind, text: &self.sql[offset..self.at], offset }
    }

    /// Passes over white space and comments; `true` when a comment is never closed.
    ///
    /// SQLite takes an unclosed comment at the end of the text for a closed one; both are blank there.
    fn skip_blank(&mut self) -> bool {
        loop {
            let rest = &self.sql[self.at..];
            let trimmed = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '\u{feff}' || c == '\u{b}');
            self.at += rest.len() - trimmed.len();
            if trimmed.starts_with("--") {
                self.at += trimmed.find('\n').unwrap_or(trimmed.len());
            } else if trimmed.starts_with("/*") {
                match comment_length(self.dialect, trimmed) {
                    Some(length) => self.at += length,
                    None => return true,
                }
            } else {
                return false;
            }
        }
    }

    /// The kind and the length of the token that `rest` begins with; no length: it is never closed.
    fn measure(&self, rest: &str, first: char) -> (TokenKind, Option<usize>) {
        let postgres = self.dialect == Dialect::Postgres;
        let second = rest[first.len_utf8()..].chars().next();
        match first {
            '\'' => (TokenKind::String, quoted(rest, 0, '\'', false)),
            '"' => (TokenKind::Quoted, quoted(rest, 0, '"', false)),
            '`' if !postgres => (TokenKind::Quoted, quoted(rest, 0, '`', false)),
            '[' if !postgres => (TokenKind::Quoted, rest.find(']').map(|end| end + 1)),
            'x' | 'X' | 'b' | 'B' if second == Some('\'') && (postgres || first.eq_ignore_ascii_case(&'x')) => {
                (TokenKind::Blob, quoted(rest, 1, '\'', false))
            }
            'e' | 'E' if postgres && second == Some('\'') => (TokenKind::String, quoted(rest, 1, '\'', true)),
            '$' if postgres && dollar_tag(rest).is_some() => (TokenKind::String, dollar_quoted(rest)),
            '0'..='9' => (TokenKind::Number, Some(number_length(rest))),
            '.' if second.is_some_and(|c| c.is_ascii_digit()) => (TokenKind::Number, Some(number_length(rest))),
            '?' | ':' | '@' | '#' | '$' if second.is_some_and(is_word) && !(postgres && first != '$') => {
                (TokenKind::Parameter, Some(1 + word_length(&rest[1..])))
            }
            c if is_word(c) => (TokenKind::Word, Some(word_length(rest))),
            _ => (TokenKind::Punct, Some(punct_length(self.dialect, rest))),
        }
    }
}

fn comment_length(dialect: Dialect, text: &str) -> Option<usize> {
    if dialect == Dialect::Sqlite {
        return text[2..].find("*/").map(|end| end + 4);
    }
    let (mut depth, mut at) = (1, 2);
    while depth > 0 {
        let next = text[at..].find(['*', '/'])? + at;
        let step = match text.get(next..next + 2) {
            Some("/*") => 1,
            Some("*/") => -1,
            _ => 0,
        };
        depth += step;
        at = next + if step == 0 { 1 } else { 2 };
    }
    Some(at)
}

/// The length of a quoted token whose opening quote is at `start`.
fn quoted(text: &str, start: usize, quote: char, backslash: bool) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = start + 1;
    while at < bytes.len() {
        if backslash && bytes[at] == b'\\' {
            at += 2;
        } else if bytes[at] == quote as u8 {
            if bytes.get(at + 1) != Some(&(quote as u8)) {
                return Some(at + 1);
            }
            at += 2;
        } else {
            at += 1;
        }
    }
    None
}

fn dollar_tag(text: &str) -> Option<&str> {
    let end = text[1..].find('$')? + 1;
    let tag = &text[1..end];
    let valid = tag.chars().all(|c| is_word(c) && c != '$') && !tag.starts_with(|c: char| c.is_ascii_digit());
    valid.then(|| &text[..=end])
}

fn dollar_quoted(text: &str) -> Option<usize> {
    let tag = dollar_tag(text)?;
    text[tag.len()..].find(tag).map(|end| end + 2 * tag.len())
}

fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let sign_of_exponent = matches!(byte, b'+' | b'-')
            && matches!(bytes.get(at.wrapping_sub(1)), Some(b'e' | b'E'))
            && !matches!(bytes.get(1), Some(b'x' | b'X'));
        if !(byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'_' || sign_of_exponent) {
            break;
        }
        at += 1;
    }
    at
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '$' || !c.is_ascii()
}

fn word_length(text: &str) -> usize {
    text.find(|c| !is_word(c)).unwrap_or(text.len())
}

fn punct_length(dialect: Dialect, text: &str) -> usize {
    const SQLITE: &[&str] = &["->>", "->", "||", "==", "<=", ">=", "<>", "!=", "<<", ">>"];
    const POSTGRES: &[&str] = &["->>", "!~~", "->", "||", "==", "<=", ">=", "<>", "!=", "<<", ">>", "::", ":=", "~~"];
    let marks = match dialect {
        Dialect::Sqlite => SQLITE,
        Dialect::Postgres => POSTGRES,
    };
    marks
        .iter()
        .find(|mark| text.starts_with(**mark))
        .map_or_else(|| text.chars().next().map_or(0, char::len_utf8), |mark| mark.len())
}

/// One statement of a script, without the semicolon that ends it.
///
/// ```
/// use schema_core::{Dialect, token::statements};
/// let statements = statements(Dialect::Sqlite, "SELECT 1 ;\nSELECT 2 -- two\n;");
/// assert_eq!(statements[1].text, "SELECT 2");
/// assert_eq!((statements[1].offset, statements[1].tokens.len()), (11, 2));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement<'a> {
    /// Its tokens; never empty. Offsets count from the start of the script.
    pub tokens: Vec<Token<'a>>,
    /// The text from the first token to the last.
    pub text: &'a str,
    /// The byte offset of the first token in the script.
    pub offset: usize,
}

/// Splits a script into its statements. A semicolon inside the body of a SQLite trigger does not
/// end one (the rule of <https://www.sqlite.org/c3ref/complete.html>), nor does one inside
/// `BEGIN ATOMIC … END` in PostgreSQL.
///
/// ```
/// use schema_core::{token::statements, Dialect};
/// let script = "CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM b; END; SELECT 1";
/// let parts: Vec<_> = statements(Dialect::Sqlite, script).iter().map(|s| s.text.len()).collect();
/// assert_eq!(parts, [59, 8]);
/// ```
pub fn statements(dialect: Dialect, sql: &str) -> Vec<Statement<'_>> {
    let mut found = Vec::new();
    let mut current: Vec<Token<'_>> = Vec::new();
    for token in tokens(dialect, sql) {
        if !token.is_punct(";") {
            current.push(token);
            continue;
        }
        if current.is_empty() {
            continue;
        }
        if in_body(dialect, &current) {
            current.push(token);
        } else {
            found.push(statement(sql, std::mem::take(&mut current)));
        }
    }
    if !current.is_empty() {
        found.push(statement(sql, current));
    }
    found
}

fn statement<'a>(sql: &'a str, tokens: Vec<Token<'a>>) -> Statement<'a> {
    let offset = tokens[0].offset;
    let end = tokens[tokens.len() - 1].end();
    Statement { tokens, text: &sql[offset..end], offset }
}

/// Whether a semicolon after these tokens still belongs to the statement.
fn in_body(dialect: Dialect, tokens: &[Token<'_>]) -> bool {
    match dialect {
        Dialect::Sqlite => is_trigger(tokens) && !ends_trigger(tokens),
        Dialect::Postgres => {
            let atomic = tokens.windows(2).any(|pair| pair[0].is("BEGIN") && pair[1].is("ATOMIC"));
            atomic && !tokens.last().is_some_and(|token| token.is("END"))
        }
    }
}

fn is_trigger(tokens: &[Token<'_>]) -> bool {
    let mut words = tokens.iter();
    if !words.next().is_some_and(|token| token.is("CREATE")) {
        return false;
    }
    let mut next = words.next();
    if next.is_some_and(|token| token.is("TEMP") || token.is("TEMPORARY")) {
        next = words.next();
    }
    next.is_some_and(|token| token.is("TRIGGER"))
}

fn ends_trigger(tokens: &[Token<'_>]) -> bool {
    matches!(tokens, [.., mark, end] if mark.is_punct(";") && end.is("END"))
}
