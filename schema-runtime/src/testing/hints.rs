//! What the migrations tell about the values of columns besides their constraints: which hold JSON, and which values
//! are asked for by name.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::types::Value;
use schema_core::token::{Token, TokenKind, tokens};
use schema_core::{Dialect, Migration, Name};

use super::values::text;

/// By the names of columns, of whatever table.
#[derive(Debug, Default)]
pub(super) struct Hints {
    /// Columns that are given to the functions for JSON.
    pub(super) documents: BTreeSet<Name>,
    /// Values that columns are compared with.
    pub(super) values: BTreeMap<Name, Vec<Value>>,
}

impl Hints {
    pub(super) fn of(migrations: &[Migration]) -> Hints {
        let mut hints = Hints::default();
        for migration in migrations {
            let tokens = tokens(Dialect::Sqlite, &migration.sql);
            for at in 0..tokens.len() {
                hints.read(&tokens[at..]);
            }
        }
        hints
    }

    fn read(&mut self, tokens: &[Token<'_>]) {
        match tokens {
            [call, open, rest @ ..] if open.is_punct("(") && is_json(call) => {
                let column = match rest {
                    [_, dot, column, ..] if dot.is_punct(".") => Some(column),
                    [column, ..] => Some(column),
                    [] => None,
                };
                self.documents.extend(column.and_then(name));
            }
            [column, arrow, ..] if arrow.is_punct("->") || arrow.is_punct("->>") => {
                self.documents.extend(name(column));
            }
            [column, word, open, rest @ ..] if word.is("IN") && open.is_punct("(") => {
                let list = rest.iter().take_while(|token| !token.is_punct(")"));
                for value in list.filter(|token| token.kind == TokenKind::String) {
                    self.note(column, value);
                }
            }
            [column, equals, value, ..]
                if (equals.is_punct("=") || equals.is_punct("==")) && value.kind == TokenKind::String =>
            {
                self.note(column, value);
            }
            _ => {}
        }
    }

    fn note(&mut self, column: &Token<'_>, value: &Token<'_>) {
        if let Some(column) = name(column) {
            let values = self.values.entry(column).or_default();
            let value = text(value.value());
            if !values.contains(&value) {
                values.push(value);
            }
        }
    }
}

fn is_json(call: &Token<'_>) -> bool {
    call.kind == TokenKind::Word && call.text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("json"))
}

fn name(token: &Token<'_>) -> Option<Name> {
    let is_name = matches!(token.kind, TokenKind::Word | TokenKind::Quoted);
    is_name.then(|| Name::new(Dialect::Sqlite, token.value().as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_known_by_how_they_are_used() {
        let sql = "UPDATE a SET kind = 'x' WHERE json_extract(a.state, '$.b') = 1 AND more ->> 'c' IN ('y', 'z') AND kind = 'w'";
        let hints = Hints::of(&[Migration {
            version: "1".into(),
            name: "a".into(),
            file: "migrations/1_a.sql".into(),
            sql: sql.into(),
            checksum: String::new().into(),
            no_transaction: false,
        }]);
        assert_eq!(hints.documents.iter().map(Name::as_str).collect::<Vec<_>>(), ["more", "state"]);
        assert_eq!(hints.values.get(&Name::new(Dialect::Sqlite, "kind")), Some(&vec![text("x"), text("w")]));
    }
}
