//! What migrating costs, over the same SQL through rusqlite and nothing else: a new database, pending migrations, and
//! the rebuild of a large table.
//!
//! `cargo bench --bench migrate -- [fresh|pending|rebuild|memory] …`. It prints ratios and fails nothing. The files
//! are in `BENCH_DIR`, or where temporary files are; `BENCH_ROUNDS` says how often. `benches/peers` has the same for
//! whole processes, with the peers beside them.

use std::borrow::Cow;
use std::path::Path;
use std::time::{Duration, Instant};

use driftless::{Migration, Sqlite, checksum};
use rusqlite::Connection;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|word| word == name);
    let shapes: [(&str, Shape); 2] = [("wide", wide), ("mixed", mixed)];
    if is_wanted("fresh") {
        head("a new database with 1000 migrations", "raw, one transaction");
        shapes.into_iter().try_for_each(|(name, shape)| fresh(name, shape))?;
    }
    if is_wanted("pending") {
        head("100 pending migrations after 100", "raw, one transaction each");
        shapes.into_iter().try_for_each(|(name, shape)| pending(name, shape))?;
    }
    if is_wanted("rebuild") {
        head("the rebuild of a table with a million rows", "raw, one transaction");
        rebuild("without keys", "")?;
        rebuild("with a foreign key", ", parent_id INTEGER REFERENCES parents (id)")?;
    }
    if is_wanted("memory") {
        head("in_memory() after the first, 1000 migrations", "raw, one transaction");
        shapes.into_iter().try_for_each(|(name, shape)| memory(name, shape))?;
    }
    Ok(())
}

/// The SQL of the migration with that number, from zero on.
type Shape = fn(usize) -> String;

/// A table with two indexes.
fn wide(number: usize) -> String {
    let parent = number.saturating_sub(1);
    format!(
        "{}CREATE UNIQUE INDEX t{number}_name ON t{number} (name);\n\
         CREATE INDEX t{number}_created_at ON t{number} (created_at);\n",
        create(number, parent)
    )
}

/// One in five creates a table, the others add a column to it or an index on it.
fn mixed(number: usize) -> String {
    let (t, part) = (number / 5, number % 5);
    match part {
        0 => create(t, t.saturating_sub(1)),
        1 | 3 => format!("ALTER TABLE t{t} ADD COLUMN c{part} INTEGER NOT NULL DEFAULT 0;\n"),
        2 => format!("CREATE UNIQUE INDEX t{t}_name ON t{t} (name);\n"),
        _ => format!("CREATE INDEX t{t}_c1 ON t{t} (c1, created_at);\n"),
    }
}

fn create(number: usize, parent: usize) -> String {
    format!(
        "CREATE TABLE t{number} (\n    id INTEGER PRIMARY KEY,\n    name TEXT NOT NULL,\n    \
         created_at TEXT NOT NULL,\n    parent_id INTEGER REFERENCES t{parent} (id)\n);\n"
    )
}

fn fresh(name: &str, shape: Shape) -> Result<()> {
    let all = migrations(shape, 1000);
    let app = Sqlite::from_migrations(all.clone())?;
    compare(name, &|_: &Path| Ok(()), &|path: &Path| raw(&mut Connection::open(path)?, &all, true), &|path: &Path| {
        Ok(app.migrate(&mut Connection::open(path)?).map(drop)?)
    })
}

fn pending(name: &str, shape: Shape) -> Result<()> {
    let all = migrations(shape, 200);
    let before = Sqlite::from_migrations(all[..100].to_vec())?;
    let app = Sqlite::from_migrations(all.clone())?;
    let prepare = |path: &Path| Ok(before.migrate(&mut Connection::open(path)?).map(drop)?);
    compare(name, &prepare, &|path: &Path| raw(&mut Connection::open(path)?, &all[100..], false), &|path: &Path| {
        Ok(app.migrate(&mut Connection::open(path)?).map(drop)?)
    })
}

fn rebuild(name: &str, key: &str) -> Result<()> {
    let table = |name: &str, check: &str| {
        format!("CREATE TABLE {name} (id INTEGER PRIMARY KEY, name TEXT NOT NULL{check}, size INTEGER NOT NULL{key});")
    };
    let first = format!("CREATE TABLE parents (id INTEGER PRIMARY KEY);\n{}", table("items", ""));
    let columns = if key.is_empty() { "id, name, size" } else { "id, name, size, parent_id" };
    let second = format!(
        "{}\nINSERT INTO new_items ({columns}) SELECT {columns} FROM items;\nDROP TABLE items;\n\
         ALTER TABLE new_items RENAME TO items;\nCREATE INDEX items_size ON items (size);\n",
        table("new_items", " CHECK (name <> '')")
    );
    let all = vec![migration(1, first), migration(2, second)];
    let before = Sqlite::from_migrations(all[..1].to_vec())?;
    let app = Sqlite::from_migrations(all.clone())?;
    let prepare = |path: &Path| {
        let mut db = Connection::open(path)?;
        before.migrate(&mut db)?;
        let parent = if key.is_empty() { "" } else { ", n % 1000 + 1" };
        db.execute_batch(&format!(
            "INSERT INTO parents WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 1000) SELECT n FROM c;
             INSERT INTO items ({columns}) WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 1000000)
             SELECT n, 'item number ' || n, n * 7919 % 1000003{parent} FROM c;"
        ))
        .map_err(Into::into)
    };
    compare(name, &prepare, &|path: &Path| raw(&mut Connection::open(path)?, &all[1..], false), &|path: &Path| {
        Ok(app.migrate(&mut Connection::open(path)?).map(drop)?)
    })
}

fn memory(name: &str, shape: Shape) -> Result<()> {
    let all = migrations(shape, 1000);
    let app = Sqlite::from_migrations(all.clone())?;
    drop(app.in_memory()?);
    let limit = |_: &Path| raw(&mut Connection::open_in_memory()?, &all, true);
    compare(name, &|_: &Path| Ok(()), &limit, &|_: &Path| Ok(app.in_memory().map(drop)?))
}

const HISTORY: &str = "CREATE TABLE IF NOT EXISTS history (
    version TEXT PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL)";

/// The limit: the SQL, and a row of a history.
fn raw(db: &mut Connection, all: &[Migration], at_once: bool) -> Result<()> {
    db.execute_batch("PRAGMA foreign_keys = OFF")?;
    for part in if at_once { vec![all] } else { all.chunks(1).collect() } {
        let transaction = db.transaction()?;
        transaction.execute_batch(HISTORY)?;
        for migration in part {
            transaction.execute_batch(&migration.sql)?;
            transaction
                .prepare("INSERT INTO history VALUES (?1, ?2, CURRENT_TIMESTAMP)")?
                .execute([&migration.version, &migration.name])?;
        }
        transaction.commit()?;
    }
    Ok(())
}

/// Runs both side by side, each on files that were prepared alike, and prints the medians.
fn compare(
    name: &str,
    prepare: &dyn Fn(&Path) -> Result<()>,
    limit: &dyn Fn(&Path) -> Result<()>,
    driftless: &dyn Fn(&Path) -> Result<()>,
) -> Result<()> {
    let rounds: usize = std::env::var("BENCH_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(7);
    let parent = std::env::var_os("BENCH_DIR").map_or_else(std::env::temp_dir, Into::into);
    let (mut limits, mut times, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        let limit = clock(&parent, prepare, limit)?;
        let time = clock(&parent, prepare, driftless)?;
        ratios.push(time.as_secs_f64() / limit.as_secs_f64());
        limits.push(limit.as_secs_f64() * 1e3);
        times.push(time.as_secs_f64() * 1e3);
    }
    println!("{name:>20}  {:>11.2} ms  {:>11.2} ms  {:>7.3}", median(limits), median(times), median(ratios));
    Ok(())
}

fn clock(parent: &Path, prepare: &dyn Fn(&Path) -> Result<()>, run: &dyn Fn(&Path) -> Result<()>) -> Result<Duration> {
    let directory = tempfile::tempdir_in(parent)?;
    let path = directory.path().join("app.db");
    prepare(&path)?;
    let start = Instant::now();
    run(&path)?;
    Ok(start.elapsed())
}

fn head(what: &str, limit: &str) {
    println!("\n{what}\n{:>20}  {limit:>14}  {:>14}  {:>7}", "", "driftless", "ratio");
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}

fn migrations(shape: Shape, count: usize) -> Vec<Migration> {
    (0..count).map(|number| migration(number + 1, shape(number))).collect()
}

fn migration(version: usize, sql: String) -> Migration {
    Migration {
        version: Cow::Owned(version.to_string()),
        name: Cow::Owned(format!("step_{version}")),
        file: Cow::Owned(format!("migrations/{version:04}_step_{version}.sql")),
        checksum: Cow::Owned(checksum(&sql)),
        sql: Cow::Owned(sql),
        no_transaction: false,
    }
}
