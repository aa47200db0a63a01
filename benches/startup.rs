//! What a start costs that has nothing to do, over opening the file and reading one row.
//!
//! `cargo bench --bench startup`. It prints ratios and fails nothing: `benches/peers` has the same for
//! whole processes, with the peers beside them.

use std::borrow::Cow;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use driftless::{Migration, Sqlite, checksum};
use rusqlite::Connection;

const ROUNDS: usize = 200;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("migrations  open and read a row  up-to-date start  ratio (median of {ROUNDS} rounds)");
    for count in [10, 100, 1000] {
        let dir = tempfile::tempdir()?;
        let path = dir.path().join("app.db");
        let app = application(count)?;
        app.migrate(&mut Connection::open(&path)?)?;

        let mut limits = Vec::new();
        let mut starts = Vec::new();
        for _ in 0..ROUNDS {
            limits.push(clock(|| read_one_row(&path))?);
            starts.push(clock(|| start(&app, &path))?);
        }
        let mut ratios: Vec<f64> =
            limits.iter().zip(&starts).map(|(limit, start)| start.as_secs_f64() / limit.as_secs_f64()).collect();
        ratios.sort_by(f64::total_cmp);
        let (limit, start, ratio) = (median(&mut limits), median(&mut starts), ratios[ROUNDS / 2]);
        println!("{count:>10}  {:>16.0} us  {:>13.0} us  {ratio:>5.2}", micros(limit), micros(start));
    }
    Ok(())
}

/// The limit: what an application does anyway that opens its file and asks it something.
fn read_one_row(path: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let db = Connection::open(path)?;
    let row = db.query_row("SELECT version FROM driftless_migrations LIMIT 1", [], |row| row.get::<_, String>(0));
    black_box(row?);
    Ok(())
}

fn start(app: &Sqlite, path: &Path) -> Result<(), Box<dyn std::error::Error>> {
    black_box(app.migrate(&mut Connection::open(path)?)?);
    Ok(())
}

fn clock(run: impl FnOnce() -> Result<(), Box<dyn std::error::Error>>) -> Result<Duration, Box<dyn std::error::Error>> {
    let start = Instant::now();
    run()?;
    Ok(start.elapsed())
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// That many migrations, each of which creates a table with two indexes.
fn application(count: usize) -> Result<Sqlite, driftless::Error> {
    Sqlite::from_migrations((1..=count).map(migration).collect())
}

fn migration(number: usize) -> Migration {
    let sql = format!(
        "CREATE TABLE t{number} (id INTEGER PRIMARY KEY, name TEXT NOT NULL, created_at TEXT NOT NULL);\n\
         CREATE UNIQUE INDEX t{number}_name ON t{number} (name);\n\
         CREATE INDEX t{number}_created_at ON t{number} (created_at);\n"
    );
    Migration {
        version: Cow::Owned(number.to_string()),
        name: Cow::Owned(format!("create_t{number}")),
        file: Cow::Owned(format!("migrations/{number:04}_create_t{number}.sql")),
        checksum: Cow::Owned(checksum(&sql)),
        sql: Cow::Owned(sql),
        no_transaction: false,
    }
}
