//! Rows that refer to nothing: which of them a migration adds.

use std::collections::BTreeMap;

use rusqlite::{Connection, ErrorCode};

use crate::sqlite::refusal;

/// The rows of `PRAGMA foreign_key_check` and how often each comes: child, rowid, parent.
pub(crate) type Violations = BTreeMap<(String, Option<i64>, String), usize>;

/// Every violation that the database has.
pub(crate) fn violations(db: &Connection) -> rusqlite::Result<Violations> {
    match checked(db, "PRAGMA main.foreign_key_check") {
        // One foreign key that cannot work at all, of whatever table, hides the violations of the others.
        Err(error) if refusal::code(&error) == Some(ErrorCode::Unknown) => by_table(db),
        result => result,
    }
}

fn checked(db: &Connection, sql: &str) -> rusqlite::Result<Violations> {
    let mut found = Violations::new();
    let mut statement = db.prepare(sql)?;
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        *found.entry((row.get(0)?, row.get(1)?, row.get(2)?)).or_default() += 1;
    }
    Ok(found)
}

fn by_table(db: &Connection) -> rusqlite::Result<Violations> {
    let mut statement = db.prepare("SELECT name FROM main.sqlite_schema WHERE type = 'table'")?;
    let tables = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?;
    let mut found = Violations::new();
    for table in tables {
        let quoted = table.replace('"', "\"\"");
        match checked(db, &format!("PRAGMA main.foreign_key_check(\"{quoted}\")")) {
            Ok(more) => found.extend(more),
            Err(error) if refusal::code(&error) == Some(ErrorCode::Unknown) => {
                found.insert((table, None, String::new()), 1);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

/// What came, in words, one line for each.
pub(crate) fn added(before: &Violations, after: &Violations) -> Vec<String> {
    let more = after.iter().filter(|(key, count)| before.get(*key).unwrap_or(&0) < *count);
    more.map(|((child, rowid, parent), _)| match (parent.is_empty(), rowid) {
        (true, _) => format!("table `{child}`: a foreign key whose parent has no such table, or no such unique key"),
        (false, Some(rowid)) => format!("table `{child}`, row {rowid}: refers to a row that `{parent}` does not have"),
        (false, None) => format!("table `{child}`: a row refers to a row that `{parent}` does not have"),
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_came_is_listed() {
        let db = Connection::open_in_memory().expect("memory");
        db.execute_batch(
            "PRAGMA foreign_keys = OFF; CREATE TABLE p (id INTEGER PRIMARY KEY);
             CREATE TABLE c (id INTEGER PRIMARY KEY, p REFERENCES p (id));
             CREATE TABLE w (id PRIMARY KEY, p REFERENCES p (id)) WITHOUT ROWID;
             INSERT INTO c VALUES (1, 7)",
        )
        .expect("sql");
        let before = violations(&db).expect("a check");
        assert_eq!(before.len(), 1);
        db.execute_batch("INSERT INTO c VALUES (2, 8); INSERT INTO w VALUES (1, 9), (2, 9)").expect("sql");
        let after = violations(&db).expect("a check");
        assert_eq!(
            added(&before, &after),
            [
                "table `c`, row 2: refers to a row that `p` does not have",
                "table `w`: a row refers to a row that `p` does not have"
            ]
        );
        assert!(added(&after, &before).is_empty());
    }

    #[test]
    fn a_key_that_cannot_work_hides_nothing() {
        let db = Connection::open_in_memory().expect("memory");
        db.execute_batch(
            "PRAGMA foreign_keys = OFF; CREATE TABLE p (id INTEGER PRIMARY KEY, x);
             CREATE TABLE a (x REFERENCES p (x)); CREATE TABLE c (p REFERENCES p (id));
             INSERT INTO a VALUES (1); INSERT INTO c VALUES (7)",
        )
        .expect("sql");
        let found = violations(&db).expect("a check");
        assert_eq!(
            added(&Violations::new(), &found),
            [
                "table `a`: a foreign key whose parent has no such table, or no such unique key",
                "table `c`, row 1: refers to a row that `p` does not have"
            ]
        );
    }
}
