//! Where in the migrations everything stands that a mutation can change, by the name that it has in the end.

use std::ops::Range;

use schema_core::Dialect;
use schema_core::token::{Statement, Token, statements};

use crate::subject::Subject;

/// A column or a constraint of a table, as a migration writes it.
#[derive(Clone, Debug)]
pub(crate) struct Definition {
    /// The number of the migration.
    pub(crate) file: usize,
    /// The table, by its name in the end.
    pub(crate) table: String,
    /// The column, by its name in the end; none for a constraint of the table.
    pub(crate) column: Option<String>,
    pub(crate) range: Range<usize>,
    /// The declared type of a column.
    pub(crate) ty: Option<Range<usize>>,
    pub(crate) clauses: Vec<Clause>,
    /// Whether an `ALTER TABLE` adds it.
    pub(crate) added: bool,
}

/// A constraint of a column or of a table, with its name.
#[derive(Clone, Debug)]
pub(crate) struct Clause {
    /// `NOT`, `DEFAULT`.
    pub(crate) word: String,
    pub(crate) range: Range<usize>,
    /// The words and where they are.
    pub(crate) words: Vec<(String, Range<usize>)>,
}

/// A table in the end, and the statement that creates it.
#[derive(Clone, Debug)]
pub(crate) struct Created {
    pub(crate) file: usize,
    pub(crate) table: String,
    pub(crate) start: usize,
    /// Behind the parenthesis that opens the list of columns.
    pub(crate) open: usize,
    /// What follows the parenthesis that closes it.
    pub(crate) options: Range<usize>,
}

/// An index in the end.
#[derive(Clone, Debug)]
pub(crate) struct IndexStatement {
    pub(crate) file: usize,
    pub(crate) table: String,
    /// The table, by the name that the statement uses.
    pub(crate) on: String,
    pub(crate) name: Range<usize>,
    pub(crate) is_unique: bool,
    /// The statement without its semicolon.
    pub(crate) range: Range<usize>,
    /// Behind `CREATE` or `CREATE UNIQUE`.
    pub(crate) kind: Range<usize>,
    /// The inside of the parentheses.
    pub(crate) parts: Range<usize>,
    /// `WHERE` and what follows.
    pub(crate) condition: Option<Range<usize>>,
}

/// All migrations of a subject.
#[derive(Default)]
pub(crate) struct Script {
    pub(crate) definitions: Vec<Definition>,
    pub(crate) tables: Vec<Created>,
    pub(crate) indexes: Vec<IndexStatement>,
}

impl Script {
    pub(crate) fn of(subject: &Subject) -> Script {
        let mut script = Script::default();
        for (file, (_, text)) in subject.migrations.iter().enumerate() {
            for statement in statements(Dialect::Sqlite, text) {
                script.follow(file, &statement);
            }
        }
        script
    }

    fn follow(&mut self, file: usize, statement: &Statement<'_>) {
        let tokens = &statement.tokens;
        let is = |at: usize, word: &str| tokens.get(at).is_some_and(|token| token.is(word));
        let name = |at: usize| tokens[at].value().to_lowercase();
        match () {
            () if is(0, "CREATE") && is(1, "TABLE") => self.create(file, tokens, name(2)),
            () if is(0, "DROP") && is(1, "TABLE") => {
                let gone = name(2);
                self.definitions.retain(|definition| definition.table != gone);
                self.tables.retain(|created| created.table != gone);
                self.indexes.retain(|index| index.table != gone);
            }
            () if is(0, "ALTER") && is(3, "RENAME") && is(4, "TO") => {
                let (old, new) = (name(2), name(5));
                let tables = self.definitions.iter_mut().map(|definition| &mut definition.table);
                let tables = tables.chain(self.tables.iter_mut().map(|created| &mut created.table));
                for table in tables.chain(self.indexes.iter_mut().map(|index| &mut index.table)) {
                    if *table == old {
                        table.clone_from(&new);
                    }
                }
            }
            () if is(0, "ALTER") && is(3, "RENAME") => {
                let (table, old, new) = (name(2), name(5), name(7));
                for definition in self.definitions.iter_mut().filter(|definition| definition.table == table) {
                    if definition.column.as_ref() == Some(&old) {
                        definition.column = Some(new.clone());
                    }
                }
            }
            () if is(0, "ALTER") && is(3, "ADD") => {
                let start = if is(4, "COLUMN") { 5 } else { 4 };
                self.definitions.push(definition(file, name(2), &tokens[start..], true));
            }
            () if is(0, "CREATE") && (is(1, "INDEX") || is(2, "INDEX")) => self.index(file, tokens),
            () => {}
        }
    }

    fn create(&mut self, file: usize, tokens: &[Token<'_>], table: String) {
        let mut depth = 0;
        let mut start = 4;
        for (at, token) in tokens.iter().enumerate().skip(3) {
            depth += i32::from(token.is_punct("(")) - i32::from(token.is_punct(")"));
            if (depth == 1 && token.is_punct(",")) || depth == 0 {
                self.definitions.push(definition(file, table.clone(), &tokens[start..at], false));
                start = at + 1;
            }
            if depth == 0 {
                let last = &tokens[tokens.len() - 1];
                let end = if last.is_punct(";") { last.offset } else { last.end() };
                let options = token.end()..end;
                self.tables.push(Created { file, table, start: tokens[0].offset, open: tokens[3].end(), options });
                return;
            }
        }
    }

    fn index(&mut self, file: usize, tokens: &[Token<'_>]) {
        let unique = usize::from(tokens[1].is("UNIQUE"));
        let [name, table] = [2, 4].map(|at| &tokens[at + unique]);
        let open = 5 + unique;
        let mut depth = 0;
        let close = tokens.iter().skip(open).position(|token| {
            depth += i32::from(token.is_punct("(")) - i32::from(token.is_punct(")"));
            depth == 0
        });
        let close = close.expect("a closed list") + open;
        let last = &tokens[tokens.len() - 1];
        let end = if last.is_punct(";") { last.offset } else { last.end() };
        self.indexes.push(IndexStatement {
            file,
            table: table.value().to_lowercase(),
            on: table.text.to_owned(),
            name: name.offset..name.end(),
            is_unique: unique == 1,
            range: tokens[0].offset..end,
            kind: tokens[0].end()..tokens[1 + unique].offset,
            parts: tokens[open].end()..tokens[close].offset,
            condition: tokens.get(close + 1).filter(|token| token.is("WHERE")).map(|token| token.offset..end),
        });
    }
}

fn definition(file: usize, table: String, tokens: &[Token<'_>], added: bool) -> Definition {
    let tokens = match tokens {
        [rest @ .., last] if last.is_punct(";") => rest,
        all => all,
    };
    let starts = |at: usize| starts_clause(tokens, at);
    let is_constraint = starts(0) || tokens[0].is("FOREIGN");
    let range = tokens[0].offset..tokens[tokens.len() - 1].end();
    let first = (usize::from(!is_constraint)..tokens.len()).find(|at| starts(*at)).unwrap_or(tokens.len());
    let first = if tokens[0].is("FOREIGN") { 0 } else { first };
    let ty = (!is_constraint && first > 1).then(|| tokens[1].offset..tokens[first - 1].end());
    let mut clauses = Vec::new();
    let mut at = first;
    while at < tokens.len() {
        let head = if tokens[at].is("CONSTRAINT") { at + 2 } else { at };
        let whole = is_constraint.then_some(tokens.len());
        let end = whole.unwrap_or_else(|| (head + 1..tokens.len()).find(|at| starts(*at)).unwrap_or(tokens.len()));
        clauses.push(Clause {
            word: tokens[head].text.to_uppercase(),
            range: tokens[at].offset..tokens[end - 1].end(),
            words: tokens[at..end].iter().map(|token| (token.text.to_uppercase(), token.offset..token.end())).collect(),
        });
        at = end;
    }
    let column = (!is_constraint).then(|| tokens[0].value().to_lowercase());
    Definition { file, table, column, range, ty, clauses, added }
}

fn starts_clause(tokens: &[Token<'_>], at: usize) -> bool {
    let depth: i32 =
        tokens[..at].iter().map(|token| i32::from(token.is_punct("(")) - i32::from(token.is_punct(")"))).sum();
    let is = |at: usize, word: &str| tokens.get(at).is_some_and(|token| token.is(word));
    let after = |word: &str| at > 0 && is(at - 1, word);
    depth == 0
        && match () {
            () if is(at, "DEFAULT") => !after("SET"),
            () if is(at, "NOT") => is(at + 1, "NULL"),
            () if is(at, "AS") => !after("ALWAYS"),
            () => ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "COLLATE", "REFERENCES", "GENERATED"]
                .iter()
                .any(|word| is(at, word)),
        }
}

impl Clause {
    /// Where a word of the clause is.
    pub(crate) fn word(&self, word: &str) -> Option<Range<usize>> {
        self.words.iter().find(|(other, _)| other == word).map(|(_, range)| range.clone())
    }

    /// The columns in its first parentheses.
    pub(crate) fn columns(&self) -> Vec<String> {
        let open = self.words.iter().position(|(word, _)| word == "(").map_or(self.words.len(), |at| at + 1);
        let inside = self.words[open..].iter().take_while(|(word, _)| word != ")");
        let names = inside.filter(|(word, _)| ![",", "DESC", "ASC"].contains(&word.as_str()));
        names.map(|(word, _)| word.to_lowercase()).collect()
    }
}
