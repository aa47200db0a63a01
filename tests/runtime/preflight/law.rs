//! The law of the rows that a change does not allow: random rows, a random rule, and SQLite itself says which rows
//! it does not take.

use std::cell::RefCell;
use std::collections::BTreeMap;

use rusqlite::Connection;
use schema_runtime::{Error, Kind, Offenders};

use crate::common::{File, one, set};
use crate::generate::{Choices, law};

/// Values that types, affinities and collations take differently.
const VALUES: [&str; 34] = [
    "NULL",
    "1",
    "1.0",
    "'1'",
    "'1.0'",
    "' 1 '",
    "'01'",
    "'+1'",
    "'1e0'",
    "x'31'",
    "x''",
    "''",
    "'a'",
    "'A'",
    "'a '",
    "'a  '",
    "1.5",
    "'1.5'",
    "'1.50'",
    "0",
    "-0.0",
    "'-0'",
    "'0x1'",
    "9223372036854775807",
    "'9223372036854775807'",
    "'9223372036854775808'",
    "9223372036854775808.0",
    "'1e400'",
    "9e999",
    "-9223372036854775808",
    "'1 1'",
    "'é'",
    "'É'",
    "0.1",
];

const TYPES: [&str; 6] = ["TEXT", "INTEGER", "REAL", "BLOB", "", "NUMERIC"];
const STRICT: [&str; 5] = ["TEXT", "INTEGER", "REAL", "BLOB", "ANY"];
const COLLATIONS: [&str; 3] = ["", " COLLATE NOCASE", " COLLATE RTRIM"];
const CHECKS: [&str; 8] = [
    "a > 1",
    "a IS NOT 'A'",
    "a = b",
    "length(a) < 2 OR b IS NULL",
    "typeof(a) != 'text'",
    "a IN ('a', 1, x'31')",
    "a",
    "NOT (a LIKE 'a%')",
];

/// A table before and after, and a parent.
struct Case {
    before: String,
    after: String,
    /// Statements that come behind the table.
    index: Option<String>,
    parent: String,
    rows: Vec<String>,
    parents: Vec<String>,
    /// How the rule begins in words.
    rule: &'static str,
}

/// The columns `k`, `a` and `b`, before and after the change.
fn columns(c: &mut Choices, types: &[&str], keeps: bool) -> (String, String) {
    let mut column = |name: &str| {
        let (ty, collation) = (c.of(types), c.of(&COLLATIONS));
        let before = format!("{name} {ty}{collation}");
        let after =
            if keeps || c.chance(50) { before.clone() } else { format!("{name} {}{}", c.of(types), c.of(&COLLATIONS)) };
        (before, after)
    };
    let (a, b) = (column("a"), column("b"));
    (format!("{}, {}", a.0, b.0), format!("{}, {}", a.1, b.1))
}

fn case(c: &mut Choices) -> Case {
    let values = |c: &mut Choices, columns: usize| {
        let values: Vec<&str> = (0..columns).map(|_| c.of(&VALUES)).collect();
        format!("({})", values.join(", "))
    };
    let rows = c.several(0, 12, 90, |c| values(c, 2));
    let parents = c.several(0, 8, 80, |c| values(c, 1));
    let parent = format!("x {}{} UNIQUE", c.of(&TYPES), c.of(&COLLATIONS));
    let kind = c.below(10);
    // An expression sees the affinity of the column, which the question does not have when it changes.
    let is_expression = matches!(kind, 3..=5);
    let (before, after) = columns(c, &TYPES, is_expression);
    let (rule, after, tail, index) = match kind {
        0 => ("UNIQUE", format!("{after}, UNIQUE (a)"), "", None),
        1 => ("UNIQUE", format!("{after}, UNIQUE (b, a{})", c.of(&COLLATIONS)), "", None),
        2 => ("PRIMARY KEY", format!("{}, PRIMARY KEY (a, b)", after.replace("k INTEGER PRIMARY KEY", "k")), "", None),
        3 => ("UNIQUE", after, "", Some("CREATE UNIQUE INDEX i ON t (a) WHERE b > 1 OR b IS NULL".to_owned())),
        4 => ("UNIQUE", after, "", Some(format!("CREATE UNIQUE INDEX i ON t (lower(a){}, b DESC)", c.of(&COLLATIONS)))),
        5 => ("CHECK", format!("{after}, CHECK ({})", c.of(&CHECKS)), "", None),
        6 => ("NOT NULL", after.replacen(", b", " NOT NULL, b", 1), "", None),
        7 => ("NOT NULL", format!("{after}, PRIMARY KEY (a, b)"), " WITHOUT ROWID", None),
        8 => ("the type", columns(c, &STRICT, false).1, " STRICT", None),
        _ => ("FOREIGN KEY", format!("{after}, FOREIGN KEY (a) REFERENCES p (x)"), "", None),
    };
    let key = if matches!(kind, 2 | 7) { "k INTEGER" } else { "k INTEGER PRIMARY KEY" };
    Case {
        before: format!("CREATE TABLE t (k INTEGER PRIMARY KEY, {before})"),
        after: format!("CREATE TABLE t ({key}, {after}){tail}"),
        index,
        parent: format!("CREATE TABLE p ({parent})"),
        rows,
        parents,
        rule,
    }
}

impl Case {
    fn first(&self) -> String {
        format!("{}; {};", self.parent, self.before)
    }

    fn second(&self) -> String {
        let index = self.index.as_ref().map_or_else(String::new, |index| format!("{index};"));
        format!(
            "{};\nINSERT INTO n (k, a, b) SELECT k, a, b FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t; {index}",
            self.after.replacen("CREATE TABLE t", "CREATE TABLE n", 1)
        )
    }

    fn fill(&self, db: &Connection) {
        for row in &self.parents {
            db.execute_batch(&format!("INSERT OR IGNORE INTO p VALUES {row}")).expect("a parent");
        }
        for row in &self.rows {
            db.execute_batch(&format!("INSERT INTO t (a, b) VALUES {row}")).expect("a row");
        }
    }

    /// How many rows SQLite does not take, one after the other.
    fn not_taken(&self) -> u64 {
        let db = Connection::open_in_memory().expect("memory");
        db.execute_batch("PRAGMA foreign_keys = OFF").expect("a pragma");
        db.execute_batch(&self.first()).expect("the tables");
        self.fill(&db);
        db.execute_batch("ALTER TABLE t RENAME TO old").expect("a rename");
        db.execute_batch(&self.after).expect("the table");
        db.execute_batch(self.index.as_deref().unwrap_or_default()).expect("the index");
        let keys = db.prepare("SELECT k FROM old ORDER BY k").expect("a query");
        let keys: Vec<i64> =
            { keys }.query_map([], |row| row.get(0)).expect("rows").map(|key| key.expect("a key")).collect();
        let refused = keys
            .iter()
            .filter(|key| db.execute("INSERT INTO t (k, a, b) SELECT k, a, b FROM old WHERE k = ?1", [*key]).is_err());
        let refused = refused.count();
        let orphans = one(&db, "SELECT count(*) FROM pragma_foreign_key_check");
        u64::try_from(refused).unwrap_or(0) + orphans.parse::<u64>().expect("a number")
    }

    fn tell(&self, what: &str) -> String {
        format!(
            "{what}\n{}\n{}\nt: {}\np: {}",
            self.first(),
            self.second(),
            self.rows.join(", "),
            self.parents.join(", ")
        )
    }
}

fn holds(case: &Case, tally: &mut BTreeMap<(&'static str, bool), usize>) -> Result<(), String> {
    let file = File::migrated(&[("1", "first", &case.first())]);
    case.fill(&file.open());
    let program = set(&[("1", "first", &case.first()), ("2", "rule", &case.second())]);
    let planned = program.plan(&file.open()).expect("a plan").steps.remove(0).offenders;
    let result = program.migrate_file(&file.path);
    // The key of a table without rowids takes no NULL, and no two rows that are the same in it.
    let is_of_rule =
        |rule: &str| rule.starts_with(case.rule) || (case.rule == "NOT NULL" && rule.starts_with("PRIMARY KEY"));
    let of_rule: u64 = planned.iter().filter(|one| is_of_rule(&one.rule)).map(|one| one.count).sum();
    let not_taken = case.not_taken();
    let has_types_alone = planned.iter().all(|one| one.rule.starts_with("the type"));
    *tally.entry((case.rule, result.is_ok())).or_default() += 1;
    if !planned.iter().all(|one| one.certain) {
        return Err("it is not certain".to_owned());
    }
    judge(case, &planned, result.err().as_ref())?;
    match case.rule {
        // A row may be wrong in two columns.
        "the type" | "NOT NULL" if (of_rule == 0) != (not_taken == 0) => {
            Err(format!("{of_rule} were counted, and SQLite does not take {not_taken}"))
        }
        "the type" | "NOT NULL" => Ok(()),
        _ if of_rule != not_taken => Err(format!("{of_rule} were counted, and SQLite does not take {not_taken}")),
        _ if of_rule == 0 && !has_types_alone => Err("something else is said to be broken".to_owned()),
        _ => Ok(()),
    }
}

/// The error fits what was planned.
fn judge(case: &Case, planned: &[Offenders], error: Option<&Error>) -> Result<(), String> {
    match error {
        None if planned.is_empty() => Ok(()),
        None => Err(format!("{} was planned, and it ran: {}", planned[0], planned[0].query)),
        Some(error) if planned.is_empty() => Err(format!("nothing was planned, and\n{error}")),
        Some(error) if error.kind() == Kind::ForeignKeys => Ok(()),
        Some(error) if error.kind() != Kind::Offenders => Err(format!("it fails otherwise\n{error}")),
        Some(error) => {
            let is_known =
                |one: &Offenders| planned.iter().any(|other| (&other.rule, other.count) == (&one.rule, one.count));
            let all = error.offenders().iter().all(is_known);
            if all && !error.offenders().is_empty() { Ok(()) } else { Err(format!("{} but\n{error}", case.rule)) }
        }
    }
}

#[test]
fn sqlite_does_not_take_exactly_these_rows() {
    let tally = RefCell::new(BTreeMap::new());
    law("offenders", 400, 60, |c| {
        let case = case(c);
        holds(&case, &mut tally.borrow_mut()).map_err(|what| case.tell(&what))
    });
    let tally = tally.into_inner();
    assert!(tally.len() == 12 && tally.values().all(|count| *count >= 5), "{tally:#?}");
}
