//! Names: quoted exactly where the server wants it, for every keyword of every version.

use std::collections::BTreeSet;

use schema_core::{Dialect, Name, render};

use crate::postgres::database;

fn rendered(name: &str) -> String {
    render::name(Dialect::Postgres, &Name::new(Dialect::Postgres, name))
}

/// Keywords since version 16, which an older server takes bare. Quoting them does no harm there.
const NEWER: [&str; 12] = [
    "json",
    "json_array",
    "json_arrayagg",
    "json_exists",
    "json_object",
    "json_objectagg",
    "json_query",
    "json_scalar",
    "json_serialize",
    "json_table",
    "json_value",
    "merge_action",
];

#[test]
fn every_keyword_is_quoted_as_the_server_quotes_it() {
    let Some(database) = database("all keywords against pg_get_keywords()") else { return };
    let rows = database.lines("SELECT word, catcode, quote_ident(word) FROM pg_get_keywords() ORDER BY word");
    assert!(rows.len() > 400, "{}", rows.len());
    for row in rows {
        let [word, kind, quoted] = row.split('|').collect::<Vec<_>>()[..] else { panic!("{row}") };
        let expected = if NEWER.contains(&word) { format!("\"{word}\"") } else { quoted.to_owned() };
        assert_eq!(rendered(word), expected, "{word} is of kind {kind}");
    }
}

/// Every word that is quoted here and bare on this server is one of a later version.
#[test]
fn nothing_else_is_quoted() {
    let Some(database) = database("the words that are quoted without need") else { return };
    let source = include_str!("../../schema-core/src/postgres/keyword.rs");
    let words: BTreeSet<&str> =
        source.lines().filter_map(|line| line.strip_prefix("    \"")?.strip_suffix("\",")).collect();
    assert!(words.len() > 130, "{}", words.len());
    let list = words.iter().map(|word| format!("('{word}')")).collect::<Vec<_>>().join(", ");
    let bare = database.lines(&format!("SELECT w FROM (VALUES {list}) v (w) WHERE quote_ident(w) = w ORDER BY w"));
    for word in &bare {
        let newer = NEWER.contains(&word.as_str()) || word == "system_user";
        assert!(newer, "{word}");
    }
    for word in words {
        assert_eq!(rendered(word), format!("\"{word}\""));
    }
}

#[test]
fn every_keyword_can_be_a_column_a_table_and_an_index() {
    let Some(database) = database("keywords as names") else { return };
    let words = database.lines("SELECT word FROM pg_get_keywords() ORDER BY word");
    let columns: Vec<String> = words.iter().map(|word| format!("{} integer", rendered(word))).collect();
    database.run(&format!("CREATE TABLE t ({})", columns.join(", ")));
    database.run_all(words.iter().flat_map(|word| {
        let name = rendered(word);
        [
            format!("ALTER TABLE t ADD CONSTRAINT {name} CHECK ({name} > 0)"),
            format!("CREATE TABLE {name} ({name} integer DEFAULT 1)"),
        ]
    }));
    let found = database.lines(
        "SELECT attname FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 0 AND attname <> 'x' ORDER BY 1",
    );
    assert_eq!(found.len(), words.len());
}

#[test]
fn odd_names_survive() {
    let Some(database) = database("odd names") else { return };
    let names =
        ["a b", "A", "a\"b", "1a", "é", "É", "a$b", "$a", "a-b", "a.b", "_a", "", "a'b", "x\ny", "ａ", "select ", "ä1"];
    for (at, name) in names.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
        let sql = format!("CREATE TABLE t{at} ({} integer)", rendered(name));
        database.run(&sql);
        let found = database.run(&format!(
            "SELECT attname = {} FROM pg_attribute WHERE attrelid = 't{at}'::regclass AND attnum = 1",
            render::literal(name)
        ));
        assert_eq!(found, "t\n", "{sql}");
    }
}

#[test]
fn literals_survive() {
    let Some(database) = database("string literals") else { return };
    for text in ["", "'", "''", "a\\b", "\\", "\\'", "line\nbreak", "é", "%", ":a", "$1", "$$", "E'x'", "/* -- */"] {
        let literal = render::literal(text);
        let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
        let found = database.run(&format!("SELECT encode(convert_to({literal}, 'UTF8'), 'hex')"));
        assert_eq!(found.trim(), hex, "{literal}");
    }
}
