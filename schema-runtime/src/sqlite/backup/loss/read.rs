//! What a statement of a migration does to rows, as far as its tokens tell.

use schema_core::token::{Statement, Token, TokenKind};
use schema_core::{Dialect, Name};

/// `INSERT`, `UPDATE` or `DELETE`.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Write {
    Insert(Insert),
    Update(Update),
    Delete { table: Name },
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Insert {
    pub(super) table: Name,
    pub(super) conflict: Conflict,
    /// The columns that are named, in order.
    pub(super) columns: Option<Vec<Name>>,
    /// The rows, when they come from one table.
    pub(super) copy: Option<Copy>,
}

/// What an `INSERT` or `UPDATE` says about rows that are in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Conflict {
    /// Nothing: the constraints of the table decide.
    Unsaid,
    /// The statement fails.
    Fails,
    /// The new row is passed over.
    Ignores,
    /// The old row is deleted or changed.
    Replaces,
}

/// `SELECT … FROM table`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Copy {
    pub(super) source: Name,
    pub(super) items: Vec<Item>,
    /// Whether every row of the table is there once.
    pub(super) whole: bool,
}

/// What is selected.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Item {
    /// `*`.
    All,
    /// A column with its values, at most those that are NULL replaced; and the name that it gets.
    Column { name: Name, alias: Name },
    /// Anything else.
    Other,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Update {
    pub(super) table: Name,
    pub(super) conflict: Conflict,
    /// Each column that is set, and the column whose value it gets in every row, if it is one.
    pub(super) sets: Vec<(Name, Option<Name>)>,
    /// Whether only NULL is overwritten.
    pub(super) fills: bool,
}

/// Reads a statement; `None` when it writes no rows, or cannot be read.
pub(super) fn write(statement: &Statement<'_>) -> Option<Write> {
    let mut reader = Reader { tokens: &statement.tokens, at: 0 };
    let with = reader.take(&["WITH"]);
    while with && !["INSERT", "REPLACE", "UPDATE", "DELETE"].iter().any(|verb| reader.is(verb)) {
        reader.skip()?;
    }
    if reader.take(&["DELETE", "FROM"]) {
        return Some(Write::Delete { table: reader.table()? });
    }
    if reader.take(&["UPDATE"]) {
        return update(&mut reader).map(Write::Update);
    }
    insert(&mut reader, with).map(Write::Insert)
}

/// The rows of a `CREATE TABLE … AS SELECT`.
pub(super) fn created_as(statement: &Statement<'_>) -> Option<Copy> {
    let at = statement.tokens.iter().position(|token| token.is("SELECT"))?;
    copy(&mut Reader { tokens: &statement.tokens, at })
}

/// The event that a `CREATE TRIGGER` waits for, in capitals.
pub(super) fn event_of_trigger<'s>(tokens: &[Token<'s>]) -> Option<&'s str> {
    let is_event = |token: &&Token<'_>| ["INSERT", "UPDATE", "DELETE"].iter().any(|event| token.is(event));
    tokens.iter().find(is_event).map(|token| token.text)
}

fn insert(reader: &mut Reader<'_, '_>, with: bool) -> Option<Insert> {
    let mut conflict = if reader.take(&["REPLACE"]) {
        Conflict::Replaces
    } else {
        reader.take(&["INSERT"]).then_some(())?;
        reader.conflict()
    };
    reader.take(&["INTO"]).then_some(())?;
    let table = reader.table()?;
    if reader.take(&["AS"]) {
        reader.name()?;
    }
    let columns = reader.names();
    if reader.upserts() {
        conflict = Conflict::Replaces;
    }
    let copy = copy(reader).map(|copy| Copy { whole: copy.whole && !with, ..copy });
    Some(Insert { table, conflict, columns, copy })
}

fn copy(reader: &mut Reader<'_, '_>) -> Option<Copy> {
    reader.take(&["SELECT"]).then_some(())?;
    let distinct = reader.take(&["DISTINCT"]);
    reader.take(&["ALL"]);
    let mut items = vec![Vec::new()];
    while !reader.is("FROM") {
        if reader.is_punct(",") {
            items.push(Vec::new());
            reader.at += 1;
        } else {
            let before = reader.at;
            reader.skip()?;
            items.last_mut()?.extend_from_slice(&reader.tokens[before..reader.at]);
        }
    }
    reader.take(&["FROM"]).then_some(())?;
    let source = reader.table()?;
    let clause = |reader: &Reader<'_, '_>| CLAUSES.iter().any(|clause| reader.is(clause));
    if reader.take(&["AS"]) || (!clause(reader) && reader.peek().is_some_and(is_name)) {
        reader.name()?;
    }
    let ends = reader.peek().is_none_or(|token| token.is_punct(";")) || reader.take(&["ORDER", "BY"]);
    let ordered = &reader.tokens[reader.at.min(reader.tokens.len())..];
    let whole = !distinct
        && ends
        && !ordered.iter().any(|token| ["LIMIT", "UNION"].iter().any(|word| token.is(word)))
        && items.iter().all(|item| is_of_one_row(item));
    Some(Copy { source, items: items.iter().map(|item| self::item(item)).collect(), whole })
}

/// What may follow the table of a `FROM` and is no name for it.
const CLAUSES: [&str; 17] = [
    "WHERE",
    "GROUP",
    "ORDER",
    "LIMIT",
    "JOIN",
    "LEFT",
    "RIGHT",
    "FULL",
    "INNER",
    "CROSS",
    "NATURAL",
    "UNION",
    "EXCEPT",
    "INTERSECT",
    "HAVING",
    "WINDOW",
    "ON",
];

/// Functions of one row, and words that may stand before a parenthesis; every other one may be an aggregate, and
/// then there is one row for many.
const SCALAR: [&str; 44] = [
    "ABS",
    "AND",
    "AS",
    "BETWEEN",
    "CASE",
    "CAST",
    "CHAR",
    "COALESCE",
    "DATE",
    "DATETIME",
    "ELSE",
    "FORMAT",
    "HEX",
    "IFNULL",
    "IIF",
    "IN",
    "INSTR",
    "JSON",
    "JSON_EXTRACT",
    "JULIANDAY",
    "LENGTH",
    "LIKE",
    "LOWER",
    "LTRIM",
    "NOT",
    "NULLIF",
    "OR",
    "PRINTF",
    "QUOTE",
    "RANDOMBLOB",
    "REPLACE",
    "ROUND",
    "RTRIM",
    "STRFTIME",
    "SUBSTR",
    "SUBSTRING",
    "THEN",
    "TIME",
    "TRIM",
    "TYPEOF",
    "UNICODE",
    "UNIXEPOCH",
    "UPPER",
    "WHEN",
];

fn is_of_one_row(item: &[Token<'_>]) -> bool {
    item.windows(2).all(|pair| {
        let called = is_name(&pair[0]) && pair[1].is_punct("(");
        let random = pair[0].is("RANDOM");
        !called || random || SCALAR.iter().any(|word| pair[0].is(word))
    })
}

fn item(tokens: &[Token<'_>]) -> Item {
    let (value, alias) = match tokens {
        [value @ .., by, alias] if by.is("AS") => (value, Some(alias)),
        [value @ .., end, alias] if is_name(alias) && !end.is_punct(".") => (&tokens[..=value.len()], Some(alias)),
        _ => (tokens, None),
    };
    let Some(name) = column(value).or_else(|| filled(value)) else {
        let all = value.last().is_some_and(|token| token.is_punct("*")) && matches!(value.len(), 1 | 3);
        return if all { Item::All } else { Item::Other };
    };
    let alias = alias.map_or_else(|| name.clone(), self::name);
    Item::Column { name, alias }
}

/// `column` or `table.column`.
fn column(tokens: &[Token<'_>]) -> Option<Name> {
    match tokens {
        [column] if is_name(column) && !column.is("NULL") => Some(name(column)),
        [table, dot, column] if is_name(table) && dot.is_punct(".") && is_name(column) => Some(name(column)),
        _ => None,
    }
}

/// `coalesce(column, …)` or `ifnull(column, …)`, which keeps every value.
fn filled(tokens: &[Token<'_>]) -> Option<Name> {
    let [function, open, inner @ .., close] = tokens else { return None };
    let fills = function.is("COALESCE") || function.is("IFNULL");
    let comma = inner.iter().position(|token| token.is_punct(","))?;
    (fills && open.is_punct("(") && close.is_punct(")")).then(|| column(&inner[..comma])).flatten()
}

fn update(reader: &mut Reader<'_, '_>) -> Option<Update> {
    let conflict = reader.conflict();
    let table = reader.table()?;
    while !reader.is("SET") {
        reader.skip()?;
    }
    reader.at += 1;
    let mut sets = Vec::new();
    loop {
        let names = match reader.names() {
            Some(names) => names,
            None => vec![reader.name()?],
        };
        reader.is_punct("=").then_some(())?;
        reader.at += 1;
        let start = reader.at;
        while reader.peek().is_some_and(|token| !token.is_punct(",") && !token.is_punct(";"))
            && !["WHERE", "FROM", "RETURNING", "ORDER", "LIMIT"].iter().any(|clause| reader.is(clause))
        {
            reader.skip()?;
        }
        let value = column(&reader.tokens[start..reader.at]).filter(|_| names.len() == 1);
        sets.extend(names.into_iter().map(|name| (name, value.clone())));
        if !reader.is_punct(",") {
            break;
        }
        reader.at += 1;
    }
    let rest = &reader.tokens[reader.at..];
    let is_null = |rest: &[Token<'_>]| match rest {
        [place, column @ .., is, null] if place.is("WHERE") && is.is("IS") && null.is("NULL") => self::column(column),
        _ => None,
    };
    let fills = sets.len() == 1 && is_null(rest).is_some_and(|name| name == sets[0].0);
    if !rest.is_empty() {
        // Not in every row.
        for (_, value) in &mut sets {
            *value = None;
        }
    }
    Some(Update { table, conflict, sets, fills })
}

fn is_name(token: &Token<'_>) -> bool {
    matches!(token.kind, TokenKind::Word | TokenKind::Quoted)
}

fn name(token: &Token<'_>) -> Name {
    Name::new(Dialect::Sqlite, &*token.value())
}

/// A place among the tokens of a statement.
struct Reader<'t, 's> {
    tokens: &'t [Token<'s>],
    at: usize,
}

impl<'t, 's> Reader<'t, 's> {
    fn peek(&self) -> Option<&'t Token<'s>> {
        self.tokens.get(self.at)
    }

    fn is(&self, word: &str) -> bool {
        self.peek().is_some_and(|token| token.is(word))
    }

    fn is_punct(&self, mark: &str) -> bool {
        self.peek().is_some_and(|token| token.is_punct(mark))
    }

    fn take(&mut self, words: &[&str]) -> bool {
        let follows = self.tokens[self.at..].iter().zip(words).filter(|(token, word)| token.is(word)).count();
        let taken = follows == words.len();
        self.at += if taken { follows } else { 0 };
        taken
    }

    /// Passes over a token, or over everything in parentheses.
    fn skip(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            let token = self.peek()?;
            self.at += 1;
            if token.is_punct("(") {
                depth += 1;
            } else if token.is_punct(")") {
                depth = depth.saturating_sub(1);
            }
            if depth == 0 {
                return Some(());
            }
        }
    }

    fn name(&mut self) -> Option<Name> {
        let token = self.peek().filter(|token| is_name(token) || token.kind == TokenKind::String)?;
        self.at += 1;
        Some(self::name(token))
    }

    /// A name, with a schema in front or not.
    fn table(&mut self) -> Option<Name> {
        let first = self.name()?;
        if self.is_punct(".") {
            self.at += 1;
            return self.name();
        }
        Some(first)
    }

    /// `(a, b)`.
    fn names(&mut self) -> Option<Vec<Name>> {
        self.is_punct("(").then_some(())?;
        self.at += 1;
        let mut names = vec![self.name()?];
        while self.is_punct(",") {
            self.at += 1;
            names.push(self.name()?);
        }
        self.is_punct(")").then_some(())?;
        self.at += 1;
        Some(names)
    }

    /// `OR REPLACE`.
    fn conflict(&mut self) -> Conflict {
        if !self.take(&["OR"]) {
            return Conflict::Unsaid;
        }
        let word = self.peek();
        self.at += 1;
        match word {
            Some(word) if word.is("REPLACE") => Conflict::Replaces,
            Some(word) if word.is("IGNORE") => Conflict::Ignores,
            _ => Conflict::Fails,
        }
    }

    /// Whether `ON CONFLICT … DO UPDATE` follows anywhere.
    fn upserts(&self) -> bool {
        self.tokens[self.at..].windows(2).any(|pair| pair[0].is("DO") && pair[1].is("UPDATE"))
    }
}

#[cfg(test)]
mod tests {
    use schema_core::token::statements;

    use super::*;

    fn read(sql: &str) -> Write {
        write(&statements(Dialect::Sqlite, sql)[0]).unwrap_or_else(|| panic!("{sql}"))
    }

    fn names(names: &[&str]) -> Vec<Name> {
        names.iter().map(|name| Name::new(Dialect::Sqlite, *name)).collect()
    }

    fn whole(sql: &str) -> bool {
        match read(sql) {
            Write::Insert(Insert { copy: Some(copy), .. }) => copy.whole,
            other => panic!("{sql}: {other:?}"),
        }
    }

    #[test]
    fn a_copy_has_every_row_or_may_not() {
        for sql in [
            "INSERT INTO n SELECT * FROM t",
            "INSERT INTO n (a, b) SELECT a, 'x' FROM t ORDER BY a",
            "INSERT OR ABORT INTO main.n (a) SELECT coalesce(a, 0) FROM main.t AS x",
            "INSERT INTO n SELECT a, CASE WHEN (b) THEN lower(b) ELSE random() END FROM t old;",
        ] {
            assert!(whole(sql), "{sql}");
        }
        for sql in [
            "INSERT INTO n SELECT DISTINCT a FROM t",
            "INSERT INTO n SELECT * FROM t WHERE a",
            "INSERT INTO n SELECT * FROM t LIMIT 3",
            "INSERT INTO n SELECT * FROM t ORDER BY a LIMIT 3",
            "INSERT INTO n SELECT a, max(b) FROM t",
            "INSERT INTO n SELECT own(b) FROM t",
            "INSERT INTO n SELECT * FROM t GROUP BY a",
            "INSERT INTO n SELECT * FROM t JOIN u",
            "INSERT INTO n SELECT * FROM t, u",
            "INSERT INTO n SELECT * FROM t LEFT JOIN u",
            "INSERT INTO n SELECT * FROM t x NATURAL JOIN u",
            "INSERT INTO n SELECT * FROM t UNION SELECT * FROM u",
            "WITH t AS (SELECT 1) INSERT INTO n SELECT * FROM t",
        ] {
            assert!(!whole(sql), "{sql}");
        }
    }

    #[test]
    fn what_is_selected() {
        let Write::Insert(insert) = read(
            "INSERT INTO n ( id, \"b\" ) SELECT t.id, ifnull(b, '') AS b2, [c] d, 'e', lower(f), x.*, NULL FROM t",
        ) else {
            panic!("an insert")
        };
        let [id, b, b2, c, d] = ["id", "b", "b2", "c", "d"].map(|name| Name::new(Dialect::Sqlite, name));
        assert_eq!(insert.columns, Some(names(&["id", "b"])));
        let column = |name: &Name, alias: &Name| Item::Column { name: name.clone(), alias: alias.clone() };
        let items =
            [column(&id, &id), column(&b, &b2), column(&c, &d), Item::Other, Item::Other, Item::All, Item::Other];
        assert_eq!(insert.copy.expect("a copy").items, items);
    }

    #[test]
    fn what_an_update_sets() {
        let update = |sql: &str| match read(sql) {
            Write::Update(update) => update,
            other => panic!("{sql}: {other:?}"),
        };
        let [a, b] = ["a", "b"].map(|name| Name::new(Dialect::Sqlite, name));
        assert_eq!(update("UPDATE t SET a = b").sets, [(a.clone(), Some(b.clone()))]);
        assert_eq!(update("UPDATE t SET a = b WHERE b > 0").sets, [(a.clone(), None)]);
        assert_eq!(update("UPDATE t SET (a, b) = (1, 2)").sets, [(a.clone(), None), (b.clone(), None)]);
        assert_eq!(update("UPDATE OR REPLACE t AS x SET a = f(1, 2), b = 3").conflict, Conflict::Replaces);
        assert!(update("UPDATE t SET a = '' WHERE a IS NULL").fills);
        assert!(!update("UPDATE t SET a = '' WHERE b IS NULL").fills);
        assert!(!update("UPDATE t SET a = '' WHERE a IS NULL OR 1").fills);
    }

    #[test]
    fn what_replaces() {
        for (sql, conflict) in [
            ("INSERT INTO t VALUES (1)", Conflict::Unsaid),
            ("INSERT OR IGNORE INTO t VALUES (1)", Conflict::Ignores),
            ("INSERT OR ROLLBACK INTO t VALUES (1)", Conflict::Fails),
            ("REPLACE INTO t VALUES (1)", Conflict::Replaces),
            ("WITH a AS (DELETE) INSERT OR REPLACE INTO t (a) SELECT 1", Conflict::Replaces),
            ("INSERT INTO t VALUES (1) ON CONFLICT (a) DO UPDATE SET b = 2", Conflict::Replaces),
            ("INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING", Conflict::Unsaid),
        ] {
            let Write::Insert(insert) = read(sql) else { panic!("{sql}") };
            assert_eq!(insert.conflict, conflict, "{sql}");
        }
        assert_eq!(
            read("WITH x AS (SELECT 1) DELETE FROM main.t WHERE a"),
            Write::Delete { table: names(&["t"]).remove(0) }
        );
    }
}
