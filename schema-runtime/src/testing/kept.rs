//! Whether the rows of a database are what they were, as far as the migrations do not change them on purpose.

use std::collections::BTreeMap;

use rusqlite::Connection;
use rusqlite::types::Value;
use schema_core::{Affinity, Column, ColumnValue, Dialect, Inspection, Name, ObjectName};

use super::form::quoted;
use super::lineage::{Holder, Lineage};
use super::values::literal;

/// The rows of some tables, each as the values of its columns.
pub(super) type Snapshot = BTreeMap<Name, Vec<BTreeMap<Name, Value>>>;

/// What happened to the rows of one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Loss {
    /// The table from before.
    pub(super) table: Name,
    /// How many rows it had.
    pub(super) of: usize,
    /// The rows that are gone, or are other ones.
    pub(super) gone: Vec<String>,
    /// The rows that were not there.
    pub(super) new: Vec<String>,
    /// The statement that has to do with it: `file:line:column` and its text.
    pub(super) statement: Option<(String, String)>,
}

/// All rows of all tables of the schema.
pub(super) fn snapshot(db: &Connection, schema: &Inspection) -> rusqlite::Result<Snapshot> {
    let mut snapshot = Snapshot::new();
    for table in schema.schema.tables.values() {
        let names: Vec<_> = table.columns.iter().map(|column| quoted(&column.name)).collect();
        let sql = format!("SELECT {} FROM main.{}", names.join(", "), quoted(&table.name.name));
        let mut statement = db.prepare(&sql)?;
        let rows = statement.query_map([], |row| {
            let value = |(at, column): (usize, &Column)| Ok((column.name.clone(), row.get(at)?));
            table.columns.iter().enumerate().map(value).collect()
        })?;
        snapshot.insert(table.name.name.clone(), rows.collect::<rusqlite::Result<_>>()?);
    }
    Ok(snapshot)
}

/// Two versions of a database, and what lies between them.
pub(super) struct Comparison<'a> {
    pub(super) before: &'a Snapshot,
    pub(super) after: &'a Snapshot,
    pub(super) schemas: [&'a Inspection; 2],
    pub(super) lineage: &'a Lineage,
}

impl Comparison<'_> {
    /// The tables whose rows are not what they were.
    pub(super) fn losses(&self) -> Vec<Loss> {
        self.before
            .iter()
            .filter(|(_, rows)| !rows.is_empty())
            .filter_map(|(table, rows)| self.loss(table, rows))
            .collect()
    }

    /// The rows that are not compared, or not wholly: the table, and what statements do with them.
    pub(super) fn on_purpose(&self) -> Vec<(Name, Vec<String>)> {
        let mut found = Vec::new();
        for table in self.before.iter().filter(|(_, rows)| !rows.is_empty()).map(|(table, _)| table) {
            let holder = self.lineage.holders.iter().find(|(_, holder)| holder.from == *table);
            let what = match (self.holder(table), holder, self.lineage.dropped.get(table)) {
                (Some((_, holder)), _, _) => {
                    holder.on_purpose.iter().map(|place| format!("{place} changes them")).collect()
                }
                (None, Some((name, Holder { copy: Some((place, _)), .. })), _) => {
                    vec![format!("{place} copies them to `{name}`")]
                }
                (None, None, Some((place, _))) if self.is_gone(table) => vec![format!("{place} drops it")],
                _ => Vec::new(),
            };
            if !what.is_empty() {
                found.push((table.clone(), what));
            }
        }
        found
    }

    /// Whether the table itself went, and not only its rows.
    fn is_gone(&self, table: &Name) -> bool {
        self.lineage.emptied(table).is_none() || !self.after.contains_key(table)
    }

    /// The table that has the rows afterwards: of the same name, or renamed. A copy beside it is none.
    fn holder(&self, table: &Name) -> Option<(&Name, &Holder)> {
        let holders = self.lineage.holders.iter().filter(|(_, holder)| holder.from == *table);
        let mut there: Vec<_> = holders.filter(|(name, _)| self.after.contains_key(*name)).collect();
        there.retain(|(name, holder)| *name == table || holder.copy.is_none());
        there.sort_by_key(|(name, _)| *name != table);
        there.first().copied()
    }

    fn loss(&self, table: &Name, rows: &[BTreeMap<Name, Value>]) -> Option<Loss> {
        match self.holder(table) {
            Some((name, holder)) => self.compare(table, rows, name, holder),
            None if self.after.contains_key(table) => {
                let (place, sql) = self.lineage.emptied(table)?;
                let gone = rows.iter().map(|row| shown(row.iter())).collect();
                let statement = Some((place.to_string(), sql.clone()));
                Some(Loss { table: table.clone(), of: rows.len(), gone, new: Vec::new(), statement })
            }
            // A table that is gone took its rows along, which its migration says.
            None => None,
        }
    }

    fn compare(&self, table: &Name, rows: &[BTreeMap<Name, Value>], now: &Name, holder: &Holder) -> Option<Loss> {
        let columns: Vec<(&Name, &Name, bool)> = holder
            .columns
            .iter()
            .filter(|(after, _)| !holder.changed.contains(*after))
            .filter_map(|(after, before)| Some((after, before, self.converts(table, before, now, after)?)))
            .collect();
        let before = rows.iter().map(|row| columns.iter().map(|(_, name, loose)| key(&row[*name], *loose)).collect());
        let before: Vec<Vec<String>> = before.collect();
        let found = &self.after[now];
        let after = found.iter().map(|row| columns.iter().map(|(name, _, loose)| key(&row[*name], *loose)).collect());
        let after: Vec<Vec<String>> = after.collect();
        let gone = if holder.shrinks { Vec::new() } else { without(&before, &after) };
        let new = if holder.grows { Vec::new() } else { without(&after, &before) };
        if gone.is_empty() && new.is_empty() {
            return None;
        }
        let statement = holder.copy.as_ref().map(|(place, sql)| (place.to_string(), sql.clone()));
        let names = |row: &BTreeMap<Name, Value>, side: usize| {
            shown(
                columns
                    .iter()
                    .map(|column| if side == 0 { column.1 } else { column.0 })
                    .filter_map(|name| row.get_key_value(name)),
            )
        };
        Some(Loss {
            table: table.clone(),
            of: rows.len(),
            gone: gone.into_iter().map(|at| names(&rows[at], 0)).collect(),
            new: new.into_iter().map(|at| names(&found[at], 1)).collect(),
            statement,
        })
    }

    /// Whether a value may be stored as another type afterwards; `None` for columns that are not compared.
    fn converts(&self, table: &Name, before: &Name, now: &Name, after: &Name) -> Option<bool> {
        let column = |side: usize, table: &Name, name: &Name| {
            let table = ObjectName::new(Dialect::Sqlite, None, table.as_str());
            let column = self.schemas[side].schema.tables.get(&table)?.column(name)?;
            (!matches!(column.value, ColumnValue::Generated { .. })).then(|| column.ty.affinity())
        };
        let pair: [Affinity; 2] = [column(0, table, before)?, column(1, now, after)?];
        Some(pair[0] != pair[1])
    }
}

/// The value as text; a number and the same digits are equal where a column changes its type.
fn key(value: &Value, loose: bool) -> String {
    let number = match value {
        _ if !loose => None,
        Value::Integer(value) => value.to_string().parse::<f64>().ok(),
        Value::Real(value) => Some(*value),
        Value::Text(text) => text.parse::<f64>().ok(),
        _ => None,
    };
    number.map_or_else(|| literal(value), |number| format!("{number:?}"))
}

/// The positions of the rows of one list that the other one lacks.
fn without(list: &[Vec<String>], other: &[Vec<String>]) -> Vec<usize> {
    let mut left: BTreeMap<&[String], usize> = BTreeMap::new();
    for row in other {
        *left.entry(row).or_default() += 1;
    }
    let is_missing = |at: &usize| match left.get_mut(list[*at].as_slice()) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    };
    (0..list.len()).filter(is_missing).collect()
}

/// `id 1, email 'a'`.
fn shown<'r>(row: impl Iterator<Item = (&'r Name, &'r Value)>) -> String {
    let parts: Vec<_> = row.map(|(name, value)| format!("{} {}", quoted(name), literal(value))).collect();
    parts.join(", ")
}
