//! Databases of other tools on the command line: what is recorded, what is proved, what is refused, and what the refusal
//! names next.

#[allow(dead_code, reason = "the library is tried on more of them")]
#[path = "../../../tests/runtime/histories/recorded.rs"]
mod recorded;

use rusqlite::Connection;

use crate::support::{Dir, Run, snapshot};
use recorded::{DIESEL, GOLANG_MIGRATE, MIGRATIONS, SQLX, Tool, schema};

/// The migrations as the tool lays them out, and a database with a schema and with what is recorded of it.
fn found(tool: Tool, recorded: usize, count: usize) -> Dir {
    let files = tool.files_of(&MIGRATIONS);
    let files: Vec<_> = files.into_iter().map(|(file, text)| (format!("migrations/{file}"), text)).collect();
    let dir = Dir::with(&files.iter().map(|(file, text)| (file.as_str(), text.as_str())).collect::<Vec<_>>());
    execute(&dir, &(schema(count) + &tool.records(recorded)));
    dir
}

fn execute(dir: &Dir, sql: &str) {
    Connection::open(dir.path("app.db")).expect("it opens").execute_batch(sql).expect("the SQL of the test");
}

fn one(dir: &Dir, sql: &str) -> String {
    let db = Connection::open(dir.path("app.db")).expect("it opens");
    db.query_row(sql, [], |row| row.get::<_, String>(0)).expect(sql)
}

fn run(dir: &Dir, words: &str) -> Run {
    dir.run(&format!("{words} --migrations migrations"))
}

fn refused(dir: &Dir, words: &str) -> Run {
    dir.refused(3, &format!("{words} --migrations migrations"))
}

#[test]
fn a_database_of_another_tool_is_taken_over() {
    let mut text = String::new();
    for tool in [SQLX, DIESEL, GOLANG_MIGRATE] {
        let dir = found(tool, 2, 2);
        for words in ["status app.db", "plan app.db", "apply app.db --yes", "status app.db"] {
            text.push_str(&run(&dir, words).text());
        }
        assert_eq!(one(&dir, "SELECT email FROM users"), "a@example.org");
        let rows = format!("SELECT '' || count(*) FROM {}", tool.table);
        assert_eq!(one(&dir, &rows), if tool.name == "golang-migrate" { "1" } else { "2" });
    }
    snapshot("histories", &text);
}

#[test]
fn what_the_record_and_the_files_disagree_about() {
    let mut text = String::new();
    let edited = found(SQLX, 2, 2);
    edited.write("migrations/20240102120000_posts.sql", MIGRATIONS[1].1.replace("title TEXT", "title VARCHAR"));
    text.push_str(&refused(&edited, "apply app.db --yes").text());
    edited.write("migrations/20240102120000_posts.sql", MIGRATIONS[1].1.replace('\n', "\r\n"));
    text.push_str(&run(&edited, "apply app.db --yes").ends(0).text());
    let unfinished = found(GOLANG_MIGRATE, 2, 2);
    execute(&unfinished, "UPDATE schema_migrations SET dirty = 1");
    text.push_str(&refused(&unfinished, "apply app.db --yes").text());
    // The command of the message.
    execute(&unfinished, "UPDATE schema_migrations SET dirty = 0");
    text.push_str(&run(&unfinished, "apply app.db --yes").ends(0).text());
    snapshot("histories_refused", &text);
}

#[test]
fn what_the_record_and_the_schema_disagree_about() {
    let dir = found(DIESEL, 3, 2);
    let mut text = refused(&dir, "apply app.db --yes").text();
    text.push_str(&run(&dir, "apply app.db --yes --adopt 202401021200000000").ends(0).text());
    assert_eq!(one(&dir, "SELECT email FROM users"), "a@example.org");
    snapshot("histories_contradictory", &text);
}
