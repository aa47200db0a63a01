//! Writes the static that `schema!` would declare for PEERS_N migrations of PEERS_SHAPE. The macro
//! itself wants a model for each table, which would be measured as well.

use std::borrow::Cow;
use std::fmt::Write as _;

use peers_common::Shape;
use schema_core::{Dialect, Migration, chain, checksum};
use schema_replay::{Blueprint, Object, Replay};

fn main() {
    println!("cargo::rerun-if-env-changed=PEERS_N");
    println!("cargo::rerun-if-env-changed=PEERS_SHAPE");
    let n = std::env::var("PEERS_N").map_or(10, |n| n.parse().expect("PEERS_N is a number"));
    let shape = match std::env::var("PEERS_SHAPE").as_deref() {
        Ok("mixed") => Shape::Mixed,
        _ => Shape::Wide,
    };
    let migrations: Vec<Migration> = peers_common::generate(shape, n).into_iter().map(migration).collect();
    let last = migrations.iter().fold(String::new(), |before, m| chain(&before, &m.version, &m.checksum));
    let replay = schema_replay::replay(&migrations).unwrap_or_else(|problem| panic!("{problem:?}"));

    let mut text = String::from("pub static APP: Sqlite = Sqlite::new(&[\n");
    for m in &migrations {
        let borrowed = |text: &str| format!("Cow::Borrowed({text:?})");
        writeln!(
            text,
            "Migration {{ version: {}, name: {}, file: {}, sql: {}, checksum: {}, no_transaction: false }},",
            borrowed(&m.version),
            borrowed(&m.name),
            borrowed(&m.file),
            borrowed(&m.sql),
            borrowed(&m.checksum),
        )
        .expect("writing to a string");
    }
    let Replay { catalogue, fingerprints, .. } = &replay;
    write!(text, "], {last:?}, &{catalogue:?}).with_fingerprints(&{fingerprints:?})").expect("writing to a string");
    text.push_str(if replay.blueprint.is_some() { ".with_blueprint(&BLUEPRINT);\n" } else { ";\n" });
    text.extend(replay.blueprint.iter().map(blueprint));
    let dir = std::env::var("OUT_DIR").expect("cargo sets it");
    std::fs::write(format!("{dir}/set.rs"), text).expect("the directory is there");
}

/// All that is in a new database, as `schema!` writes it.
fn blueprint(blueprint: &Blueprint) -> String {
    let mut text = format!("static OBJECTS: [Object; {}] = [\n", blueprint.objects.len());
    for Object { kind, name, table, sql, tree } in &*blueprint.objects {
        let sql = sql.as_ref().map_or_else(|| "None".to_owned(), |sql| format!("Some({:?})", &**sql));
        writeln!(text, "object({kind:?}, {name:?}, {table:?}, {sql}, Tree::{tree:?}),").expect("writing to a string");
    }
    let Blueprint { digest, engine, .. } = blueprint;
    writeln!(text, "];\nstatic BLUEPRINT: Blueprint = blueprint(&OBJECTS, &[], {digest:?}, {engine});")
        .expect("writing to a string");
    text
}

fn migration(m: peers_common::Migration) -> Migration {
    Migration {
        version: Cow::Owned(m.version.to_string()),
        file: Cow::Owned(format!("migrations/{:04}_{}.sql", m.version, m.name)),
        checksum: Cow::Owned(checksum(Dialect::Sqlite, &m.sql)),
        name: Cow::Owned(m.name),
        sql: Cow::Owned(m.sql),
        no_transaction: false,
    }
}
