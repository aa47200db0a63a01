//! Foreign keys that cannot work, found without a database.
//!
//! SQLite accepts such keys when they are declared and fails on the first write
//! (<https://www.sqlite.org/foreignkeys.html#fk_indexes>); PostgreSQL refuses most of them.

use crate::{
    Action, Column, ColumnType, ColumnValue, Dialect, ForeignKey, Name, Part, Path, PrimaryKey, Schema, Table,
};

/// Why a foreign key cannot work.
///
/// ```
/// use schema_core::{Dialect, ForeignKeyProblem, Schema, foreign_key_problems_of, sqlite::read};
/// let child = read::table("CREATE TABLE child (parent INTEGER REFERENCES nowhere (id))")?.table;
/// let problems = foreign_key_problems_of(&Schema::empty(Dialect::Sqlite), &child);
/// assert_eq!(problems[0].1, ForeignKeyProblem::MissingParent);
/// # Ok::<_, schema_core::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ForeignKeyProblem {
    /// The parent table does not exist.
    MissingParent,
    /// A column of the parent does not exist.
    MissingParentColumn {
        /// The column.
        column: Name,
    },
    /// The child has another number of columns than the parent's key.
    ColumnCount,
    /// The parent's columns are neither PRIMARY KEY nor UNIQUE.
    ParentNotUnique,
    /// Child and parent are stored differently: in SQLite another affinity, in PostgreSQL another type.
    TypeMismatch {
        /// The child's column and its type.
        child: (Name, ColumnType),
        /// The parent's column and its type.
        parent: (Name, ColumnType),
    },
    /// SET NULL on a column that is NOT NULL.
    SetNullOnNotNull {
        /// The column.
        column: Name,
    },
    /// SET DEFAULT on a column that is NOT NULL and has no default.
    SetDefaultWithoutDefault {
        /// The column.
        column: Name,
    },
}

impl ForeignKeyProblem {
    /// The stable code of the problem.
    ///
    /// ```
    /// assert_eq!(schema_core::ForeignKeyProblem::ParentNotUnique.code(), "parent-not-unique");
    /// ```
    pub const fn code(&self) -> &'static str {
        match self {
            ForeignKeyProblem::MissingParent => "missing-parent",
            ForeignKeyProblem::MissingParentColumn { .. } => "missing-parent-column",
            ForeignKeyProblem::ColumnCount => "foreign-key-columns",
            ForeignKeyProblem::ParentNotUnique => "parent-not-unique",
            ForeignKeyProblem::TypeMismatch { .. } => "foreign-key-type",
            ForeignKeyProblem::SetNullOnNotNull { .. } => "set-null-on-not-null",
            ForeignKeyProblem::SetDefaultWithoutDefault { .. } => "set-default-without-default",
        }
    }
}

/// Every foreign key of a schema that cannot work, with its first problem, in the order of the tables.
///
/// ```
/// use schema_core::{Dialect, Schema, foreign_key_problems, sqlite::read};
/// let table = read::table("CREATE TABLE a (id INTEGER PRIMARY KEY, up TEXT REFERENCES a (id))")?.table;
/// let schema = Schema { tables: [(table.name.clone(), table)].into(), ..Schema::empty(Dialect::Sqlite) };
/// assert_eq!(foreign_key_problems(&schema)[0].1.code(), "foreign-key-type");
/// # Ok::<_, schema_core::ParseError>(())
/// ```
pub fn foreign_key_problems(schema: &Schema) -> Vec<(Path, ForeignKeyProblem)> {
    schema.tables.values().flat_map(|table| foreign_key_problems_of(schema, table)).collect()
}

/// The same for the foreign keys of one table.
///
/// ```
/// use schema_core::{Dialect, Schema, foreign_key_problems_of, sqlite::read};
/// let parent = read::table("CREATE TABLE parent (a)")?.table;
/// let child = read::table("CREATE TABLE child (b REFERENCES parent (a))")?.table;
/// let schema = Schema { tables: [(parent.name.clone(), parent)].into(), ..Schema::empty(Dialect::Sqlite) };
/// assert_eq!(foreign_key_problems_of(&schema, &child)[0].1.code(), "parent-not-unique");
/// # Ok::<_, schema_core::ParseError>(())
/// ```
pub fn foreign_key_problems_of(schema: &Schema, table: &Table) -> Vec<(Path, ForeignKeyProblem)> {
    let problem = |key: &ForeignKey| Some((key.path(&table.name), problem(schema, table, key)?));
    table.foreign_keys.iter().filter_map(problem).collect()
}

fn problem(schema: &Schema, table: &Table, key: &ForeignKey) -> Option<ForeignKeyProblem> {
    let Some(parent) = schema.tables.get(&key.parent) else {
        return Some(ForeignKeyProblem::MissingParent);
    };
    if let Some(column) = key.parent_columns.iter().find(|name| parent.column(name).is_none()) {
        return Some(ForeignKeyProblem::MissingParentColumn { column: column.clone() });
    }
    let primary = parent.primary_key.as_ref().map(PrimaryKey::columns);
    let (columns, is_key) = match (key.parent_columns.is_empty(), primary) {
        (true, Some(primary)) => (primary, true),
        _ => (key.parent_columns.clone(), parent.has_key(&key.parent_columns)),
    };
    if columns.is_empty() || !is_key {
        return Some(ForeignKeyProblem::ParentNotUnique);
    }
    if key.columns.len() != columns.len() {
        return Some(ForeignKeyProblem::ColumnCount);
    }
    let pairs = key.columns.iter().zip(&columns);
    let mismatch = pairs
        .filter_map(|(child, name)| Some((table.column(child)?, parent.column(name)?)))
        .find(|(a, b)| differ(schema.dialect, a, b));
    if let Some((child, parent)) = mismatch {
        return Some(ForeignKeyProblem::TypeMismatch {
            child: (child.name.clone(), child.ty.clone()),
            parent: (parent.name.clone(), parent.ty.clone()),
        });
    }
    action_problem(table, key)
}

fn differ(dialect: Dialect, a: &Column, b: &Column) -> bool {
    match dialect {
        Dialect::Sqlite => a.ty.affinity() != b.ty.affinity(),
        Dialect::Postgres => a.ty != b.ty,
    }
}

fn action_problem(table: &Table, key: &ForeignKey) -> Option<ForeignKeyProblem> {
    let columns = || key.columns.iter().filter_map(|name| table.column(name)).filter(|column| !column.nullable);
    let says = |action| key.on_delete == action || key.on_update == action;
    if says(Action::SetNull)
        && let Some(column) = columns().next()
    {
        return Some(ForeignKeyProblem::SetNullOnNotNull { column: column.name.clone() });
    }
    if says(Action::SetDefault)
        && let Some(column) = columns().find(|column| column.value == ColumnValue::Given)
    {
        return Some(ForeignKeyProblem::SetDefaultWithoutDefault { column: column.name.clone() });
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{KeyPart, ObjectName, Unique};

    const D: Dialect = Dialect::Sqlite;

    fn column(name: &str, ty: &str, nullable: bool) -> Column {
        Column {
            name: Name::new(D, name),
            ty: ColumnType::parse(D, ty),
            nullable,
            value: ColumnValue::Given,
            collation: None,
            on_conflict: None,
            comment: None,
        }
    }

    fn schema(edit: impl FnOnce(&mut Table, &mut Table)) -> Schema {
        let mut parent = Table::empty(ObjectName::new(D, None, "users"));
        parent.columns = vec![column("id", "INTEGER", false), column("email", "TEXT", false)];
        parent.primary_key = Some(PrimaryKey::over([Name::new(D, "id")]));
        let mut child = Table::empty(ObjectName::new(D, None, "posts"));
        child.columns = vec![column("user_id", "INTEGER", false)];
        child.foreign_keys = vec![ForeignKey {
            name: None,
            columns: vec![Name::new(D, "user_id")],
            parent: parent.name.clone(),
            parent_columns: vec![Name::new(D, "id")],
            on_delete: Action::NoAction,
            on_update: Action::NoAction,
            deferrable: crate::Deferrable::No,
        }];
        edit(&mut parent, &mut child);
        let mut schema = Schema::empty(D);
        schema.tables.insert(parent.name.clone(), parent);
        schema.tables.insert(child.name.clone(), child);
        schema
    }

    fn code(edit: impl FnOnce(&mut Table, &mut Table)) -> Option<&'static str> {
        foreign_key_problems(&schema(edit)).first().map(|(_, problem)| problem.code())
    }

    #[test]
    fn each_problem_is_found() {
        let email = || vec![Name::new(D, "email")];
        assert_eq!(code(|_, _| {}), None);
        assert_eq!(code(|parent, _| parent.primary_key = None), Some("parent-not-unique"));
        assert_eq!(code(|_, child| child.foreign_keys[0].parent_columns = email()), Some("parent-not-unique"));
        assert_eq!(code(|_, child| child.foreign_keys[0].on_delete = Action::SetNull), Some("set-null-on-not-null"));
        assert_eq!(code(|_, child| child.columns[0].ty = ColumnType::parse(D, "TEXT")), Some("foreign-key-type"));
        assert_eq!(
            code(|_, child| child.foreign_keys[0].parent = ObjectName::new(D, None, "people")),
            Some("missing-parent")
        );
        assert_eq!(
            code(|parent, child| {
                parent.uniques.push(Unique::over(email()));
                child.foreign_keys[0].parent_columns = email();
                child.columns[0].ty = ColumnType::parse(D, "VARCHAR(20)");
            }),
            None
        );
    }

    #[test]
    fn an_implicit_parent_key_must_have_as_many_columns() {
        let implicit = |child: &mut Table| {
            child.columns.push(column("post_id", "INTEGER", false));
            child.foreign_keys[0].columns.push(Name::new(D, "post_id"));
            child.foreign_keys[0].parent_columns.clear();
        };
        assert_eq!(code(|_, child| implicit(child)), Some("foreign-key-columns"));
        let mut two_to_one = schema(|_, child| implicit(child));
        two_to_one.resolve_parents();
        let child = &two_to_one.tables[&ObjectName::new(D, None, "posts")];
        assert_eq!(child.foreign_keys[0].parent_columns, []);
    }

    #[test]
    fn a_partial_unique_index_is_no_key() {
        let partial = crate::Index {
            unique: true,
            predicate: crate::Expr::parse(D, "id > 0").ok(),
            ..crate::Index::over(vec![KeyPart::column(Name::new(D, "email"))])
        };
        let refer = |child: &mut Table| {
            child.foreign_keys[0].parent_columns = vec![Name::new(D, "email")];
            child.columns[0].ty = ColumnType::parse(D, "TEXT");
        };
        assert_eq!(
            code(|parent, child| {
                parent.indexes.push(partial.clone());
                refer(child);
            }),
            Some("parent-not-unique")
        );
        assert_eq!(
            code(|parent, child| {
                parent.indexes.push(crate::Index { predicate: None, ..partial.clone() });
                refer(child);
            }),
            None
        );
    }
}
