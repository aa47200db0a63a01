//! Finding the history tables of other tools, by their names or, where a tool lets its users choose the name, by
//! their columns.

use rusqlite::Connection;
use schema_core::{Dialect, Name, render};

/// A table and the names of its columns, in lower case.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) name: String,
    pub(super) columns: Vec<String>,
}

/// What writes tables like this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tool {
    Sqlx,
    Diesel,
    Refinery,
    SeaOrm,
    Goose,
    GolangMigrate,
    Dbmate,
    /// An application's own runner.
    Bare,
}

const SQLX: [&str; 6] = ["version", "description", "installed_on", "success", "checksum", "execution_time"];
const REFINERY: [&str; 4] = ["version", "name", "applied_on", "checksum"];
const GOOSE: [&str; 4] = ["id", "version_id", "is_applied", "tstamp"];
const GOLANG_MIGRATE: [&str; 2] = ["version", "dirty"];

impl Table {
    /// All ordinary tables. A virtual one may need a module that is not there to tell its columns.
    pub(super) fn all(db: &Connection) -> rusqlite::Result<Vec<Table>> {
        let sql = "SELECT t.name, c.name FROM main.sqlite_schema AS t, pragma_table_info(t.name, 'main') AS c
            WHERE t.type = 'table' AND t.sql NOT LIKE 'CREATE VIRTUAL %' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
            ORDER BY t.rowid, c.cid";
        let mut statement = db.prepare(sql)?;
        let mut rows = statement.query([])?;
        let mut tables: Vec<Table> = Vec::new();
        while let Some(row) = rows.next()? {
            let (table, column): (String, String) = (row.get(0)?, row.get(1)?);
            let column = column.to_ascii_lowercase();
            match tables.last_mut().filter(|last| last.name == table) {
                Some(last) => last.columns.push(column),
                None => tables.push(Table { name: table, columns: vec![column] }),
            }
        }
        Ok(tables)
    }

    /// The tool whose table it is. `is_managed` are the tables of the migrations themselves: one of them may have the
    /// columns of a history by chance.
    pub(super) fn tool(&self, is_managed: impl Fn(&str) -> bool) -> Option<Tool> {
        match self.name.to_ascii_lowercase().as_str() {
            "_sqlx_migrations" => self.has(&["version", "success", "checksum"]).then_some(Tool::Sqlx),
            "__diesel_schema_migrations" => self.has(&["version"]).then_some(Tool::Diesel),
            "refinery_schema_history" => self.has(&["version", "name", "checksum"]).then_some(Tool::Refinery),
            "seaql_migrations" => self.has(&["version"]).then_some(Tool::SeaOrm),
            "goose_db_version" => self.has(&["id", "version_id", "is_applied"]).then_some(Tool::Goose),
            "schema_migrations" if self.is(&GOLANG_MIGRATE) => Some(Tool::GolangMigrate),
            "schema_migrations" if self.is(&["version"]) => Some(Tool::Dbmate),
            "schema_migrations" => Some(Tool::Bare),
            _ if is_managed(&self.name) => None,
            _ if self.is(&SQLX) => Some(Tool::Sqlx),
            _ if self.is(&REFINERY) => Some(Tool::Refinery),
            _ if self.is(&GOOSE) => Some(Tool::Goose),
            _ if self.is(&GOLANG_MIGRATE) => Some(Tool::GolangMigrate),
            _ => None,
        }
    }

    fn has(&self, columns: &[&str]) -> bool {
        columns.iter().all(|column| self.columns.iter().any(|own| own == column))
    }

    fn is(&self, columns: &[&str]) -> bool {
        self.columns == columns
    }

    /// The name as a statement has it.
    pub(super) fn sql(&self) -> String {
        format!("main.{}", quoted(&self.name))
    }
}

pub(super) fn quoted(name: &str) -> String {
    render::name(Dialect::Sqlite, &Name::new(Dialect::Sqlite, name))
}

impl Tool {
    /// The name of the tool; an application's own runner is named by its table.
    pub(super) fn name(self) -> &'static str {
        match self {
            Tool::Sqlx => "sqlx",
            Tool::Diesel => "diesel",
            Tool::Refinery => "refinery",
            Tool::SeaOrm => "sea-orm",
            Tool::Goose => "goose",
            Tool::GolangMigrate => "golang-migrate",
            Tool::Dbmate => "dbmate",
            Tool::Bare => "schema_migrations",
        }
    }
}
