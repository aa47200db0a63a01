//! A place among tokens, and the steps that the readers take from there.

use crate::sqlite::keyword;
use crate::token::{Token, TokenKind};
use crate::{Dialect, Name, ParseError};

/// A place among the tokens of one statement.
#[derive(Clone)]
pub(crate) struct Cursor<'t, 'a> {
    tokens: &'t [Token<'a>],
    at: usize,
    /// The byte offset behind the last token.
    end: usize,
}

impl<'t, 'a> Cursor<'t, 'a> {
    /// Starts at the first token.
    ///
    /// SQLite takes a block comment that is never closed for one that ends with the text, so the
    /// token that stands for it is left out.
    pub(crate) fn new(tokens: &'t [Token<'a>]) -> Cursor<'t, 'a> {
        let tokens = match tokens.split_last() {
            Some((last, rest)) if last.kind == TokenKind::Unterminated && last.text.starts_with("/*") => rest,
            _ => tokens,
        };
        Cursor { tokens, at: 0, end: tokens.last().map_or(0, Token::end) }
    }

    /// Starts at the first of the tokens in a pair of parentheses; `start` is the offset behind the first.
    pub(crate) fn within(tokens: &'t [Token<'a>], start: usize) -> Cursor<'t, 'a> {
        Cursor { tokens, at: 0, end: tokens.last().map_or(start, Token::end) }
    }

    /// The token here.
    pub(crate) fn peek(&self) -> Option<&'t Token<'a>> {
        self.tokens.get(self.at)
    }

    /// The token that many steps further.
    pub(crate) fn peek_at(&self, steps: usize) -> Option<&'t Token<'a>> {
        self.tokens.get(self.at + steps)
    }

    /// The token here, and one step further.
    pub(crate) fn advance(&mut self) -> Option<&'t Token<'a>> {
        let token = self.tokens.get(self.at)?;
        self.at += 1;
        Some(token)
    }

    /// Whether nothing follows.
    pub(crate) fn is_at_end(&self) -> bool {
        self.at >= self.tokens.len()
    }

    /// The index of the token here.
    pub(crate) fn position(&self) -> usize {
        self.at
    }

    /// The tokens from an earlier [`Cursor::position`] up to here.
    pub(crate) fn since(&self, position: usize) -> &'t [Token<'a>] {
        &self.tokens[position..self.at]
    }

    /// The byte offset of the token here, or the end of the text.
    pub(crate) fn offset(&self) -> usize {
        self.peek().map_or(self.end, |token| token.offset)
    }

    /// Whether the words follow, in any case.
    pub(crate) fn sees(&self, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(n, word)| self.peek_at(n).is_some_and(|token| token.is(word)))
    }

    /// Passes over the words when they follow.
    pub(crate) fn take(&mut self, words: &[&str]) -> bool {
        let found = self.sees(words);
        if found {
            self.at += words.len();
        }
        found
    }

    /// Passes over the punctuation mark when it follows.
    pub(crate) fn take_punct(&mut self, mark: &str) -> bool {
        let found = self.peek().is_some_and(|token| token.is_punct(mark));
        if found {
            self.at += 1;
        }
        found
    }

    /// Passes over the words.
    pub(crate) fn expect(&mut self, words: &[&str]) -> Result<(), ParseError> {
        if self.take(words) { Ok(()) } else { Err(self.expected(&format!("`{}`", words.join(" ")))) }
    }

    /// Passes over the punctuation mark.
    pub(crate) fn expect_punct(&mut self, mark: &str) -> Result<(), ParseError> {
        if self.take_punct(mark) { Ok(()) } else { Err(self.expected(&format!("`{mark}`"))) }
    }

    /// A name: SQLite's `nm`, a bare word that is not reserved, a quoted identifier or a string.
    pub(crate) fn name(&mut self) -> Result<Name, ParseError> {
        match self.peek() {
            Some(token) if is_name(token) => {
                self.at += 1;
                Ok(name_of(token))
            }
            _ => Err(self.expected("a name")),
        }
    }

    /// A name that may stand behind the name of a schema, and that schema.
    pub(crate) fn qualified_name(&mut self) -> Result<(Option<Name>, Name), ParseError> {
        let first = self.name()?;
        if self.take_punct(".") { Ok((Some(first), self.name()?)) } else { Ok((None, first)) }
    }

    /// What stands in the parentheses that open here; continues behind them.
    pub(crate) fn group(&mut self) -> Result<&'t [Token<'a>], ParseError> {
        self.expect_punct("(")?;
        let start = self.at;
        let mut depth = 1;
        while let Some(token) = self.advance() {
            if token.kind == TokenKind::Unterminated {
                return Err(ParseError::new("a quote or a comment that is never closed", token.offset));
            }
            if token.is_punct("(") {
                depth += 1;
            } else if token.is_punct(")") {
                depth -= 1;
                if depth == 0 {
                    return Ok(&self.tokens[start..self.at - 1]);
                }
            }
        }
        Err(ParseError::new("a parenthesis that is never closed", self.offset()))
    }

    /// The error that something else stands here.
    pub(crate) fn expected(&self, what: &str) -> ParseError {
        let message = match self.peek() {
            Some(token) if token.kind == TokenKind::Unterminated => "a quote that is never closed".to_owned(),
            Some(token) => format!("expected {what}, found `{}`", token.text),
            None => format!("expected {what}, found the end"),
        };
        ParseError::new(message, self.offset())
    }
}

/// The text that the tokens are of.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    /// The text.
    pub(crate) text: &'a str,
    /// The offset that the tokens give to its first byte.
    pub(crate) start: usize,
}

impl<'a> Source<'a> {
    /// The text between two offsets of the tokens.
    pub(crate) fn between(self, start: usize, end: usize) -> &'a str {
        &self.text[start - self.start..end - self.start]
    }
}

/// Whether the token can be the name of an object.
pub(crate) fn is_name(token: &Token<'_>) -> bool {
    match token.kind {
        TokenKind::Word => !keyword::is_reserved(token.text),
        TokenKind::Quoted | TokenKind::String => true,
        _ => false,
    }
}

/// The name that the token stands for.
pub(crate) fn name_of(token: &Token<'_>) -> Name {
    Name::new(Dialect::Sqlite, token.value())
}
