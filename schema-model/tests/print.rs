//! Printed models: their text, and that they ask for exactly the tables that they were printed from.

use schema_core::{Dialect, Migration};
use schema_model::check::{Found, check};
use schema_model::print::Models;
use schema_model::{Model, SqlTypeModel, StandardTypes};
use schema_replay::Replay;

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
                let messages: Vec<&str> = verdict.diagnostics.iter().map(|found| found.message.as_str()).collect();
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
