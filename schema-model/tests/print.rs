//! Printed models: their text, and that they ask for exactly the tables that they were printed from.

use schema_core::{
    Column, ColumnType, ColumnValue, Dialect, Diff, EnumType, Expr, Index, KeyPart, Migration, Name, ObjectName, Pair,
    PrimaryKey, Schema, Table, Unique,
};
use schema_model::check::{Diagnostic, Found, check};
use schema_model::print::Models;
use schema_model::{Model, SqlTypeModel, StandardTypes};
use schema_replay::{Lints, Replay};

/// What SQLite makes of a script.
fn replayed(sql: &str) -> Replay {
    let migration = Migration {
        version: "1".into(),
        name: "all".into(),
        file: "migrations/1_all.sql".into(),
        sql: sql.to_owned().into(),
        checksum: schema_core::checksum(Dialect::Sqlite, sql).into(),
        no_transaction: false,
    };
    let replay = schema_replay::replay(&[migration]).unwrap_or_else(|problem| panic!("{problem}"));
    assert_eq!(replay.inspection.unmanaged, []);
    replay
}

/// Prints the models, proves that they check clean, and gives back the text without the derives.
#[track_caller]
fn printed(sql: &str) -> String {
    let Replay { inspection, map, .. } = replayed(sql);
    let models = Models::of(&inspection.schema);
    let file = models.file("migrations");
    let parsed = syn::parse_file(&file).unwrap_or_else(|error| panic!("{error}\n{file}"));
    let found = Found { inspection: &inspection, map: &map };
    let mut structs = 0;
    for item in &parsed.items {
        match item {
            syn::Item::Struct(item) => {
                structs += 1;
                let model = Model::parse(&item.clone().into()).unwrap_or_else(|error| panic!("{error}\n{file}"));
                let desired = model.lower(Dialect::Sqlite, &StandardTypes);
                let desired = desired.unwrap_or_else(|error| panic!("{error}\n{file}"));
                let verdict = check(&item.ident.to_string(), &desired, found);
                // Foreign keys that cannot work are the migrations' own fault, and have levels of their own.
                let own = |found: &&Diagnostic| !Lints::NAMES.contains(&found.code);
                let messages: Vec<&str> =
                    verdict.diagnostics.iter().filter(own).map(|found| found.message.as_str()).collect();
                assert_eq!(messages, [""; 0], "{file}");
            }
            syn::Item::Enum(item) => {
                let found = SqlTypeModel::parse(&item.clone().into());
                assert!(found.is_ok_and(|found| found.enum_type().is_some()), "{file}");
            }
            _ => {}
        }
    }
    assert_eq!(structs, inspection.schema.tables.len());
    let sources: Vec<&str> = models.models.iter().map(|model| model.source.as_str()).collect();
    sources.concat().replace("#[derive(Clone, Debug, PartialEq, Table)]\n", "")
}

#[test]
fn what_the_defaults_give_is_not_stated() {
    let found = printed(
        "CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT NOT NULL UNIQUE COLLATE NOCASE, \
         created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP, active BOOLEAN NOT NULL DEFAULT 1, score REAL);
         CREATE TABLE posts (id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users(id) ON DELETE CASCADE, \
         title TEXT NOT NULL DEFAULT 'it''s', body BLOB, stars INTEGER NOT NULL DEFAULT -1);
         CREATE INDEX posts_user_id_idx ON posts (user_id);
         CREATE INDEX by_title ON posts (title);",
    );
    assert_eq!(
        found,
        r#"pub struct User {
    #[column(primary_key, autoincrement)]
    pub id: i64,
    #[column(unique, collate = "NOCASE")]
    pub email: String,
    #[column(default = sql("CURRENT_TIMESTAMP"))]
    pub created_at: String,
    #[column(default = true)]
    pub active: bool,
    pub score: Option<f64>,
}
pub struct Post {
    #[column(primary_key)]
    pub id: i64,
    #[column(index, references = User::id, on_delete = cascade)]
    pub user_id: i64,
    #[column(index(name = "by_title"), default = "it's")]
    pub title: String,
    pub body: Option<Vec<u8>>,
    #[column(default = -1)]
    pub stars: i64,
}
"#
    );
}

#[test]
fn names_that_are_no_rust_names_are_stated() {
    let found = printed(
        "CREATE TABLE options (\"type\" TEXT, self TEXT, \"e-mail\" TEXT, fooBar TEXT, foo_bar TEXT, ID INTEGER PRIMARY KEY);
         CREATE TABLE \"AspNetUsers\" (Größe REAL, \"2fa\" TEXT, \"unique\" INTEGER, b INTEGER, UNIQUE (\"unique\", b));
         CREATE TABLE strings (\"type\" INTEGER REFERENCES Options (id), \"unique\" INTEGER, b INTEGER,
           FOREIGN KEY (\"unique\", b) REFERENCES aspnetusers (\"unique\", B));",
    );
    assert_eq!(
        found,
        r#"#[table(name = "AspNetUsers", unique("unique", b))]
pub struct AspNetUser {
    #[column(name = "Größe")]
    pub größe: Option<f64>,
    #[column(name = "2fa")]
    pub _2fa: Option<String>,
    pub unique: Option<i64>,
    pub b: Option<i64>,
}
#[table(name = "options")]
pub struct Options {
    pub r#type: Option<String>,
    #[column(name = "self")]
    pub self_: Option<String>,
    #[column(name = "e-mail")]
    pub e_mail: Option<String>,
    #[column(name = "fooBar")]
    pub foo_bar_2: Option<String>,
    pub foo_bar: Option<String>,
    #[column(name = "ID", primary_key)]
    pub id: i64,
}
#[table(
    name = "strings",
    foreign_key(columns("unique", b), references(AspNetUser, unique, b))
)]
pub struct Strings {
    #[column(references = Options::id)]
    pub r#type: Option<i64>,
    pub unique: Option<i64>,
    pub b: Option<i64>,
}
"#
    );
}

#[test]
fn listed_values_become_an_enum() {
    let found = printed(
        "CREATE TABLE jobs (status TEXT NOT NULL DEFAULT 'in_use' CHECK (status IN ('in_use', 'done')),
           kind VARCHAR(10) CHECK (\"kind\" in ('A+', 'B')), level TEXT CHECK (level IN ('LOW', 'HIGH')) CHECK (level <> 'x'),
           score INTEGER CHECK (score IN (1, 2)), CONSTRAINT known CHECK (kind IS NULL OR score > 0))",
    );
    assert_eq!(
        found,
        r#"#[table(check("kind IS NULL OR score > 0", name = "known"))]
pub struct Job {
    #[column(default = "in_use")]
    pub status: JobStatus,
    #[column(sql_type = "VARCHAR(10)", check = "kind IN ('A+', 'B')")]
    pub kind: Option<String>,
    #[column(check = "level != 'x'")]
    pub level: Option<JobLevel>,
    #[column(check = "score IN (1, 2)")]
    pub score: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, SqlType)]
pub enum JobStatus {
    InUse,
    Done,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, SqlType)]
#[sql(rename_all = "UPPERCASE")]
pub enum JobLevel {
    Low,
    High,
}
"#
    );
}

#[test]
fn every_kind_of_constraint_is_stated() {
    let found = printed(
        "CREATE TABLE a (x INTEGER, y TEXT COLLATE NOCASE, z, t DATETIME DEFAULT (datetime('now')),
           g INTEGER GENERATED ALWAYS AS (x * 2) STORED, n TEXT NOT NULL ON CONFLICT REPLACE DEFAULT \"it's\",
           PRIMARY KEY (x, y), CONSTRAINT both UNIQUE (y, z) ON CONFLICT IGNORE, UNIQUE (z COLLATE NOCASE)) WITHOUT ROWID;
         CREATE INDEX i1 ON a (lower(y), x DESC) WHERE z IS NOT NULL;
         CREATE INDEX i2 ON a (t) WHERE t > 'a \"b\"';
         CREATE INDEX a_t_idx ON a (t);
         CREATE UNIQUE INDEX i4 ON a (n DESC);
         CREATE TABLE s (i INT NOT NULL UNIQUE, r REAL, b BLOB, v ANY, CHECK (i > 0), CHECK (i > 0)) STRICT;",
    );
    assert_eq!(
        found,
        r##"#[table(
    name = "a",
    without_rowid,
    primary_key(x, y),
    unique(y, z, name = "both", on_conflict = ignore),
    unique(z collate "NOCASE"),
    index(sql("lower(y)"), x desc, name = "i1", where = "z IS NOT NULL"),
    index(t, name = "a_t_idx")
)]
pub struct A {
    pub x: i64,
    #[column(collate = "NOCASE")]
    pub y: String,
    #[column(sql_type = "")]
    pub z: Option<driftless::Value>,
    #[column(
        index(name = "i2", where = r#"t > 'a "b"'"#),
        sql_type = "DATETIME",
        default = sql("datetime('now')")
    )]
    pub t: Option<String>,
    #[column(generated = sql("x * 2"), stored)]
    pub g: Option<i64>,
    #[column(
        index(desc, name = "i4", unique),
        default = "it's",
        not_null(on_conflict = replace)
    )]
    pub n: String,
}
#[table(name = "s", strict)]
pub struct S {
    #[column(unique, sql_type = "INT", check = "i > 0")]
    pub i: i64,
    pub r: Option<f64>,
    pub b: Option<Vec<u8>>,
    pub v: Option<driftless::Value>,
}
"##
    );
}

#[test]
fn foreign_keys_that_need_the_long_form_have_it() {
    let found = printed(
        "CREATE TABLE orgs (a INTEGER, b INTEGER, parent INTEGER REFERENCES orgs (a), PRIMARY KEY (a, b));
         CREATE TABLE members (org INTEGER REFERENCES orgs, person INTEGER NOT NULL REFERENCES people ON DELETE SET NULL,
           twice INTEGER REFERENCES orgs (a), gone INTEGER CONSTRAINT is_gone REFERENCES nowhere (id) DEFERRABLE INITIALLY DEFERRED,
           FOREIGN KEY (twice) REFERENCES people (id), FOREIGN KEY (org, person) REFERENCES orgs ON UPDATE CASCADE);
         CREATE TABLE people (id INTEGER PRIMARY KEY, boss INTEGER CONSTRAINT has_boss REFERENCES people);",
    );
    assert_eq!(
        found,
        r#"#[table(primary_key(a, b))]
pub struct Org {
    pub a: i64,
    pub b: i64,
    #[column(references = Org::a)]
    pub parent: Option<i64>,
}
#[table(name = "people")]
pub struct Person {
    #[column(primary_key)]
    pub id: i64,
    #[column(references(Person::id, name = "has_boss"))]
    pub boss: Option<i64>,
}
#[table(
    foreign_key(columns(person), references(Person, id), on_delete = set_null),
    foreign_key(columns(twice), references("people", "id")),
    foreign_key(columns(org, person), references(Org, a, b), on_update = cascade)
)]
pub struct Member {
    #[column(references("orgs"))]
    pub org: Option<i64>,
    pub person: i64,
    #[column(references("orgs", "a"))]
    pub twice: Option<i64>,
    #[column(references("nowhere", "id", name = "is_gone"), deferrable = deferred)]
    pub gone: Option<i64>,
}
"#
    );
}

#[test]
fn constraints_over_the_same_columns_are_told_apart() {
    let found = printed(
        "CREATE TABLE categories (id INTEGER PRIMARY KEY, parent INTEGER, other INTEGER REFERENCES categories (id));
         CREATE TABLE a (x INTEGER REFERENCES categories ON DELETE CASCADE, y INTEGER REFERENCES categories (id),
           z INTEGER, FOREIGN KEY (y) REFERENCES categories, CHECK (x > 0), CONSTRAINT positive CHECK (x > 0), UNIQUE (z),
           FOREIGN KEY (x) REFERENCES categories ON DELETE RESTRICT);
         CREATE UNIQUE INDEX a_z_key ON a (z);
         CREATE INDEX a_z_idx ON a (z);
         CREATE INDEX again ON a (z);",
    );
    assert_eq!(
        found,
        r#"#[table(name = "categories")]
pub struct Category {
    #[column(primary_key)]
    pub id: i64,
    pub parent: Option<i64>,
    #[column(references = Category::id)]
    pub other: Option<i64>,
}
#[table(
    name = "a",
    index(z, name = "a_z_idx"),
    index(z, name = "again"),
    foreign_key(columns(x), references("categories", "id"), on_delete = cascade),
    foreign_key(columns(x), references("categories", "id"), on_delete = restrict)
)]
pub struct A {
    #[column(check("x > 0", name = "positive"))]
    pub x: Option<i64>,
    #[column(references = Category::id)]
    pub y: Option<i64>,
    #[column(unique, index(name = "a_z_key", unique))]
    pub z: Option<i64>,
}
"#
    );
}

/// A table with what only PostgreSQL has.
fn postgres_table() -> Table {
    let d = Dialect::Postgres;
    let name = |text: &str| Name::new(d, text);
    let column = |text: &str, ty: &str, nullable: bool, value: ColumnValue| Column {
        name: name(text),
        ty: ColumnType::parse(d, ty),
        nullable,
        value,
        collation: None,
        on_conflict: None,
        comment: None,
    };
    let mut table = Table::empty(ObjectName::new(d, Some("auth"), "users"));
    table.columns = vec![
        column("id", "bigint", false, ColumnValue::Identity { always: true }),
        column("mood", "mood", true, ColumnValue::Given),
        column("email", "varchar(20)", false, ColumnValue::Default(Expr::parse(d, "''").expect("a default"))),
        column("seen", "timestamptz", true, ColumnValue::Given),
    ];
    table.comment = Some("who may log in".into());
    table.primary_key = Some(PrimaryKey { name: Some(name("users_pkey")), ..PrimaryKey::over([name("id")]) });
    let mut unique = Unique::over([name("email"), name("seen")]);
    unique.name = Some(name("users_email_seen_mood_key"));
    unique.nulls_not_distinct = true;
    unique.deferrable = schema_core::Deferrable::Deferred;
    unique.include = vec![name("mood")];
    table.uniques = vec![unique];
    let mut index = Index::over(vec![KeyPart { nulls_first: Some(true), ..KeyPart::column(name("seen")) }]);
    (index.name, index.method) = (Some(name("by_seen")), Some(name("brin")));
    table.indexes = vec![index];
    table
}

/// What only PostgreSQL has, said and read back.
#[test]
fn postgresql_is_stated_as_well() {
    let (d, table) = (Dialect::Postgres, postgres_table());
    let mut schema = Schema::empty(d);
    let mood = EnumType { name: ObjectName::new(d, None, "mood"), variants: vec!["sad".into(), "ok".into()] };
    schema.enums.insert(mood.name.clone(), mood);
    schema.tables.insert(table.name.clone(), table.clone());
    let file = Models::of(&schema).file("migrations");
    assert_eq!(
        file,
        r#"use driftless::{SqlType, Table, schema};

#[derive(Clone, Copy, Debug, PartialEq, Eq, SqlType)]
#[sql(postgres_enum = "mood")]
pub enum Mood {
    Sad,
    Ok,
}

#[derive(Clone, Debug, PartialEq, Table)]
#[table(
    schema = "auth",
    comment = "who may log in",
    unique(email, seen, nulls_not_distinct, deferrable = deferred, include(mood)),
    index(seen nulls first, name = "by_seen", using = "brin")
)]
pub struct User {
    #[column(primary_key, identity = always)]
    pub id: i64,
    pub mood: Option<Mood>,
    #[column(sql_type = "character varying(20)", default = "")]
    pub email: String,
    #[column(sql_type = "timestamp with time zone")]
    pub seen: Option<String>,
}

schema! {
    /// The database of the application.
    pub static APP: Postgres = "migrations" [User];
}
"#
    );
    let item = file.split("\n\n").nth(2).expect("the struct");
    let model = Model::parse(&syn::parse_str(item).expect("a struct")).expect("a model");
    let mut read = model.lower(d, &StandardTypes).expect("a table").table;
    read.columns[1].ty = ColumnType::parse(d, "mood");
    read.settle(&table);
    assert_eq!(Diff::between_tables(Pair::new(&table, &read)).changes, []);
}
