//! What the commands on a SQLite file share: the migrations as the runtime takes them, its errors in the words of
//! the command line, the question before a database is changed, and the bar while it is.

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use rusqlite::{Connection, OpenFlags};
use schema_runtime::{Backup, Error, Event, Kind, Options, Report, Sqlite};
use serde_json::{Value, json};

use crate::args::{BackupArgs, BackupWhen, Where};
use crate::exit::{Outcome, Result, Stop};
use crate::out;

/// The migrations as the runtime takes them.
pub(crate) fn migrations(place: &Where) -> Result<Sqlite> {
    let set = place.site()?.read()?;
    Sqlite::from_migrations(set.migrations).map_err(|error| failed(&error))
}

/// An error of the runtime: refused where data is at stake, and with help that can be typed.
pub(crate) fn failed(error: &Error) -> Stop {
    let outcome = match error.kind() {
        Kind::Edited
        | Kind::Missing
        | Kind::Late
        | Kind::Newer
        | Kind::Drifted
        | Kind::Diverged
        | Kind::CorruptHistory
        | Kind::AlteredHistory
        | Kind::Offenders
        | Kind::ForeignKeys
        | Kind::Ambiguous
        | Kind::Unadopted
        | Kind::Backup
        | Kind::Irreversible
        | Kind::Unfinished
        | Kind::Contradictory
        | Kind::Conflicting
        | Kind::UndecidedRows => Outcome::Refused,
        _ => Outcome::Unusable,
    };
    Stop { message: typed(&error.to_string()), outcome }
}

/// The text of an error whose help speaks of the library, with help for the command line.
pub(crate) fn typed(message: &str) -> String {
    let Some((facts, help)) = message.rsplit_once("\n  help: ") else { return message.to_owned() };
    let quoted = |text: &str, start: &str, end: &str| {
        let (_, rest) = text.split_once(start)?;
        rest.split_once(end).map(|(inner, _)| inner.to_owned())
    };
    let help = if let Some(version) = quoted(help, "Adopt::Version(\"", "\"") {
        let option = format!("`Options::new().adopt(Adopt::Version(\"{version}\".into()))`");
        help.replace(&option, &format!("`--adopt {version}`"))
    } else if help.contains("DataPolicy::Adopt") {
        "say it: `--data-statements adopt` when they ran, `--data-statements run` to run them".to_owned()
    } else if help.contains("Options::busy_timeout") {
        "try again when the other program is done".to_owned()
    } else if let Some(dir) = quoted(help, "create_dir_all(\"", "\")") {
        format!("create it first: `mkdir -p {dir}`")
    } else {
        help.replace("leave the choice to `Adopt::Proven`", "leave `--adopt` out")
            .replace("`Options::backup_directory`", "`--backup-directory DIR`")
            .replace("`Options::backup(Backup::Never)`", "`--backup never`")
    };
    format!("{facts}\n  help: {help}")
}

/// What the command line says about backups.
pub(crate) fn backed_up<'a>(backup: &BackupArgs) -> Options<'a> {
    let options = Options::new().backup(match backup.backup {
        None | Some(BackupWhen::BeforeLoss) => Backup::BeforeLoss,
        Some(BackupWhen::Always) => Backup::Always,
        Some(BackupWhen::Never) => Backup::Never,
    });
    match &backup.backup_directory {
        Some(directory) => options.backup_directory(directory),
        None => options,
    }
}

/// Opens a file that is there, for reading.
pub(crate) fn open(database: &Path) -> Result<Connection> {
    existing(database)?;
    reader(database).map_err(|error| Stop::unusable(format!("cannot open `{}`: {error}", database.display())))
}

/// A connection that only reads, and leaves nothing behind: whoever opens a database in WAL mode makes two files
/// beside it, and only one who might write removes them again. Where they are there already, they stay as they are.
pub(crate) fn reader(database: &Path) -> rusqlite::Result<Connection> {
    let mut log = database.as_os_str().to_owned();
    log.push("-wal");
    let is_there = Path::new(&log).exists();
    let flags = if is_there { OpenFlags::SQLITE_OPEN_READ_ONLY } else { OpenFlags::SQLITE_OPEN_READ_WRITE };
    let connection = Connection::open_with_flags(database, flags)?;
    connection.execute_batch("PRAGMA query_only = ON")?;
    Ok(connection)
}

/// Refuses a path that is no file.
pub(crate) fn existing(database: &Path) -> Result<()> {
    let shown = database.display();
    if database.is_dir() {
        return Err(Stop::unusable(format!(
            "`{shown}` is a directory, not a database file\n  help: name a file inside it"
        )));
    }
    if !database.exists() {
        return Err(Stop::unusable(format!(
            "there is no file `{shown}`\n  help: check the path, or run `cargo driftless apply {shown}`, which creates it"
        )));
    }
    Ok(())
}

/// Asks on the terminal whether to go on; only `y` and `yes` are a yes. Where nobody can be asked, `--yes` says it.
pub(crate) fn ask(question: &str) -> Result<()> {
    if !std::io::stdin().is_terminal() {
        return Err(Stop::unusable(format!(
            "nobody can be asked here: {question}\n  nothing was changed\n  help: add `--yes`"
        )));
    }
    let mut stderr = anstream::stderr();
    let _ = write!(stderr, "{question} [y/N] ").and_then(|()| stderr.flush());
    let mut answer = String::new();
    let read = std::io::stdin().read_line(&mut answer);
    if read.is_ok() && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes") {
        return Ok(());
    }
    Err(Stop::refused("stopped, as you chose\n  nothing was changed\n  help: run it again and answer `y`"))
}

/// A bar on a terminal, and nothing elsewhere.
pub(crate) fn progress(steps: usize) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(u64::try_from(steps).unwrap_or(0));
    let style = ProgressStyle::with_template("{spinner} {bar:30} {pos}/{len} {elapsed} {msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    // One statement may take minutes, in which nothing else shows that something happens.
    bar.enable_steady_tick(Duration::from_millis(200));
    bar.with_style(style)
}

/// Moves the bar.
pub(crate) fn observe(bar: &ProgressBar, event: &Event<'_>) {
    match event {
        Event::Running { migration, position, total } => {
            bar.set_length(u64::try_from(*total).unwrap_or(0));
            bar.set_position(u64::try_from(position - 1).unwrap_or(0));
            bar.set_message(migration.file.to_string());
        }
        Event::Applied { .. } => bar.inc(1),
        _ => {}
    }
}

/// Takes the bar away and tells how it went.
pub(crate) fn told(bar: &ProgressBar, went: std::result::Result<Report, Error>, as_json: bool) -> Result<Outcome> {
    bar.finish_and_clear();
    let report = went.map_err(|error| failed(&error))?;
    if as_json {
        out::json(&document(&report));
    } else {
        out::line(&report);
    }
    Ok(Outcome::Done)
}

/// A report as JSON.
fn document(report: &Report) -> Value {
    let steps = report.steps.iter().map(|step| {
        json!({
            "version": step.version,
            "name": step.name,
            "file": step.file,
            "outcome": step.outcome.as_str(),
            "milliseconds": u64::try_from(step.duration.as_millis()).unwrap_or(u64::MAX),
        })
    });
    json!({
        "version": report.version,
        "steps": steps.collect::<Vec<_>>(),
        "unmanaged": report.unmanaged,
        "backup": report.backup,
    })
}
