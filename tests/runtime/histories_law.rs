//! Whatever another tool's history says and whatever schema is beside it: the database ends at the final schema with all
//! its rows and that history untouched, or it is refused and not one byte of it changes.

use proptest::prelude::*;
use rusqlite::Connection;
use schema_runtime::Sqlite;
use std::sync::OnceLock;

use crate::common::{File, assert_at};
use crate::histories::{MIGRATIONS, TOOLS, Tool, schema};

/// What somebody did to the records by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Touch {
    Nothing,
    /// The version of one row becomes another value.
    Version(&'static str),
    /// Every row says that it went wrong.
    Failed,
    /// The checksums are of other files.
    Checksums,
    /// A row that no tool would write.
    Odd(&'static str),
}

fn touch() -> impl Strategy<Value = Touch> {
    prop_oneof![
        4 => Just(Touch::Nothing),
        1 => proptest::sample::select(vec!["9", "99999999999999", "NULL", "'x'", "-3", "2", "x'00'"]).prop_map(Touch::Version),
        1 => Just(Touch::Failed),
        1 => Just(Touch::Checksums),
        1 => proptest::sample::select(vec!["NULL", "1.5", "'é'", "9223372036854775807"]).prop_map(Touch::Odd),
    ]
}

/// Does it, as far as the table has such columns and its constraints allow it.
fn apply(db: &Connection, table: &str, touch: Touch) {
    let rowid = "(SELECT max(rowid) FROM {})".replace("{}", table);
    let statements = match touch {
        Touch::Nothing => Vec::new(),
        Touch::Version(value) => ["version", "version_id", "migration_name"]
            .map(|column| format!("UPDATE {table} SET {column} = {value} WHERE rowid = {rowid}"))
            .to_vec(),
        Touch::Failed => {
            ["success = 0", "is_applied = 0", "dirty = 1"].map(|set| format!("UPDATE {table} SET {set}")).to_vec()
        }
        Touch::Checksums => {
            vec![format!("UPDATE {table} SET checksum = '7'"), format!("UPDATE {table} SET checksum = x'07'")]
        }
        Touch::Odd(value) => {
            (1..=6).map(|columns| format!("INSERT INTO {table} VALUES ({})", vec![value; columns].join(", "))).collect()
        }
    };
    for sql in statements {
        // Not every table has the column, and some refuse the value.
        drop(db.execute_batch(&sql));
    }
}

/// The program of a tool with its first migrations, replayed once.
fn program(tool: usize, count: usize) -> &'static Sqlite {
    static ALL: OnceLock<Vec<Vec<Sqlite>>> = OnceLock::new();
    let of = |tool: &Tool| (1..=4).map(|count| tool.program_of(&MIGRATIONS[..count])).collect();
    &ALL.get_or_init(|| TOOLS.iter().map(of).collect())[tool][count - 1]
}

/// Every row of the application's tables.
fn rows(db: &Connection) -> Vec<String> {
    let texts = |sql: &str| {
        let mut statement = db.prepare(sql).ok()?;
        let rows = statement.query_map([], |row| row.get::<_, String>(0)).ok()?;
        Some(rows.flatten().collect::<Vec<_>>())
    };
    let sql = ["SELECT id || email FROM users ORDER BY id", "SELECT id || author_id || title FROM posts ORDER BY id"];
    sql.iter().filter_map(|sql| texts(sql)).flatten().collect()
}

/// Which of the program's migrations a tool has an entry for, when nobody touched it.
fn is_prefix(tool: Tool, recorded: [bool; 4], known: usize) -> Option<usize> {
    let last = recorded.iter().rposition(|is| *is)? + 1;
    // These two keep a number and no entries.
    let is_number = matches!(tool.name, "golang-migrate" | "rusqlite_migration");
    (last <= known && (is_number || recorded[..last].iter().all(|is| *is))).then_some(last)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_end_or_nothing(
        tool in 0..TOOLS.len(),
        known in 1..=4_usize,
        recorded in proptest::array::uniform4(proptest::bool::weighted(0.7)),
        has in 0..=4_usize,
        touch in touch(),
    ) {
        let (program, kind) = (program(tool, known), TOOLS[tool]);
        let inserts: String = recorded.iter().zip(kind.insert).filter(|(is, _)| **is).map(|(_, sql)| sql).collect();
        let file = File::of(&format!("{}{}{inserts}", schema(has), kind.create));
        if !kind.table.is_empty() {
            apply(&file.open(), kind.table, touch);
        }
        let (before, content, data) = (file.bytes(), kind.content(&file.open()), rows(&file.open()));
        if let Err(error) = program.migrate_file(&file.path) {
            prop_assert!(file.bytes() == before, "the file changed, although it was refused: {error}");
            let is_sound = touch == Touch::Nothing && is_prefix(kind, recorded, known) == Some(has);
            prop_assert!(!is_sound, "a true history is refused: {error}");
        } else {
            let db = file.open();
            prop_assert_eq!(kind.content(&db), content);
            prop_assert_eq!(rows(&db), data);
            assert_at(&file.path, program);
            prop_assert!(program.migrate_file(&file.path).is_ok_and(|report| report.is_up_to_date()));
            if kind.is_binding && touch == Touch::Nothing && recorded[..known].contains(&true) {
                let last = is_prefix(kind, recorded, known);
                prop_assert!(last.is_some_and(|last| last <= has), "it took over what is not so");
            }
        }
    }
}
