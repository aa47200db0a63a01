//! The backup before a change that loses data: when one is taken, and what becomes of it.

pub(crate) mod copy;
pub(crate) mod loss;
pub(crate) mod restore;

use std::path::{Path, PathBuf};
use std::time::Instant;

use rusqlite::Connection;
use schema_core::Migration;

use crate::sqlite::backup::copy::Name;
use crate::sqlite::{refusal, script};
use crate::{Backup, Error, Event, Options};

/// What stands between the losses of a run and its database: at most one backup, before the first of them.
#[derive(Debug)]
pub(crate) struct Guard {
    policy: Backup,
    directory: Option<PathBuf>,
    made: Option<Made>,
}

#[derive(Clone, Debug)]
pub(crate) struct Made {
    pub(crate) path: PathBuf,
    pub(crate) database: PathBuf,
    /// What it was taken before: `migration 3 (secure_tokens)`.
    pub(crate) before: String,
    /// Whether it is of any use: something was committed after it, or it is older than this run.
    stays: bool,
}

/// What is about to be done.
pub(crate) struct Change<'a> {
    /// As a part of a file's name: `before-3`.
    pub(crate) slug: String,
    /// `migration 3 (secure_tokens)`.
    pub(crate) words: String,
    /// The SQL that would run.
    pub(crate) scripts: Vec<&'a str>,
}

impl<'a> Change<'a> {
    /// A migration is applied.
    pub(crate) fn applying(migration: &'a Migration) -> Change<'a> {
        Change {
            slug: format!("before-{}", migration.version),
            words: format!("migration {} ({})", migration.version, migration.name),
            scripts: vec![&migration.sql],
        }
    }

    /// Migrations are taken back, the first of these ways down at first.
    pub(crate) fn undoing(down: &'a Migration) -> Change<'a> {
        Change {
            slug: format!("before-undoing-{}", down.version),
            words: format!("the way down of migration {} ({})", down.version, down.name),
            scripts: vec![&down.sql],
        }
    }
}

impl Guard {
    pub(crate) fn new(options: &Options<'_>) -> Guard {
        Guard { policy: options.backup, directory: options.backup_directory.clone(), made: None }
    }

    /// Takes a backup if this change is the first that loses something. It is called in the transaction of the
    /// change, before anything of it is written.
    pub(crate) fn before(
        &mut self,
        db: &Connection,
        change: &Change<'_>,
        observe: &mut dyn FnMut(&Event<'_>),
    ) -> Result<(), Error> {
        if self.made.is_some() || self.policy == Backup::Never {
            return Ok(());
        }
        let Some(database) = copy::file_of(db) else { return Ok(()) };
        // Most migrations only add, and nearly all of the rest of a start is less work than looking closer.
        let adds = change.scripts.iter().all(|sql| script::is_additive(sql));
        let losses = if adds { Vec::new() } else { loss::losses(db, &change.scripts).map_err(refusal::database)? };
        if losses.is_empty() && self.policy != Backup::Always {
            return Ok(());
        }
        let start = Instant::now();
        let directory = self.directory.as_deref().unwrap_or_else(|| copy::directory_of(&database));
        let name = Name { directory, purpose: &change.slug };
        let copy = copy::of_locked(db, &database, &name)
            .map_err(|trouble| refusal::no_backup(&change.words, &losses, directory, trouble))?;
        observe(&Event::BackedUp { path: &copy.path, losses: &losses, duration: start.elapsed() });
        self.made = Some(Made { path: copy.path, database, before: change.words.clone(), stays: copy.was_there });
        Ok(())
    }

    /// The change is about to be committed: from now on the backup may be all that is left of what was lost.
    pub(crate) fn keep(&mut self) {
        if let Some(made) = &mut self.made {
            made.stays = true;
        }
    }

    /// The backup, after everything went well.
    pub(crate) fn made(&self) -> Option<&Made> {
        self.made.as_ref()
    }

    /// The same error with the backup named in it. One that this run took for a change that was rolled back is a copy
    /// of what the database still is, and is removed: a program that is started again and again leaves one, not many.
    pub(crate) fn explain(&self, error: Error) -> Error {
        match &self.made {
            None => error,
            Some(made) if made.stays => refusal::backed_up(error, made),
            Some(made) => {
                let removed = std::fs::remove_file(&made.path).is_ok();
                if removed { refusal::backup_removed(error) } else { refusal::backed_up(error, made) }
            }
        }
    }
}

impl Made {
    /// The command that brings the database back to what it was.
    pub(crate) fn command(&self) -> String {
        restore_command(&self.path, &self.database)
    }
}

/// `cargo driftless restore app.db.before-3.20261121T134500Z.backup --database app.db`.
pub(crate) fn restore_command(backup: &Path, database: &Path) -> String {
    format!("cargo driftless restore {} --database {}", quoted(backup), quoted(database))
}

/// A path as a shell takes it.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+:@%\\".contains(c);
    if text.chars().all(is_plain) { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
}
