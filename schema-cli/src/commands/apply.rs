//! `apply`: brings a database to the schema of the migrations. A database with tables of them is changed
//! only after somebody agreed: on the terminal, by `--yes`, or by a plan that still fits.

use std::path::Path;

use super::database::{ask, backed_up, failed, migrations, observe, open, progress, told};
use super::plan;
use crate::args::{Answers, BackupArgs, Where};
use crate::exit::{Outcome, Result};
use crate::out;

/// What the command line says beside the database and the place.
pub(crate) struct Wishes<'a> {
    pub(crate) plan: Option<&'a Path>,
    pub(crate) answers: &'a Answers,
    pub(crate) backup: &'a BackupArgs,
    pub(crate) yes: bool,
}

pub(crate) fn run(database: &Path, place: &Where, wishes: &Wishes<'_>, as_json: bool) -> Result<Outcome> {
    let migrations = migrations(place)?;
    if let Some(file) = wishes.plan {
        plan::check(file, &migrations, database, wishes.answers)?;
    } else if !wishes.yes && database.is_file() {
        let planned = migrations.plan_with(&open(database)?, &plan::options(wishes.answers));
        let planned = planned.map_err(|error| failed(&error))?;
        let created = planned.steps.iter().all(|step| step.outcome == schema_runtime::Outcome::Created);
        if !created {
            if !as_json {
                out::line(plan::Shown(&planned));
            }
            ask(&format!("apply this to `{}`?", database.display()))?;
        }
    }
    let bar = progress(migrations.migrations().len());
    let options = plan::answered(backed_up(wishes.backup), wishes.answers).on_event(|event| observe(&bar, event));
    let outcome = migrations.migrate_file_with(database, options);
    told(&bar, outcome, as_json)
}
