//! What the keys of a table mean for its columns and for each other, as SQLite settles it when a
//! `CREATE TABLE` ends.

use crate::{
    Column, Dialect, KeyPart, KeyTarget, Name, OnConflict, ParseError, Part, PartKind, PrimaryKey, Table, Unique,
};

/// The PRIMARY KEY and the UNIQUE constraints, in the order of the text.
#[derive(Default)]
pub(crate) struct Keys {
    keys: Vec<Key>,
}

struct Key {
    offset: usize,
    body: Body,
}

enum Body {
    Primary { key: PrimaryKey, inline: bool },
    Unique(Unique),
}

impl Key {
    fn parts(&self) -> &[KeyPart] {
        match &self.body {
            Body::Primary { key, .. } => &key.parts,
            Body::Unique(unique) => &unique.parts,
        }
    }

    fn parts_mut(&mut self) -> &mut [KeyPart] {
        match &mut self.body {
            Body::Primary { key, .. } => &mut key.parts,
            Body::Unique(unique) => &mut unique.parts,
        }
    }

    fn on_conflict(&mut self) -> &mut Option<OnConflict> {
        match &mut self.body {
            Body::Primary { key, .. } => &mut key.on_conflict,
            Body::Unique(unique) => &mut unique.on_conflict,
        }
    }

    fn name(&mut self) -> &mut Option<Name> {
        match &mut self.body {
            Body::Primary { key, .. } => &mut key.name,
            Body::Unique(unique) => &mut unique.name,
        }
    }
}

impl Keys {
    /// Adds the PRIMARY KEY; there can be one only.
    pub(crate) fn primary(&mut self, key: PrimaryKey, inline: bool, offset: usize) -> Result<(), ParseError> {
        if self.keys.iter().any(|key| matches!(key.body, Body::Primary { .. })) {
            return Err(ParseError::new("a second PRIMARY KEY", offset));
        }
        self.keys.push(Key { offset, body: Body::Primary { key, inline } });
        Ok(())
    }

    /// Adds a UNIQUE constraint.
    pub(crate) fn unique(&mut self, unique: Unique, offset: usize) {
        self.keys.push(Key { offset, body: Body::Unique(unique) });
    }

    /// Gives the keys to the table, and the columns of the primary key the nullability that SQLite enforces.
    pub(crate) fn settle(
        mut self,
        table: &mut Table,
        places: &mut Vec<(PartKind, Name, usize)>,
    ) -> Result<(), ParseError> {
        for key in &mut self.keys {
            let offset = key.offset;
            settle_parts(key.parts_mut(), table).map_err(|message| ParseError::new(message, offset))?;
        }
        let rowid = self.settle_rowid(table)?;
        for key in merged(self.keys, table, rowid.as_ref())? {
            match key.body {
                Body::Primary { key: primary, .. } => {
                    places.push((PartKind::PrimaryKey, primary.label(), key.offset));
                    settle_nullability(table, &primary, rowid.as_ref());
                    table.primary_key = Some(primary);
                }
                Body::Unique(unique) => {
                    places.push((PartKind::Unique, unique.label(), key.offset));
                    table.uniques.push(unique);
                }
            }
        }
        Ok(())
    }

    /// The column that is another name of the rowid: the single INTEGER column of a primary key, but
    /// not with DESC written on the column (<https://www.sqlite.org/lang_createtable.html#rowid>).
    fn settle_rowid(&mut self, table: &Table) -> Result<Option<Name>, ParseError> {
        for Key { offset, body } in &mut self.keys {
            let Body::Primary { key, inline } = body else { continue };
            let shape = match &mut key.parts[..] {
                [part] if is_integer(part, table) && !(*inline && part.descending) => Some(part),
                _ => None,
            };
            if key.autoincrement && (shape.is_none() || table.options.without_rowid) {
                return Err(ParseError::new(
                    "an AUTOINCREMENT on something other than an INTEGER PRIMARY KEY",
                    *offset,
                ));
            }
            let Some(part) = shape else { return Ok(None) };
            part.collation = None;
            if table.options.without_rowid {
                return Ok(None);
            }
            part.descending = false;
            return Ok(column_of(part).cloned());
        }
        Ok(None)
    }
}

fn column_of(part: &KeyPart) -> Option<&Name> {
    match &part.target {
        KeyTarget::Column(name) => Some(name),
        KeyTarget::Expr(_) => None,
    }
}

fn is_integer(part: &KeyPart, table: &Table) -> bool {
    column_of(part).and_then(|name| table.column(name)).is_some_and(|column| column.ty.as_str() == "INTEGER")
}

/// The collation that applies where none is named.
pub(crate) fn is_default_collation(name: &Name) -> bool {
    *name == Name::new(Dialect::Sqlite, "BINARY")
}

/// Drops the collations that a column has by itself.
///
/// # Errors
/// When a column is not one of the table's: SQLite took it for a string.
pub(crate) fn settle_parts(parts: &mut [KeyPart], table: &Table) -> Result<(), String> {
    for part in parts {
        let KeyTarget::Column(name) = &part.target else { continue };
        let Some(column) = table.column(name) else {
            return Err(format!("a key over `{name}`, which is no column"));
        };
        if part.collation.as_ref().is_some_and(|name| *name == own_collation(column)) {
            part.collation = None;
        }
    }
    Ok(())
}

fn own_collation(column: &Column) -> Name {
    column.collation.clone().unwrap_or_else(|| Name::new(Dialect::Sqlite, "BINARY"))
}

/// Drops the keys that an earlier one makes superfluous: those over the same columns with the same
/// collations, in the same order. What is left is a primary key if either was one.
///
/// The key that is the rowid has no index, so a UNIQUE beside it stands.
fn merged(keys: Vec<Key>, table: &Table, rowid: Option<&Name>) -> Result<Vec<Key>, ParseError> {
    let mut kept: Vec<Key> = Vec::new();
    for mut key in keys {
        let is_rowid = |key: &Key| rowid.is_some() && matches!(key.body, Body::Primary { .. });
        let twin = kept.iter_mut().find(|other| {
            !is_rowid(other) && !is_rowid(&key) && indexed(other.parts(), table) == indexed(key.parts(), table)
        });
        let Some(twin) = twin else {
            kept.push(key);
            continue;
        };
        let resolution = match (*twin.on_conflict(), *key.on_conflict()) {
            (Some(a), Some(b)) if a != b => {
                return Err(ParseError::new("two conflict clauses for the same columns", key.offset));
            }
            (a, b) => a.or(b),
        };
        if let Body::Primary { .. } = key.body {
            if key.name().is_none() {
                *key.name() = twin.name().take();
            }
            // The index that exists already becomes that of the primary key. An INTEGER keeps its DESC, without
            // which it would be the rowid.
            if !matches!(key.parts(), [part] if is_integer(part, table)) {
                key.parts_mut().clone_from_slice(twin.parts());
            }
            *twin = key;
        } else if twin.name().is_none() {
            *twin.name() = key.name().take();
        }
        *twin.on_conflict() = resolution;
    }
    Ok(kept)
}

/// What SQLite compares of two keys.
fn indexed(parts: &[KeyPart], table: &Table) -> Vec<(Name, Name)> {
    parts
        .iter()
        .filter_map(|part| {
            let name = column_of(part)?;
            let collation = part.collation.clone().or_else(|| table.column(name).map(own_collation))?;
            Some((name.clone(), collation))
        })
        .collect()
}

/// A rowid is never NULL; nor are the columns of a primary key in WITHOUT ROWID and STRICT tables.
/// Elsewhere SQLite enforces only what NOT NULL says.
fn settle_nullability(table: &mut Table, key: &PrimaryKey, rowid: Option<&Name>) {
    let never_null = table.options.without_rowid || table.options.strict || rowid.is_some();
    for column in &mut table.columns {
        if never_null && key.columns().contains(&column.name) {
            column.nullable = false;
        }
        if rowid.is_some_and(|rowid| *rowid == column.name) {
            column.on_conflict = None;
        }
    }
}
