//! Backups that cannot be made, and what an error says about the one that was.

use std::io;
use std::path::Path;

use rusqlite::ErrorCode;

use crate::sqlite::backup::Made;
use crate::sqlite::backup::copy::Trouble;
use crate::sqlite::refusal::Message;
use crate::sqlite::refusal::circumstance::{circumstance, code, words};
use crate::{Error, Kind};

/// What would be lost would be lost for good.
#[cold]
pub(crate) fn no_backup(change: &str, losses: &[String], directory: &Path, trouble: Trouble) -> Error {
    let message = Message::new(format!("the backup before {change} cannot be made"));
    let message = tell(message.side("directory", directory.display()), &trouble).list(losses);
    let is_full = match &trouble {
        Trouble::Sqlite(error) => code(error) == Some(ErrorCode::DiskFull),
        Trouble::File(_, error) => error.kind() == io::ErrorKind::StorageFull,
        Trouble::Damaged(_) | Trouble::Elsewhere(_) => false,
    };
    let error = message.help(
        if is_full { Kind::Full } else { Kind::Backup },
        "make room there and give the program the right to write, or name another place with \
         `Options::backup_directory`; `Options::backup(Backup::Never)` goes without",
    );
    with_source(error, trouble)
}

/// There is no such file, or it cannot be read.
#[cold]
pub(crate) fn no_such_backup(backup: &Path, error: io::Error) -> Error {
    Message::new(format!("the backup `{}` cannot be read", backup.display()))
        .side("system", &error)
        .help(Kind::Backup, "check the path; a backup is named as `app.db.before-3.20261121T134500Z.backup`")
        .with_source(error)
}

/// The file is no database, or is damaged.
pub(crate) fn not_a_backup(backup: &Path, why: &str) -> Error {
    Message::new(format!("`{}` is not a backup that is whole", backup.display()))
        .side("sqlite", why)
        .help(Kind::Backup, "name another backup")
}

/// The database is to be restored from itself.
pub(crate) fn is_itself(backup: &Path) -> Error {
    Message::new(format!("`{}` is both the backup and the database", backup.display()))
        .help(Kind::Backup, "name the database behind `--database`")
}

/// A log that does not belong to the backup lies where the database is to be.
pub(crate) fn log_of_another(database: &Path, log: &Path) -> Error {
    Message::new(format!("there is no database `{}`, but a log of one", database.display()))
        .side("file", log.display())
        .help(Kind::Backup, "move the log away, or the database back: SQLite would take the log for that of the backup")
}

/// There is no database yet, and there still is none.
pub(crate) fn not_created(database: &Path, trouble: Trouble) -> Error {
    let message = Message::new(format!("the database `{}` cannot be created", database.display()));
    let error = tell(message, &trouble)
        .help(Kind::Io, "check the path, the right to write the directory, and the room on the disk");
    with_source(error, trouble)
}

/// The database cannot be written over; it is what it was.
#[cold]
pub(crate) fn not_restored(database: &Path, error: rusqlite::Error) -> Error {
    let shown = database.display();
    let (kind, fact, help) = match (code(&error), circumstance(&error)) {
        (Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked), _) => (
            Kind::Busy,
            format!("the database `{shown}` is in use"),
            "stop the programs that have it open, and restore again".to_owned(),
        ),
        (Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt), _) => (
            Kind::NotADatabase,
            format!("`{shown}` is no database that could be kept"),
            format!("move it away, and restore again: `mv {shown} {shown}.damaged`"),
        ),
        (_, Some((kind, fact, help))) => (kind, format!("{fact}: `{shown}`"), help.to_owned()),
        (_, None) => (
            Kind::Database,
            format!("the database `{shown}` cannot be written over"),
            "mend what SQLite names, and restore again".to_owned(),
        ),
    };
    Message::new(fact).side("sqlite", words(&error)).help(kind, help).with_source(error)
}

/// What SQLite or the system says.
fn tell(message: Message, trouble: &Trouble) -> Message {
    match trouble {
        Trouble::Sqlite(error) if code(error) == Some(ErrorCode::SystemIoFailure) => {
            message.side("sqlite", format_args!("{} (is the disk full?)", words(error)))
        }
        Trouble::Sqlite(error) => message.side("sqlite", words(error)),
        Trouble::File(path, error) => message.side("system", format_args!("{error}: {}", path.display())),
        Trouble::Damaged(damage) => message.side("sqlite", format_args!("the database is damaged: {damage}")),
        Trouble::Elsewhere(path) => {
            message.side("file", format_args!("{} is not the database that is open", path.display()))
        }
    }
}

fn with_source(error: Error, trouble: Trouble) -> Error {
    match trouble {
        Trouble::Sqlite(source) => error.with_source(source),
        Trouble::File(_, source) => error.with_source(source),
        Trouble::Damaged(_) | Trouble::Elsewhere(_) => error,
    }
}

/// The same error, with the backup that there is.
pub(crate) fn backed_up(error: Error, made: &Made) -> Error {
    let backup = format!(
        "\n  backup:    {}, taken before {}; to go back to it: `{}`\n  help: ",
        made.path.display(),
        made.before,
        made.command()
    );
    error.restate("\n  help: ", &backup)
}

/// The same error, after the backup went that nobody needs.
pub(crate) fn backup_removed(error: Error) -> Error {
    let changed = " was changed\n  help: ";
    error.restate(changed, " was changed\n  the backup that was taken first is removed again\n  help: ")
}
