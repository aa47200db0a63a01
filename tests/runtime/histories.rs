//! Databases that other tools migrated.

#[path = "histories/recorded.rs"]
mod recorded;

use std::fs;

use rusqlite::Connection;
use schema_replay::{Project, read};
use schema_runtime::{Outcome, Sqlite};

use crate::common::{File, history, one};
pub(crate) use recorded::{DIESEL, GOLANG_MIGRATE, GOOSE, MIGRATIONS, REFINERY, SQLX, TOOLS, Tool, schema};

impl Tool {
    /// The program whose migrations are files as the tool wants them.
    pub(crate) fn program(self) -> Sqlite {
        self.program_of(&MIGRATIONS)
    }

    pub(crate) fn program_of(self, migrations: &[(&str, &str)]) -> Sqlite {
        let directory = tempfile::tempdir().expect("a directory");
        for (file, text) in self.files_of(migrations) {
            let path = directory.path().join(file);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
            fs::write(path, text).expect("a file");
        }
        let project = Project::at(directory.path(), "migrations").expect("a project");
        Sqlite::from_migrations(read(&project).expect("a set").migrations).expect("the migrations replay")
    }

    /// Everything in its table, or the number that it keeps.
    pub(crate) fn content(self, db: &Connection) -> Vec<String> {
        let sql = if self.table.is_empty() {
            "SELECT user_version FROM pragma_user_version".to_owned()
        } else {
            format!("SELECT * FROM {0} UNION ALL SELECT * FROM (SELECT * FROM {0} LIMIT 0)", self.table)
        };
        let mut statement = db.prepare(&sql).expect("a table");
        let columns = statement.column_count();
        let rows = statement.query_map([], |row| {
            (0..columns).map(|at| Ok(format!("{:?}", row.get_ref(at)?))).collect::<rusqlite::Result<String>>()
        });
        let mut content: Vec<String> = rows.expect("rows").collect::<rusqlite::Result<_>>().expect("rows");
        let sql = "SELECT coalesce(sql, '') FROM sqlite_schema WHERE tbl_name = ?1 ORDER BY name";
        let mut statement = db.prepare(sql).expect("a catalogue");
        let rows = statement.query_map([self.table], |row| row.get(0)).expect("rows");
        content.extend(rows.collect::<rusqlite::Result<Vec<String>>>().expect("texts"));
        content
    }
}

#[test]
fn every_version_of_every_tool_is_taken_over() {
    for tool in TOOLS {
        let program = tool.program();
        for count in 1..=4 {
            let shown = format!("{} at {count}", tool.name);
            let file = File::of(&format!("{}{}", schema(count), tool.records(count)));
            let before = tool.content(&file.open());
            let report = program.migrate_file(&file.path).unwrap_or_else(|error| panic!("{shown}: {error}"));
            assert_eq!((report.count(Outcome::Adopted), report.count(Outcome::Applied)), (count, 4 - count), "{shown}");
            let db = file.open();
            let outcomes: Vec<String> = program
                .migrations()
                .iter()
                .enumerate()
                .map(|(at, migration)| {
                    format!("{} {}", migration.version, if at < count { "adopted" } else { "applied" })
                })
                .collect();
            assert_eq!(history(&db), outcomes.join(", "), "{shown}");
            assert_eq!(tool.content(&db), before, "{shown}");
            assert_eq!(one(&db, "SELECT email FROM users"), "a@example.org");
            assert_eq!(one(&db, "SELECT count(*) FROM posts"), if count > 1 { "2" } else { "0" }, "{shown}");
            assert_eq!(one(&db, "SELECT name FROM sqlite_schema WHERE name = 'posts_author'"), "posts_author");
            assert!(program.migrate_file(&file.path).expect("a second start").is_up_to_date(), "{shown}");
        }
    }
}
