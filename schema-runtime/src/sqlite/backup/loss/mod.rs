//! What of a database would be lost by running some SQL: rows and values that are in no table afterwards.
//!
//! The statements are followed one by one, and with them where the rows of every table go. A rebuild that copies
//! all rows and all columns loses nothing, and neither does a column that is added and filled. Whatever is not
//! certain counts as a loss: it costs a backup that nobody needed.

mod read;
mod shape;

use std::collections::BTreeMap;

use rusqlite::Connection;
use schema_core::sqlite::statement::{AlterAction, StatementKind, classify};
use schema_core::token::{Statement, statements, tokens};
use schema_core::{Affinity, ColumnValue, Dialect, Name};

use read::{Conflict, Copy, Insert, Item, Update, Write};
use shape::{Column, Shape};

/// What would be lost, a line each: ``table `tokens` is dropped (5 rows)``. Tables without rows lose nothing.
/// Nothing is written, and a table is only counted when something of it is lost.
pub(crate) fn losses(db: &Connection, scripts: &[&str]) -> rusqlite::Result<Vec<String>> {
    let mut fold = Fold { db, origins: Vec::new(), tables: BTreeMap::new(), others: Vec::new() };
    for statement in scripts.iter().flat_map(|sql| statements(Dialect::Sqlite, sql)) {
        fold.follow(&statement)?;
    }
    fold.lost()
}

/// The same for scripts of which each is a change of its own: what is lost by each of them. The rows that one of
/// them brings along are none that were there.
pub(crate) fn losses_of_each(db: &Connection, scripts: &[&str]) -> rusqlite::Result<Vec<Vec<String>>> {
    let mut fold = Fold { db, origins: Vec::new(), tables: BTreeMap::new(), others: Vec::new() };
    let mut each = Vec::new();
    for sql in scripts {
        for statement in statements(Dialect::Sqlite, sql) {
            fold.follow(&statement)?;
        }
        each.push(fold.lost()?);
        fold.start_anew();
    }
    Ok(each)
}

/// A table that there is at first.
struct Origin {
    name: Name,
    /// The tables of the database whose rows it has.
    rows_of: Vec<Name>,
    /// Its columns, without those that are computed.
    columns: Vec<Column>,
}

/// A table as it is after the statements so far.
struct Table {
    shape: Shape,
    /// The one of the database that it was.
    origin: Option<usize>,
    temporary: bool,
    /// The rows of the database that it has.
    held: Vec<Held>,
}

/// The rows of a table of the database, in some table.
#[derive(Clone)]
struct Held {
    origin: usize,
    /// Why not all of them may be there.
    gap: Option<Gap>,
    /// Where the values of each column are.
    values: Vec<Values>,
}

#[derive(Clone)]
struct Values {
    columns: Vec<Name>,
    /// Why they are nowhere.
    gap: Option<Gap>,
}

#[derive(Clone)]
enum Gap {
    Deleted,
    Replaced,
    LeftOut,
    Dropped,
    Overwritten,
    Converted(Affinity, Affinity),
}

struct Fold<'c> {
    db: &'c Connection,
    origins: Vec<Origin>,
    /// The tables that were mentioned, and whether they exist.
    tables: BTreeMap<Name, Option<Table>>,
    /// What is lost, or may be, in another way.
    others: Vec<(Name, String)>,
}

impl Fold<'_> {
    fn follow(&mut self, statement: &Statement<'_>) -> rusqlite::Result<()> {
        match classify(statement) {
            StatementKind::CreateTable { name, temporary, as_select, .. } => {
                self.create(statement, name, temporary, as_select)?;
            }
            StatementKind::CreateVirtualTable { name } => self.add(name, Shape::default(), false, Vec::new())?,
            StatementKind::DropTable { name } => {
                self.table(&name)?;
                self.tables.insert(name, None);
            }
            StatementKind::AlterTable { table, action } => self.alter(&table, action)?,
            StatementKind::Insert | StatementKind::Update | StatementKind::Delete => match read::write(statement) {
                Some(Write::Insert(insert)) => self.insert(insert)?,
                Some(Write::Update(update)) => self.update(update)?,
                Some(Write::Delete { table }) => self.delete(&table)?,
                None => {}
            },
            _ => {}
        }
        Ok(())
    }

    /// A table by its name now.
    fn table(&mut self, name: &Name) -> rusqlite::Result<Option<&mut Table>> {
        if !self.tables.contains_key(name) {
            let found = if is_internal(name) { None } else { Shape::found(self.db, name)? };
            let table = found.map(|(name, shape)| self.original(name, shape));
            self.tables.insert(name.clone(), table);
        }
        Ok(self.tables.get_mut(name).and_then(Option::as_mut))
    }

    fn original(&mut self, name: Name, shape: Shape) -> Table {
        let origin = self.origins.len();
        let columns: Vec<Column> = shape.written().cloned().collect();
        let held = Held::all(origin, &columns);
        self.origins.push(Origin { rows_of: vec![name.clone()], name, columns });
        Table { shape, origin: Some(origin), temporary: false, held: vec![held] }
    }

    /// Takes the tables as they are now for those that there are at first.
    fn start_anew(&mut self) {
        let before = std::mem::take(&mut self.origins);
        self.others.clear();
        for (name, table) in &mut self.tables {
            let Some(table) = table else { continue };
            let columns: Vec<Column> = table.shape.written().cloned().collect();
            let mut rows_of = Vec::new();
            for held in &table.held {
                rows_of.extend(before[held.origin].rows_of.iter().cloned());
            }
            let origin = self.origins.len();
            table.held = vec![Held::all(origin, &columns)];
            table.origin = Some(origin);
            self.origins.push(Origin { name: name.clone(), rows_of, columns });
        }
    }

    fn create(
        &mut self,
        statement: &Statement<'_>,
        name: Name,
        temporary: bool,
        as_select: bool,
    ) -> rusqlite::Result<()> {
        if !as_select {
            return self.add(name.clone(), Shape::created(statement.text, &name), temporary, Vec::new());
        }
        let copy = read::created_as(statement);
        let (shape, held) = match &copy {
            Some(copy) => self.selected(copy)?,
            None => (Shape::default(), Vec::new()),
        };
        self.add(name, shape, temporary, held)
    }

    /// Adds a table, unless it is there: then it was `IF NOT EXISTS`, or fails.
    fn add(&mut self, name: Name, shape: Shape, temporary: bool, held: Vec<Held>) -> rusqlite::Result<()> {
        if self.table(&name)?.is_none() {
            self.tables.insert(name, Some(Table { shape, origin: None, temporary, held }));
        }
        Ok(())
    }

    /// The columns and the rows of a `CREATE TABLE … AS SELECT`, which keeps the affinity of columns.
    fn selected(&mut self, copy: &Copy) -> rusqlite::Result<(Shape, Vec<Held>)> {
        let Some(source) = self.table(&copy.source)? else { return Ok((Shape::default(), Vec::new())) };
        let mut columns = Vec::new();
        let mut pairs = Vec::new();
        for item in &copy.items {
            match item {
                Item::All => columns.extend(source.shape.columns.iter().map(|column| {
                    pairs.push((column.name.clone(), column.name.clone()));
                    Column { computed: false, ..column.clone() }
                })),
                Item::Column { name, alias } => {
                    if let Some(column) = source.shape.column(name) {
                        pairs.push((name.clone(), alias.clone()));
                        columns.push(Column { name: alias.clone(), affinity: column.affinity, computed: false });
                    }
                }
                Item::Other => {}
            }
        }
        let shape = Shape { columns, passes_over: false };
        let held = copied(source, &shape, &pairs, copy.whole);
        Ok((shape, held))
    }

    fn insert(&mut self, insert: Insert) -> rusqlite::Result<()> {
        if is_internal(&insert.table) {
            return Ok(());
        }
        self.fire(&insert.table, "INSERT")?;
        let Some(target) = self.table(&insert.table)? else { return Ok(()) };
        let unsaid = insert.conflict == Conflict::Unsaid;
        let passes_over = target.shape.passes_over && unsaid;
        if insert.conflict == Conflict::Replaces || passes_over {
            target.held.iter_mut().for_each(|held| held.gap = Some(Gap::Replaced));
        }
        let whole = !passes_over && (unsaid || insert.conflict == Conflict::Fails);
        let shape = target.shape.clone();
        let names = insert.columns.unwrap_or_else(|| shape.written().map(|column| column.name.clone()).collect());
        let Some(copy) = insert.copy else { return Ok(()) };
        let Some(source) = self.table(&copy.source)? else { return Ok(()) };
        let selected: Vec<Option<Name>> = copy
            .items
            .iter()
            .flat_map(|item| match item {
                Item::All => source.shape.columns.iter().map(|column| Some(column.name.clone())).collect(),
                Item::Column { name, .. } => vec![Some(name.clone())],
                Item::Other => vec![None],
            })
            .collect();
        let pairs: Vec<(Name, Name)> =
            selected.into_iter().zip(names).filter_map(|(from, into)| Some((from?, into))).collect();
        let held = copied(source, &shape, &pairs, copy.whole && whole);
        if let Some(target) = self.table(&insert.table)? {
            target.held.extend(held);
        }
        Ok(())
    }

    fn update(&mut self, update: Update) -> rusqlite::Result<()> {
        self.fire(&update.table, "UPDATE")?;
        let Some(table) = self.table(&update.table)? else { return Ok(()) };
        let Table { shape, held, .. } = table;
        for held in held {
            if update.conflict == Conflict::Replaces || (shape.passes_over && update.conflict == Conflict::Unsaid) {
                held.gap = Some(Gap::Replaced);
            }
            if update.fills {
                continue;
            }
            let affinity = |name: &Name| shape.column(name).map(|column| column.affinity);
            // All expressions have the values from before the statement.
            let before = held.values.clone();
            for (column, _) in &update.sets {
                held.values.iter_mut().for_each(|values| values.leave(column, Gap::Overwritten));
            }
            for (column, from) in &update.sets {
                let Some(from) = from else { continue };
                let kept = affinity(from).zip(affinity(column)).is_some_and(|(from, into)| shape::keeps(from, into));
                for (values, before) in held.values.iter_mut().zip(&before) {
                    if kept && before.columns.contains(from) {
                        values.columns.push(column.clone());
                    }
                }
            }
        }
        Ok(())
    }

    fn delete(&mut self, name: &Name) -> rusqlite::Result<()> {
        self.fire(name, "DELETE")?;
        if let Some(table) = self.table(name)? {
            table.held.iter_mut().for_each(|held| held.gap = Some(Gap::Deleted));
        }
        Ok(())
    }

    fn alter(&mut self, name: &Name, action: AlterAction) -> rusqlite::Result<()> {
        let Some(table) = self.table(name)? else { return Ok(()) };
        let values = table.held.iter_mut().flat_map(|held| &mut held.values);
        match action {
            AlterAction::RenameTo(new) => {
                let table = self.tables.insert(name.clone(), None).flatten();
                self.tables.insert(new, table);
            }
            AlterAction::RenameColumn { from, to } => {
                let places = values.flat_map(|values| &mut values.columns);
                let named = table.shape.columns.iter_mut().map(|column| &mut column.name);
                places.chain(named).filter(|column| **column == from).for_each(|column| *column = to.clone());
            }
            AlterAction::AddColumn(added) => table.shape.columns.push(Column {
                affinity: added.column.ty.affinity(),
                computed: matches!(added.column.value, ColumnValue::Generated { .. }),
                name: added.column.name,
            }),
            AlterAction::DropColumn(column) => {
                values.for_each(|values| values.leave(&column, Gap::Dropped));
                table.shape.columns.retain(|other| other.name != column);
            }
            _ => {}
        }
        Ok(())
    }

    /// Notes the triggers of the database that would change rows. Foreign keys are off, so nothing cascades.
    fn fire(&mut self, name: &Name, event: &str) -> rusqlite::Result<()> {
        let Some(origin) = self.table(name)?.and_then(|table| table.origin) else { return Ok(()) };
        let table = self.origins[origin].name.clone();
        let sql = "SELECT name, sql FROM main.sqlite_schema WHERE type = 'trigger' AND tbl_name = ?1 COLLATE NOCASE";
        let mut statement = self.db.prepare(sql)?;
        let triggers = statement.query_map([table.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))?;
        for trigger in triggers {
            let (trigger, sql): (String, String) = trigger?;
            let tokens = tokens(Dialect::Sqlite, &sql);
            let body = tokens.iter().position(|token| token.is("BEGIN")).unwrap_or(tokens.len());
            let changes = |word: &str| tokens[body..].iter().any(|token| token.is(word));
            let fires = read::event_of_trigger(&tokens).is_some_and(|on| on.eq_ignore_ascii_case(event));
            if fires && ["UPDATE", "DELETE", "REPLACE"].into_iter().any(changes) {
                let words = format!("trigger `{trigger}` of table `{table}` may change rows");
                if !self.others.iter().any(|(_, other)| *other == words) {
                    self.others.push((table.clone(), words));
                }
            }
        }
        Ok(())
    }

    fn lost(&self) -> rusqlite::Result<Vec<String>> {
        let mut lines = Vec::new();
        for (at, origin) in self.origins.iter().enumerate() {
            let others = self.others.iter().filter(|(table, _)| *table == origin.name).map(|(_, words)| words.clone());
            let words: Vec<String> = self.lost_of(at).into_iter().chain(others).collect();
            if words.is_empty() {
                continue;
            }
            for table in &origin.rows_of {
                if let Some(rows) = shape::rows(self.db, table)? {
                    lines.extend(words.iter().map(|words| format!("{words} ({rows})")));
                    break;
                }
            }
        }
        Ok(lines)
    }

    /// What is lost of a table of the database, judged by the table that has most of it.
    fn lost_of(&self, origin: usize) -> Vec<String> {
        let tables = self.tables.values().flatten().filter(|table| !table.temporary);
        let held = tables.flat_map(|table| &table.held).filter(|held| held.origin == origin);
        let Origin { name, columns, .. } = &self.origins[origin];
        let Some(best) =
            held.min_by_key(|held| (held.gap.is_some(), held.values.iter().filter(|values| values.are_gone()).count()))
        else {
            return vec![format!("table `{name}` is dropped")];
        };
        let rows = best.gap.as_ref().map(|gap| match gap {
            Gap::Deleted => format!("rows of table `{name}` are deleted"),
            Gap::Replaced => format!("rows of table `{name}` may be replaced"),
            _ => format!("table `{name}` is copied and dropped, and the copy may leave rows out"),
        });
        let columns =
            columns.iter().zip(&best.values).filter(|(_, values)| values.are_gone()).map(|(column, values)| {
                let column = &column.name;
                match values.gap {
                    Some(Gap::Overwritten) => format!("column `{column}` of table `{name}` is overwritten"),
                    Some(Gap::Converted(from, into)) => {
                        format!(
                            "column `{column}` of table `{name}` is converted from {} to {}",
                            word(from),
                            word(into)
                        )
                    }
                    _ => format!("column `{column}` of table `{name}` is dropped"),
                }
            });
        rows.into_iter().chain(columns).collect()
    }
}

impl Held {
    fn all(origin: usize, columns: &[Column]) -> Held {
        let own = |column: &Column| Values { columns: vec![column.name.clone()], gap: None };
        Held { origin, gap: None, values: columns.iter().map(own).collect() }
    }
}

impl Values {
    fn are_gone(&self) -> bool {
        self.columns.is_empty()
    }

    /// A column has them no more.
    fn leave(&mut self, column: &Name, gap: Gap) {
        let before = self.columns.len();
        self.columns.retain(|other| other != column);
        if self.columns.len() < before {
            self.gap = Some(gap);
        }
    }
}

/// What a table holds after columns of another one were copied into it.
fn copied(source: &Table, into: &Shape, pairs: &[(Name, Name)], whole: bool) -> Vec<Held> {
    let values = |before: &Values| {
        let mut after = Values { columns: Vec::new(), gap: before.gap.clone() };
        for (from, into_name) in pairs.iter().filter(|(from, _)| before.columns.contains(from)) {
            let columns = source.shape.column(from).zip(into.column(into_name));
            match columns.map(|(from, into)| (from.affinity, into.affinity)) {
                Some((from, into)) if shape::keeps(from, into) => after.columns.push(into_name.clone()),
                Some((from, into)) => after.gap = Some(Gap::Converted(from, into)),
                None => {}
            }
        }
        after
    };
    let held = source.held.iter().map(|held| Held {
        origin: held.origin,
        gap: held.gap.clone().or((!whole).then_some(Gap::LeftOut)),
        values: held.values.iter().map(values).collect(),
    });
    held.collect()
}

const fn word(affinity: Affinity) -> &'static str {
    match affinity {
        Affinity::Text => "TEXT",
        Affinity::Numeric => "NUMERIC",
        Affinity::Integer => "INTEGER",
        Affinity::Real => "REAL",
        Affinity::Blob => "BLOB",
    }
}

/// SQLite's own tables, such as `sqlite_sequence`.
fn is_internal(name: &Name) -> bool {
    name.as_str().get(..7).is_some_and(|start| start.eq_ignore_ascii_case("sqlite_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLES: &str = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER); CREATE TABLE empty (a);
        INSERT INTO t VALUES (1, 'x', 1), (2, NULL, 2);";

    fn lost_in(tables: &str, sql: &str) -> Vec<String> {
        let db = Connection::open_in_memory().expect("memory");
        db.execute_batch(tables).expect("the tables");
        let lines = losses(&db, &[sql]).expect("they can be told");
        // What is judged is SQL that runs.
        db.execute_batch(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
        lines
    }

    #[track_caller]
    fn keeps(sql: &str) {
        assert_eq!(lost_in(TABLES, sql), [""; 0], "{sql}");
    }

    #[track_caller]
    fn loses(sql: &str, lines: &[&str]) {
        assert_eq!(lost_in(TABLES, sql), lines, "{sql}");
    }

    #[test]
    fn what_is_dropped() {
        loses("DROP TABLE t", &["table `t` is dropped (2 rows)"]);
        loses("ALTER TABLE T DROP COLUMN \"A\"", &["column `a` of table `t` is dropped (2 rows)"]);
        loses("ALTER TABLE t RENAME TO u; DROP TABLE u", &["table `t` is dropped (2 rows)"]);
        loses("ALTER TABLE t RENAME b TO c; ALTER TABLE t DROP c", &["column `b` of table `t` is dropped (2 rows)"]);
        keeps("DROP TABLE empty; DROP TABLE IF EXISTS no_such");
        keeps("CREATE TABLE n (a); INSERT INTO n VALUES (1); DROP TABLE n");
        keeps("ALTER TABLE t ADD COLUMN c; UPDATE t SET c = 7; ALTER TABLE t DROP COLUMN c");
    }

    #[test]
    fn a_faithful_rebuild_loses_nothing() {
        keeps(
            "CREATE TABLE n (id INTEGER PRIMARY KEY, a TEXT NOT NULL, b INTEGER, c);
            INSERT INTO n (id, a, b) SELECT id, coalesce(a, ''), b FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t",
        );
        keeps(
            "ALTER TABLE t RENAME TO o; CREATE TABLE t (b NUMERIC, a TEXT, id INT); INSERT INTO t SELECT b, a, id FROM o; DROP TABLE o",
        );
        keeps(
            "CREATE TEMP TABLE o AS SELECT * FROM t; DROP TABLE t; CREATE TABLE t (k INTEGER, a TEXT, b INT, d AS (k));
            INSERT INTO t SELECT * FROM o; DROP TABLE o",
        );
        keeps("ALTER TABLE t ADD COLUMN c TEXT; UPDATE t SET c = a; ALTER TABLE t DROP COLUMN a");
        keeps("CREATE TABLE archive (id, a, b); INSERT INTO archive SELECT * FROM t; DELETE FROM t");
    }

    #[test]
    fn a_rebuild_that_loses_something() {
        let rebuild = |table: &str, copy: &str| {
            format!("CREATE TABLE n ({table}); {copy}; DROP TABLE t; ALTER TABLE n RENAME TO t")
        };
        let all = "id INTEGER PRIMARY KEY, a TEXT, b INTEGER";
        let rows = "table `t` is copied and dropped, and the copy may leave rows out (2 rows)";
        loses(&rebuild(all, "INSERT INTO n SELECT * FROM t WHERE id > 0"), &[rows]);
        loses(&rebuild(all, "INSERT OR IGNORE INTO n SELECT * FROM t"), &[rows]);
        loses(&rebuild("id UNIQUE ON CONFLICT REPLACE, a, b", "INSERT INTO n SELECT * FROM t"), &[rows]);
        keeps(&rebuild("id UNIQUE ON CONFLICT REPLACE, a, b", "INSERT OR ABORT INTO n SELECT * FROM t"));
        loses(&rebuild(all, "SELECT 1"), &["table `t` is dropped (2 rows)"]);
        let dropped = "column `b` of table `t` is dropped (2 rows)";
        loses(&rebuild("id INTEGER, a TEXT", "INSERT INTO n SELECT id, a FROM t"), &[dropped]);
        loses(&rebuild(all, "INSERT INTO n (id, a) SELECT id, a FROM t"), &[dropped]);
        loses(
            &rebuild("id INTEGER, a INTEGER, b TEXT", "INSERT INTO n SELECT * FROM t"),
            &[
                "column `a` of table `t` is converted from TEXT to INTEGER (2 rows)",
                "column `b` of table `t` is converted from INTEGER to TEXT (2 rows)",
            ],
        );
        let temporary = "CREATE TEMP TABLE o AS SELECT * FROM t; DROP TABLE t";
        loses(temporary, &["table `t` is dropped (2 rows)"]);
    }

    #[test]
    fn what_rows_go_through() {
        loses("DELETE FROM t WHERE id = 1", &["rows of table `t` are deleted (2 rows)"]);
        loses(
            "UPDATE t SET a = lower(a), b = a",
            &["column `a` of table `t` is overwritten (2 rows)", "column `b` of table `t` is overwritten (2 rows)"],
        );
        loses("REPLACE INTO t VALUES (1, 'y', 3)", &["rows of table `t` may be replaced (2 rows)"]);
        keeps("UPDATE t SET a = '' WHERE a IS NULL");
        keeps("ALTER TABLE t ADD COLUMN c; UPDATE t SET c = lower(a) WHERE b > 1");
        keeps("INSERT INTO t VALUES (3, 'y', 3); INSERT OR IGNORE INTO t (id) VALUES (3); DELETE FROM empty");
        keeps("INSERT INTO empty SELECT a FROM t WHERE b; SELECT 1; CREATE INDEX i ON t (a); DROP INDEX i");
    }

    #[test]
    fn each_script_loses_what_the_ones_before_left() {
        let db = Connection::open_in_memory().expect("memory");
        db.execute_batch(TABLES).expect("the tables");
        let scripts = [
            "ALTER TABLE t RENAME TO u; ALTER TABLE u ADD COLUMN c; CREATE TABLE n (a); INSERT INTO n VALUES (1)",
            "ALTER TABLE u DROP COLUMN a; DROP TABLE n",
            "CREATE TABLE v AS SELECT * FROM u; DROP TABLE u",
            "DELETE FROM v; DROP TABLE empty",
        ];
        let each = losses_of_each(&db, &scripts).expect("they can be told");
        let expected: [&[&str]; 4] =
            [&[], &["column `a` of table `u` is dropped (2 rows)"], &[], &["rows of table `v` are deleted (2 rows)"]];
        assert_eq!(each, expected);
    }

    #[test]
    fn triggers_count() {
        let trigger = "CREATE TRIGGER seen AFTER UPDATE ON t BEGIN UPDATE t SET b = b + 1 WHERE id = new.id; END;
            CREATE TRIGGER log AFTER INSERT ON t BEGIN INSERT INTO empty VALUES (1); END;";
        let tables = format!("{TABLES}{trigger}");
        let sql = "ALTER TABLE t ADD COLUMN c; UPDATE t SET c = 1; UPDATE t SET c = 2; INSERT INTO t (a) VALUES ('z')";
        assert_eq!(lost_in(&tables, sql), ["trigger `seen` of table `t` may change rows (2 rows)"]);
    }

    #[test]
    fn rows_are_counted_as_far_as_it_matters() {
        let many =
            "CREATE TABLE m (i); WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100001)
            INSERT INTO m SELECT i FROM n; CREATE TABLE one (i); INSERT INTO one VALUES (1)";
        assert_eq!(
            lost_in(many, "DROP TABLE m; DROP TABLE one"),
            ["table `m` is dropped (more than 100000 rows)", "table `one` is dropped (1 row)"]
        );
    }
}
