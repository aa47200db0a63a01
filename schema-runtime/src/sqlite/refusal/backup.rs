//! Backups that cannot be made, and what an error says about the one that was.

use std::path::Path;

use crate::sqlite::backup::Made;
use crate::sqlite::copy::Trouble;
use crate::sqlite::refusal::Message;
use crate::sqlite::refusal::circumstance::{code, words};
use crate::{Error, Kind};

/// What would be lost would be lost for good.
#[cold]
pub(crate) fn no_backup(change: &str, losses: &[String], directory: &Path, trouble: Trouble) -> Error {
    let message = Message::new(format!("the backup before {change} cannot be made"));
    let message = tell(message.side("directory", directory.display()), &trouble).list(losses);
    let error = message.help(
        Kind::Backup,
        "make room there and give the program the right to write, or name another place with \
         `Options::backup_directory`; `Options::backup(Backup::Never)` goes without",
    );
    with_source(error, trouble)
}

/// What SQLite or the system says.
fn tell(message: Message, trouble: &Trouble) -> Message {
    match trouble {
        Trouble::Sqlite(error) if code(error) == Some(rusqlite::ErrorCode::SystemIoFailure) => {
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
    error.restate(changed, &changed.replace('\n', "; the backup that was taken first is removed again\n"))
}
