//! `new`: the next migration, made of what lies between the migrations and the models.

mod clock;
mod naming;
mod print;
mod proof;
mod text;

use std::borrow::Cow;

use schema_core::lock::{self, Lock};
use schema_core::plan::{Allow, Backfill, EngineVersion, Plan, Refusal, Request, plan};
use schema_core::{Dialect, Inspection, Migration, checksum};
use schema_replay::{MigrationSet, Project};

use crate::args::{NewArgs, Where};
use crate::atomic::Edits;
use crate::exit::{Outcome, Result, Stop};
use crate::models::wanted;
use crate::out;
use crate::place::stop;
use crate::side::refused;
use clock::Clock;
use naming::Files;
use proof::Proof;

pub(crate) fn run(name: &str, place: &Where, wishes: &NewArgs, as_json: bool) -> Result<Outcome> {
    let name = slug(name)?;
    let site = place.site()?;
    let project = site.project()?;
    let set = site.read()?;
    let downs = schema_replay::read_downs(project, &set).map_err(|problems| stop(&problems))?;
    let proof = Proof::begin(&set)?;
    let plan = match planned(&site, wishes, proof.before())? {
        Ok(plan) => plan,
        Err(refusals) => return refuse(&refusals, as_json),
    };
    if plan.as_ref().is_some_and(Plan::is_empty) {
        print::nothing(project, as_json);
        return Ok(Outcome::Done);
    }
    let files = naming::next(&set, &project.shown, &downs, &name, Clock::now());
    let draft = Draft::of(project, &set, files, &name, plan);
    if let Some(plan) = &draft.plan {
        proof.end(plan, &draft.up, draft.down.as_ref())?;
    }
    if !wishes.dry_run {
        draft.write(project, &set)?;
    }
    print::report(&draft, wishes.dry_run, as_json);
    Ok(Outcome::Done)
}

/// A name as a file may have it.
fn slug(name: &str) -> Result<String> {
    let slug = name.trim().replace(' ', "_");
    let fits = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    if slug.is_empty() || !slug.chars().all(fits) {
        return Err(Stop::unusable(format!(
            "`{name}` cannot be the name of a migration\n  help: take letters, digits, `_` and `-`, as in `add_user_email`"
        )));
    }
    Ok(slug)
}

/// The plan from the migrations to the models, or what has to be stated first; none for an empty migration.
fn planned(
    site: &crate::place::Site,
    wishes: &NewArgs,
    before: &Inspection,
) -> Result<std::result::Result<Option<Plan>, Vec<Refusal>>> {
    if wishes.empty {
        return Ok(Ok(None));
    }
    let wanted = wanted(site);
    if !wanted.problems.is_empty() {
        return Err(refused(&wanted.problems));
    }
    if wanted.models.is_empty() {
        return Err(Stop::unusable(
            "there is no model here\n  help: derive `Table` for a struct, name the files with `--models`, or add `--empty`",
        ));
    }
    let (after, unknown) = wanted.settled(&before.schema);
    if !unknown.is_empty() {
        return Err(refused(&unknown));
    }
    let allow = wishes.allow.iter().map(|text| parse_allow(text)).collect::<Result<Vec<_>>>()?;
    let backfill = wishes.backfill.iter().map(|text| parse_backfill(text)).collect::<Result<Vec<_>>>()?;
    let request = Request {
        before,
        after: &after,
        exact: false,
        renames: &wanted.renames,
        version: engine(wishes.engine.as_deref())?,
        allow: &allow,
        backfill: &backfill,
    };
    Ok(plan(&request).map(Some))
}

fn parse_allow(text: &str) -> Result<Allow> {
    Allow::parse(text).ok_or_else(|| {
        Stop::unusable(format!(
            "`--allow {text}` names no loss\n  known:       drop-table:TABLE, drop-column:TABLE.COLUMN, \
             change-type:TABLE.COLUMN, replace-values:TABLE.COLUMN\n  help: run without it, and see what is asked for"
        ))
    })
}

fn parse_backfill(text: &str) -> Result<Backfill> {
    Backfill::parse(text).ok_or_else(|| {
        Stop::unusable(format!(
            "`--backfill {text}` is not a column and an expression\n  help: write it as in `--backfill \"users.age=0\"`"
        ))
    })
}

fn engine(stated: Option<&str>) -> Result<EngineVersion> {
    let Some(text) = stated else {
        return Ok(EngineVersion::of_number(u32::try_from(rusqlite::version_number()).unwrap_or(0)));
    };
    EngineVersion::parse(text).ok_or_else(|| {
        Stop::unusable(format!("`{text}` is no version of SQLite\n  help: write it as in `--engine 3.35.5`"))
    })
}

/// Says what has to be stated. What only misses its column is a mistake of the command line.
fn refuse(refusals: &[Refusal], as_json: bool) -> Result<Outcome> {
    let mistake = |one: &Refusal| matches!(one, Refusal::UnusedBackfill { .. } | Refusal::Engine { .. });
    let outcome = if refusals.iter().all(mistake) { Outcome::Unusable } else { Outcome::Refused };
    if as_json {
        print::refused(refusals);
        return Ok(outcome);
    }
    let texts: Vec<String> = refusals.iter().map(ToString::to_string).collect();
    Err(Stop { message: texts.join("\nerror: "), outcome })
}

/// A migration that is not written yet.
struct Draft {
    /// The directory, as a user would name it.
    directory: String,
    files: Files,
    /// None for an empty one, which is to be written by hand.
    plan: Option<Plan>,
    up: Migration,
    /// None where there is no way back, or no place for one.
    down: Option<Migration>,
    /// The text of each file, by its path in the directory.
    texts: Vec<(String, String)>,
}

impl Draft {
    fn of(project: &Project, set: &MigrationSet, files: Files, name: &str, plan: Option<Plan>) -> Draft {
        let parts = text::parts(name, plan.as_ref());
        let migration = |file: &str, sql: &str| Migration {
            version: Cow::Owned(files.version.clone()),
            name: Cow::Owned(name.to_owned()),
            file: Cow::Owned(format!("{}/{file}", project.shown)),
            checksum: Cow::Owned(checksum(Dialect::Sqlite, sql)),
            sql: Cow::Owned(sql.to_owned()),
            no_transaction: false,
        };
        let both = text::has_markers(set.layout);
        let back = plan.as_ref().is_some_and(|plan| plan.down.is_ok());
        let down = files.down.as_ref().or(both.then_some(&files.up)).filter(|_| back);
        Draft {
            directory: project.shown.clone(),
            up: migration(&files.up, &parts.up),
            down: down.map(|file| migration(file, &parts.down)),
            texts: text::files(set.layout, &files, &parts),
            files,
            plan,
        }
    }

    /// Writes the files and the lock, all or none.
    fn write(&self, project: &Project, set: &MigrationSet) -> Result<()> {
        let mut edits = Edits::new();
        for (file, text) in &self.texts {
            let path = project.dir.join(file);
            if path.exists() {
                return Err(Stop::unusable(format!(
                    "`{}/{file}` exists already\n  nothing was changed",
                    project.shown
                )));
            }
            edits.write(path, text.as_str());
        }
        let mut migrations = set.migrations.clone();
        migrations.push(self.up.clone());
        edits.write(project.dir.join(lock::FILE_NAME), Lock::of(&project.shown, &migrations).to_string());
        edits.commit()
    }

    /// The files as a user would name them.
    fn shown(&self) -> impl Iterator<Item = String> {
        self.texts.iter().map(|(file, _)| format!("{}/{file}", self.directory))
    }

    /// Where the way back stands.
    fn down_file(&self) -> Option<String> {
        self.files.down.as_ref().map(|file| format!("{}/{file}", self.directory))
    }
}

/// Prints the text of every file, with its name before it.
fn print_texts(draft: &Draft) {
    for ((_, text), shown) in draft.texts.iter().zip(draft.shown()) {
        out::text(format_args!("\n{shown}:\n{text}"));
    }
}
