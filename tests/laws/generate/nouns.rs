//! Random schemas as nouns: such as SQLite can have, in canonical form.

use schema_core::{
    Action, Check, Column, ColumnType, ColumnValue, Deferrable, Dialect, Expr, ForeignKey, Index, KeyPart, Name,
    ObjectName, OnConflict, PrimaryKey, Schema, Table, TableOptions, Unique,
};

use super::Choices;
use super::expression::{Scope, expression};
use super::names::fresh;

const D: Dialect = Dialect::Sqlite;
const TYPES: &[&str] =
    &["INTEGER", "TEXT", "", "VARCHAR(20)", "DECIMAL(10,2)", "REAL", "BLOB", "BIGINT", "\"ORDER BY\""];
const STRICT_TYPES: &[&str] = &["INTEGER", "TEXT", "REAL", "BLOB", "ANY", "INT"];
const DEFAULTS: &[&str] = &["0", "'a'", "-1", "1.5", "CURRENT_TIMESTAMP", "x'00'", "''", "abs(-1)", "1 + 1", "'it''s'"];

/// A schema of a few tables that refer to each other.
pub(crate) fn schema(c: &mut Choices) -> Schema {
    let mut schema = Schema::empty(D);
    let mut names = Vec::new();
    for _ in 0..=c.below(4) {
        let table = table(c, &mut names);
        schema.tables.insert(table.name.clone(), table);
    }
    let parents: Vec<Table> = schema.tables.values().cloned().collect();
    for table in schema.tables.values_mut() {
        table.foreign_keys = c.several(0, 3, 35, |c| foreign_key(c, table, &parents));
    }
    schema
}

/// A name that SQLite does not keep for itself and that no expression takes for something else.
fn plain(c: &mut Choices, taken: &[String]) -> String {
    loop {
        let name = fresh(c, 15, taken);
        if !["true", "false", "rowid", "oid"].iter().any(|word| name.eq_ignore_ascii_case(word)) {
            return name;
        }
    }
}

fn table(c: &mut Choices, names: &mut Vec<String>) -> Table {
    let own = plain(c, names);
    names.push(own.clone());
    let mut table = Table::empty(ObjectName::new(D, None, &own));
    table.options.strict = c.chance(15);
    let mut columns: Vec<String> = Vec::new();
    for _ in 0..=c.below(5) {
        columns.push(plain(c, &columns));
    }
    table.columns = columns.iter().map(|name| column(c, name, table.options)).collect();
    primary_key(c, &mut table);
    generate(c, &mut table, &columns);
    for _ in 0..c.below(3) {
        unique(c, &mut table);
    }
    for _ in 0..c.below(3) {
        let name = c.chance(30).then(|| Name::new(D, plain(c, &[])));
        table.checks.push(Check { name, expr: expr(c, &columns) });
    }
    for _ in 0..c.below(3) {
        let index = index(c, &table, names);
        table.indexes.push(index);
    }
    table
}

/// An expression over these columns.
pub(crate) fn expr(c: &mut Choices, columns: &[String]) -> Expr {
    let tokens = expression(c, Scope { table: None, columns, odd: false }, 3);
    Expr::parse(D, &tokens.join(" ")).expect("an expression")
}

pub(crate) fn column(c: &mut Choices, name: &str, options: TableOptions) -> Column {
    let ty = c.of(if options.strict { STRICT_TYPES } else { TYPES });
    let nullable = c.chance(60);
    Column {
        name: Name::new(D, name),
        ty: ColumnType::parse(D, ty),
        nullable,
        value: match c.chance(30) {
            true => ColumnValue::Default(Expr::parse(D, c.of(DEFAULTS)).expect("a default")),
            false => ColumnValue::Given,
        },
        collation: c.chance(15).then(|| Name::new(D, c.of(&["NOCASE", "RTRIM"]))),
        on_conflict: if nullable { None } else { conflict(c) },
        comment: None,
    }
}

fn conflict(c: &mut Choices) -> Option<OnConflict> {
    let clauses = [OnConflict::Rollback, OnConflict::Fail, OnConflict::Ignore, OnConflict::Replace];
    c.chance(12).then(|| c.of(&clauses))
}

/// A primary key, and what it means for its columns.
fn primary_key(c: &mut Choices, table: &mut Table) {
    if !c.chance(75) {
        return;
    }
    let parts = parts(c, table);
    let [first, ..] = &parts[..] else { return };
    let integer = table.columns.iter().any(|column| {
        parts.len() == 1
            && column.ty.as_str() == "INTEGER"
            && KeyPart::column(column.name.clone()).target == first.target
    });
    let mut key = PrimaryKey { on_conflict: conflict(c), parts, ..PrimaryKey::over([]) };
    table.options.without_rowid = c.chance(15);
    let rowid = integer && !table.options.without_rowid && !key.parts[0].descending;
    key.name = if c.chance(15) { Some(Name::new(D, plain(c, &[]))) } else { None };
    if integer {
        key.parts[0].collation = None;
        key.autoincrement = rowid && c.chance(30);
    }
    let never_null = rowid || table.options.strict || table.options.without_rowid;
    for column in table.columns.iter_mut().filter(|column| key.columns().contains(&column.name)) {
        if never_null {
            column.nullable = false;
        }
        if rowid || column.nullable {
            column.on_conflict = None;
        }
    }
    table.primary_key = Some(key);
}

/// One or two columns, each once, with the collations and directions that a key may have.
fn parts(c: &mut Choices, table: &Table) -> Vec<KeyPart> {
    let mut parts: Vec<KeyPart> = Vec::new();
    for _ in 0..=c.below(2) {
        let column = &c.of(&table.columns);
        if parts.iter().any(|part| part.target == KeyPart::column(column.name.clone()).target) {
            continue;
        }
        let collation = c.chance(10).then(|| Name::new(D, c.of(&["NOCASE", "RTRIM", "BINARY"])));
        let own = column.collation.clone().unwrap_or_else(|| Name::new(D, "BINARY"));
        let collation = collation.filter(|name| *name != own);
        parts.push(KeyPart { collation, descending: c.chance(15), ..KeyPart::column(column.name.clone()) });
    }
    parts
}

/// Makes some of the columns generated: not those of the key, nor all.
fn generate(c: &mut Choices, table: &mut Table, columns: &[String]) {
    let key = table.primary_key.as_ref().map(PrimaryKey::columns).unwrap_or_default();
    for at in 1..table.columns.len() {
        if key.contains(&table.columns[at].name) || !c.chance(15) {
            continue;
        }
        // Only columns before it: they cannot depend on each other in a circle.
        let expr = expr(c, &columns[..at]);
        table.columns[at].value = ColumnValue::Generated { expr, stored: c.chance(50) };
    }
}

/// A UNIQUE constraint that no other key makes superfluous.
fn unique(c: &mut Choices, table: &mut Table) {
    let parts = parts(c, table);
    let columns = |parts: &[KeyPart]| -> Vec<_> { parts.iter().map(|part| part.target.clone()).collect() };
    let taken = table.primary_key.iter().map(|key| columns(&key.parts));
    if taken.chain(table.uniques.iter().map(|one| columns(&one.parts))).any(|other| other == columns(&parts)) {
        return;
    }
    let name = c.chance(20).then(|| Name::new(D, plain(c, &[])));
    table.uniques.push(Unique { name, parts, on_conflict: conflict(c), ..Unique::over([]) });
}

/// An index over columns, or over a call.
pub(crate) fn index(c: &mut Choices, table: &Table, names: &mut Vec<String>) -> Index {
    let own = plain(c, names);
    names.push(own.clone());
    let columns: Vec<String> = table.columns.iter().map(|column| column.name.to_string()).collect();
    let mut parts = parts(c, table);
    if c.chance(25) {
        let inner = expr(c, &columns);
        parts.push(KeyPart::expr(Expr::parse(D, &format!("lower({inner})")).expect("a call")));
    }
    Index {
        name: Some(Name::new(D, own)),
        unique: c.chance(30),
        predicate: c.chance(25).then(|| expr(c, &columns)),
        ..Index::over(parts)
    }
}

/// A foreign key to one of these tables, or to one that is not there.
pub(crate) fn foreign_key(c: &mut Choices, table: &Table, parents: &[Table]) -> ForeignKey {
    const ACTIONS: &[Action] =
        &[Action::NoAction, Action::Cascade, Action::SetNull, Action::SetDefault, Action::Restrict];
    let parent = &c.of(parents);
    let count = 1 + c.below(2);
    let of = |c: &mut Choices, table: &Table| -> Vec<Name> {
        (0..count).map(|_| c.of(&table.columns).name.clone()).collect()
    };
    let missing = c.chance(5);
    ForeignKey {
        name: c.chance(20).then(|| Name::new(D, plain(c, &[]))),
        columns: of(c, table),
        parent: if missing { ObjectName::new(D, None, "missing") } else { parent.name.clone() },
        parent_columns: of(c, parent),
        on_delete: c.of(ACTIONS),
        on_update: c.of(ACTIONS),
        deferrable: c.of(&[Deferrable::No, Deferrable::No, Deferrable::Deferred]),
    }
}
