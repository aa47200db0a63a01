//! `restore`: a database goes back to a backup.

use std::path::Path;

use schema_runtime::Sqlite;
use serde_json::json;

use super::database::{ask, backed_up, existing, failed};
use crate::args::BackupArgs;
use crate::exit::{Outcome, Result};
use crate::out;

pub(crate) fn run(file: &Path, database: &Path, backup: &BackupArgs, yes: bool, as_json: bool) -> Result<Outcome> {
    if database.is_dir() {
        existing(database)?;
    }
    // There is nothing to lose where there is no database, and nothing to ask for where there is no backup.
    if !yes && database.exists() && file.is_file() {
        ask(&format!("bring `{}` back to `{}`?", database.display(), file.display()))?;
    }
    let restored = Sqlite::restore(file, database, backed_up(backup)).map_err(|error| failed(&error))?;
    if as_json {
        out::json(&json!({ "database": restored.database, "backup": restored.previous }));
    } else {
        out::line(&restored);
    }
    Ok(Outcome::Done)
}
