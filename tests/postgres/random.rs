//! Schemas by chance: whatever the nouns say together, the server takes it, and makes as many objects of it, with the
//! names that were told.

use std::collections::{BTreeMap, BTreeSet};

use schema_core::{
    Action, Check, Column, ColumnType, ColumnValue, Deferrable, Dialect, EnumType, Expr, ForeignKey, Index, KeyPart,
    Name, ObjectName, PrimaryKey, Schema, Table, Unique, render,
};

use crate::postgres::database;

const PG: Dialect = Dialect::Postgres;
const SCHEMAS: u64 = 150;

const NAMES: [&str; 14] =
    ["a", "b", "order", "user", "A b", "select", "type", "É", "left", "values", "x1", "json", "\"", "an_id"];

/// A type whose values have an order, a default of it, and what the expressions about such a column begin with.
const TYPES: [(&str, &str, &str); 11] = [
    ("integer", "-1", "abs($) > 0"),
    ("bigint", "1 + 1", "$ IN (1, 2)"),
    ("text", "'it''s'", "$ <> '' AND length($) < 100"),
    ("varchar(20)", "lower('X')", "$ LIKE 'a%'"),
    ("numeric(10,2)", "1.5e1", "$ BETWEEN 0 AND 10"),
    ("date", "CURRENT_DATE", "$ > date '2020-01-01'"),
    ("timestamptz(3)", "now()", "$ AT TIME ZONE 'UTC' < '2100-01-01'"),
    ("boolean", "true", "$ IS NOT FALSE"),
    ("bytea", "'\\x00'", "$ <> '\\x01'::bytea"),
    ("integer[]", "'{}'", "$[1:2] <> ARRAY[1]"),
    ("mood", "'sad'", "$ <> 'happy'::mood"),
];

/// Numbers that look like chance and are the same at every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }

    /// Some of the columns in any order, at least one.
    fn columns(&mut self, table: &Table) -> Vec<Name> {
        let mut names: Vec<Name> = table.columns.iter().map(|column| column.name.clone()).collect();
        for at in (1..names.len()).rev() {
            names.swap(at, self.below(at + 1));
        }
        names.truncate(1 + self.below(names.len().min(3)));
        names
    }

    fn deferrable(&mut self) -> Deferrable {
        self.of(&[Deferrable::No, Deferrable::No, Deferrable::Immediate, Deferrable::Deferred])
    }

    fn include(&mut self, table: &Table) -> Vec<Name> {
        if self.one_in(4) { self.columns(table) } else { Vec::new() }
    }
}

fn expr(sql: &str) -> Expr {
    Expr::parse(PG, sql).unwrap()
}

/// The condition about a column, and the column.
fn condition(chance: &mut Chance, table: &Table) -> Expr {
    let column = &table.columns[chance.below(table.columns.len())];
    let ty = TYPES.iter().find(|(ty, ..)| ColumnType::parse(PG, ty) == column.ty).unwrap();
    expr(&ty.2.replace('$', &render::name(PG, &column.name)))
}

fn table(chance: &mut Chance, schema: Option<&str>, name: &str) -> Table {
    let mut table = Table::empty(ObjectName::new(PG, schema, name));
    let names: BTreeSet<&str> = (0..=chance.below(5)).map(|_| chance.of(&NAMES)).collect();
    for name in names {
        let (ty, default, _) = chance.of(&TYPES);
        let value = if chance.one_in(2) { ColumnValue::Default(expr(default)) } else { ColumnValue::Given };
        table.columns.push(Column {
            name: Name::new(PG, name),
            ty: ColumnType::parse(PG, ty),
            nullable: chance.one_in(2),
            value,
            collation: None,
            on_conflict: None,
            comment: chance.one_in(5).then(|| name.into()),
        });
    }
    constrain(chance, &mut table);
    table
}

fn constrain(chance: &mut Chance, table: &mut Table) {
    if chance.one_in(2) {
        let columns = chance.columns(table);
        table
            .columns
            .iter_mut()
            .filter(|column| columns.contains(&column.name))
            .for_each(|column| column.nullable = false);
        let (deferrable, include) = (chance.deferrable(), chance.include(table));
        table.primary_key = Some(PrimaryKey { deferrable, include, ..PrimaryKey::over(columns) });
    }
    for _ in 0..chance.below(3) {
        let columns = chance.columns(table);
        let parts = Unique::over(columns.clone()).parts;
        // The server makes one constraint of two over the same columns.
        let key = table.primary_key.iter().map(|key| &key.parts);
        if key.chain(table.uniques.iter().map(|unique| &unique.parts)).any(|known| *known == parts) {
            continue;
        }
        let (deferrable, include) = (chance.deferrable(), chance.include(table));
        let nulls_not_distinct = chance.one_in(3);
        table.uniques.push(Unique { deferrable, include, nulls_not_distinct, ..Unique::over(columns) });
    }
    for _ in 0..chance.below(3) {
        let expr = condition(chance, table);
        table.checks.push(Check { name: None, expr });
    }
    for _ in 0..chance.below(4) {
        let mut parts: Vec<KeyPart> = chance.columns(table).into_iter().map(KeyPart::column).collect();
        if chance.one_in(3) {
            parts.push(KeyPart::expr(condition(chance, table)));
        }
        for part in &mut parts {
            part.descending = chance.one_in(3);
            part.nulls_first = chance.one_in(4).then_some(!part.descending);
        }
        let predicate = chance.one_in(4).then(|| condition(chance, table));
        // `now()` and time zones are not immutable enough for an index.
        let mutable = |text: &str| text.contains("AT TIME ZONE");
        let label = |part: &KeyPart| format!("{:?}", part.target);
        if predicate.iter().any(|expr| mutable(expr.as_str())) || parts.iter().any(|part| mutable(&label(part))) {
            continue;
        }
        let (unique, include) = (chance.one_in(3), chance.include(table));
        table.indexes.push(Index { unique, include, predicate, ..Index::over(parts) });
    }
}

/// Lets tables refer to keys of each other and of themselves, in circles as well.
fn refer(chance: &mut Chance, tables: &mut [Table]) {
    let keys: Vec<_> = tables
        .iter()
        .filter_map(|table| Some((table.name.clone(), table.primary_key.clone()?, table.columns.clone())))
        .filter(|(_, key, _)| key.deferrable == Deferrable::No)
        .collect();
    for (at, (parent, key, columns)) in keys.iter().enumerate() {
        let child = chance.below(tables.len());
        let table = &mut tables[child];
        let mut own = Vec::new();
        for column in key.columns() {
            let source = columns.iter().find(|found| found.name == column).unwrap();
            let name = Name::new(PG, format!("{}_{at}_{}", column.as_str(), table.columns.len()));
            own.push(name.clone());
            table.columns.push(Column {
                name,
                nullable: true,
                value: ColumnValue::Given,
                comment: None,
                ..source.clone()
            });
        }
        table.foreign_keys.push(ForeignKey {
            name: None,
            columns: own,
            parent: parent.clone(),
            parent_columns: if chance.one_in(3) { Vec::new() } else { key.columns() },
            on_delete: chance.of(&[Action::NoAction, Action::Cascade, Action::SetNull, Action::Restrict]),
            on_update: chance.of(&[Action::NoAction, Action::SetDefault]),
            deferrable: chance.deferrable(),
        });
    }
}

fn schema(seed: u64) -> Schema {
    let mut chance = Chance(seed);
    let names: BTreeSet<&str> = (0..=chance.below(4)).map(|_| chance.of(&NAMES)).collect();
    let mut tables: Vec<Table> = names
        .into_iter()
        .map(|name| {
            let schema = chance.one_in(4).then_some("other one");
            table(&mut chance, schema, name)
        })
        .collect();
    refer(&mut chance, &mut tables);
    let mood = EnumType { name: ObjectName::new(PG, None, "mood"), variants: ["sad", "happy"].map(Box::from).into() };
    Schema {
        dialect: PG,
        tables: tables.into_iter().map(|table| (table.name.clone(), table)).collect(),
        enums: BTreeMap::from([(mood.name.clone(), mood)]),
    }
}

/// How many constraints and indexes of each kind the tables have, and the names of the indexes.
fn expected(schema: &Schema) -> Vec<String> {
    let tables = schema.tables.values();
    let count = |number: fn(&Table) -> usize| schema.tables.values().map(number).sum::<usize>().to_string();
    let mut lines = vec![
        count(|table| table.columns.len()),
        count(|table| table.checks.len()),
        count(|table| table.foreign_keys.len()),
        count(|table| usize::from(table.primary_key.is_some())),
        count(|table| table.uniques.len()),
    ];
    let mut names: Vec<String> = tables.flat_map(render::index_names).collect();
    names.sort_unstable();
    lines.extend(names);
    lines
}

const FOUND: &str = "SELECT count(*) FROM pg_attribute JOIN pg_class c ON c.oid = attrelid JOIN s ON s.oid = relnamespace
    WHERE relkind = 'r' AND attnum > 0;
SELECT count(c.oid) FROM unnest(ARRAY['c', 'f', 'p', 'u']) k LEFT JOIN
    (pg_constraint c JOIN s ON s.oid = connamespace) ON c.contype::text = k GROUP BY k ORDER BY k;
SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN s ON s.oid = c.relnamespace
    WHERE NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = c.oid AND contype <> 'f') ORDER BY c.relname COLLATE \"C\";";

#[test]
fn schemas_by_chance_are_taken() {
    let Some(database) = database("schemas by chance") else { return };
    let setup = "DROP SCHEMA IF EXISTS \"other one\" CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public;";
    let namespaces = "CREATE TEMP VIEW s AS SELECT oid FROM pg_namespace WHERE nspname IN ('public', 'other one');";
    for seed in 1..=SCHEMAS {
        let schema = schema(seed);
        let statements: String = render::schema(&schema).iter().map(|sql| format!("{sql};\n")).collect();
        let found = database.try_run(&format!("{setup}\n{statements}\n{namespaces}\n{FOUND}"));
        let found = found.unwrap_or_else(|error| panic!("seed {seed}: {error}\n{statements}"));
        assert_eq!(found.lines().collect::<Vec<_>>(), expected(&schema), "seed {seed}:\n{statements}");
    }
}
