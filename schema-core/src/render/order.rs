//! The statements of a whole schema, each after what it needs.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Dialect, ForeignKey, KeyPart, KeyTarget, Name, ObjectName, Schema, Table};

use super::{enum_type, foreign_key, name, object, table_ddl};

/// Every statement that creates the schema, without semicolons: schemas and types first, then each
/// table, followed by its indexes and comments, after the tables that it refers to, by name where
/// nothing else decides. Foreign keys that close a cycle stand in their tables in SQLite, which
/// does not look for the parent, and follow at the end in PostgreSQL, which does.
///
/// ```
/// use schema_core::{Dialect, Schema, render};
/// assert!(render::schema(&Schema::empty(Dialect::Postgres)).is_empty());
/// ```
pub fn schema(schema: &Schema) -> Vec<String> {
    let dialect = schema.dialect;
    let mut statements = Vec::new();
    if dialect == Dialect::Postgres {
        statements.extend(schemas(schema).iter().map(|found| format!("CREATE SCHEMA {}", name(dialect, found))));
        statements.extend(schema.enums.values().map(enum_type));
    }
    let mut created: BTreeSet<&ObjectName> = BTreeSet::new();
    let mut postponed = Vec::new();
    for table in in_order(schema) {
        let mut table = table.clone();
        if dialect == Dialect::Postgres {
            let later = table.foreign_keys.extract_if(.., |key| !can_stand(schema, &created, &table.name, key));
            let own = object(dialect, &table.name);
            postponed.extend(later.map(|key| format!("ALTER TABLE {own} ADD {}", foreign_key(dialect, &key))));
        }
        let ddl = table_ddl(dialect, &table);
        statements.push(ddl.table);
        statements.extend(ddl.indexes);
        statements.extend(ddl.comments);
        created.extend(schema.tables.get_key_value(&table.name).map(|(name, _)| name));
    }
    statements.extend(postponed);
    statements
}

/// The digest of a schema: equal for two databases exactly when driftless sees no difference between them.
///
/// ```
/// use schema_core::{Dialect, Schema, render};
/// assert_eq!(render::digest(&Schema::empty(Dialect::Sqlite)), schema_core::digest(""));
/// ```
pub fn digest(of: &Schema) -> String {
    crate::digest(&schema(of).join(";\n"))
}

/// The schemas that the objects live in, without the default one.
fn schemas(schema: &Schema) -> BTreeSet<&Name> {
    schema.tables.keys().chain(schema.enums.keys()).filter_map(|object| object.schema.as_ref()).collect()
}

/// Whether PostgreSQL takes the foreign key inside CREATE TABLE: its parent exists, or is the table
/// itself with a constraint to refer to (a unique index would come too late).
fn can_stand(schema: &Schema, created: &BTreeSet<&ObjectName>, own: &ObjectName, key: &ForeignKey) -> bool {
    if key.parent != *own {
        return created.contains(&key.parent) || !schema.tables.contains_key(&key.parent);
    }
    let covers = |parts: &[KeyPart]| {
        parts.len() == key.parent_columns.len()
            && key.parent_columns.iter().all(|column| {
                parts.iter().any(|part| matches!(&part.target, KeyTarget::Column(name) if name == column))
            })
    };
    schema.tables.get(own).is_some_and(|table| {
        key.parent_columns.is_empty()
            || table.primary_key.as_ref().is_some_and(|key| covers(&key.parts))
            || table.uniques.iter().any(|unique| covers(&unique.parts))
    })
}

/// The tables, parents first, by name where nothing else decides. In a cycle the first by name is taken.
pub(crate) fn in_order(schema: &Schema) -> Vec<&Table> {
    let mut waiting: BTreeMap<&ObjectName, BTreeSet<&ObjectName>> = BTreeMap::new();
    let mut children: BTreeMap<&ObjectName, Vec<&ObjectName>> = BTreeMap::new();
    for (name, table) in &schema.tables {
        let parents = table.foreign_keys.iter().map(|key| &key.parent);
        let parents: BTreeSet<_> = parents.filter(|one| *one != name && schema.tables.contains_key(one)).collect();
        for parent in &parents {
            children.entry(parent).or_default().push(name);
        }
        waiting.insert(name, parents);
    }
    let mut ready: BTreeSet<&ObjectName> =
        waiting.iter().filter(|(_, parents)| parents.is_empty()).map(|(name, _)| *name).collect();
    let mut ordered = Vec::new();
    // Without a table that is ready there is a cycle. What merely refers to it must wait.
    while let Some(next) =
        ready.pop_first().or_else(|| waiting.keys().find(|name| reaches_itself(&waiting, name)).copied())
    {
        waiting.remove(next);
        for child in children.get(next).into_iter().flatten() {
            if let Some(parents) = waiting.get_mut(child)
                && parents.remove(next)
                && parents.is_empty()
            {
                ready.insert(child);
            }
        }
        ordered.extend(schema.tables.get(next));
    }
    ordered
}

fn reaches_itself(waiting: &BTreeMap<&ObjectName, BTreeSet<&ObjectName>>, start: &ObjectName) -> bool {
    let mut seen: BTreeSet<&ObjectName> = BTreeSet::new();
    let mut open = vec![start];
    while let Some(name) = open.pop() {
        for parent in waiting.get(name).into_iter().flatten() {
            if *parent == start {
                return true;
            }
            if seen.insert(parent) {
                open.push(parent);
            }
        }
    }
    false
}
