//! Writes the canonical text of an expression.
//!
//! A bare word is a keyword or a name by where it stands: where an operand is due, `end` and `like`
//! are names; behind an operand they are keywords. That is how SQLite's own grammar falls back.

use crate::ParseError;
use crate::sqlite::canon::{self, Scope};
use crate::sqlite::keyword;
use crate::token::{Token, TokenKind};

/// The canonical text of a balanced expression.
pub(crate) fn expr(tokens: &[Token<'_>], scope: Option<Scope<'_>>) -> Result<String, ParseError> {
    written(tokens, scope).map(|writer| writer.text)
}

/// Whether the tokens are an expression to which no operand is missing at the end.
pub(crate) fn is_complete(tokens: &[Token<'_>]) -> bool {
    written(tokens, None).is_ok_and(|writer| !writer.due)
}

fn written<'t, 'a, 's>(tokens: &'t [Token<'a>], scope: Option<Scope<'s>>) -> Result<Writer<'t, 'a, 's>, ParseError> {
    let mut writer = Writer { tokens, at: 0, scope, text: String::new(), due: true, glue: true, groups: Vec::new() };
    while writer.at < tokens.len() {
        writer.step()?;
    }
    Ok(writer)
}

/// A string literal.
pub(crate) fn string(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

/// What opened a parenthesis.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Group {
    Cast,
    Other,
}

struct Writer<'t, 'a, 's> {
    tokens: &'t [Token<'a>],
    at: usize,
    scope: Option<Scope<'s>>,
    text: String,
    /// Whether an operand is due, otherwise an operator or the end.
    due: bool,
    /// Whether no space goes before what comes next.
    glue: bool,
    groups: Vec<Group>,
}

impl Writer<'_, '_, '_> {
    fn step(&mut self) -> Result<(), ParseError> {
        let token = &self.tokens[self.at];
        match token.kind {
            TokenKind::Punct => self.punct(token),
            TokenKind::Number => self.operand(&token.text.to_ascii_lowercase().replace('_', "")),
            TokenKind::Blob => self.operand(&format!("x{}", token.text[1..].to_ascii_uppercase())),
            TokenKind::Parameter => self.operand(token.text),
            TokenKind::Word | TokenKind::Quoted | TokenKind::String if self.is_qualifier() => self.qualifier(),
            TokenKind::String if self.text.ends_with('.') => self.operand(&identifier(&token.value(), false)),
            TokenKind::String => self.operand(token.text),
            TokenKind::Quoted => self.quoted(token),
            TokenKind::Word if self.due => self.operand_word(token),
            TokenKind::Word => self.operator_word(token)?,
            TokenKind::Unterminated => {
                return Err(ParseError::new("a quote or a comment that is never closed", token.offset));
            }
        }
        self.at += 1;
        Ok(())
    }

    fn next_is(&self, mark: &str) -> bool {
        self.tokens.get(self.at + 1).is_some_and(|token| token.is_punct(mark))
    }

    fn next_is_name(&self) -> bool {
        self.tokens.get(self.at + 1).is_some_and(|token| match token.kind {
            TokenKind::Word => !keyword::is_keyword(token.text) || token.is("RECURSIVE"),
            kind => kind == TokenKind::Quoted,
        })
    }

    fn push(&mut self, text: &str) {
        if !self.glue {
            self.text.push(' ');
        }
        self.text.push_str(text);
        self.glue = false;
    }

    fn operand(&mut self, text: &str) {
        self.push(text);
        self.due = false;
    }

    fn keyword(&mut self, text: &str, due: bool) {
        self.push(text);
        self.due = due;
    }

    fn punct(&mut self, token: &Token<'_>) {
        match token.text {
            "(" => {
                self.push("(");
                self.groups.push(Group::Other);
                (self.due, self.glue) = (true, true);
            }
            ")" => {
                self.glue = true;
                self.push(")");
                self.groups.pop();
                self.due = false;
            }
            "," => {
                self.glue = true;
                self.keyword(",", true);
            }
            "." => {
                self.glue = true;
                self.push(".");
                (self.due, self.glue) = (true, true);
            }
            "*" if self.due => self.operand("*"),
            "-" | "+" | "~" if self.due => {
                self.push(token.text);
                // Two minus signs without a space would begin a comment.
                self.glue = !(token.text == "-" && self.next_is("-"));
            }
            "<>" => self.keyword("!=", true),
            "==" => self.keyword("=", true),
            mark => self.keyword(mark, true),
        }
    }

    /// Whether the name here is the first part of `table.column`.
    fn is_qualifier(&self) -> bool {
        self.due && self.next_is(".") && !self.text.ends_with('.')
    }

    /// Writes `table.column`, of the table itself only the column.
    fn qualifier(&mut self) {
        let names: Vec<_> = self.tokens[self.at..].iter().take(5).collect();
        let is_table = |token: &Token<'_>| {
            self.scope.is_some_and(|scope| scope.table.is_some_and(|table| table.is(token.value())))
        };
        let first = names[0];
        let skipped = match names[..] {
            [schema, _, table, dot, _]
                if dot.is_punct(".") && schema.value().eq_ignore_ascii_case("main") && is_table(table) =>
            {
                4
            }
            [table, _, _, dot, _] if is_table(table) && dot.is_punct(".") => 0,
            [table, _, _, ..] if is_table(table) => 2,
            _ => 0,
        };
        if skipped == 0 {
            self.operand(&identifier(&first.value(), false));
            return;
        }
        self.at += skipped;
        let column = self.tokens[self.at].value();
        self.operand(&identifier(&column, false));
    }

    fn quoted(&mut self, token: &Token<'_>) {
        let value = token.value();
        let is_call = self.next_is("(");
        let is_string = self.due
            && !is_call
            && !self.text.ends_with('.')
            && token.text.starts_with('"')
            && self.scope.is_some_and(|scope| scope.is_string(&value));
        if is_string {
            self.operand(&string(&value));
        } else {
            self.operand(&identifier(&value, is_call));
            self.call(is_call);
        }
    }

    /// Writes the parenthesis of a call close to the function's name.
    fn call(&mut self, is_call: bool) {
        if is_call {
            self.at += 1;
            self.open(Group::Other);
        }
    }

    fn open(&mut self, group: Group) {
        self.text.push('(');
        self.groups.push(group);
        (self.due, self.glue) = (true, true);
    }

    /// A bare word where an operand is due.
    fn operand_word(&mut self, token: &Token<'_>) {
        let word = token.text.to_ascii_uppercase();
        let is_call = self.next_is("(");
        let after_dot = self.text.ends_with('.');
        match &*word {
            _ if after_dot => self.operand(&identifier(token.text, false)),
            "TRUE" | "FALSE" => self.truth(&word),
            "NULL" | "CURRENT_DATE" | "CURRENT_TIME" | "CURRENT_TIMESTAMP" => self.operand(&word),
            "CAST" if is_call => {
                self.push("CAST");
                self.at += 1;
                self.open(Group::Cast);
            }
            // In front of a subquery; a column of that name is followed by an operator.
            "WITH" if self.text.ends_with('(') && self.next_is_name() => self.keyword(&word, true),
            // `IS NOT DISTINCT FROM` arrives here word by word, since an operand is due behind IS.
            _ if keyword::is_reserved(&word) => self.keyword(&word, true),
            _ => {
                self.operand(&identifier(token.text, is_call));
                self.call(is_call);
            }
        }
    }

    /// TRUE and FALSE are 1 and 0, unless a column is called so; behind IS they ask for the truth of
    /// any number, so `5 IS TRUE` holds and `5 IS 1` does not.
    fn truth(&mut self, word: &str) {
        let is_column = self.scope.is_some_and(|scope| scope.has_column(word));
        let before = self.text.trim_end_matches(['(', ' ']);
        let asks = [" IS", " IS NOT", " IS DISTINCT FROM", " IS NOT DISTINCT FROM"];
        if is_column {
            self.operand(&identifier(word, false));
        } else if asks.iter().any(|words| before.ends_with(words)) {
            self.operand(word);
        } else {
            self.operand(if word == "TRUE" { "1" } else { "0" });
        }
    }

    /// `a ISNULL` is `a IS NULL`, but `a ISNULL + 1` is not `a IS NULL + 1`, which adds to the NULL.
    fn null_test(&mut self, usual: &str, postfix: &str) {
        const TIGHTER: [&str; 14] = ["+", "-", "*", "/", "%", "||", "->", "->>", "<<", ">>", "&", "|", "<", ">"];
        let next = self.tokens.get(self.at + 1);
        let is_tighter = next.is_some_and(|next| {
            next.is("COLLATE") || TIGHTER.iter().chain(&["<=", ">="]).any(|mark| next.is_punct(mark))
        });
        self.keyword(if is_tighter { postfix } else { usual }, false);
    }

    /// A bare word behind an operand.
    fn operator_word(&mut self, token: &Token<'_>) -> Result<(), ParseError> {
        let word = token.text.to_ascii_uppercase();
        match &*word {
            "ISNULL" => self.null_test("IS NULL", "ISNULL"),
            "NOTNULL" => self.null_test("IS NOT NULL", "NOTNULL"),
            "NOT" if self.tokens.get(self.at + 1).is_some_and(|next| next.is("NULL")) => {
                self.at += 1;
                self.null_test("IS NOT NULL", "NOTNULL");
            }
            // `NOT LIKE`, `NOT IN`: what follows is an operator too.
            "NOT" => self.keyword("NOT", false),
            "COLLATE" => {
                self.push("COLLATE");
                self.at += 1;
                let Some(name) = self.tokens.get(self.at) else {
                    return Err(ParseError::new("expected a name behind COLLATE, found the end", token.end()));
                };
                self.operand(&identifier(&name.value(), false));
            }
            "AS" if self.groups.last() == Some(&Group::Cast) => {
                self.push("AS");
                let rest = &self.tokens[self.at + 1..];
                let end = closing(rest);
                let declared = canon::type_of(&rest[..end]);
                self.at += end;
                self.operand(&declared);
            }
            "END" | "ASC" | "DESC" => self.keyword(&word, false),
            _ if keyword::is_keyword(&word) => self.keyword(&word, true),
            _ => self.operand(&identifier(token.text, false)),
        }
        Ok(())
    }
}

/// The index of the parenthesis that closes the group that these tokens stand in.
fn closing(tokens: &[Token<'_>]) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        if token.is_punct("(") {
            depth += 1;
        } else if token.is_punct(")") {
            if depth == 0 {
                return at;
            }
            depth -= 1;
        }
    }
    tokens.len()
}

/// A name in lower case, bare unless it needs quotes.
fn identifier(name: &str, is_call: bool) -> String {
    // The functions that are keywords elsewhere.
    const FUNCTIONS: [&str; 6] = ["glob", "if", "like", "match", "regexp", "replace"];
    let name = name.to_ascii_lowercase();
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$' || !c.is_ascii();
    let is_bare = !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit() || c == '$')
        && name.chars().all(is_word)
        && name != "true"
        && name != "false"
        && (!keyword::is_keyword(&name) || (is_call && FUNCTIONS.contains(&&*name)));
    if is_bare { name } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}
