//! What is known of a table before rows are made for it: its columns, its conditions, its keys and its parents.

use std::collections::BTreeMap;

use rusqlite::types::Value;
use schema_core::token::{TokenKind, tokens};
use schema_core::{
    Affinity, ColumnValue, Dialect, Expr, ForeignKey, Inspection, KeyPart, KeyTarget, Name, ObjectName, Table, render,
};

use super::hints::Hints;
use super::values;

/// The forms of all tables of a schema.
pub(super) type Forms = BTreeMap<ObjectName, Form>;

/// A row: a value for each column, in the order of the table. What stands for a generated column is not written.
pub(super) type Row = Vec<Value>;

/// A table, ready to be filled.
#[derive(Debug)]
pub(super) struct Form {
    pub(super) table: Table,
    /// The columns that an INSERT may name.
    pub(super) writable: Vec<usize>,
    pub(super) conditions: Vec<Condition>,
    pub(super) keys: Vec<Key>,
    pub(super) parents: Vec<Parent>,
    /// For each column, whether it holds JSON.
    documents: Vec<bool>,
    /// For each column, values that are asked for somewhere.
    pub(super) suggested: Vec<Vec<Value>>,
    insert: String,
}

/// A condition on a row.
#[derive(Clone, Debug)]
pub(super) struct Condition {
    pub(super) sql: String,
    /// The writable columns that it depends on.
    pub(super) columns: Vec<usize>,
    /// The values that it mentions.
    pub(super) values: Vec<Value>,
    /// The only values that its column may have, where it lists them.
    pub(super) choice: Option<(usize, Vec<Value>)>,
    /// Whether it is a constraint of another version of the table only, so that rows had better obey it.
    pub(super) soft: bool,
}

/// A primary key, a UNIQUE constraint or a unique index.
#[derive(Clone, Debug)]
pub(super) struct Key {
    /// As it is written: `PRIMARY KEY (a, b)`, `UNIQUE (a)`, `CREATE UNIQUE INDEX …`.
    pub(super) text: String,
    /// The name of the constraint or the index, where it has one.
    pub(super) name: Option<String>,
    pub(super) parts: Vec<KeyPart>,
    pub(super) predicate: Option<Expr>,
    /// The writable columns that its values depend on.
    pub(super) columns: Vec<usize>,
    pub(super) primary: bool,
    pub(super) soft: bool,
}

/// A foreign key, by the positions of its columns.
#[derive(Clone, Debug)]
pub(super) struct Parent {
    pub(super) key: ForeignKey,
    pub(super) columns: Vec<usize>,
    /// The positions of the columns that are referred to, where the parent is the table itself.
    pub(super) own: Option<Vec<usize>>,
    pub(super) soft: bool,
}

/// Every definition that each table has in any version.
pub(super) type Definitions = BTreeMap<ObjectName, Vec<Form>>;

/// The definitions of all tables in these schemas.
pub(super) fn definitions(schemas: &[Inspection]) -> Definitions {
    let mut all = Definitions::new();
    for table in schemas.iter().flat_map(|schema| schema.schema.tables.values()) {
        let known = all.entry(table.name.clone()).or_default();
        if !known.iter().any(|form| form.table == *table) {
            known.push(Form::of(table));
        }
    }
    all
}

/// The forms of a schema. What other versions demand of a table of the same name is kept in mind, since the programs
/// that wrote the rows of a database mostly obeyed it before it was enforced.
pub(super) fn forms(schema: &Inspection, definitions: &Definitions, hints: &Hints) -> Forms {
    let form = |table: &Table| {
        let mut form = Form::of(table);
        form.suggest(hints);
        let others = definitions.get(&table.name).into_iter().flatten().rev();
        for other in others.filter(|other| other.table != *table) {
            form.learn(other, schema);
        }
        form
    };
    schema.schema.tables.values().map(|table| (table.name.clone(), form(table))).collect()
}

impl Form {
    /// The form of a table by itself.
    pub(super) fn of(table: &Table) -> Form {
        let is_written = |at: &usize| !matches!(table.columns[*at].value, ColumnValue::Generated { .. });
        let writable: Vec<usize> = (0..table.columns.len()).filter(is_written).collect();
        let names: Vec<_> = writable.iter().map(|at| quoted(&table.columns[*at].name)).collect();
        let marks = vec!["?"; names.len()].join(", ");
        let own = quoted(&table.name.name);
        let insert = format!("INSERT OR ABORT INTO main.{own} ({}) VALUES ({marks})", names.join(", "));
        let mut form = Form {
            table: table.clone(),
            writable,
            conditions: Vec::new(),
            keys: Vec::new(),
            parents: Vec::new(),
            documents: vec![false; table.columns.len()],
            suggested: vec![Vec::new(); table.columns.len()],
            insert,
        };
        form.conditions = table.checks.iter().map(|check| form.condition(&check.expr)).collect();
        form.conditions.extend(form.computed_not_null());
        form.keys = form.keys_of(table);
        form.parents = table.foreign_keys.iter().filter_map(|key| form.parent(key)).collect();
        form
    }

    /// A condition, with the columns that it depends on.
    pub(super) fn condition(&self, expr: &Expr) -> Condition {
        let choice = expr.enumeration(Dialect::Sqlite).and_then(|(column, values)| {
            let at = self.position(&column).filter(|at| self.writable.contains(at))?;
            Some((at, values.into_iter().map(|value| values::text(value.into_string())).collect()))
        });
        Condition {
            sql: expr.as_str().to_owned(),
            columns: self.dependencies(expr.as_str()),
            values: values::mentioned(expr),
            choice,
            soft: false,
        }
    }

    /// NOT NULL of a generated column is a condition on those that it is computed from.
    fn computed_not_null(&self) -> Vec<Condition> {
        let computed = self.table.columns.iter().filter(|column| !column.nullable).filter_map(|column| {
            let ColumnValue::Generated { expr, .. } = &column.value else { return None };
            let sql = format!("{} IS NOT NULL", quoted(&column.name));
            let columns = self.dependencies(expr.as_str());
            Some(Condition { sql, columns, values: values::mentioned(expr), choice: None, soft: false })
        });
        computed.collect()
    }

    fn keys_of(&self, table: &Table) -> Vec<Key> {
        let sql = Dialect::Sqlite;
        let text = |name: &Option<Name>| name.as_ref().map(|name| name.as_str().to_owned());
        let key = |text: String, name: Option<String>, parts: &[KeyPart], predicate: Option<&Expr>, primary| Key {
            text,
            name,
            columns: self.columns_of(parts, predicate),
            parts: parts.to_vec(),
            predicate: predicate.cloned(),
            primary,
            soft: false,
        };
        let primary =
            table.primary_key.iter().map(|k| key(render::primary_key(sql, k), text(&k.name), &k.parts, None, true));
        let uniques = table.uniques.iter().map(|k| key(render::unique(sql, k), text(&k.name), &k.parts, None, false));
        let indexes = table.indexes.iter().filter(|index| index.unique).map(|k| {
            let words = render::index(sql, &table.name, k);
            key(words, text(&k.name), &k.parts, k.predicate.as_ref(), false)
        });
        primary.chain(uniques).chain(indexes).collect()
    }

    /// The writable columns that a key depends on.
    fn columns_of(&self, parts: &[KeyPart], predicate: Option<&Expr>) -> Vec<usize> {
        let mut columns = Vec::new();
        for part in parts {
            match &part.target {
                KeyTarget::Column(name) => columns.extend(self.dependencies(&quoted(name))),
                KeyTarget::Expr(expr) => columns.extend(self.dependencies(expr.as_str())),
            }
        }
        columns.extend(predicate.map(|expr| self.dependencies(expr.as_str())).unwrap_or_default());
        columns.sort_unstable();
        columns.dedup();
        columns
    }

    fn parent(&self, key: &ForeignKey) -> Option<Parent> {
        let positions = |names: &[Name]| names.iter().map(|name| self.position(name)).collect::<Option<Vec<_>>>();
        let own = if key.parent == self.table.name { positions(&key.parent_columns) } else { None };
        Some(Parent { key: key.clone(), columns: positions(&key.columns)?, own, soft: false })
    }

    /// Keeps in mind what another version of the table demands, as far as its columns are there.
    fn learn(&mut self, other: &Form, schema: &Inspection) {
        for condition in &other.conditions {
            let names: Vec<_> = condition.columns.iter().map(|at| &other.table.columns[*at].name).collect();
            let is_new = !self.conditions.iter().any(|known| known.sql == condition.sql);
            if is_new && names.iter().all(|name| self.position(name).is_some()) {
                // The same text, read in the columns of this version.
                if let Ok(expr) = Expr::parse(Dialect::Sqlite, &condition.sql) {
                    self.conditions.push(Condition { soft: true, ..self.condition(&expr) });
                }
            }
        }
        for key in &other.parents {
            let parent = schema.schema.tables.get(&key.key.parent);
            let is_there = parent.is_some_and(|parent| {
                !key.key.parent_columns.is_empty()
                    && key.key.parent_columns.iter().all(|name| parent.column(name).is_some())
            });
            let is_new = !self.parents.iter().any(|known| known.key.columns == key.key.columns);
            if is_there && is_new {
                self.parents.extend(self.parent(&key.key).map(|parent| Parent { soft: true, ..parent }));
            }
        }
        for key in &other.keys {
            let columns = key.columns.iter().map(|at| self.position(&other.table.columns[*at].name));
            let is_new = !self.keys.iter().any(|known| known.text == key.text);
            if let (true, Some(columns)) = (is_new, columns.collect::<Option<Vec<_>>>()) {
                self.keys.push(Key { columns, soft: true, ..key.clone() });
            }
        }
    }

    /// Takes the hints about its columns.
    fn suggest(&mut self, hints: &Hints) {
        for (at, column) in self.table.columns.iter().enumerate() {
            let is_number = matches!(column.ty.affinity(), Affinity::Integer | Affinity::Real);
            let is_key = self.keys.iter().any(|key| key.columns.contains(&at));
            self.documents[at] = !is_number && hints.documents.contains(&column.name);
            if !is_key && !self.table.options.strict && !self.documents[at] && column.ty.affinity() != Affinity::Integer
            {
                self.suggested[at] = hints.values.get(&column.name).cloned().unwrap_or_default();
            }
        }
    }

    /// The value that suits a column best in the row of that number.
    pub(super) fn suitable(&self, at: usize, number: i64) -> Value {
        match self.documents[at] {
            true => values::text(format!("{{\"n\":{number}}}")),
            false => values::suitable(&self.table.columns[at], number),
        }
    }

    /// Whether NULL suits the column: it may be written, and a key has none, though SQLite would take it.
    pub(super) fn suits_null(&self, at: usize) -> bool {
        self.takes_null(at) && !self.keys.iter().any(|key| key.primary && key.columns.contains(&at))
    }

    /// The position of a column.
    pub(super) fn position(&self, name: &Name) -> Option<usize> {
        self.table.columns.iter().position(|column| column.name == *name)
    }

    /// The writable columns that an expression depends on, through generated columns as well.
    pub(super) fn dependencies(&self, sql: &str) -> Vec<usize> {
        let mut found = Vec::new();
        self.depend(sql, &mut found, 0);
        found.sort_unstable();
        found.dedup();
        found
    }

    fn depend(&self, sql: &str, found: &mut Vec<usize>, depth: usize) {
        for token in tokens(Dialect::Sqlite, sql) {
            if !matches!(token.kind, TokenKind::Word | TokenKind::Quoted) {
                continue;
            }
            let name = Name::new(Dialect::Sqlite, token.value().as_ref());
            let Some(at) = self.position(&name) else { continue };
            match &self.table.columns[at].value {
                // SQLite refuses generated columns in a circle.
                ColumnValue::Generated { expr, .. } if depth < 64 => self.depend(expr.as_str(), found, depth + 1),
                _ => found.push(at),
            }
        }
    }

    /// The INSERT for a row, with parameters.
    pub(super) fn insert_sql(&self) -> &str {
        &self.insert
    }

    /// The parameters of the INSERT.
    pub(super) fn written<'r>(&self, row: &'r [Value]) -> Vec<&'r Value> {
        self.writable.iter().map(|at| &row[*at]).collect()
    }

    /// The INSERT for a row, as one would type it.
    pub(super) fn statement(&self, row: &[Value]) -> String {
        let names: Vec<_> = self.writable.iter().map(|at| quoted(&self.table.columns[*at].name)).collect();
        let values: Vec<_> = self.written(row).into_iter().map(values::literal).collect();
        format!("INSERT INTO {} ({}) VALUES ({})", quoted(&self.table.name.name), names.join(", "), values.join(", "))
    }

    /// Whether NULL may be written.
    pub(super) fn takes_null(&self, at: usize) -> bool {
        self.table.columns[at].nullable
    }
}

/// A name for SQL.
pub(super) fn quoted(name: &Name) -> String {
    render::name(Dialect::Sqlite, name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use schema_core::sqlite::read;

    #[test]
    fn a_condition_depends_on_what_generated_columns_are_computed_from() {
        let sql =
            "CREATE TABLE t (a, b AS (a + 1), c AS (b * 2) NOT NULL, d TEXT CHECK (d IN ('x', 'y')), CHECK (c > 4))";
        let form = Form::of(&read::table(sql).expect("a table").table);
        let columns: Vec<_> = form.conditions.iter().map(|condition| (&*condition.sql, &*condition.columns)).collect();
        assert_eq!(columns, [("d IN ('x', 'y')", [3].as_slice()), ("c > 4", &[0]), ("c IS NOT NULL", &[0])]);
        assert_eq!(form.writable, [0, 3]);
        let row = [Value::Integer(3), Value::Null, Value::Null, values::text("x")];
        assert_eq!(form.statement(&row), "INSERT INTO t (a, d) VALUES (3, 'x')");
    }
}
