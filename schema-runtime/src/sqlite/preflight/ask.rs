//! Asking a database for the rows that break a rule, in one scan, and putting some of them into words.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode, Row, Statement};
use schema_core::render;

use crate::Offenders;
use crate::sqlite::preflight::rules::{Class, Rule};
use crate::sqlite::refusal;

/// How many samples are shown.
pub(crate) const SAMPLES: usize = 5;

/// How much of a value is shown, in characters.
const SHOWN: usize = 40;

/// The rows that break a rule; `None` when there are none, or when SQLite cannot answer: a condition may call a
/// function that this connection does not have, or fail on a value.
pub(crate) fn ask(db: &Connection, rule: &Rule<'_>) -> rusqlite::Result<Option<Offenders>> {
    let found = if rule.class == Class::Unique { groups(db, rule) } else { rows(db, rule) };
    let (count, samples) = match found {
        Ok(found) => found,
        Err(error) if refusal::code(&error) == Some(ErrorCode::Unknown) => return Ok(None),
        Err(error) => return Err(error),
    };
    let offenders = Offenders {
        table: rule.table.name.to_string(),
        rule: rule.words.clone(),
        count,
        samples,
        query: rule.question.sql.clone(),
        certain: rule.certain,
    };
    Ok(Some(offenders).filter(|offenders| offenders.count > 0))
}

fn rows(db: &Connection, rule: &Rule<'_>) -> rusqlite::Result<(u64, Vec<String>)> {
    let (keys, values) = (&rule.question.keys, &rule.question.values);
    let mut statement = db.prepare(&rule.question.sql)?;
    let mut rows = statement.raw_query();
    let (mut count, mut samples) = (0, Vec::new());
    while let Some(row) = rows.next()? {
        count += 1;
        if samples.len() < SAMPLES {
            let key = pairs(keys, row, 0)?;
            let value = pairs(values, row, keys.len())?;
            samples.push(match (value.is_empty(), key.is_empty()) {
                (true, _) => format!("row {key}"),
                (false, true) => value,
                (false, false) => format!("{value} in row {key}"),
            });
        }
    }
    Ok((count, samples))
}

fn groups(db: &Connection, rule: &Rule<'_>) -> rusqlite::Result<(u64, Vec<String>)> {
    let (keys, values) = (&rule.question.keys, &rule.question.values);
    let by_rowid = rule.rows.by_rowid().filter(|_| !keys.is_empty());
    let mut key = by_rowid.map(|sql| db.prepare(&sql)).transpose()?;
    let mut statement = db.prepare(&rule.question.sql)?;
    let mut rows = statement.raw_query();
    let (mut count, mut samples) = (0, Vec::new());
    while let Some(row) = rows.next()? {
        let size = u64::try_from(row.get::<_, i64>(values.len())?).unwrap_or(0);
        count += size.saturating_sub(1);
        if samples.len() < SAMPLES {
            let value = pairs(values, row, 0)?;
            let Some(key) = &mut key else {
                samples.push(format!("{value} in {size} rows"));
                continue;
            };
            let mut shown = |at: usize| row.get(values.len() + at).and_then(|rowid| located(key, keys, rowid));
            samples.push(match size {
                2 => format!("{value} in rows {}, {}", shown(1)?, shown(2)?),
                _ => format!("{value} in {size} rows, the first {}", shown(1)?),
            });
        }
    }
    Ok((count, samples))
}

/// What tells the row with that rowid from the others.
pub(crate) fn located(statement: &mut Statement<'_>, keys: &[String], rowid: i64) -> rusqlite::Result<String> {
    statement.query_row([rowid], |row| pairs(keys, row, 0))
}

/// `org = 1 and id = 2`.
fn pairs(labels: &[String], row: &Row<'_>, start: usize) -> rusqlite::Result<String> {
    let pair = |(at, label): (usize, &String)| Ok(format!("{label} = {}", value(row.get_ref(start + at)?)));
    let pairs = labels.iter().enumerate().map(pair).collect::<rusqlite::Result<Vec<String>>>()?;
    Ok(pairs.join(" and "))
}

/// A value as a literal, as much of it as is bearable.
fn value(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "NULL".to_owned(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => format!("{number:?}"),
        ValueRef::Text(text) => text_literal(&String::from_utf8_lossy(text)),
        ValueRef::Blob(bytes) => {
            let hex: String = bytes.iter().take(SHOWN / 2).map(|byte| format!("{byte:02x}")).collect();
            let more = if bytes.len() > SHOWN / 2 { "…" } else { "" };
            format!("x'{hex}{more}'")
        }
    }
}

fn text_literal(text: &str) -> String {
    let shown: String = text.chars().take(SHOWN).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(SHOWN).is_some() { render::literal(&format!("{shown}…")) } else { render::literal(&shown) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_literals_and_short() {
        assert_eq!(value(ValueRef::Null), "NULL");
        assert_eq!(value(ValueRef::Integer(-7)), "-7");
        assert_eq!(value(ValueRef::Real(1.0)), "1.0");
        assert_eq!(value(ValueRef::Text(b"it's\nso")), "'it''s so'");
        assert_eq!(value(ValueRef::Text("ä".repeat(41).as_bytes())), format!("'{}…'", "ä".repeat(40)));
        assert_eq!(value(ValueRef::Blob(&[0, 255])), "x'00ff'");
        assert_eq!(value(ValueRef::Blob(&[1; 21])), format!("x'{}…'", "01".repeat(20)));
    }
}
