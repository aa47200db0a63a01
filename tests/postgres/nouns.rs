//! Every noun that is rendered for PostgreSQL, created on the server and read back from its catalogue.

use std::collections::BTreeMap;

use schema_core::{
    Action, Check, Column, ColumnType, ColumnValue, Deferrable, Dialect, EnumType, Expr, ForeignKey, Index, KeyPart,
    Name, ObjectName, PrimaryKey, Schema, Table, Unique, render,
};

use crate::postgres::{Database, database};

const PG: Dialect = Dialect::Postgres;

fn name(text: &str) -> Name {
    Name::new(PG, text)
}

fn expr(text: &str) -> Expr {
    Expr::parse(PG, text).unwrap()
}

fn column(text: &str, ty: &str, value: ColumnValue) -> Column {
    Column {
        name: name(text),
        ty: ColumnType::parse(PG, ty),
        nullable: !matches!(value, ColumnValue::Identity { .. }),
        value,
        collation: None,
        on_conflict: None,
        comment: None,
    }
}

fn given(text: &str, ty: &str) -> Column {
    column(text, ty, ColumnValue::Given)
}

fn table(schema: Option<&str>, text: &str, columns: Vec<Column>) -> Table {
    Table { columns, ..Table::empty(ObjectName::new(PG, schema, text)) }
}

fn schema(tables: impl IntoIterator<Item = Table>, enums: impl IntoIterator<Item = EnumType>) -> Schema {
    Schema {
        dialect: PG,
        tables: tables.into_iter().map(|table| (table.name.clone(), table)).collect(),
        enums: enums.into_iter().map(|ty| (ty.name.clone(), ty)).collect::<BTreeMap<_, _>>(),
    }
}

fn create(database: &Database, schema: &Schema) {
    database.run_all(render::schema(schema));
}

fn part(target: &str) -> KeyPart {
    KeyPart::column(name(target))
}

const CONSTRAINTS: &str =
    "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 't'::regclass ORDER BY conname";
const INDEXES: &str =
    "SELECT regexp_replace(indexdef, '\\s+', ' ', 'g') FROM pg_indexes WHERE tablename = 't' ORDER BY indexname";

/// A type, a default, and what the server prints for it.
const DEFAULTS: [(&str, &str, &str); 23] = [
    ("text", "'it''s'", "'it''s'::text"),
    ("timestamptz", "now()", "now()"),
    ("date", "CURRENT_DATE", "CURRENT_DATE"),
    ("integer", "-1", "'-1'::integer"),
    ("integer", "1 + 1", "(1 + 1)"),
    ("text[]", "'{}'", "'{}'::text[]"),
    ("jsonb", "'{}'::jsonb", "'{}'::jsonb"),
    ("integer[]", "ARRAY[1, 2]", "ARRAY[1, 2]"),
    ("boolean", "true", "true"),
    ("text", "CASE WHEN true THEN 'x' END", " CASE WHEN true THEN 'x'::text ELSE NULL::text END"),
    ("interval", "interval '1 day'", "'1 day'::interval"),
    ("text", "a_default('x')", "a_default('x'::text)"),
    ("boolean", "1 > 2 AND NOT false", "((1 > 2) AND (NOT false))"),
    ("boolean", "1 IN (1, 2)", "(1 = ANY (ARRAY[1, 2]))"),
    ("timestamp", "now() AT TIME ZONE 'UTC'", "(now() AT TIME ZONE 'UTC'::text)"),
    ("text", "'x' COLLATE \"C\"", "('x'::text COLLATE \"C\")"),
    ("bytea", "'\\x00'", "'\\x00'::bytea"),
    ("text", "(ARRAY['a', 'b'])[1]", "(ARRAY['a'::text, 'b'::text])[1]"),
    ("bit(3)", "B'101'", "'101'::\"bit\""),
    ("text", "current_user", "CURRENT_USER"),
    ("numeric", "1.5e3", "'1500'::numeric"),
    ("boolean", "'a' LIKE 'b'", "('a'::text ~~ 'b'::text)"),
    ("boolean", "1 BETWEEN 0 AND 2", "((1 >= 0) AND (1 <= 2))"),
];

#[test]
fn defaults() {
    let Some(database) = database("defaults") else { return };
    database.run("CREATE FUNCTION a_default(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1'");
    let default = |(at, (ty, sql, _)): (usize, &(&str, &str, &str))| {
        column(&format!("c{at}"), ty, ColumnValue::Default(expr(sql)))
    };
    let columns = DEFAULTS.iter().enumerate().map(default).collect();
    create(&database, &schema([table(None, "t", columns)], []));
    let found = database.lines(
        "SELECT regexp_replace(pg_get_expr(adbin, adrelid), '\\s+', ' ', 'g') FROM pg_attrdef
         WHERE adrelid = 't'::regclass ORDER BY adnum",
    );
    let expected: Vec<&str> = DEFAULTS.iter().map(|(_, _, printed)| *printed).collect();
    assert_eq!(found, expected);
}

#[test]
fn identity_generated_and_collated_columns() {
    let Some(database) = database("identity, generated and collated columns") else { return };
    let columns = vec![
        column("a", "bigint", ColumnValue::Identity { always: true }),
        column("c", "text", ColumnValue::Generated { expr: expr("upper(\"user\") || 'x'"), stored: true }),
        Column { nullable: false, collation: Some(name("C")), ..given("user", "varchar(3)") },
    ];
    let other = vec![column("b", "integer", ColumnValue::Identity { always: false })];
    create(&database, &schema([table(None, "t", columns), table(None, "u", other)], []));
    let rows = database.lines(
        "SELECT attname, attidentity, attgenerated, attnotnull, collname FROM pg_attribute
         LEFT JOIN pg_collation c ON c.oid = attcollation
         WHERE attrelid IN ('t'::regclass, 'u'::regclass) AND attnum > 0 ORDER BY attname",
    );
    assert_eq!(rows, ["a|a||t|", "b|d||t|", "c||s|f|default", "user|||t|C"]);
}

#[test]
fn enums_and_schemas() {
    let Some(database) = database("enums and schemas") else { return };
    let mood = |schema, text: &str, labels: &[&str]| EnumType {
        name: ObjectName::new(PG, schema, text),
        variants: labels.iter().map(|label| (*label).into()).collect(),
    };
    let enums = [
        mood(None, "mood", &["sad", "it's fine", ""]),
        mood(Some("app"), "Mood", &["B", "a"]),
        mood(Some("select"), "order", &["x"]),
    ];
    let columns = vec![
        Column { nullable: false, ..column("a", "mood", ColumnValue::Default(expr("'it''s fine'"))) },
        given("b", "app.\"Mood\""),
        given("c", "\"select\".\"order\"[]"),
    ];
    let tables =
        [table(Some("app"), "t", columns.clone()), table(None, "t", columns), table(Some("Odd one"), "user", vec![])];
    create(&database, &schema(tables, enums));
    assert_eq!(
        database.lines("SELECT enumtypid::regtype, enumlabel FROM pg_enum ORDER BY enumtypid, enumsortorder"),
        ["mood|sad", "mood|it's fine", "mood|", "app.\"Mood\"|B", "app.\"Mood\"|a", "\"select\".\"order\"|x"]
    );
    let tables = "SELECT schemaname, tablename FROM pg_tables WHERE schemaname !~ '^(pg_|information_)' ORDER BY 1, 2";
    assert_eq!(database.lines(tables), ["Odd one|user", "app|t", "public|t"]);
}

#[test]
fn primary_keys_and_uniques() {
    let Some(database) = database("PRIMARY KEY and UNIQUE with INCLUDE, DEFERRABLE and NULLS NOT DISTINCT") else {
        return;
    };
    let unique = |columns: &[&str]| Unique::over(columns.iter().map(|column| name(column)));
    let mut found = table(None, "t", ["a", "b", "c", "order"].map(|text| given(text, "integer")).to_vec());
    found.columns[0].nullable = false;
    found.primary_key = Some(PrimaryKey {
        name: Some(name("the key")),
        include: vec![name("b"), name("order")],
        deferrable: Deferrable::Immediate,
        ..PrimaryKey::over([name("a")])
    });
    found.uniques = vec![
        unique(&["b"]),
        Unique { nulls_not_distinct: true, ..unique(&["c"]) },
        Unique { deferrable: Deferrable::Deferred, name: Some(name("later")), ..unique(&["b", "c"]) },
        Unique {
            nulls_not_distinct: true,
            include: vec![name("a")],
            deferrable: Deferrable::Immediate,
            name: Some(name("all")),
            ..unique(&["order", "b"])
        },
    ];
    create(&database, &schema([found], []));
    let not_null = |row: &String| !row.contains("|NOT NULL");
    let rows: Vec<String> = database.lines(CONSTRAINTS).into_iter().filter(not_null).collect();
    assert_eq!(
        rows,
        [
            "all|UNIQUE NULLS NOT DISTINCT (\"order\", b) INCLUDE (a) DEFERRABLE",
            "later|UNIQUE (b, c) DEFERRABLE INITIALLY DEFERRED",
            "t_b_key|UNIQUE (b)",
            "t_c_key|UNIQUE NULLS NOT DISTINCT (c)",
            "the key|PRIMARY KEY (a) INCLUDE (b, \"order\") DEFERRABLE",
        ]
    );
}

#[test]
fn foreign_keys_in_every_order() {
    let Some(database) = database("foreign keys, to later tables, to itself and in circles") else { return };
    let key = |columns: &[&str], parent: &str, to: &[&str]| ForeignKey {
        name: None,
        columns: columns.iter().map(|column| name(column)).collect(),
        parent: ObjectName::new(PG, None, parent),
        parent_columns: to.iter().map(|column| name(column)).collect(),
        on_delete: Action::NoAction,
        on_update: Action::NoAction,
        deferrable: Deferrable::No,
    };
    let with_key = |text: &str, columns: &[&str]| {
        let mut found = table(None, text, columns.iter().map(|column| given(column, "integer")).collect());
        found.columns[0].nullable = false;
        found.primary_key = Some(PrimaryKey::over([found.columns[0].name.clone()]));
        found
    };
    let mut child = with_key("t", &["id", "own", "x", "y", "z"]);
    child.indexes = vec![Index { unique: true, ..Index::over(vec![part("own")]) }];
    child.foreign_keys = vec![
        ForeignKey { on_delete: Action::Cascade, on_update: Action::SetNull, ..key(&["x"], "zz", &["id"]) },
        ForeignKey {
            on_delete: Action::Restrict,
            deferrable: Deferrable::Deferred,
            ..key(&["x", "y"], "zz", &["a", "b"])
        },
        ForeignKey { on_delete: Action::SetDefault, deferrable: Deferrable::Immediate, ..key(&["y"], "t", &["id"]) },
        // A unique index is created after the table, and so is what refers to it.
        key(&["z"], "t", &["own"]),
        ForeignKey { name: Some(name("a \"name\"")), ..key(&["z"], "circle", &[]) },
    ];
    let mut parent = with_key("zz", &["id", "a", "b"]);
    parent.uniques = vec![Unique::over([name("b"), name("a")])];
    let mut circle = with_key("circle", &["id"]);
    circle.foreign_keys = vec![key(&["id"], "t", &["id"])];
    create(&database, &schema([child, parent, circle], []));
    let rows = database.lines(&CONSTRAINTS.replace("ORDER BY", "AND contype = 'f' ORDER BY"));
    let mut definitions: Vec<&str> = rows.iter().filter_map(|row| Some(row.split_once('|')?.1)).collect();
    definitions.sort_unstable();
    assert_eq!(
        definitions,
        [
            "FOREIGN KEY (x) REFERENCES zz(id) ON UPDATE SET NULL ON DELETE CASCADE",
            "FOREIGN KEY (x, y) REFERENCES zz(a, b) ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED",
            "FOREIGN KEY (y) REFERENCES t(id) ON DELETE SET DEFAULT DEFERRABLE",
            "FOREIGN KEY (z) REFERENCES circle(id)",
            "FOREIGN KEY (z) REFERENCES t(own)",
        ]
    );
}

#[test]
fn checks() {
    let Some(database) = database("CHECK") else { return };
    let mut found = table(None, "t", vec![given("a", "integer"), given("user", "text"), given("c", "integer[]")]);
    found.checks = vec![
        Check { name: None, expr: expr("a > 0") },
        Check { name: None, expr: expr("\"user\" <> '' OR a IS NULL") },
        Check { name: Some(name("Two words")), expr: expr("c[1:2] = ARRAY[1, 2]") },
        Check { name: Some(name("listed")), expr: expr("\"user\" IN ('a', 'b')") },
    ];
    create(&database, &schema([found], []));
    let rows = database.lines(CONSTRAINTS);
    let names: Vec<&str> = rows.iter().filter_map(|row| Some(row.split_once('|')?.0)).collect();
    assert_eq!(names, ["Two words", "listed", "t_a_check", "t_check"], "{rows:?}");
    assert!(rows[0].contains("c[1:2] = ARRAY[1, 2]"), "{rows:?}");
}

/// Creates the indexes as `i0`, `i1`, …, and compares the server's definitions after `public.t USING`.
fn indexed(purpose: &str, indexes: impl IntoIterator<Item = (Index, &'static str)>) {
    let Some(database) = database(purpose) else { return };
    let columns = vec![given("a", "integer"), given("b", "text"), given("c", "jsonb"), given("user", "text")];
    let mut found = table(None, "t", columns);
    let mut expected = Vec::new();
    for (at, (index, definition)) in indexes.into_iter().enumerate() {
        let unique = if index.unique { "UNIQUE " } else { "" };
        found.indexes.push(Index { name: Some(name(&format!("i{at}"))), ..index });
        expected.push(format!("CREATE {unique}INDEX i{at} ON public.t USING {definition}"));
    }
    create(&database, &schema([found], []));
    assert_eq!(database.lines(INDEXES), expected);
}

#[test]
fn indexes_with_every_option() {
    let descending = KeyPart { descending: true, ..part("b") };
    let unique = Index { unique: true, ..Index::over(vec![part("b")]) };
    let of_class =
        |column: &str, class: &str| Index::over(vec![KeyPart { operator_class: Some(class.into()), ..part(column) }]);
    let first = KeyPart { nulls_first: Some(true), ..part("a") };
    let last = KeyPart { nulls_first: Some(false), ..descending.clone() };
    let pattern =
        KeyPart { collation: Some(name("C")), operator_class: Some("text_pattern_ops".into()), ..descending.clone() };
    indexed(
        "indexes with every option",
        [
            (Index::over(vec![part("a"), descending]), "btree (a, b DESC)"),
            (
                Index { predicate: Some(expr("a > 0 AND b IS NOT NULL")), ..unique.clone() },
                "btree (b) WHERE ((a > 0) AND (b IS NOT NULL))",
            ),
            (
                Index {
                    include: vec![name("a"), name("user")],
                    nulls_not_distinct: true,
                    predicate: Some(expr("a = 1")),
                    ..unique
                },
                "btree (b) INCLUDE (a, \"user\") NULLS NOT DISTINCT WHERE (a = 1)",
            ),
            (Index { method: Some(name("gin")), ..of_class("c", "jsonb_path_ops") }, "gin (c jsonb_path_ops)"),
            (
                Index { method: Some(name("brin")), ..of_class("a", "int4_minmax_multi_ops (values_per_range = 16)") },
                "brin (a int4_minmax_multi_ops (values_per_range='16'))",
            ),
            (Index { method: Some(name("hash")), ..Index::over(vec![part("user")]) }, "hash (\"user\")"),
            (Index::over(vec![first, last]), "btree (a NULLS FIRST, b DESC NULLS LAST)"),
            (Index::over(vec![pattern]), "btree (b COLLATE \"C\" text_pattern_ops DESC)"),
        ],
    );
}

#[test]
fn indexes_over_expressions() {
    let over = |expressions: &[&str]| Index::over(expressions.iter().map(|text| KeyPart::expr(expr(text))).collect());
    indexed(
        "indexes over expressions",
        [
            (over(&["lower(b)", "a + 1", "\"user\" || 'x'"]), "btree (lower(b), ((a + 1)), ((\"user\" || 'x'::text)))"),
            (over(&["c ->> 'a'", "b COLLATE \"C\""]), "btree (((c ->> 'a'::text)), b COLLATE \"C\")"),
            (over(&["CASE WHEN a > 0 THEN 1 END"]), "btree (( CASE WHEN (a > 0) THEN 1 ELSE NULL::integer END))"),
            (over(&["b::varchar", "CAST(a AS bigint)"]), "btree (((b)::character varying), ((a)::bigint))"),
            (over(&["coalesce(b, '')", "a IS NULL"]), "btree (COALESCE(b, ''::text), ((a IS NULL)))"),
            (over(&["lower(b) || upper(b)"]), "btree (((lower(b) || upper(b))))"),
        ],
    );
}

/// The names that open indexes get are those that are there afterwards, and no two of them are one.
#[test]
fn names_of_open_constraints_and_indexes() {
    let Some(database) = database("the names of constraints and indexes that are open") else { return };
    let long = "a".repeat(60);
    let mut found = table(None, "t", vec![given("a", "integer"), given("b", "integer"), given(&long, "integer")]);
    found.columns[0].nullable = false;
    found.primary_key = Some(PrimaryKey::over([name("a")]));
    found.uniques = vec![Unique::over([name("a"), name("b")]), Unique::over([name(&long)])];
    found.checks = vec![Check { name: None, expr: expr("a > 0") }, Check { name: None, expr: expr("a > b") }];
    found.indexes = vec![
        Index::over(vec![part("a")]),
        Index { predicate: Some(expr("b > 0")), ..Index::over(vec![part("a")]) },
        Index::over(vec![KeyPart::expr(expr("a + b"))]),
        Index::over(vec![part(&long), part("b")]),
    ];
    create(&database, &schema([found.clone()], []));
    let mut expected = render::index_names(&found);
    expected.sort();
    let rows = database.lines(
        "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
         WHERE i.indrelid = 't'::regclass AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = c.oid)
         ORDER BY c.relname COLLATE \"C\"",
    );
    assert_eq!(rows, expected);
}

#[test]
fn comments() {
    let Some(database) = database("comments") else { return };
    let mut column = given("order", "integer");
    column.comment = Some("it's\n\"so\" \\".into());
    let mut found = table(Some("app"), "user", vec![column]);
    found.comment = Some("the users'".into());
    create(&database, &schema([found], []));
    assert_eq!(database.run("SELECT obj_description('app.user'::regclass)"), "the users'\n");
    assert_eq!(database.run("SELECT col_description('app.user'::regclass, 1)"), "it's\n\"so\" \\\n");
}

#[test]
fn a_table_without_columns() {
    let Some(database) = database("a table without columns") else { return };
    create(&database, &schema([table(None, "t", vec![])], []));
    assert_eq!(database.run("SELECT count(*) FROM t"), "0\n");
}
