//! Backups on the command line: taken by `apply` and `rollback`, and brought back by `restore`.

use rusqlite::Connection;

use crate::support::{Dir, snapshot};

/// Two migrations, of which the second drops a table, and a database with five rows in it.
fn five_tokens() -> Dir {
    let tokens = "CREATE TABLE tokens (\n    token TEXT PRIMARY KEY\n);\n";
    let dir = Dir::with(&[
        ("migrations/0001_tokens.sql", tokens),
        ("migrations/0002_drop.sql", "DROP TABLE tokens;\nCREATE TABLE keys (\n    hash TEXT PRIMARY KEY\n);\n"),
        ("migrations/0002_drop.down.sql", &format!("DROP TABLE keys;\n{tokens}")),
    ]);
    sql(&dir, &format!("{tokens}INSERT INTO tokens VALUES ('a'), ('b'), ('c'), ('d'), ('e')"));
    dir
}

fn sql(dir: &Dir, sql: &str) {
    Connection::open(dir.path("app.db")).expect("it opens").execute_batch(sql).expect("the SQL of the test");
}

fn tokens(dir: &Dir) -> i64 {
    let db = Connection::open(dir.path("app.db")).expect("it opens");
    db.query_row("SELECT count(*) FROM tokens", [], |row| row.get(0)).expect("a table")
}

/// The backups in a directory.
fn backups(dir: &Dir, directory: &str) -> Vec<String> {
    let entries = std::fs::read_dir(dir.path(directory)).expect("a directory");
    let names = entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.filter(|name| name.ends_with(".backup")).collect();
    names.sort();
    names
}

#[test]
fn what_apply_loses_restore_brings_back() {
    let dir = five_tokens();
    let run = |words: &str| dir.run(&format!("{words} --migrations migrations")).ends(0).text();
    let mut text = run("plan app.db") + &run("apply app.db --yes");
    let [backup] = backups(&dir, ".").try_into().expect("one backup");
    let restore = format!("restore {backup} --database app.db");
    text += &dir.refused(2, &restore).text();
    text += &dir.run(&format!("{restore} --yes")).ends(0).text();
    assert_eq!(tokens(&dir), 5);
    assert_eq!(backups(&dir, ".").len(), 2);
    text += &dir.run("status app.db --migrations migrations").ends(1).text();
    text += &run("apply app.db --yes --backup never");
    sql(&dir, "INSERT INTO keys VALUES ('f')");
    text += &run("rollback app.db --yes");
    snapshot("backups", &text.replace(&backup, "app.db.before-2.TIME.backup"));
    assert_eq!(tokens(&dir), 0);
    assert_eq!(backups(&dir, ".").len(), 3);
}

#[test]
fn where_and_when_are_options() {
    let dir = five_tokens();
    std::fs::create_dir(dir.path("kept")).expect("a directory");
    // What is there already is recorded before.
    let refused = dir.run("apply app.db --yes --backup-directory gone --migrations migrations").ends(3);
    let help = "  help: make room there and give the program the right to write, or name another place with \
                `--backup-directory DIR`; `--backup never` goes without\n";
    assert!(refused.stderr.ends_with(help), "{}", refused.text());
    dir.run("apply app.db --yes --backup-directory kept --migrations migrations").ends(0);
    assert_eq!((backups(&dir, ".").len(), backups(&dir, "kept").len()), (0, 1));
    let [backup] = backups(&dir, "kept").try_into().expect("one backup");
    let json = dir.run(&format!("restore kept/{backup} --database app.db --yes --backup never --json")).ends(0).json();
    assert_eq!(json, serde_json::json!({ "database": "app.db", "backup": null }));
    assert_eq!((tokens(&dir), backups(&dir, ".").len()), (5, 0));
    let json = dir.run("apply app.db --yes --json --backup always --migrations migrations").ends(0).json();
    assert!(json["backup"].as_str().is_some_and(|path| path.contains("app.db.before-2.")), "{json}");
}

#[test]
fn what_is_no_backup_is_refused() {
    let dir = five_tokens();
    dir.write("half.backup", &std::fs::read(dir.path("app.db")).expect("a file")[..5000]);
    dir.write("text.backup", "no database".repeat(100));
    dir.write("empty.backup", "");
    let mut text = String::new();
    for file in ["half.backup", "text.backup", "empty.backup", "gone.backup", "app.db"] {
        text += &dir.refused(3, &format!("restore {file} --database app.db --yes")).text();
    }
    text += &dir.refused(2, "restore text.backup --database migrations --yes").text();
    std::fs::copy(dir.path("app.db"), dir.path("whole.backup")).expect("a copy");
    let reader = Connection::open(dir.path("app.db")).expect("it opens");
    reader.execute_batch("BEGIN; SELECT * FROM tokens").expect("a reader");
    // Reading the file in this process would end the reader's lock.
    text += &dir.run("restore whole.backup --database app.db --yes").ends(2).text();
    drop(reader);
    // Where there is no database, there is nothing to ask for.
    dir.run("restore whole.backup --database new.db").ends(0);
    snapshot("restore_refused", &text);
}

#[test]
fn what_was_changed_by_hand_goes_back_when_the_end_is_right() {
    let dir = five_tokens();
    dir.run("apply app.db --yes --backup never --migrations migrations").ends(0);
    sql(&dir, "ALTER TABLE keys ADD COLUMN by_hand TEXT");
    let text = dir.run("rollback app.db --yes --migrations migrations").ends(0).text();
    assert!(text.contains("\nrolled back 1 migration, in N ms; the database is at version 1\n"), "{text}");
    assert!(text.contains("table `keys` has the column by_hand TEXT, which should not be there"), "{text}");
    assert_eq!((tokens(&dir), backups(&dir, ".").len()), (0, 0));
}
