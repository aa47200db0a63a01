//! What a database is after its migrations when it holds no row: enough to write its file down without running them.

use std::borrow::Cow;

use rusqlite::Connection;
use schema_core::sqlite::statement::StatementKind;
use schema_core::{Inspection, render};

/// Everything that migrations leave behind, when that is a schema and nothing else: the rows of `sqlite_schema` as
/// SQLite keeps them, and the counters of AUTOINCREMENT.
///
/// ```
/// # use schema_core::{Dialect, Migration, checksum};
/// use schema_replay::{Tree, replay};
/// # let migration = |sql: &'static str| Migration {
/// #     version: "1".into(),
/// #     name: "a".into(),
/// #     file: "migrations/1_a.sql".into(),
/// #     sql: sql.into(),
/// #     checksum: checksum(Dialect::Sqlite, sql).into(),
/// #     no_transaction: false,
/// # };
/// let blueprint = replay(&[migration("CREATE TABLE a (b TEXT UNIQUE)")]).unwrap().blueprint.unwrap();
/// assert_eq!(blueprint.objects[0].sql.as_deref(), Some("CREATE TABLE a (b TEXT UNIQUE)"));
/// assert_eq!((&*blueprint.objects[1].name, blueprint.objects[1].tree), ("sqlite_autoindex_a_1", Tree::Index));
/// // What has rows is more than its schema.
/// let seeded = replay(&[migration("CREATE TABLE a (b TEXT); INSERT INTO a VALUES (random())")]).unwrap();
/// assert_eq!(seeded.blueprint, None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blueprint {
    /// The rows of `sqlite_schema` in their order.
    pub objects: Cow<'static, [Object]>,
    /// The rows of `sqlite_sequence`.
    pub counters: Cow<'static, [Counter]>,
    /// The digest of the schema: see [`render::digest`].
    pub digest: Cow<'static, str>,
    /// The version of the SQLite that made it, as `sqlite3_libversion_number` has it. An older one may not be able
    /// to read what this one wrote.
    pub engine: i32,
}

/// A row of `sqlite_schema`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// `table`, `index`, `view` or `trigger`.
    pub kind: Cow<'static, str>,
    /// Its name.
    pub name: Cow<'static, str>,
    /// The table that it belongs to.
    pub table: Cow<'static, str>,
    /// The statement, which the index of a constraint does not have.
    pub sql: Option<Cow<'static, str>>,
    /// What it keeps in the file.
    pub tree: Tree,
}

/// What an object keeps in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tree {
    /// Nothing, as views and triggers.
    None,
    /// A b-tree of rows by their rowid.
    Table,
    /// A b-tree of keys, as indexes and tables WITHOUT ROWID.
    Index,
}

/// The name of a table and the last rowid that AUTOINCREMENT gave to it, NULL where it never gave one.
pub type Counter = (Cow<'static, str>, Option<i64>);

/// Reads what there is in a database that was made by migrations. `None` when there is more than a schema in it.
pub(crate) fn read(db: &Connection, inspection: &Inspection) -> rusqlite::Result<Option<Blueprint>> {
    if !is_bare(db)? {
        return Ok(None);
    }
    let Some(objects) = objects(db)? else { return Ok(None) };
    let has_counters = objects.iter().any(|object| object.name == "sqlite_sequence");
    Ok(Some(Blueprint {
        objects: objects.into(),
        counters: if has_counters { counters(db)?.into() } else { Cow::Borrowed(&[]) },
        digest: render::digest(&inspection.schema).into(),
        engine: rusqlite::version_number(),
    }))
}

/// Whether no table has a row, and the header says nothing that it does not say of a new file.
fn is_bare(db: &Connection) -> rusqlite::Result<bool> {
    let header = "SELECT (SELECT user_version FROM pragma_user_version) = 0
        AND (SELECT application_id FROM pragma_application_id) = 0
        AND (SELECT encoding FROM pragma_encoding) = 'UTF-8'
        AND NOT EXISTS (SELECT 1 FROM sqlite_temp_schema)";
    let rows = "SELECT NOT EXISTS (SELECT 1 FROM dbstat WHERE ncell > 0
        AND name NOT IN ('sqlite_schema', 'sqlite_master', 'sqlite_sequence'))";
    Ok(db.query_row(header, [], |row| row.get(0))? && db.query_row(rows, [], |row| row.get(0))?)
}

/// The rows of the catalogue, or `None` when there is a virtual table, which is what its module makes of it.
fn objects(db: &Connection) -> rusqlite::Result<Option<Vec<Object>>> {
    let mut statement = db.prepare(
        "SELECT type, name, tbl_name, sql, rootpage, type = 'index' OR name IN
           (SELECT name FROM pragma_table_list WHERE schema = 'main' AND wr)
         FROM main.sqlite_schema ORDER BY rowid",
    )?;
    let mut rows = statement.query([])?;
    let mut objects = Vec::new();
    while let Some(row) = rows.next()? {
        let text = |at| row.get::<_, String>(at).map(Cow::Owned);
        let (kind, rooted) = (text(0)?, row.get::<_, i64>(4)? > 0);
        let tree = match (&*kind, rooted, row.get(5)?) {
            ("view" | "trigger", false, _) => Tree::None,
            ("table", true, false) => Tree::Table,
            ("table" | "index", true, true) => Tree::Index,
            _ => return Ok(None),
        };
        objects.push(Object {
            kind,
            name: text(1)?,
            table: text(2)?,
            sql: row.get::<_, Option<String>>(3)?.map(Cow::Owned),
            tree,
        });
    }
    Ok(Some(objects))
}

fn counters(db: &Connection) -> rusqlite::Result<Vec<Counter>> {
    let mut statement = db.prepare("SELECT name, seq FROM main.sqlite_sequence ORDER BY rowid")?;
    let rows = statement.query_map([], |row| Ok((Cow::Owned(row.get(0)?), row.get(1)?)))?;
    rows.collect()
}

/// Whether a statement does something that no catalogue shows and no sandbox has: it sets how the file is kept, or
/// it is refused where migrations run.
pub(crate) fn is_beside(kind: &StatementKind) -> bool {
    match kind {
        StatementKind::Rollback => true,
        StatementKind::Pragma { name } => &**name == "journal_mode",
        _ => false,
    }
}
