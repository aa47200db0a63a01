//! PRIMARY KEY, UNIQUE and unique indexes.

use rusqlite::ffi::{SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE};
use rusqlite::types::Value;
use schema_core::{Dialect, Expr, KeyTarget, Name};

use super::{Trial, Trials, Verdict};
use crate::testing::form::{Form, Key, Row, quoted};
use crate::testing::maker::{Order, Refused, Style, said};
use crate::testing::values;

/// The rows that are tried until one repeats this key and no other one.
const ROWS: usize = 8;

impl Trials<'_> {
    pub(super) fn keys(&mut self, form: &Form) {
        for key in form.keys.iter().filter(|key| !key.soft) {
            self.trial(form, &key.text, key.name.as_deref(), |trial| trial.refuses_twice(key));
        }
    }
}

impl Trial<'_> {
    /// Whether a second row with the key of a first one is refused, while either of them alone is accepted.
    fn refuses_twice(&self, key: &Key) -> Verdict {
        let holds = holds(key);
        let order = Order { holds: holds.clone(), ..Order::default() };
        let first = match self.accepted(Style::Full, &order) {
            Ok(row) => row,
            Err(refused) => return Verdict::NoRow(refused),
        };
        let mut verdict = Verdict::NoRow(Refused::because("no second row"));
        for pins in self.pins(key, &first) {
            for _ in 0..ROWS {
                let order = Order { pins: pins.clone(), holds: holds.clone() };
                let second = match self.accepted(Style::Full, &order) {
                    Ok(row) => row,
                    Err(refused) => {
                        verdict = Verdict::NoRow(refused);
                        break;
                    }
                };
                verdict = self.both(key, &first, &second);
                if matches!(verdict, Verdict::Refuses) {
                    return verdict;
                }
            }
        }
        match verdict {
            // The row repeats a narrower key as well, whatever else is in it.
            Verdict::Otherwise { said: Some(said), .. } if said.starts_with("UNIQUE constraint failed") => {
                Verdict::Implied(format!("a row that repeats it repeats another key: {said}"))
            }
            other => other,
        }
    }

    fn both(&self, key: &Key, first: &Row, second: &Row) -> Verdict {
        let db = self.db();
        drop(db.execute_batch("SAVEPOINT both"));
        let verdict = if let Err(error) = self.maker.try_insert(self.form, first) {
            Verdict::NoRow(Refused { statement: Some(self.form.statement(first)), reason: said(&error), parent: None })
        } else {
            let code = if key.primary { SQLITE_CONSTRAINT_PRIMARYKEY } else { SQLITE_CONSTRAINT_UNIQUE };
            self.expect(second, &[code], Some(&self.message(key)))
        };
        drop(db.execute_batch("ROLLBACK TO both; RELEASE both"));
        verdict
    }

    /// How SQLite names the key in its message.
    fn message(&self, key: &Key) -> String {
        let column = |target: &KeyTarget| match target {
            KeyTarget::Column(name) => Some(format!("{}.{name}", self.form.table.name.name)),
            KeyTarget::Expr(_) => None,
        };
        let columns: Option<Vec<_>> = key.parts.iter().map(|part| column(&part.target)).collect();
        match columns {
            Some(columns) => format!("UNIQUE constraint failed: {}", columns.join(", ")),
            None => format!("index '{}'", key.name.as_deref().unwrap_or_default()),
        }
    }

    /// The values of the key's columns in the first row, in another case first where the key does not tell them apart.
    fn pins(&self, key: &Key, first: &Row) -> Vec<Vec<(usize, Value)>> {
        let same: Vec<(usize, Value)> = key.columns.iter().map(|at| (*at, first[*at].clone())).collect();
        let mut other = same.clone();
        for part in &key.parts {
            let (columns, collation) = match &part.target {
                KeyTarget::Column(name) => {
                    let at = self.form.position(name);
                    let own = at.and_then(|at| self.form.table.columns[at].collation.as_ref());
                    (at.into_iter().collect(), part.collation.as_ref().or(own).map(Name::as_str))
                }
                KeyTarget::Expr(expr) => {
                    let folds = ["lower(", "upper("].iter().any(|call| expr.as_str().contains(call));
                    let collation = part.collation.as_ref().map(Name::as_str);
                    (self.form.dependencies(expr.as_str()), if folds { Some("NOCASE") } else { collation })
                }
            };
            let [column] = columns.as_slice() else { continue };
            for (_, value) in other.iter_mut().filter(|(at, _)| at == column) {
                if let (Some(collation), Value::Text(text)) = (collation, &value) {
                    *value = match &*collation.to_ascii_uppercase() {
                        "NOCASE" => values::text(values::folded(text)),
                        "RTRIM" => values::text(format!("{text} ")),
                        _ => continue,
                    };
                }
            }
        }
        if other == same { vec![same] } else { vec![other, same] }
    }
}

/// What a row has to be, so that the key counts it: no part is NULL, and the predicate is true.
fn holds(key: &Key) -> Vec<Expr> {
    let given = key.parts.iter().map(|part| match &part.target {
        KeyTarget::Column(name) => format!("{} IS NOT NULL", quoted(name)),
        KeyTarget::Expr(expr) => format!("({expr}) IS NOT NULL"),
    });
    given.filter_map(|sql| Expr::parse(Dialect::Sqlite, &sql).ok()).chain(key.predicate.clone()).collect()
}
