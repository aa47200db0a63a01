//! Rows that refer to nothing when a migration ends: how many it leaves, and some of them by their keys.

use std::collections::BTreeMap;

use rusqlite::Connection;
use schema_core::render::Rows;
use schema_core::{Dialect, ForeignKey, Migration, ObjectName, Pair, Schema, Table};
use schema_replay::inspect;

use crate::sqlite::foreign_keys::{self, Violations};
use crate::sqlite::preflight::ask::{SAMPLES, ask, located};
use crate::sqlite::preflight::rules::{Class, Rule, foreign_key};
use crate::sqlite::refusal;
use crate::{Error, Offenders};

/// Refuses rows that refer to nothing, beside those that did so before.
pub(crate) fn refuse_orphans(db: &Connection, migration: &Migration, before: &Violations) -> Result<(), Error> {
    let after = foreign_keys::violations(db).map_err(refusal::database)?;
    let added = foreign_keys::added(before, &after);
    if added.is_empty() {
        return Ok(());
    }
    let schema = inspect(db).map_err(refusal::database)?.schema;
    let mut offenders = Vec::new();
    let mut others = Vec::new();
    for ((child, parent), group) in groups(before, &after) {
        let found = match (schema.tables.get(&name(child)), parent.is_empty()) {
            (Some(table), false) => of_table(db, &schema, table, parent, &group).map_err(refusal::database)?,
            _ => Vec::new(),
        };
        if found.is_empty() {
            others.extend(group.lines());
        }
        offenders.extend(found);
    }
    Err(refusal::orphans(migration, offenders, &others))
}

/// The violations of one table that are about one parent.
#[derive(Default)]
struct Group {
    added: Violations,
    count: usize,
    /// Whether some were there before, which a query does not tell from the others.
    has_old: bool,
}

impl Group {
    fn lines(&self) -> Vec<String> {
        foreign_keys::added(&Violations::new(), &self.added)
    }
}

/// What came, by child and parent.
fn groups<'v>(before: &Violations, after: &'v Violations) -> BTreeMap<(&'v str, &'v str), Group> {
    let mut groups: BTreeMap<(&str, &str), Group> = BTreeMap::new();
    for (key @ (child, _, parent), count) in after {
        let old = *before.get(key).unwrap_or(&0);
        let group = groups.entry((child, parent)).or_default();
        group.has_old |= old > 0;
        if let Some(more @ 1..) = count.checked_sub(old) {
            group.added.insert(key.clone(), more);
            group.count += more;
        }
    }
    groups.retain(|_, group| group.count > 0);
    groups
}

fn name(table: &str) -> ObjectName {
    ObjectName::new(Dialect::Sqlite, None, table)
}

fn of_table(
    db: &Connection,
    schema: &Schema,
    table: &Table,
    parent: &str,
    group: &Group,
) -> rusqlite::Result<Vec<Offenders>> {
    let rows = Rows::new(Pair::new(table, table));
    let parent_rows = schema.tables.get(&name(parent)).map(|parent| Rows::new(Pair::new(parent, parent)));
    let rule = |key: &ForeignKey| {
        let question = rows.orphans(key, parent_rows)?;
        Some(Rule { class: Class::ForeignKey, table, words: foreign_key(key), question, rows, certain: true })
    };
    let keys = table.foreign_keys.iter().filter(|key| key.parent == name(parent));
    let rules: Vec<Rule<'_>> = keys.filter_map(rule).collect();
    if group.has_old {
        return Ok(match rules.first() {
            Some(first) if rules.len() == 1 => vec![listed(db, first, group)?],
            _ => Vec::new(),
        });
    }
    rules.iter().filter_map(|rule| ask(db, rule).transpose()).collect()
}

/// The rows that were listed, where a query would also find older ones.
fn listed(db: &Connection, rule: &Rule<'_>, group: &Group) -> rusqlite::Result<Offenders> {
    let mut samples = Vec::new();
    if let Some(sql) = rule.rows.by_rowid() {
        let mut statement = db.prepare(&sql)?;
        for rowid in group.added.keys().filter_map(|(_, rowid, _)| *rowid).take(SAMPLES) {
            samples.push(format!("row {}", located(&mut statement, &rule.question.keys, rowid)?));
        }
    }
    Ok(Offenders {
        table: rule.table.name.to_string(),
        rule: rule.words.clone(),
        count: u64::try_from(group.count).unwrap_or(u64::MAX),
        samples,
        query: rule.question.sql.clone(),
        certain: true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Kind;

    fn refused(db: &Connection, before: &Violations) -> Error {
        let migration = Migration {
            version: "1".into(),
            name: "one".into(),
            file: "migrations/1_one.sql".into(),
            sql: "".into(),
            checksum: "".into(),
            no_transaction: false,
        };
        refuse_orphans(db, &migration, before).expect_err("orphans")
    }

    #[test]
    fn old_ones_are_not_counted() {
        let db = Connection::open_in_memory().expect("memory");
        db.execute_batch(
            "PRAGMA foreign_keys = OFF; CREATE TABLE p (id INTEGER PRIMARY KEY);
             CREATE TABLE c (name TEXT PRIMARY KEY, p REFERENCES p);
             CREATE TABLE w (id PRIMARY KEY, p REFERENCES p (id)) WITHOUT ROWID;
             INSERT INTO c VALUES ('old', 7)",
        )
        .expect("sql");
        let before = foreign_keys::violations(&db).expect("a check");
        db.execute_batch("INSERT INTO c VALUES ('new', 8), ('none', NULL); INSERT INTO w VALUES (1, 9), (2, 9)")
            .expect("sql");
        let error = refused(&db, &before);
        assert_eq!(error.kind(), Kind::ForeignKeys);
        let facts: Vec<_> = error.offenders().iter().map(|one| (one.fact(), one.samples.clone())).collect();
        assert_eq!(
            facts,
            [
                (
                    "1 row of `c` breaks FOREIGN KEY (p) REFERENCES p (id)".to_owned(),
                    vec!["row name = 'new'".to_owned()]
                ),
                (
                    "2 rows of `w` break FOREIGN KEY (p) REFERENCES p (id)".to_owned(),
                    vec!["p = 9 in row id = 1".to_owned(), "p = 9 in row id = 2".to_owned()]
                ),
            ]
        );
    }

    #[test]
    fn a_key_that_cannot_work_is_told_in_words() {
        let db = Connection::open_in_memory().expect("memory");
        db.execute_batch(
            "PRAGMA foreign_keys = OFF; CREATE TABLE p (id INTEGER PRIMARY KEY, x);
             CREATE TABLE a (x REFERENCES p (x)); INSERT INTO a VALUES (1)",
        )
        .expect("sql");
        let error = refused(&db, &Violations::new());
        assert_eq!(error.offenders(), []);
        assert!(error.to_string().contains("table `a`: a foreign key whose parent has no such table"), "{error}");
    }
}
