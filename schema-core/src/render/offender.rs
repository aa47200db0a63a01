//! Questions about the rows of a SQLite table: which of them a change of the table does not allow.
//!
//! What is asked about are the rows as the table would hold them afterwards: values that the new affinity
//! converts are converted, and compared by the new collation.

use crate::{Affinity, Column, ColumnValue, Dialect, Expr, ForeignKey, KeyPart, KeyTarget, Name, Pair, Table};

use super::{is_rowid_alias, key::collation_name, name, object, shape::is_call};

const SQLITE: Dialect = Dialect::Sqlite;

/// A query for rows, and what its columns are.
///
/// ```
/// use schema_core::{ColumnType, Column, ColumnValue, Dialect, Name, ObjectName, Pair, Table, render::Rows};
/// let email = Column {
///     name: Name::new(Dialect::Sqlite, "email"),
///     ty: ColumnType::parse(Dialect::Sqlite, "TEXT"),
///     nullable: true,
///     value: ColumnValue::Given,
///     collation: None,
///     on_conflict: None,
///     comment: None,
/// };
/// let mut users = Table::empty(ObjectName::new(Dialect::Sqlite, None, "users"));
/// users.columns.push(email.clone());
/// let question = Rows::new(Pair::new(&users, &users)).nulls(&email);
/// assert_eq!(question.sql, "SELECT rowid FROM users WHERE email IS NULL");
/// assert_eq!((question.keys, question.values), (vec!["rowid".to_owned()], vec![]));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The query.
    pub sql: String,
    /// What tells a row from the others: the labels of the first columns, or, of groups, of the last ones.
    pub keys: Vec<String>,
    /// The labels of the values that are wrong.
    pub values: Vec<String>,
}

/// The rows of a table that is to become another one.
///
/// ```
/// use schema_core::{Dialect, ObjectName, Pair, Table, render::Rows};
/// let users = Table::empty(ObjectName::new(Dialect::Sqlite, None, "users"));
/// let rows = Rows::new(Pair::new(&users, &users));
/// assert_eq!(rows.by_rowid().as_deref(), Some("SELECT rowid FROM users WHERE rowid = ?1"));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    tables: Pair<&'a Table>,
}

/// What the columns are used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    /// Values are compared with values of the same column.
    Value,
    /// An expression compares them with anything, by the affinity of the column. An expression has none but by CAST,
    /// which also converts what the column would leave as it is: such values are told of by themselves.
    Expression,
}

/// What the rows are read from.
struct Source {
    rows: String,
    /// The name that the rows need, when they are no table.
    alias: Option<String>,
    /// What tells a row from the others, as it is called there.
    keys: Vec<String>,
    rowid: Option<String>,
}

impl Source {
    fn from(&self) -> String {
        self.alias.as_ref().map_or_else(|| self.rows.clone(), |alias| self.named(alias))
    }

    fn named(&self, alias: &str) -> String {
        format!("{} AS {alias}", self.rows)
    }
}

impl<'a> Rows<'a> {
    /// The rows of the first table, as the second one would hold them.
    ///
    /// ```
    /// use schema_core::{Dialect, ObjectName, Pair, Table, render::Rows};
    /// let users = Table::empty(ObjectName::new(Dialect::Sqlite, None, "users"));
    /// let rows = Rows::new(Pair::new(&users, &users));
    /// assert!(rows.by_rowid().is_some());
    /// ```
    pub fn new(tables: Pair<&'a Table>) -> Rows<'a> {
        Rows { tables }
    }

    /// Groups of rows that are the same in a key: the values, the number of rows, and, where there are rowids, the
    /// first and the last of them. A row with a NULL in the key is like no other.
    ///
    /// ```
    /// use schema_core::{Dialect, Expr, KeyPart, ObjectName, Pair, Table, render::Rows};
    /// let users = Table::empty(ObjectName::new(Dialect::Sqlite, None, "users"));
    /// let key = [KeyPart::expr(Expr::parse(Dialect::Sqlite, "lower(email)")?)];
    /// assert_eq!(
    ///     Rows::new(Pair::new(&users, &users)).duplicates(&key, None).sql,
    ///     "SELECT lower(email), count(*), min(rowid), max(rowid) FROM users WHERE lower(email) IS NOT NULL \
    ///      GROUP BY lower(email) HAVING count(*) > 1"
    /// );
    /// # Ok::<_, schema_core::ParseError>(())
    /// ```
    pub fn duplicates(&self, parts: &[KeyPart], predicate: Option<&Expr>) -> Question {
        let is_expr = |part: &KeyPart| matches!(part.target, KeyTarget::Expr(_));
        let has_expr = predicate.is_some() || parts.iter().any(is_expr);
        let use_of = if has_expr { Use::Expression } else { Use::Value };
        let source = self.source(use_of, |column| {
            parts.iter().any(|part| mentioned(part, column))
                || predicate.is_some_and(|expr| expr.mentions(SQLITE, column))
        });
        let values: Vec<String> = parts.iter().map(target).collect();
        let mut conditions: Vec<String> = values.iter().map(|value| format!("{value} IS NOT NULL")).collect();
        conditions.extend(predicate.map(|expr| format!("({expr})")));
        let groups: Vec<String> =
            parts.iter().zip(&values).map(|(part, value)| format!("{value}{}", collate(part))).collect();
        let rowids = source.rowid.as_ref().map_or_else(String::new, |rowid| format!(", min({rowid}), max({rowid})"));
        let sql = format!(
            "SELECT {}, count(*){rowids} FROM {} WHERE {} GROUP BY {} HAVING count(*) > 1",
            values.join(", "),
            source.from(),
            conditions.join(" AND "),
            groups.join(", ")
        );
        let keys = source.rowid.map_or_else(Vec::new, |_| self.key_labels());
        Question { sql, keys, values: parts.iter().map(|part| part.label().to_string()).collect() }
    }

    /// The query for what tells the row with a rowid from the others; `None` where there are no rowids.
    ///
    /// ```
    /// use schema_core::{Dialect, Name, ObjectName, Pair, PrimaryKey, Table, render::Rows};
    /// let mut users = Table::empty(ObjectName::new(Dialect::Sqlite, None, "users"));
    /// users.primary_key = Some(PrimaryKey::over([Name::new(Dialect::Sqlite, "email")]));
    /// let rows = Rows::new(Pair::new(&users, &users));
    /// assert_eq!(rows.by_rowid().as_deref(), Some("SELECT email FROM users WHERE rowid = ?1"));
    /// ```
    pub fn by_rowid(&self) -> Option<String> {
        let rowid = self.rowid()?;
        let table = object(SQLITE, &self.tables.before.name);
        Some(format!("SELECT {} FROM {table} WHERE {rowid} = ?1", self.keys().join(", ")))
    }

    /// The rows that have no value in a column.
    ///
    /// ```
    /// use schema_core::{Column, ColumnType, ColumnValue, Dialect, Name, ObjectName, Pair, Table, render::Rows};
    /// # let [email, order] = ["email", "order"].map(|name| Column {
    /// #     name: Name::new(Dialect::Sqlite, name), ty: ColumnType::parse(Dialect::Sqlite, "TEXT"), nullable: true,
    /// #     value: ColumnValue::Given, collation: None, on_conflict: None, comment: None });
    /// let mut users = Table::empty(ObjectName::new(Dialect::Sqlite, None, "users"));
    /// users.columns.push(order.clone());
    /// let rows = Rows::new(Pair::new(&users, &users));
    /// assert_eq!(rows.nulls(&order).sql, "SELECT rowid FROM users WHERE \"order\" IS NULL");
    /// assert_eq!(rows.nulls(&email).sql, "SELECT rowid FROM users"); // a new column, and nothing to put in it
    /// ```
    pub fn nulls(&self, column: &Column) -> Question {
        if self.tables.before.column(&column.name).is_none() && column.value == ColumnValue::Given {
            let from = object(SQLITE, &self.tables.before.name);
            let keys = self.keys();
            let sql = format!("SELECT {} FROM {from}", or_null(&keys));
            return Question { sql, keys: self.key_labels(), values: Vec::new() };
        }
        self.rows_where(&[], |name| *name == column.name, &format!("{} IS NULL", name(SQLITE, &column.name)))
    }

    /// The rows for which a condition is false, with the columns that it mentions; a condition that is NULL is kept.
    ///
    /// ```
    /// use schema_core::{Dialect, Expr, ObjectName, Pair, Table, render::Rows};
    /// let users = Table::empty(ObjectName::new(Dialect::Sqlite, None, "users"));
    /// let check = Expr::parse(Dialect::Sqlite, "age >= 0")?;
    /// let question = Rows::new(Pair::new(&users, &users)).violators(&check);
    /// assert_eq!(question.sql, "SELECT rowid FROM users WHERE NOT (age >= 0)");
    /// # Ok::<_, schema_core::ParseError>(())
    /// ```
    pub fn violators(&self, check: &Expr) -> Question {
        let columns = self.tables.after.columns.iter().filter(|column| check.mentions(SQLITE, &column.name));
        let values: Vec<&Name> = columns.map(|column| &column.name).collect();
        self.rows_where(&values, |name| check.mentions(SQLITE, name), &format!("NOT ({check})"))
    }

    /// The rows whose value in a column is not of its new type: of another storage class than the affinity stands
    /// for, or one that a STRICT table refuses. `None` where every value is as good as any other.
    ///
    /// ```
    /// use schema_core::{Column, ColumnType, ColumnValue, Dialect, Name, ObjectName, Pair, Table, render::Rows};
    /// # let age = Column {
    /// #     name: Name::new(Dialect::Sqlite, "age"), ty: ColumnType::parse(Dialect::Sqlite, "INTEGER"), nullable: true,
    /// #     value: ColumnValue::Given, collation: None, on_conflict: None, comment: None };
    /// let mut users = Table::empty(ObjectName::new(Dialect::Sqlite, None, "users"));
    /// users.columns.push(age.clone());
    /// assert_eq!(
    ///     Rows::new(Pair::new(&users, &users)).misfits(&age).unwrap().sql,
    ///     "SELECT rowid, age FROM users WHERE typeof(age) NOT IN ('integer', 'null')"
    /// );
    /// ```
    pub fn misfits(&self, column: &Column) -> Option<Question> {
        let class = storage_class(self.tables.after, column)?;
        let own = name(SQLITE, &column.name);
        let condition = match (self.stored(column, Use::Value), affinity(self.tables.after, column)) {
            (None, _) | (_, Affinity::Blob | Affinity::Numeric) => format!("typeof({own}) NOT IN ('{class}', 'null')"),
            (Some(_), affinity) => unconvertible(&own, affinity),
        };
        // The values are shown as they are: nothing of the column is to be asked as it will be.
        Some(self.rows_where(&[&column.name], |_| false, &condition))
    }

    /// The rows that refer to no row of the parent; a row with a NULL in the key refers to nothing. The values are
    /// compared as SQLite does: with the affinity and the collation of the parent
    /// (<https://www.sqlite.org/foreignkeys.html#fk_indexes>). `None` where the parent is there and its key is not.
    ///
    /// ```
    /// use schema_core::{Action, Deferrable, Dialect, ForeignKey, Name, ObjectName, Pair, Table, render::Rows};
    /// let table = |name| Table::empty(ObjectName::new(Dialect::Sqlite, None, name));
    /// let posts = table("posts");
    /// let key = ForeignKey {
    ///     name: None,
    ///     columns: vec![Name::new(Dialect::Sqlite, "author_id")],
    ///     parent: ObjectName::new(Dialect::Sqlite, None, "users"),
    ///     parent_columns: vec![Name::new(Dialect::Sqlite, "id")],
    ///     on_delete: Action::NoAction,
    ///     on_update: Action::NoAction,
    ///     deferrable: Deferrable::No,
    /// };
    /// let question = Rows::new(Pair::new(&posts, &posts)).orphans(&key, None).unwrap();
    /// assert_eq!(question.sql, "SELECT child.rowid, child.author_id FROM posts AS child WHERE child.author_id IS NOT NULL");
    /// ```
    pub fn orphans(&self, key: &ForeignKey, parent: Option<Rows<'_>>) -> Option<Question> {
        let child = self.source(Use::Value, |column| key.columns.contains(column));
        let of_child: Vec<String> =
            key.columns.iter().map(|column| format!("child.{}", name(SQLITE, column))).collect();
        let mut conditions: Vec<String> = of_child.iter().map(|value| format!("{value} IS NOT NULL")).collect();
        let mut from = child.named("child");
        if let Some(parent) = parent {
            let has = |column: &Name| parent.tables.after.column(column).is_some();
            if key.parent_columns.len() != key.columns.len() || !key.parent_columns.iter().all(has) {
                return None;
            }
            let rows = parent.source(Use::Value, |column| key.parent_columns.contains(column));
            let of_parent = key.parent_columns.iter().map(|column| format!("parent.{}", name(SQLITE, column)));
            let of_parent: Vec<String> = of_parent.collect();
            // Without an affinity of its own, the child's value is compared by that of the parent.
            let equal = of_parent.iter().zip(&of_child).map(|(parent, child)| format!("{parent} = +{child}"));
            let equal: Vec<String> = equal.collect();
            from += &format!(" LEFT JOIN {} ON {}", rows.named("parent"), equal.join(" AND "));
            conditions.extend(of_parent.first().map(|first| format!("{first} IS NULL")));
        }
        let keys: Vec<String> = child.keys.iter().map(|key| format!("child.{key}")).collect();
        let shown: Vec<String> = keys.iter().chain(&of_child).cloned().collect();
        let sql = format!("SELECT {} FROM {from} WHERE {}", or_null(&shown), conditions.join(" AND "));
        let values = key.columns.iter().map(ToString::to_string).collect();
        Some(Question { sql, keys: self.key_labels(), values })
    }

    fn rows_where(&self, values: &[&Name], mentions: impl Fn(&Name) -> bool, condition: &str) -> Question {
        let source = self.source(Use::Expression, mentions);
        let mut shown = source.keys.clone();
        shown.extend(values.iter().map(|column| name(SQLITE, column)));
        let sql = format!("SELECT {} FROM {} WHERE {condition}", or_null(&shown), source.from());
        Question { sql, keys: self.key_labels(), values: values.iter().map(ToString::to_string).collect() }
    }

    /// The table itself, or, when it holds one of the columns that matter otherwise afterwards, these columns as
    /// they will be.
    fn source(&self, use_of: Use, mentions: impl Fn(&Name) -> bool) -> Source {
        let table = object(SQLITE, &self.tables.before.name);
        let columns: Vec<&Column> = self.tables.after.columns.iter().filter(|column| mentions(&column.name)).collect();
        let stored: Vec<Option<String>> = columns.iter().map(|column| self.stored(column, use_of)).collect();
        let (keys, rowid) = (self.keys(), self.rowid());
        if stored.iter().all(Option::is_none) {
            return Source { rows: table, alias: None, keys, rowid };
        }
        let mut shown = Vec::new();
        let mut aliased = Source { rows: String::new(), alias: Some(table.clone()), keys: Vec::new(), rowid: None };
        for (at, key) in keys.iter().enumerate() {
            let alias = self.free(&format!("key{}", at + 1));
            shown.push(format!("{key} AS {alias}"));
            aliased.keys.push(alias);
        }
        if let Some(rowid) = rowid {
            let alias = self.free("row");
            shown.push(format!("{rowid} AS {alias}"));
            aliased.rowid = Some(alias);
        }
        for (column, value) in columns.iter().zip(stored) {
            let own = name(SQLITE, &column.name);
            shown.push(value.map_or_else(|| own.clone(), |value| format!("{value} AS {own}")));
        }
        aliased.rows = format!("(SELECT {} FROM {table})", shown.join(", "));
        aliased
    }

    /// What a column of the new table holds, in terms of the old one; `None` when it is the column of that name.
    fn stored(&self, column: &Column, use_of: Use) -> Option<String> {
        let Pair { before, after } = self.tables;
        let old = before.column(&column.name);
        let is_generated = |column: &Column| matches!(column.value, ColumnValue::Generated { .. });
        let kept = old.filter(|old| !is_generated(column) || old.value == column.value);
        let affinity = affinity(after, column);
        if kept.is_some_and(|old| self::affinity(before, old) == affinity && old.collation == column.collation) {
            return None;
        }
        let value = match (&column.value, kept) {
            (_, Some(_)) => name(SQLITE, &column.name),
            (ColumnValue::Default(expr) | ColumnValue::Generated { expr, .. }, None) => format!("({expr})"),
            _ => "NULL".to_owned(),
        };
        let collation = column.collation.as_ref().map_or_else(|| "BINARY".to_owned(), |own| name(SQLITE, own));
        let value = converted(&value, affinity);
        let value = match (use_of, affinity) {
            (Use::Expression, Affinity::Text) => format!("CAST({value} AS TEXT)"),
            (Use::Expression, Affinity::Integer) => format!("CAST({value} AS INTEGER)"),
            (Use::Expression, Affinity::Real) => format!("CAST({value} AS REAL)"),
            _ => value,
        };
        Some(format!("{value} COLLATE {collation}"))
    }

    /// What tells a row of the old table from the others.
    fn keys(&self) -> Vec<String> {
        match self.tables.before.primary_key.as_ref().map(crate::PrimaryKey::columns) {
            Some(columns) if !columns.is_empty() => columns.iter().map(|column| name(SQLITE, column)).collect(),
            _ => self.rowid().into_iter().collect(),
        }
    }

    fn key_labels(&self) -> Vec<String> {
        match self.tables.before.primary_key.as_ref().map(crate::PrimaryKey::columns) {
            Some(columns) if !columns.is_empty() => columns.iter().map(ToString::to_string).collect(),
            _ => self.keys(),
        }
    }

    /// The rowid, by the column that is another name of it, or under a name that no column has.
    fn rowid(&self) -> Option<String> {
        let Pair { before, after } = self.tables;
        if let Some(key) = before.primary_key.as_ref().filter(|_| !before.options.without_rowid)
            && let Some(alias) = before.columns.iter().find(|column| key.columns() == [column.name.clone()])
            && is_rowid_alias(key, alias)
        {
            return Some(name(SQLITE, &alias.name));
        }
        let is_free = |word: &&str| !before.columns.iter().chain(&after.columns).any(|column| column.name.is(word));
        let free = ["rowid", "oid", "_rowid_"].into_iter().find(is_free).filter(|_| !before.options.without_rowid);
        free.map(str::to_owned)
    }

    /// A name that no column of the new table has.
    fn free(&self, wanted: &str) -> String {
        let mut free = wanted.to_owned();
        while self.tables.after.columns.iter().any(|column| column.name.is(&free)) {
            free.push('_');
        }
        free
    }
}

fn mentioned(part: &KeyPart, column: &Name) -> bool {
    match &part.target {
        KeyTarget::Column(name) => name == column,
        KeyTarget::Expr(expr) => expr.mentions(SQLITE, column),
    }
}

/// What is compared, without its collation.
fn target(part: &KeyPart) -> String {
    match &part.target {
        KeyTarget::Column(column) => name(SQLITE, column),
        KeyTarget::Expr(expr) if is_call(SQLITE, expr) => expr.to_string(),
        KeyTarget::Expr(expr) => format!("({expr})"),
    }
}

/// The collation by which a part of a key compares, where it is not that of what is compared anyway.
fn collate(part: &KeyPart) -> String {
    part.collation.as_ref().map_or_else(String::new, |own| format!(" COLLATE {}", collation_name(SQLITE, own)))
}

/// A SELECT needs a column, also when nothing is to be shown.
fn or_null(shown: &[String]) -> String {
    if shown.is_empty() { "NULL".to_owned() } else { shown.join(", ") }
}

/// The affinity of a column: ANY of a STRICT table converts nothing.
fn affinity(table: &Table, column: &Column) -> Affinity {
    if table.options.strict && column.ty.as_str() == "ANY" { Affinity::Blob } else { column.ty.affinity() }
}

/// The storage class of a value that is of the type of a column.
fn storage_class(table: &Table, column: &Column) -> Option<&'static str> {
    match affinity(table, column) {
        Affinity::Text => Some("text"),
        Affinity::Integer => Some("integer"),
        Affinity::Real => Some("real"),
        // A table that is not STRICT converts nothing to a BLOB, and everything is welcome there.
        Affinity::Blob => (table.options.strict && column.ty.as_str() == "BLOB").then_some("blob"),
        // Dates, decimals and the like are stored as text as often as not.
        Affinity::Numeric => None,
    }
}

/// That a value is not converted by an affinity: see [`converted`].
fn unconvertible(value: &str, affinity: Affinity) -> String {
    let is_no_number = format!("{value} != CAST({value} AS NUMERIC)");
    match affinity {
        Affinity::Integer => format!(
            "typeof({value}) = 'blob' \
             OR typeof({value}) = 'text' AND ({is_no_number} OR typeof(CAST({value} AS NUMERIC)) = 'real') \
             OR typeof({value}) = 'real' AND ({value} != CAST({value} AS INTEGER) OR {value} <= -9223372036854775808.0)"
        ),
        Affinity::Real => format!("typeof({value}) = 'blob' OR typeof({value}) = 'text' AND {is_no_number}"),
        _ => format!("typeof({value}) = 'blob'"),
    }
}

/// A value as a column of that affinity stores it (<https://www.sqlite.org/datatype3.html#type_affinity>). Text is
/// converted when it is equal to its number: the comparison converts by the same rule.
fn converted(value: &str, affinity: Affinity) -> String {
    let is_number = format!("typeof({value}) = 'text' AND {value} = CAST({value} AS NUMERIC)");
    let whens = match affinity {
        Affinity::Blob => return value.to_owned(),
        Affinity::Text => format!("WHEN typeof({value}) IN ('integer', 'real') THEN CAST({value} AS TEXT)"),
        Affinity::Numeric => format!("WHEN {is_number} THEN CAST({value} AS NUMERIC)"),
        // The smallest integer is the one that SQLite does not make of a real.
        Affinity::Integer => format!(
            "WHEN {is_number} THEN CAST({value} AS NUMERIC) \
             WHEN typeof({value}) = 'real' AND {value} = CAST({value} AS INTEGER) AND {value} > -9223372036854775808.0 \
             THEN CAST({value} AS INTEGER)"
        ),
        Affinity::Real => {
            format!("WHEN typeof({value}) = 'integer' OR {is_number} THEN CAST({value} AS REAL)")
        }
    };
    format!("CASE {whens} ELSE {value} END")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::read;

    fn table(sql: &str) -> Table {
        read::table(sql).expect("a table").table
    }

    #[test]
    fn what_is_stored_otherwise_is_asked_as_it_will_be() {
        let before = table("CREATE TABLE t (a TEXT, key1 TEXT, PRIMARY KEY (key1))");
        let after = table("CREATE TABLE t (a INTEGER COLLATE NOCASE UNIQUE, key1 TEXT, PRIMARY KEY (key1))");
        let rows = Rows::new(Pair::new(&before, &after));
        assert_eq!(
            rows.duplicates(&after.uniques[0].parts, None).sql,
            "SELECT a, count(*), min(row), max(row) FROM (SELECT key1 AS key1_, rowid AS row, \
             CASE WHEN typeof(a) = 'text' AND a = CAST(a AS NUMERIC) THEN CAST(a AS NUMERIC) \
             WHEN typeof(a) = 'real' AND a = CAST(a AS INTEGER) AND a > -9223372036854775808.0 \
             THEN CAST(a AS INTEGER) ELSE a END COLLATE NOCASE AS a FROM t) AS t \
             WHERE a IS NOT NULL GROUP BY a HAVING count(*) > 1"
        );
    }

    #[test]
    fn rowids_go_by_a_name_that_is_free() {
        let hidden = table("CREATE TABLE t (rowid TEXT, oid TEXT)");
        assert_eq!(
            Rows::new(Pair::new(&hidden, &hidden)).by_rowid().as_deref(),
            Some("SELECT _rowid_ FROM t WHERE _rowid_ = ?1")
        );
        let without = table("CREATE TABLE t (a INTEGER PRIMARY KEY) WITHOUT ROWID");
        assert_eq!(Rows::new(Pair::new(&without, &without)).by_rowid(), None);
    }

    #[test]
    fn a_parent_without_the_key_is_not_asked() {
        let child = table("CREATE TABLE c (p INTEGER REFERENCES p (x))");
        let parent = table("CREATE TABLE p (y INTEGER)");
        let (rows, parent) = (Rows::new(Pair::new(&child, &child)), Rows::new(Pair::new(&parent, &parent)));
        assert_eq!(rows.orphans(&child.foreign_keys[0], Some(parent)), None);
    }
}
