//! Tables: what stands beside a column and what at the end.

use crate::{Column, Dialect, EnumType, Name, PrimaryKey, Table, Unique};

use super::{
    check,
    column::{Inline, column_with},
    foreign_key, index, index_names, literal, name, object, primary_key,
    shape::only_column,
    unique,
};

/// The statements that create a table and what hangs on it.
///
/// ```
/// use schema_core::{Dialect, render, sqlite::read};
/// let mut table = read::table("CREATE TABLE users (email TEXT)")?.table;
/// table.indexes.push(read::index("CREATE INDEX by_email ON users (email)")?.index);
/// let ddl = render::table_ddl(Dialect::Sqlite, &table);
/// assert_eq!(ddl.table, "CREATE TABLE users (\n    email TEXT\n)");
/// assert_eq!(ddl.indexes, ["CREATE INDEX by_email ON users (email)"]);
/// # Ok::<_, schema_core::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableDdl {
    /// `CREATE TABLE …`.
    pub table: String,
    /// `CREATE INDEX …` for each index.
    pub indexes: Vec<String>,
    /// `COMMENT ON …` for each comment (PostgreSQL).
    pub comments: Vec<String>,
}

/// The statements that create a table, its indexes and its comments, without semicolons.
///
/// ```
/// use schema_core::{Dialect, ObjectName, Table, render};
/// let table = Table::empty(ObjectName::new(Dialect::Postgres, None, "t"));
/// assert!(render::table_ddl(Dialect::Postgres, &table).indexes.is_empty());
/// ```
pub fn table_ddl(dialect: Dialect, table: &Table) -> TableDdl {
    let names = index_names(table).into_iter().map(|name| Name::new(dialect, name));
    let named = table.indexes.iter().zip(names).map(|(found, name)| crate::Index { name: Some(name), ..found.clone() });
    TableDdl {
        table: self::table(dialect, table),
        indexes: named.map(|named| index(dialect, &table.name, &named)).collect(),
        comments: comments(dialect, table),
    }
}

/// `COMMENT ON …` for the comments of a table and its columns; nothing in SQLite, which has none.
///
/// ```
/// use schema_core::{Dialect, ObjectName, Table, render};
/// let mut table = Table::empty(ObjectName::new(Dialect::Postgres, None, "users"));
/// table.comment = Some("who may log in".into());
/// let text = "COMMENT ON TABLE users IS 'who may log in'";
/// assert_eq!(render::comments(Dialect::Postgres, &table), [text]);
/// ```
pub fn comments(dialect: Dialect, table: &Table) -> Vec<String> {
    if dialect == Dialect::Sqlite {
        return Vec::new();
    }
    let own = object(dialect, &table.name);
    let of_table = table.comment.iter().map(|text| format!("COMMENT ON TABLE {own} IS {}", literal(text)));
    let of_columns = table.columns.iter().filter_map(|column| {
        let text = literal(column.comment.as_ref()?);
        Some(format!("COMMENT ON COLUMN {own}.{} IS {text}", name(dialect, &column.name)))
    });
    of_table.chain(of_columns).collect()
}

/// `CREATE TYPE … AS ENUM (…)` without the semicolon (PostgreSQL).
///
/// ```
/// use schema_core::{Dialect, EnumType, ObjectName, render};
/// let name = ObjectName::new(Dialect::Postgres, None, "mood");
/// let mood = EnumType { name, variants: vec!["sad".into(), "happy".into()] };
/// assert_eq!(render::enum_type(&mood), "CREATE TYPE mood AS ENUM ('sad', 'happy')");
/// ```
pub fn enum_type(ty: &EnumType) -> String {
    let labels: Vec<String> = ty.variants.iter().map(|label| literal(label)).collect();
    format!("CREATE TYPE {} AS ENUM ({})", object(Dialect::Postgres, &ty.name), labels.join(", "))
}

/// `CREATE TABLE …` without the semicolon.
///
/// A constraint stands beside its column when it has no name, is about that column only, and when
/// all constraints of its kind before it stand beside theirs, in the order of the columns. The
/// others follow the columns. So the constraints are read back in exactly their order.
///
/// ```
/// use schema_core::{Column, ColumnType, ColumnValue, Dialect, Name, ObjectName, PrimaryKey, Table, render};
/// let dialect = Dialect::Sqlite;
/// let mut users = Table::empty(ObjectName::new(dialect, None, "users"));
/// users.columns.push(Column {
///     name: Name::new(dialect, "id"),
///     ty: ColumnType::parse(dialect, "INTEGER"),
///     nullable: false,
///     value: ColumnValue::Given,
///     collation: None,
///     on_conflict: None,
///     comment: None,
/// });
/// users.primary_key = Some(PrimaryKey::over([Name::new(dialect, "id")]));
/// assert_eq!(render::table(dialect, &users), "CREATE TABLE users (\n    id INTEGER PRIMARY KEY\n)");
/// ```
pub fn table(dialect: Dialect, table: &Table) -> String {
    let (inlines, rest) = arrange(dialect, table);
    let columns = table.columns.iter().zip(&inlines);
    let mut lines: Vec<String> = columns.map(|(column, inline)| column_with(dialect, column, inline)).collect();
    lines.extend(rest);
    let mut options = Vec::new();
    if table.options.strict {
        options.push(" STRICT");
    }
    if table.options.without_rowid {
        options.push(" WITHOUT ROWID");
    }
    let own = object(dialect, &table.name);
    if lines.is_empty() {
        return format!("CREATE TABLE {own} ()");
    }
    format!("CREATE TABLE {own} (\n    {}\n){}", lines.join(",\n    "), options.join(","))
}

/// What stands beside each column, and the lines of the constraints that follow the columns.
fn arrange(dialect: Dialect, table: &Table) -> (Vec<Inline<'_>>, Vec<String>) {
    let mut inlines: Vec<Inline<'_>> = table.columns.iter().map(|_| Inline::default()).collect();
    let mut rest = Vec::new();
    for at in implied_not_null(dialect, table) {
        inlines[at].implies_not_null = true;
    }
    if let Some(key) = &table.primary_key {
        match beside_key(key).and_then(|column| position(table, column)) {
            Some(at) => inlines[at].primary_key = Some(key),
            None => rest.push(primary_key(dialect, key)),
        }
    }
    let at = |one: &Unique| beside_unique(one).and_then(|column| position(table, column));
    let split = leading(&table.uniques, at, false);
    for (one, at) in &split {
        inlines[*at].unique = Some(one);
    }
    rest.extend(table.uniques[split.len()..].iter().map(|one| unique(dialect, one)));
    let split = leading(&table.foreign_keys, |key| position(table, alone(&key.name, &key.columns)?), false);
    for (key, at) in &split {
        inlines[*at].foreign_key = Some(key);
    }
    rest.extend(table.foreign_keys[split.len()..].iter().map(|key| foreign_key(dialect, key)));
    let at = |one: &crate::Check| match one.name {
        None => only_column(dialect, &one.expr, &table.columns),
        Some(_) => None,
    };
    let split = leading(&table.checks, at, true);
    for (one, at) in &split {
        inlines[*at].checks.push(one);
    }
    rest.extend(table.checks[split.len()..].iter().map(|one| check(dialect, one)));
    (inlines, rest)
}

/// The parts from the first on that can stand beside a column, with the columns, while these rise.
/// `repeat`: several may stand beside one column.
fn leading<T>(parts: &[T], column_of: impl Fn(&T) -> Option<usize>, repeat: bool) -> Vec<(&T, usize)> {
    let mut found: Vec<(&T, usize)> = Vec::new();
    for part in parts {
        let Some(at) = column_of(part) else { break };
        let rises = found.last().is_none_or(|(_, last)| *last < at || (repeat && *last == at));
        if !rises {
            break;
        }
        found.push((part, at));
    }
    found
}

fn position(table: &Table, name: &Name) -> Option<usize> {
    table.columns.iter().position(|column| column.name == *name)
}

/// The only column of a constraint without a name.
fn alone<'a>(name: &Option<Name>, columns: &'a [Name]) -> Option<&'a Name> {
    match columns {
        [column] if name.is_none() => Some(column),
        _ => None,
    }
}

fn only_part<'a>(name: &Option<Name>, parts: &'a [crate::KeyPart]) -> Option<&'a crate::KeyPart> {
    match parts {
        [part] if name.is_none() && part.collation.is_none() => Some(part),
        _ => None,
    }
}

fn part_column(part: &crate::KeyPart) -> Option<&Name> {
    match &part.target {
        crate::KeyTarget::Column(name) => Some(name),
        crate::KeyTarget::Expr(_) => None,
    }
}

fn beside_key(key: &PrimaryKey) -> Option<&Name> {
    let plain = key.deferrable == crate::Deferrable::No && key.include.is_empty();
    // `id INTEGER PRIMARY KEY DESC` is no alias of the rowid and `PRIMARY KEY (id DESC)` is one, so
    // a descending key has only this place, with its name.
    let descending = key.parts.iter().any(|part| part.descending);
    let name = key.name.as_ref().filter(|_| !descending).cloned();
    let part = only_part(&name, &key.parts).filter(|_| plain)?;
    part_column(part)
}

fn beside_unique(unique: &Unique) -> Option<&Name> {
    let plain = unique.deferrable == crate::Deferrable::No && unique.include.is_empty();
    let part = only_part(&unique.name, &unique.parts).filter(|part| plain && !part.descending)?;
    part_column(part)
}

/// The positions of the columns that are NOT NULL because of the primary key: in PostgreSQL all of
/// it, in SQLite the alias of the rowid, and all of it in STRICT and WITHOUT ROWID tables.
fn implied_not_null(dialect: Dialect, table: &Table) -> Vec<usize> {
    let Some(key) = &table.primary_key else {
        return Vec::new();
    };
    let whole = dialect == Dialect::Postgres || table.options.strict || table.options.without_rowid;
    let of_key = |column: &Column| key.parts.iter().any(|part| part_column(part) == Some(&column.name));
    let columns = table.columns.iter().enumerate().filter(|(_, column)| of_key(column));
    columns.filter(|(_, column)| whole || is_rowid_alias(key, column)).map(|(at, _)| at).collect()
}

/// Whether the column is the rowid under another name: the only part of the key, declared with
/// exactly the word INTEGER. `INTEGER PRIMARY KEY DESC` is none
/// (<https://www.sqlite.org/lang_createtable.html#rowids_and_the_integer_primary_key>).
pub(crate) fn is_rowid_alias(key: &PrimaryKey, column: &Column) -> bool {
    key.parts.len() == 1 && !key.parts[0].descending && column.ty.as_str().eq_ignore_ascii_case("INTEGER")
}
