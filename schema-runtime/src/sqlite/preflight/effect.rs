//! What the statements of a migration do to rows before a rule is enforced on them.

use std::collections::BTreeSet;

use schema_core::sqlite::statement::{AlterAction, StatementKind, changed_table, classify};
use schema_core::token::{Statement, Token, TokenKind, statements};
use schema_core::{Dialect, Name};

/// What a migration does to the rows that it finds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Effect {
    /// It may change rows, so that those which break a rule now may not when the rule comes.
    pub(crate) mends: bool,
    /// The tables whose rows are gone when it ends.
    pub(crate) emptied: BTreeSet<Name>,
}

/// Reads what a migration does to rows. A rebuild that copies the columns as they are mends nothing.
pub(crate) fn effect(sql: &str) -> Effect {
    let mut reader = Reader::default();
    for statement in &statements(Dialect::Sqlite, sql) {
        reader.read(statement);
    }
    reader.effect
}

/// The tables that may have others in their place afterwards.
pub(crate) fn replaced(sql: &str) -> BTreeSet<Name> {
    let name = |statement: &Statement<'_>| match classify(statement) {
        StatementKind::DropTable { name } => Some(name),
        StatementKind::AlterTable { table, action: AlterAction::RenameTo(_) } => Some(table),
        _ => None,
    };
    statements(Dialect::Sqlite, sql).iter().filter_map(name).collect()
}

#[derive(Default)]
struct Reader {
    effect: Effect,
    /// The tables that the migration creates.
    created: BTreeSet<Name>,
    /// The names that its copies mention.
    copied: BTreeSet<Name>,
}

impl Reader {
    fn read(&mut self, statement: &Statement<'_>) {
        match classify(statement) {
            StatementKind::CreateTable { name, as_select, .. } => {
                self.created.insert(name);
                if as_select {
                    self.copies(statement);
                }
            }
            StatementKind::DropTable { name } => {
                let is_own = self.created.remove(&name);
                if !is_own && !self.copied.contains(&name) {
                    self.effect.emptied.insert(name);
                }
            }
            StatementKind::AlterTable { table, action } => match action {
                AlterAction::RenameTo(name) if self.created.remove(&table) => {
                    self.created.insert(name);
                }
                AlterAction::RenameTo(_) | AlterAction::RenameColumn { .. } => self.effect.mends = true,
                _ => {}
            },
            StatementKind::Insert
                if is_copy(statement) || changed_table(statement).is_some_and(|name| is_counter(&name)) =>
            {
                self.copies(statement);
            }
            StatementKind::Insert => {
                self.copies(statement);
                // A guard against settings, in a table that is there for nothing else.
                let is_guard = changed_table(statement).is_some_and(|name| self.created.contains(&name));
                self.effect.mends |= !(is_guard && reads_pragma(statement));
            }
            StatementKind::Update | StatementKind::Delete => {
                self.effect.mends |= !changed_table(statement).is_some_and(|name| is_counter(&name));
            }
            StatementKind::Other => self.effect.mends = true,
            _ => {}
        }
    }

    /// Notes which tables the rows may come from.
    fn copies(&mut self, statement: &Statement<'_>) {
        let names = statement.tokens.iter().filter(|token| matches!(token.kind, TokenKind::Word | TokenKind::Quoted));
        self.copied.extend(names.map(name));
    }
}

fn reads_pragma(statement: &Statement<'_>) -> bool {
    statement.tokens.iter().any(|token| token.text.to_ascii_lowercase().starts_with("pragma_"))
}

fn name(token: &Token<'_>) -> Name {
    Name::new(Dialect::Sqlite, &*token.value())
}

/// The counters of AUTOINCREMENT, which no rule is about.
fn is_counter(name: &Name) -> bool {
    name.is("sqlite_sequence")
}

/// `INSERT INTO a (x, y) SELECT x, y FROM b`: the rows as they are.
fn is_copy(statement: &Statement<'_>) -> bool {
    let tokens = &statement.tokens;
    let Some(open) = tokens.iter().position(|token| token.is_punct("(")) else { return false };
    let Some(close) = tokens.iter().position(|token| token.is_punct(")")) else { return false };
    let columns = |tokens: &[Token<'_>]| -> Option<Vec<Name>> {
        let is_name = |token: &Token<'_>| matches!(token.kind, TokenKind::Word | TokenKind::Quoted);
        let parts = tokens.split(|token| token.is_punct(","));
        parts.map(|part| if let [one] = part { is_name(one).then(|| name(one)) } else { None }).collect()
    };
    let rest = &tokens[close + 1..];
    let (Some(select), Some(from)) = (rest.first(), rest.iter().position(|token| token.is("FROM"))) else {
        return false;
    };
    let end: Vec<&Token<'_>> = rest[from + 1..].iter().filter(|token| !token.is_punct(";")).collect();
    select.is("SELECT")
        && open < close
        && end.len() == 1
        && columns(&tokens[open + 1..close]).is_some_and(|into| columns(&rest[1..from]) == Some(into))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(sql: &str) -> (bool, Vec<String>) {
        let effect = effect(sql);
        (effect.mends, effect.emptied.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn ddl_mends_nothing() {
        let sql = "BEGIN; PRAGMA foreign_keys = OFF; CREATE UNIQUE INDEX i ON a (b); ALTER TABLE a ADD COLUMN c;
            ALTER TABLE a DROP COLUMN c; SELECT 1; COMMIT";
        assert_eq!(of(sql), (false, vec![]));
    }

    #[test]
    fn a_rebuild_that_copies_mends_nothing() {
        let rebuild = |copy: &str| {
            of(&format!(
                "CREATE TABLE guard (x CHECK (x = 0)); INSERT INTO guard SELECT foreign_keys FROM pragma_foreign_keys;
                 DROP TABLE guard; CREATE TABLE new_a (id INTEGER PRIMARY KEY, \"b c\"); {copy};
                 INSERT INTO sqlite_sequence (name, seq) SELECT 'new_a', seq FROM sqlite_sequence WHERE name = 'a';
                 DELETE FROM sqlite_sequence WHERE name = 'x'; DROP TABLE a; ALTER TABLE new_a RENAME TO a"
            ))
        };
        assert_eq!(rebuild("INSERT OR ABORT INTO new_a (id, \"b c\") SELECT id, [b c] FROM a"), (false, vec![]));
        for copy in [
            "INSERT INTO new_a (id, \"b c\") SELECT id, coalesce(\"b c\", 0) FROM a",
            "INSERT INTO new_a (id, \"b c\") SELECT \"b c\", id FROM a",
            "INSERT INTO new_a (id) SELECT id FROM a WHERE id > 1",
            "INSERT INTO new_a SELECT * FROM a",
            "WITH x AS (SELECT 1) INSERT INTO new_a SELECT * FROM a",
        ] {
            assert_eq!(rebuild(copy), (true, rebuild(copy).1), "{copy}");
        }
    }

    #[test]
    fn a_table_that_nothing_is_copied_from_is_emptied() {
        assert_eq!(of("DROP TABLE a; CREATE TABLE a (b)"), (false, vec!["a".to_owned()]));
        assert_eq!(of("CREATE TABLE kept AS SELECT * FROM a; DROP TABLE a").1, Vec::<String>::new());
    }

    #[test]
    fn statements_on_rows_may_mend() {
        for sql in [
            "UPDATE a SET b = 1",
            "DELETE FROM a",
            "INSERT INTO a VALUES (1)",
            "REPLACE INTO a VALUES (1)",
            "ALTER TABLE a RENAME TO b",
            "ALTER TABLE a RENAME COLUMN b TO c",
        ] {
            assert!(of(sql).0, "{sql}");
        }
    }
}
