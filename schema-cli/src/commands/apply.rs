//! `apply`: brings a database to the schema of the migrations. A database with tables of them is changed
//! only after somebody agreed: on the terminal, by `--yes`, or by a plan that still fits.

use std::path::Path;

use schema_runtime::Options;

use super::database::{ask, backed_up, failed, migrations, observe, open, progress, told};
use super::plan;
use crate::args::{BackupArgs, Where};
use crate::exit::{Outcome, Result};
use crate::out;

/// What the command line says beside the database and the place.
pub(crate) struct Wishes<'a> {
    pub(crate) plan: Option<&'a Path>,
    pub(crate) adopt: Option<&'a str>,
    pub(crate) backup: &'a BackupArgs,
    pub(crate) yes: bool,
}

pub(crate) fn run(database: &Path, place: &Where, wishes: &Wishes<'_>, as_json: bool) -> Result<Outcome> {
    let migrations = migrations(place)?;
    if let Some(file) = wishes.plan {
        plan::check(file, &migrations, database, wishes.adopt)?;
    } else if !wishes.yes && database.is_file() {
        let planned = migrations.plan_with(&open(database)?, &Options::new().adopt(plan::adoption(wishes.adopt)));
        let planned = planned.map_err(|error| failed(&error))?;
        let created = planned.steps.iter().all(|step| step.outcome == schema_runtime::Outcome::Created);
        if !created {
            if !as_json {
                out::line(&planned);
            }
            ask(&format!("apply this to `{}`?", database.display()))?;
        }
    }
    let bar = progress(migrations.migrations().len());
    let options = backed_up(wishes.backup).adopt(plan::adoption(wishes.adopt)).on_event(|event| observe(&bar, event));
    let outcome = migrations.migrate_file_with(database, options);
    told(&bar, outcome, as_json)
}
