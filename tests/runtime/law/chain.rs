//! Random migrations: planned ones, as the command line writes them, and ones as people write them.

use rusqlite::Connection;
use schema_core::plan::{self, Allow, Backfill, EngineVersion, Plan, Refusal, Request};
use schema_core::token::statements;
use schema_core::{ColumnValue, Dialect, Expr, Inspection, Migration, Name, Renames, Schema, Table};

use crate::edits;
use crate::engine::{self, quoted};
use crate::generate::Choices;
use crate::house;
use crate::law::travel::{self, Move};

/// The migrations of a program, and what each leads to.
pub(crate) struct Chain {
    pub(crate) migrations: Vec<Migration>,
    /// The schema after none, one, two… of them.
    pub(crate) stages: Vec<Inspection>,
    /// What each of them does to the tables before it.
    pub(crate) moves: Vec<Vec<Move>>,
}

/// What a migration is made of.
struct Script {
    sql: String,
    moves: Vec<Move>,
}

/// Two to five migrations.
pub(crate) fn chain(c: &mut Choices) -> Chain {
    let db = engine::open();
    db.execute_batch("PRAGMA foreign_keys = OFF").expect("a pragma");
    let mut chain = Chain { migrations: Vec::new(), stages: vec![engine::inspect(&db)], moves: Vec::new() };
    let mut ddl = house::schema(c);
    // A key that a name makes twice is left out.
    ddl.retain(|sql| db.execute_batch(sql).is_ok());
    chain.add(&db, Script { sql: ddl.join(";\n"), moves: Vec::new() });
    for number in 0..=c.below(4) {
        let script = if c.chance(50) { planned(c, &db) } else { Some(by_hand(c, &db, number)) };
        // What nobody can plan is no migration.
        if let Some(script) = script.filter(|script| !script.sql.trim().is_empty()) {
            chain.add(&db, script);
        }
    }
    chain
}

impl Chain {
    fn add(&mut self, db: &Connection, script: Script) {
        let version = (self.migrations.len() + 1).to_string();
        self.migrations.push(crate::common::migration((&version, "step", &script.sql)));
        self.moves.push(script.moves);
        self.stages.push(engine::inspect(db));
    }

    pub(crate) fn len(&self) -> usize {
        self.migrations.len()
    }

    /// Whether any version has a table of that name.
    pub(crate) fn knows(&self, table: &Name) -> bool {
        self.stages.iter().any(|stage| stage.schema.tables.keys().any(|name| name.name == *table))
    }
}

/// An edit of the schema, planned.
fn planned(c: &mut Choices, db: &Connection) -> Option<Script> {
    let before = engine::inspect(db);
    let (mut schema, mut renames) = (before.schema.clone(), Renames::default());
    edits::edit(c, &mut schema, &mut renames, &["log"]);
    // SQLite says what the edited nouns mean; what it does not take is no case.
    let after = engine::inspect(&engine::create(&schema).ok()?).schema;
    let (plan, backfill) = plan(&before, &after, &renames)?;
    if !schema_core::foreign_key_problems(&plan.after).is_empty() {
        return None;
    }
    let catalogue = engine::catalogue(db);
    if engine::run(db, &plan.steps).is_err() || views_are_broken(db) {
        restore(db, &catalogue);
        return None;
    }
    db.execute_batch("PRAGMA foreign_keys = OFF").expect("a pragma");
    let mut moves = travel::moves(&before.schema, &plan.after, &renames);
    moves.extend(backfill.into_iter().map(|one| Move::Fill(one.table, one.column)));
    Some(Script { sql: plan::script("up", &plan.steps), moves })
}

/// A view that mentions what is gone is refused by the build.
fn views_are_broken(db: &Connection) -> bool {
    let views = engine::strings(db, "SELECT name FROM sqlite_schema WHERE type = 'view'");
    views.iter().any(|view| db.prepare(&format!("SELECT * FROM \"{view}\"")).is_err())
}

/// So is a key that refers to what is gone.
fn keys_work(db: &Connection) -> bool {
    schema_core::foreign_key_problems(&engine::inspect(db).schema).is_empty()
}

/// Makes the database again from its catalogue: the tables have no rows.
fn restore(db: &Connection, catalogue: &[String]) {
    db.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA writable_schema = RESET").expect("a pragma");
    if engine::catalogue(db) == catalogue {
        return;
    }
    for kind in ["trigger", "view", "table"] {
        let names =
            format!("SELECT name FROM sqlite_schema WHERE type = '{kind}' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'");
        for name in engine::strings(db, &names) {
            db.execute_batch(&format!("DROP {kind} IF EXISTS {}", text(&name))).expect("a drop");
        }
    }
    for kind in ["table ", "index ", "view ", "trigger "] {
        for sql in catalogue.iter().filter(|sql| sql.starts_with(kind)) {
            let (_, sql) = sql.split_once(": ").expect("a name");
            db.execute_batch(sql).expect("what it was made of");
        }
    }
}

fn text(name: &str) -> String {
    quoted(&Name::new(Dialect::Sqlite, name))
}

/// Plans, and states whatever is asked for.
fn plan(before: &Inspection, after: &Schema, renames: &Renames) -> Option<(Plan, Vec<Backfill>)> {
    let (mut allow, mut backfill) = (Vec::<Allow>::new(), Vec::<Backfill>::new());
    let number = u32::try_from(rusqlite::version_number()).expect("a version");
    let version = EngineVersion::of_number(number);
    loop {
        let request = Request { before, after, exact: true, renames, version, allow: &allow, backfill: &backfill };
        let refusals = match plan::plan(&request) {
            Ok(plan) => return Some((plan, backfill)),
            Err(refusals) => refusals,
        };
        let known = allow.len() + backfill.len();
        for refusal in &refusals {
            match refusal {
                Refusal::Destructive { allow: one, .. } => allow.push(one.clone()),
                Refusal::ColumnLooksRenamed { table, before, .. } => {
                    allow.push(Allow::DropColumn(table.clone(), before.clone()));
                }
                Refusal::TableLooksRenamed { before, .. } => allow.push(Allow::DropTable(before.clone())),
                Refusal::NeedsBackfill { table, column, .. } => backfill.push(Backfill {
                    table: table.clone(),
                    column: column.clone(),
                    expr: Expr::parse(Dialect::Sqlite, "7").expect("a number"),
                }),
                _ => {}
            }
        }
        if allow.len() + backfill.len() == known {
            return None;
        }
    }
}

/// One to five statements as people write them.
fn by_hand(c: &mut Choices, db: &Connection, number: usize) -> Script {
    let mut script = Script { sql: String::new(), moves: Vec::new() };
    for at in 0..=c.below(5) {
        let schema = engine::inspect(db).schema;
        let Some((sql, moves)) = statement(c, db, &schema, number * 10 + at) else { continue };
        db.execute_batch("SAVEPOINT law").expect("a savepoint");
        let fine = db.execute_batch(&sql).is_ok() && !views_are_broken(db) && keys_work(db);
        let end = if fine { "RELEASE law" } else { "ROLLBACK TO law; RELEASE law" };
        db.execute_batch(end).expect("its end");
        if fine {
            script.sql.push_str(&format!("{sql};\n"));
            script.moves.extend(moves);
        }
    }
    script
}

/// One statement, or what belongs together.
fn statement(c: &mut Choices, db: &Connection, schema: &Schema, number: usize) -> Option<(String, Vec<Move>)> {
    let tables: Vec<&Table> = schema.tables.values().collect();
    if tables.is_empty() || c.chance(20) {
        return Some((new_table(c, &format!("hand{number}"), schema), Vec::new()));
    }
    let table = c.of(&tables);
    let (own, name) = (&table.name.name, quoted(&table.name.name));
    let column = &c.of(&table.columns).name;
    let key = quoted(column);
    let found = match c.below(14) {
        0..=2 => {
            let rest = c.of(&["TEXT", "INTEGER NOT NULL DEFAULT 3", "TEXT DEFAULT 'v' COLLATE NOCASE", "REAL"]);
            (format!("ALTER TABLE {name} ADD COLUMN by_hand{number} {rest}"), Vec::new())
        }
        3 | 4 => (format!("CREATE INDEX by_hand{number} ON {name} ({key})"), Vec::new()),
        5 => (format!("CREATE VIEW seen{number} AS SELECT count({key}) AS n FROM {name}"), Vec::new()),
        6 => {
            let other = quoted(&c.of(&tables).name.name);
            let sql = format!(
                "CREATE TRIGGER fired{number} AFTER DELETE ON {name} BEGIN UPDATE {other} SET rowid = rowid WHERE 0; END"
            );
            (sql, Vec::new())
        }
        7 => {
            let sql = format!("DROP TABLE {name};\n{}", new_table(c, own.as_str(), schema));
            (sql, vec![Move::DropTable(own.clone())])
        }
        8 => (format!("DROP TABLE {name}"), vec![Move::DropTable(own.clone())]),
        9 => {
            let new = format!("called{number}");
            let moved = Move::RenameTable(own.clone(), Name::new(Dialect::Sqlite, new.as_str()));
            (format!("ALTER TABLE {name} RENAME TO {new}"), vec![moved])
        }
        10 => {
            let new = format!("named{number}");
            let moved = Move::RenameColumn(own.clone(), column.clone(), Name::new(Dialect::Sqlite, new.as_str()));
            (format!("ALTER TABLE {name} RENAME COLUMN {key} TO {new}"), vec![moved])
        }
        11 => {
            let moved = Move::DropColumn(own.clone(), column.clone());
            (format!("ALTER TABLE {name} DROP COLUMN {key}"), vec![moved])
        }
        12 => {
            let sql = "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL";
            let index = c.of(&some(engine::strings(db, sql))?);
            (format!("DROP INDEX {}", text(&index)), Vec::new())
        }
        _ if c.chance(60) => (rows(c, table, &key), vec![Move::Rows]),
        _ => {
            let sql = "SELECT type || ' \"' || name || '\"' FROM sqlite_schema WHERE type IN ('view', 'trigger')";
            (format!("DROP {}", c.of(&some(engine::strings(db, sql))?)), Vec::new())
        }
    };
    Some(found)
}

fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    if list.is_empty() { None } else { Some(list) }
}

fn new_table(c: &mut Choices, name: &str, schema: &Schema) -> String {
    let mut parts = vec![
        c.of(&["id INTEGER PRIMARY KEY", "id INTEGER PRIMARY KEY AUTOINCREMENT", "id TEXT PRIMARY KEY"]).to_owned(),
    ];
    for column in &["p", "q", "r"][..c.below(4)] {
        let rest = c.of(&["TEXT", "TEXT UNIQUE", "INTEGER NOT NULL DEFAULT 0", "TIMESTAMP DEFAULT CURRENT_TIMESTAMP"]);
        parts.push(format!("{column} {rest}"));
    }
    let parents: Vec<&Table> =
        schema.tables.values().filter(|table| table.name.name.as_str() != name && has_id(table)).collect();
    if !parents.is_empty() && c.chance(30) {
        parts.push(format!("parent INTEGER REFERENCES {} (id)", quoted(&c.of(&parents).name.name)));
    }
    format!("CREATE TABLE {} ({})", text(name), parts.join(", "))
}

fn has_id(table: &Table) -> bool {
    let key = table.primary_key.as_ref().map(schema_core::PrimaryKey::columns).unwrap_or_default();
    key.len() == 1 && key[0].is("id")
}

/// A statement about rows, which does little harm on a table that has any.
fn rows(c: &mut Choices, table: &Table, key: &str) -> String {
    let name = quoted(&table.name.name);
    let given = |column: &schema_core::Column| !matches!(column.value, ColumnValue::Generated { .. });
    match table.columns.iter().find(|column| given(column)) {
        Some(_) if c.chance(50) => format!("UPDATE {name} SET {key} = {key}"),
        Some(column) => format!("INSERT OR IGNORE INTO {name} ({}) VALUES (77)", quoted(&column.name)),
        None => format!("DELETE FROM {name} WHERE {key} = 'nobody'"),
    }
}

/// The statements of a migration, one by one.
pub(crate) fn pieces(migration: &Migration) -> Vec<String> {
    statements(Dialect::Sqlite, &migration.sql).iter().map(|statement| statement.text.to_owned()).collect()
}
