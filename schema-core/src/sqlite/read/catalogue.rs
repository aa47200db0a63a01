//! All rows of `sqlite_schema`.

use std::collections::{BTreeMap, BTreeSet};

use super::{CatalogueRow, index, table};
use crate::token::{self, TokenKind};
use crate::{
    Dialect, Index, Inspection, Name, ObjectName, ParseError, Schema, Table, Unmanaged, UnmanagedKind, render,
};

/// Reads all rows of `sqlite_schema`, in their order.
///
/// SQLite's own tables (`sqlite_sequence`, `sqlite_stat1`) are no part of the schema. Views, triggers,
/// virtual tables, the shadow tables that these keep their data in, and everything that cannot be
/// represented exactly are [`Unmanaged`]. Foreign keys that name no columns get those of the parent's
/// primary key.
///
/// ```
/// use schema_core::sqlite::read::{self, CatalogueRow};
///
/// let inspection = read::catalogue(&[CatalogueRow {
///     kind: "table".into(),
///     name: "users".into(),
///     table: "users".into(),
///     sql: Some("CREATE TABLE users (id INTEGER PRIMARY KEY)".into()),
/// }]);
/// assert_eq!(inspection.schema.tables.len(), 1);
/// assert!(inspection.unmanaged.is_empty());
/// ```
pub fn catalogue(rows: &[CatalogueRow]) -> Inspection {
    let mut reader = Reader::new(rows);
    for row in rows {
        match (&*row.kind, &row.sql) {
            ("table", _) => reader.table(row),
            ("index", None) => {}
            ("index", Some(sql)) => reader.index(row, sql),
            ("view", _) => reader.unmanaged(row, UnmanagedKind::View, None),
            ("trigger", _) => reader.unmanaged(row, UnmanagedKind::Trigger, None),
            (kind, _) => {
                let reason = format!("an object of the unknown kind `{kind}`");
                reader.unmanaged(row, UnmanagedKind::NotUnderstood, Some(reason));
            }
        }
    }
    let Reader { mut schema, unmanaged, .. } = reader;
    schema.resolve_parents();
    Inspection { schema, unmanaged }
}

struct Reader {
    schema: Schema,
    unmanaged: Vec<Unmanaged>,
    /// The virtual tables with their modules.
    virtual_tables: BTreeMap<Name, Name>,
    /// The tables that are not part of the schema, for their indexes to share their lot.
    aside: BTreeMap<Name, UnmanagedKind>,
    own: BTreeSet<Name>,
}

fn name(text: &str) -> Name {
    Name::new(Dialect::Sqlite, text)
}

impl Reader {
    fn new(rows: &[CatalogueRow]) -> Reader {
        // A virtual table may stand behind its shadow tables.
        let virtual_tables = rows.iter().filter(|row| &*row.kind == "table").filter_map(|row| {
            let module = module(row.sql.as_deref()?)?;
            Some((name(&row.name), module))
        });
        Reader {
            schema: Schema::empty(Dialect::Sqlite),
            unmanaged: Vec::new(),
            virtual_tables: virtual_tables.collect(),
            aside: BTreeMap::new(),
            own: BTreeSet::new(),
        }
    }

    fn unmanaged(&mut self, row: &CatalogueRow, kind: UnmanagedKind, reason: Option<String>) {
        let owner = match kind {
            UnmanagedKind::View | UnmanagedKind::VirtualTable => None,
            UnmanagedKind::ShadowTable => self.virtual_table_of(&row.name),
            UnmanagedKind::Trigger | UnmanagedKind::NotUnderstood => {
                (row.table != row.name || &*row.kind != "table").then(|| name(&row.table))
            }
        };
        self.unmanaged.push(Unmanaged {
            kind,
            name: name(&row.name),
            table: owner,
            sql: row.sql.clone(),
            reason: reason.map(Into::into),
        });
    }

    fn table(&mut self, row: &CatalogueRow) {
        let own_name = name(&row.name);
        if is_internal(&row.name) {
            self.own.insert(own_name);
            return;
        }
        let kind = if self.virtual_tables.contains_key(&own_name) {
            (UnmanagedKind::VirtualTable, None)
        } else if self.virtual_table_of(&row.name).is_some() {
            (UnmanagedKind::ShadowTable, None)
        } else {
            match read_table(row) {
                Ok(table) => {
                    self.schema.tables.insert(table.name.clone(), table);
                    return;
                }
                Err(reason) => (UnmanagedKind::NotUnderstood, Some(reason)),
            }
        };
        self.aside.insert(own_name, kind.0);
        self.unmanaged(row, kind.0, kind.1);
    }

    fn index(&mut self, row: &CatalogueRow, sql: &str) {
        let owner = name(&row.table);
        if self.own.contains(&owner) {
            return;
        }
        match self.aside.get(&owner) {
            Some(UnmanagedKind::NotUnderstood) => {
                let reason = Some(format!("an index of `{owner}`, which is not understood"));
                return self.unmanaged(row, UnmanagedKind::NotUnderstood, reason);
            }
            Some(kind) => return self.unmanaged(row, *kind, None),
            None => {}
        }
        let Some(table) = self.schema.tables.get_mut(&ObjectName { schema: None, name: owner }) else {
            let reason = Some(format!("an index of `{}`, which is not there", row.table));
            return self.unmanaged(row, UnmanagedKind::NotUnderstood, reason);
        };
        match read_index(sql, table) {
            Ok(index) => table.indexes.push(index),
            Err(reason) => self.unmanaged(row, UnmanagedKind::NotUnderstood, Some(reason)),
        }
    }

    /// The virtual table that keeps its data in a table of this name.
    fn virtual_table_of(&self, table: &str) -> Option<Name> {
        let owns = |(owner, module): &(&Name, &Name)| {
            let (Some(start), Some(rest)) = (table.get(..owner.as_str().len()), table.get(owner.as_str().len()..))
            else {
                return false;
            };
            let Some(suffix) = rest.strip_prefix('_') else {
                return false;
            };
            owner.is(start) && has_shadow(module.as_str(), suffix)
        };
        // Of two virtual tables `a` and `a_b`, the table `a_b_data` belongs to the longer name.
        self.virtual_tables.iter().filter(owns).map(|(owner, _)| owner.clone()).max_by_key(|owner| owner.as_str().len())
    }
}

/// Tables and indexes that SQLite makes for itself have reserved names.
fn is_internal(name: &str) -> bool {
    name.get(..7).is_some_and(|prefix| prefix.eq_ignore_ascii_case("sqlite_"))
}

/// Reads a table, and makes sure that writing it down again would lose nothing.
fn read_table(row: &CatalogueRow) -> Result<Table, String> {
    let Some(sql) = row.sql.as_deref() else {
        return Err("a table without a stored definition".to_owned());
    };
    let table = table::table(sql).map_err(|error| placed(&error, sql))?.table;
    if table.name.name != name(&row.name) {
        return Err(format!("a definition that speaks of `{}`", table.name));
    }
    let written = render::table(Dialect::Sqlite, &table);
    match table::table(&written) {
        Ok(again) if again.table == table => Ok(table),
        _ => Err(format!("a definition that is not the same when it is written down again: {written}")),
    }
}

/// Reads an index, and makes sure that writing it down again would lose nothing.
fn read_index(sql: &str, table: &Table) -> Result<Index, String> {
    let index = index::index_on(sql, table).map_err(|error| placed(&error, sql))?.index;
    let written = render::index(Dialect::Sqlite, &table.name, &index);
    match index::index_on(&written, table) {
        Ok(again) if again.index == index => Ok(index),
        _ => Err(format!("a definition that is not the same when it is written down again: {written}")),
    }
}

fn placed(error: &ParseError, sql: &str) -> String {
    let place = crate::Place::at("", sql, error.offset);
    format!("{error} (line {}, column {} of its definition)", place.line, place.column)
}

/// The module of a `CREATE VIRTUAL TABLE`.
fn module(sql: &str) -> Option<Name> {
    let tokens = token::tokens(Dialect::Sqlite, sql);
    if !(tokens.first()?.is("CREATE") && tokens.get(1)?.is("VIRTUAL") && tokens.get(2)?.is("TABLE")) {
        return None;
    }
    let using = tokens.iter().position(|token| token.is("USING"))?;
    let module = tokens.get(using + 1)?;
    matches!(module.kind, TokenKind::Word | TokenKind::Quoted | TokenKind::String).then(|| name(&module.value()))
}

/// Whether the module keeps data in tables of that suffix. Of a module that SQLite does not bring
/// with it, any suffix is taken for one of its own.
fn has_shadow(module: &str, suffix: &str) -> bool {
    let known: &[&str] = match &*module.to_ascii_lowercase() {
        "fts3" | "fts4" => &["content", "segments", "segdir", "docsize", "stat"],
        "fts5" => &["data", "idx", "content", "docsize", "config"],
        "rtree" | "rtree_i32" | "geopoly" => &["node", "parent", "rowid"],
        "fts5vocab" | "fts4aux" | "fts3tokenize" | "dbstat" | "csv" => &[],
        _ => return true,
    };
    known.iter().any(|name| name.eq_ignore_ascii_case(suffix))
}
