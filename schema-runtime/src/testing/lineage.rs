//! Where the rows of each table are after some migrations: followed through renames and copies, with what the
//! migrations change about them on purpose.

use std::collections::{BTreeMap, BTreeSet};

use schema_core::sqlite::statement::{AlterAction, StatementKind, classify};
use schema_core::token::{Statement, Token, TokenKind, statements};
use schema_core::{Dialect, Inspection, Migration, Name, Place, UnmanagedKind};

/// The rows of a table from before, in the table that has them now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Holder {
    /// The table that had them before.
    pub(super) from: Name,
    /// The columns of now, and what each was called before.
    pub(super) columns: BTreeMap<Name, Name>,
    /// Columns of now whose values a statement changes.
    pub(super) changed: BTreeSet<Name>,
    /// Whether a statement adds rows.
    pub(super) grows: bool,
    /// Whether a statement takes rows away.
    pub(super) shrinks: bool,
    /// The statements that do so, by their place.
    pub(super) on_purpose: Vec<String>,
    /// The last statement that copied the rows from a table into another one.
    pub(super) copy: Option<(Place, String)>,
}

/// Where the rows are.
#[derive(Clone, Debug, Default)]
pub(super) struct Lineage {
    /// By the table that has them now.
    pub(super) holders: BTreeMap<Name, Holder>,
    /// Tables whose rows are in no table any more, and the statement that dropped them.
    pub(super) dropped: BTreeMap<Name, (Place, String)>,
    /// The files of the migrations that make a table of a name again after it was dropped.
    remade: BTreeMap<Name, String>,
    /// The triggers that any version has: the table, and every name in the text.
    triggers: Vec<(Name, BTreeSet<Name>)>,
}

impl Lineage {
    /// Every table has its own rows.
    pub(super) fn of(schema: &Inspection) -> Lineage {
        let mut lineage = Lineage::default();
        for table in schema.schema.tables.values() {
            let columns = table.columns.iter().map(|column| (column.name.clone(), column.name.clone())).collect();
            lineage.holders.insert(table.name.name.clone(), Holder::new(table.name.name.clone(), columns));
        }
        for trigger in schema.unmanaged.iter().filter(|object| object.kind == UnmanagedKind::Trigger) {
            if let (Some(table), Some(sql)) = (&trigger.table, &trigger.sql) {
                lineage.triggers.push((table.clone(), names(&schema_core::token::tokens(Dialect::Sqlite, sql))));
            }
        }
        lineage
    }

    /// The statement that dropped a table which the same migration made again, without its rows.
    pub(super) fn emptied(&self, table: &Name) -> Option<&(Place, String)> {
        let dropped = self.dropped.get(table)?;
        (self.remade.get(table).map(String::as_str) == Some(&*dropped.0.file)).then_some(dropped)
    }

    /// Follows a migration.
    pub(super) fn follow(&mut self, migration: &Migration) {
        for statement in statements(Dialect::Sqlite, &migration.sql) {
            let place = Place::at(&migration.file, &migration.sql, statement.offset);
            self.step(&statement, place);
        }
    }

    fn step(&mut self, statement: &Statement<'_>, place: Place) {
        let at = (place, statement.text.to_owned());
        match classify(statement) {
            StatementKind::AlterTable { table, action } => {
                if let AlterAction::RenameTo(to) = &action {
                    self.remade.insert(to.clone(), at.0.file.to_string());
                }
                self.alter(&table, action);
            }
            StatementKind::DropTable { name } => {
                let Some(holder) = self.holders.remove(&name) else { return };
                if !self.holders.values().any(|other| other.from == holder.from) {
                    self.dropped.insert(holder.from, at);
                }
            }
            StatementKind::CreateTable { name, as_select, .. } => {
                self.remade.insert(name.clone(), at.0.file.to_string());
                if as_select {
                    self.copy(statement, name, &[], at);
                }
            }
            StatementKind::CreateTrigger { table, .. } => self.triggers.push((table, names(&statement.tokens))),
            kind @ (StatementKind::Insert | StatementKind::Update | StatementKind::Delete) => {
                self.write(&kind, statement, at);
            }
            _ => {}
        }
    }

    fn alter(&mut self, table: &Name, action: AlterAction) {
        if let AlterAction::RenameTo(to) = action {
            if let Some(holder) = self.holders.remove(table) {
                self.holders.insert(to, holder);
            }
            return;
        }
        let Some(holder) = self.holders.get_mut(table) else { return };
        match action {
            AlterAction::RenameColumn { from, to } => {
                if let Some(before) = holder.columns.remove(&from) {
                    holder.columns.insert(to.clone(), before);
                }
                if holder.changed.remove(&from) {
                    holder.changed.insert(to);
                }
            }
            AlterAction::DropColumn(column) => {
                holder.columns.remove(&column);
            }
            _ => {}
        }
    }

    /// A statement that writes rows.
    fn write(&mut self, kind: &StatementKind, statement: &Statement<'_>, at: (Place, String)) {
        let Some((verb, table, rest)) = target(&statement.tokens) else { return };
        for mentioned in self.triggered(&table) {
            if let Some(holder) = self.holders.get_mut(&mentioned) {
                holder.changes_freely(&at.0);
            }
        }
        let replaces =
            verb.is("REPLACE") || statement.tokens.iter().any(|token| token.is("REPLACE") || token.is("CONFLICT"));
        match (kind, self.holders.get_mut(&table)) {
            (StatementKind::Insert, None) => {
                let columns = list(rest);
                self.copy(statement, table, &columns, at);
            }
            (StatementKind::Insert, Some(holder)) if !replaces => {
                holder.grows = true;
                holder.note(&at.0);
            }
            (StatementKind::Update, Some(holder)) => {
                match assigned(rest).filter(|_| !statement.tokens.iter().any(|token| token.is("OR"))) {
                    Some(columns) => holder.changed.extend(columns),
                    None => holder.changes_freely(&at.0),
                }
                holder.note(&at.0);
            }
            (StatementKind::Delete, Some(holder)) => {
                holder.shrinks = true;
                holder.note(&at.0);
            }
            (_, Some(holder)) => holder.changes_freely(&at.0),
            (_, None) => {}
        }
    }

    /// The tables that the triggers on a table write to, or may.
    fn triggered(&self, table: &Name) -> Vec<Name> {
        let of_table = self.triggers.iter().filter(|(on, _)| on == table);
        of_table.flat_map(|(_, names)| names.iter().filter(|name| self.holders.contains_key(*name)).cloned()).collect()
    }

    /// `INSERT INTO table (columns) SELECT … FROM source`: a table without rows of before gets those of another.
    fn copy(&mut self, statement: &Statement<'_>, table: Name, columns: &[Name], at: (Place, String)) {
        let tokens = &statement.tokens;
        let Some(select) = tokens.iter().position(|token| token.is("SELECT")) else { return };
        let (items, source, alias_of_source) = selected(&tokens[select + 1..]);
        let Some(holder) = source.as_ref().and_then(|source| self.holders.get(source)) else { return };
        let mut new = Holder { columns: BTreeMap::new(), changed: BTreeSet::new(), copy: Some(at), ..holder.clone() };
        let all = items.len() == 1 && items[0].len() == 1 && items[0][0].is_punct("*");
        let (columns, items): (Vec<Name>, Vec<Option<Name>>) = if all {
            // Both have their columns in the same order, or the statement would mix them up.
            let names: Vec<_> = holder.columns.keys().cloned().collect();
            (names.clone(), names.into_iter().map(Some).collect())
        } else {
            let own = [source.as_ref(), alias_of_source.as_ref()];
            let plain: Vec<_> = items.iter().map(|item| plain(item, own)).collect();
            let named = items.iter().zip(&plain).map(|(item, plain)| alias(item).or_else(|| plain.clone()));
            let named: Option<Vec<_>> = if columns.is_empty() { named.collect() } else { Some(columns.to_vec()) };
            (named.unwrap_or_default(), plain)
        };
        for (column, item) in columns.into_iter().zip(items) {
            let before = item.as_ref().and_then(|item| holder.columns.get(item));
            if let (Some(before), Some(item)) = (before, item) {
                if holder.changed.contains(&item) {
                    new.changed.insert(column.clone());
                }
                new.columns.insert(column, before.clone());
            }
        }
        self.holders.insert(table, new);
    }
}

impl Holder {
    fn new(from: Name, columns: BTreeMap<Name, Name>) -> Holder {
        Holder {
            from,
            columns,
            changed: BTreeSet::new(),
            grows: false,
            shrinks: false,
            on_purpose: Vec::new(),
            copy: None,
        }
    }

    fn changes_freely(&mut self, place: &Place) {
        (self.grows, self.shrinks) = (true, true);
        self.note(place);
    }

    fn note(&mut self, place: &Place) {
        let place = place.to_string();
        if self.on_purpose.last() != Some(&place) {
            self.on_purpose.push(place);
        }
    }
}

fn name(token: &Token<'_>) -> Option<Name> {
    let is_name = matches!(token.kind, TokenKind::Word | TokenKind::Quoted | TokenKind::String);
    is_name.then(|| Name::new(Dialect::Sqlite, token.value().as_ref()))
}

fn names(tokens: &[Token<'_>]) -> BTreeSet<Name> {
    tokens.iter().filter_map(name).collect()
}

/// The verb, the table and what follows it, of a statement that writes rows; behind the common table expressions.
fn target<'t, 'a>(tokens: &'t [Token<'a>]) -> Option<(&'t Token<'a>, Name, &'t [Token<'a>])> {
    let verbs = ["INSERT", "REPLACE", "UPDATE", "DELETE"];
    let at = outer(tokens).find(|at| verbs.iter().any(|verb| tokens[*at].is(verb)))?;
    let mut next = at + 1;
    while let Some(token) = tokens.get(next) {
        match () {
            () if token.is("OR") => next += 2,
            () if token.is("INTO") || token.is("FROM") => next += 1,
            () => break,
        }
    }
    if tokens.get(next + 1).is_some_and(|token| token.is_punct(".")) {
        next += 2;
    }
    Some((&tokens[at], name(tokens.get(next)?)?, &tokens[next + 1..]))
}

/// The tokens outside all parentheses.
fn outer<'t>(tokens: &'t [Token<'_>]) -> impl Iterator<Item = usize> + 't {
    let mut depth = 0_usize;
    (0..tokens.len()).filter(move |at| {
        if tokens[*at].is_punct("(") {
            depth += 1;
        } else if tokens[*at].is_punct(")") {
            depth = depth.saturating_sub(1);
        }
        depth == 0
    })
}

/// The names in the parentheses that come next.
fn list(tokens: &[Token<'_>]) -> Vec<Name> {
    let Some(open) = tokens.first().filter(|token| token.is_punct("(")) else { return Vec::new() };
    let inside = tokens.iter().skip_while(|token| token.offset <= open.offset).take_while(|token| !token.is_punct(")"));
    inside.filter_map(name).collect()
}

/// The items of a SELECT, and the table that it reads first, with what it is called there.
fn selected<'t, 'a>(tokens: &'t [Token<'a>]) -> (Vec<&'t [Token<'a>]>, Option<Name>, Option<Name>) {
    const BEHIND: [&str; 11] =
        ["WHERE", "JOIN", "LEFT", "INNER", "CROSS", "NATURAL", "GROUP", "ORDER", "LIMIT", "UNION", "FULL"];
    let outer: Vec<usize> = outer(tokens).collect();
    let from = outer.iter().copied().find(|at| tokens[*at].is("FROM")).unwrap_or(tokens.len());
    let mut items = Vec::new();
    let mut start = usize::from(tokens.first().is_some_and(|token| token.is("DISTINCT") || token.is("ALL")));
    for comma in outer.into_iter().filter(|at| *at < from && tokens[*at].is_punct(",")).chain([from]) {
        items.push(tokens.get(start..comma).unwrap_or_default());
        start = comma + 1;
    }
    let qualified = tokens.get(from + 2).is_some_and(|token| token.is_punct("."));
    let at = from + if qualified { 3 } else { 1 };
    let source = tokens.get(at).and_then(name);
    let behind = at + 1 + usize::from(tokens.get(at + 1).is_some_and(|token| token.is("AS")));
    let called = tokens.get(behind).filter(|token| !BEHIND.iter().any(|word| token.is(word))).and_then(name);
    (items, source, called)
}

/// The column of a table, by its names, that an item of a SELECT is, where it is nothing more.
fn plain(item: &[Token<'_>], table: [Option<&Name>; 2]) -> Option<Name> {
    match item {
        [column] if column.kind != TokenKind::String => name(column),
        [of, dot, column] if dot.is_punct(".") => {
            let of = name(of);
            name(column).filter(|_| table.contains(&of.as_ref()))
        }
        [rest @ .., word, _] if word.is("AS") => plain(rest, table),
        _ => None,
    }
}

fn alias(item: &[Token<'_>]) -> Option<Name> {
    match item {
        [.., word, alias] if word.is("AS") => name(alias),
        _ => None,
    }
}

/// The columns that an UPDATE assigns.
fn assigned(tokens: &[Token<'_>]) -> Option<Vec<Name>> {
    let set = tokens.iter().position(|token| token.is("SET"))?;
    let tokens = &tokens[set + 1..];
    let outer: Vec<usize> = outer(tokens).collect();
    let ends = |at: &&usize| ["WHERE", "FROM", "RETURNING"].iter().any(|word| tokens[**at].is(word));
    let end = outer.iter().find(ends).copied().unwrap_or(tokens.len());
    let mut columns = Vec::new();
    let mut starts = vec![0];
    starts.extend(outer.iter().filter(|at| **at < end && tokens[**at].is_punct(",")).map(|at| at + 1));
    for start in starts {
        let first = tokens.get(start)?;
        if first.is_punct("(") {
            columns.extend(list(&tokens[start..]));
        } else {
            columns.push(name(first)?);
        }
    }
    Some(columns)
}

#[cfg(test)]
mod tests {
    use super::*;
    use schema_core::checksum;

    fn follow(before: &[&str], sql: &'static str) -> Lineage {
        let rows: Vec<_> = before
            .iter()
            .map(|sql| schema_core::sqlite::read::CatalogueRow {
                kind: if sql.starts_with("CREATE TABLE") { "table" } else { "trigger" }.into(),
                name: sql.split([' ', '(']).nth(2).unwrap_or_default().into(),
                table: sql
                    .split([' ', '('])
                    .nth(if sql.starts_with("CREATE TABLE") { 2 } else { 6 })
                    .unwrap_or_default()
                    .into(),
                sql: Some((*sql).into()),
            })
            .collect();
        let mut lineage = Lineage::of(&schema_core::sqlite::read::catalogue(&rows));
        lineage.follow(&Migration {
            version: "2".into(),
            name: "two".into(),
            file: "migrations/2_two.sql".into(),
            sql: sql.into(),
            checksum: checksum(Dialect::Sqlite, sql).into(),
            no_transaction: false,
        });
        lineage
    }

    /// Each table: whose rows it has, its columns with their names before, and what may have changed.
    fn told(lineage: &Lineage) -> Vec<String> {
        let tell = |(name, holder): (&Name, &Holder)| {
            let columns: Vec<_> = holder.columns.iter().map(|(now, before)| format!("{now}={before}")).collect();
            let changed: Vec<_> = holder.changed.iter().map(Name::as_str).collect();
            let marks = [if holder.grows { "+" } else { "" }, if holder.shrinks { "-" } else { "" }].concat();
            format!("{name}<{} {} [{}]{marks}", holder.from, columns.join(" "), changed.join(" "))
        };
        lineage.holders.iter().map(tell).collect()
    }

    #[test]
    fn a_rebuild_keeps_the_rows() {
        let before = ["CREATE TABLE a (x, y, z)"];
        let sql = "CREATE TABLE new_a (x, w NOT NULL, z);
            INSERT INTO main.new_a (x, w, z) SELECT a.x, y, coalesce(z, 0) FROM a; DROP TABLE a; ALTER TABLE new_a RENAME TO a";
        let lineage = follow(&before, sql);
        assert_eq!(told(&lineage), ["a<a w=y x=x []"]);
        assert_eq!(lineage.holders.values().next().unwrap().copy.as_ref().unwrap().0.line, 2);
        assert!(lineage.dropped.is_empty());
        let joined = "CREATE TABLE b (x, y); INSERT INTO b (x, y) SELECT o.x, p.y FROM a AS o JOIN a p ON o.z = p.z";
        assert_eq!(told(&follow(&before, joined))[1], "b<a x=x []");
        let all = follow(&before, "CREATE TABLE b (x, y, z); INSERT INTO b SELECT * FROM a; DROP TABLE a");
        assert_eq!(told(&all), ["b<a x=x y=y z=z []"]);
    }

    #[test]
    fn a_table_that_is_dropped_has_no_holder() {
        let lineage = follow(&["CREATE TABLE a (x)"], "DROP TABLE a; CREATE TABLE a (x)");
        assert_eq!(told(&lineage), [""; 0]);
        assert_eq!(lineage.dropped.keys().map(Name::as_str).collect::<Vec<_>>(), ["a"]);
    }

    #[test]
    fn what_statements_do_is_on_purpose() {
        let before = ["CREATE TABLE a (x, y, z)", "CREATE TABLE b (n)", "CREATE TABLE c (n)"];
        let sql = "WITH t AS (SELECT 1) UPDATE a SET x = (SELECT max(n), 2 FROM b), (y) = (1) WHERE z = 2;
            ALTER TABLE a RENAME COLUMN x TO w; DELETE FROM b; INSERT INTO c VALUES (1)";
        assert_eq!(told(&follow(&before, sql)), ["a<a w=x y=y z=z [w y]", "b<b n=n []-", "c<c n=n []+"]);
        let replace = follow(&before, "INSERT OR REPLACE INTO c VALUES (1)");
        assert_eq!(told(&replace)[2], "c<c n=n []+-");
    }

    #[test]
    fn what_triggers_write_is_on_purpose() {
        let trigger = "CREATE TRIGGER t AFTER UPDATE ON a BEGIN DELETE FROM b; END";
        let lineage = follow(&["CREATE TABLE a (x)", "CREATE TABLE b (n)", trigger], "UPDATE a SET x = 1");
        assert_eq!(told(&lineage), ["a<a x=x [x]+-", "b<b n=n []+-"]);
    }
}
