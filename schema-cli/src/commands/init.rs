//! `init`: a package gets what driftless needs, and keeps what it has.

mod build_script;
mod config;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use schema_core::lock::{self, Lock};
use schema_core::plan::{EngineVersion, Request, plan, script};
use schema_core::{Dialect, Inspection, Migration, Pair, Renames, Schema, checksum};
use schema_replay::{Layout, Project};
use serde_json::json;

use crate::args::Where;
use crate::atomic::Edits;
use crate::exit::{Outcome, Result, Stop};
use crate::hosts::near;
use crate::models::wanted;
use crate::out;
use crate::place::{Package, Site, stop};
use crate::side::refused;

pub(crate) fn run(place: &Where, as_json: bool) -> Result<Outcome> {
    let ground = Ground::of(place)?;
    let mut work = Work::default();
    let migrations = ground.migrations(&mut work)?;
    ground.lock(&migrations, &mut work)?;
    ground.config(&migrations, &mut work);
    ground.build_script(&mut work)?;
    let Work { edits, done } = work;
    edits.commit()?;
    report(&ground, &migrations, &done, as_json);
    Ok(Outcome::Done)
}

/// What is set up: a migrations directory, and the package around it where there is one.
struct Ground {
    site: Site,
    project: Project,
    /// Where `driftless.toml` belongs.
    root: PathBuf,
    /// What cargo knows about the package.
    package: Option<serde_json::Value>,
}

/// What is going to be written, and what is told about it.
#[derive(Default)]
struct Work {
    edits: Edits,
    done: Vec<(PathBuf, bool, String)>,
}

impl Work {
    fn write(&mut self, path: PathBuf, text: String, what: impl Into<String>) {
        self.edits.write(path.clone(), text);
        self.done.push((near(&path), true, what.into()));
    }

    fn keep(&mut self, path: &Path, what: impl Into<String>) {
        self.done.push((near(path), false, what.into()));
    }
}

/// The migrations as they will be.
struct Migrations {
    list: Vec<Migration>,
    layout: Layout,
}

impl Ground {
    fn of(place: &Where) -> Result<Ground> {
        let (root, package, mut site) = match &place.migrations {
            Some(dir) => Ground::bare(dir, place),
            None => Ground::package(place)?,
        };
        let default = place.migrations.clone().unwrap_or_else(|| root.join("migrations"));
        let located = |dir: &Path| {
            let shown = dir.strip_prefix(&root).map_or_else(|_| near(dir), Path::to_path_buf);
            let shown = shown.display().to_string().replace('\\', "/");
            if dir.exists() && !dir.is_dir() {
                return Err(Stop::unusable(format!(
                    "`{shown}` is not a directory\n  nothing was changed\n  help: move it away, or name another directory with `--migrations`"
                )));
            }
            Project::at(dir, &shown).map_err(|problem| stop(&[problem]))
        };
        let mut project = located(&absolute(&default))?;
        if let (None, Some(stated)) = (&place.migrations, project.config.migrations.clone()) {
            project = located(&root.join(stated))?;
        }
        let project = place.adjust(project)?;
        site.project = project.dir.is_dir().then(|| project.clone());
        Ok(Ground { site, project, root, package })
    }

    /// The package of the current directory.
    fn package(place: &Where) -> Result<(PathBuf, Option<serde_json::Value>, Site)> {
        let (mut packages, libraries) = place.packages()?;
        if packages.len() > 1 {
            let names: Vec<String> = packages.iter().map(|(package, _)| format!("`{}`", package.name)).collect();
            return Err(Stop::unusable(format!(
                "there are several packages here: {}\n  nothing was changed\n  help: choose one with `--package`",
                names.join(", ")
            )));
        }
        let (package, roots) = packages.remove(0);
        let known = cargo(&package.root, place);
        let roots = place.models.clone().map_or(roots, |models| vec![models]);
        Ok((package.root.clone(), known, Site { package: Some(package), project: None, roots, libraries }))
    }

    /// A directory that is named, in a package or not.
    fn bare(dir: &Path, place: &Where) -> (PathBuf, Option<serde_json::Value>, Site) {
        let dir = absolute(dir);
        let beside = dir.parent().unwrap_or(&dir).to_path_buf();
        let root = beside.ancestors().find(|dir| dir.join("Cargo.toml").is_file()).map(Path::to_path_buf);
        let package = root.as_ref().and_then(|root| cargo(root, place));
        let site = Site {
            package: package.as_ref().zip(root.as_ref()).map(|(package, root)| Package {
                name: package["name"].as_str().unwrap_or_default().to_owned(),
                root: root.clone(),
                uses_driftless: true,
            }),
            project: None,
            roots: place.models.iter().cloned().collect(),
            libraries: Arc::new(BTreeMap::new()),
        };
        (root.unwrap_or(beside), package, site)
    }

    /// The migrations that there are, or the first one, made of the models.
    fn migrations(&self, work: &mut Work) -> Result<Migrations> {
        let stated = self.project.config.layout.unwrap_or(Layout::Plain);
        if self.project.dir.is_dir() {
            let set = schema_replay::read_unlocked(&self.project).map_err(|problems| stop(&problems))?;
            schema_replay::replay(&set.migrations).map_err(|problem| stop(&[problem]))?;
            if !set.migrations.is_empty() {
                return Ok(Migrations { list: set.migrations, layout: set.layout });
            }
        }
        let first = self.first(stated)?;
        if let Some((path, text, tables, _)) = &first {
            let what = format!("the first migration, made of the models: {}", count(*tables, "table"));
            work.write(path.clone(), text.clone(), what);
        }
        Ok(Migrations { list: first.into_iter().map(|(.., migration)| migration).collect(), layout: stated })
    }

    /// The first migration: path, text, number of tables.
    fn first(&self, layout: Layout) -> Result<Option<(PathBuf, String, usize, Migration)>> {
        let wanted = wanted(&self.site);
        if !wanted.problems.is_empty() {
            return Err(refused(&wanted.problems));
        }
        let empty = Schema::empty(Dialect::Sqlite);
        let (schema, unknown) = wanted.settled(&empty);
        if !unknown.is_empty() {
            return Err(refused(&unknown));
        }
        if schema.tables.is_empty() {
            return Ok(None);
        }
        let (file, before) = named(layout);
        let before_all = Inspection { schema: empty, unmanaged: Vec::new() };
        let request = Request {
            before: &before_all,
            after: &schema,
            exact: false,
            renames: &Renames::default(),
            version: EngineVersion::of_number(u32::try_from(rusqlite::version_number()).unwrap_or(0)),
            allow: &[],
            backfill: &[],
        };
        let plan = plan(&request).map_err(|refusals| {
            let texts: Vec<String> = refusals.iter().map(ToString::to_string).collect();
            Stop::unusable(texts.join("\nerror: "))
        })?;
        let text = format!("{before}{}", script("The schema of the models.", &plan.steps));
        let migration = Migration {
            version: Cow::Borrowed("1"),
            name: Cow::Borrowed("initial"),
            file: Cow::Owned(format!("{}/{file}", self.project.shown)),
            checksum: Cow::Owned(checksum(Dialect::Sqlite, &text)),
            sql: Cow::Owned(text.clone()),
            no_transaction: false,
        };
        prove(&migration, &plan.after)?;
        Ok(Some((self.project.dir.join(file), text, schema.tables.len(), migration)))
    }

    /// The lock, which is compared where there is one and written where there is none.
    fn lock(&self, migrations: &Migrations, work: &mut Work) -> Result<()> {
        let path = self.project.dir.join(lock::FILE_NAME);
        let what = count(migrations.list.len(), "migration");
        if path.exists() && !migrations.list.is_empty() {
            schema_replay::read(&self.project).map_err(|problems| stop(&problems))?;
        }
        let text = Lock::of(&self.project.shown, &migrations.list).to_string();
        match std::fs::read_to_string(&path) {
            Ok(existing) if Lock::parse(&existing).ok() == Lock::parse(&text).ok() => work.keep(&path, what),
            _ => work.write(path, text, what),
        }
        Ok(())
    }

    fn config(&self, migrations: &Migrations, work: &mut Work) {
        let below = |dir: &&Path| dir.starts_with(&self.root);
        let above = self.project.dir.parent().unwrap_or(&self.project.dir).ancestors().take_while(below);
        if let Some(found) = above.map(|dir| dir.join("driftless.toml")).find(|path| path.exists()) {
            work.keep(&found, "as it is");
            return;
        }
        let dir = from_root(&self.root, &self.project.dir);
        let text = config::text(&dir, migrations.layout);
        work.write(self.root.join("driftless.toml"), text, "every line that is a comment shows a default");
    }

    /// The build script, in a package.
    fn build_script(&self, work: &mut Work) -> Result<()> {
        let Some(package) = &self.package else { return Ok(()) };
        let targets = package["targets"].as_array().into_iter().flatten();
        let script =
            targets.filter(|target| target["kind"][0] == "custom-build").find_map(|target| target["src_path"].as_str());
        let path = script.map_or_else(|| self.root.join("build.rs"), PathBuf::from);
        let existing = match std::fs::read_to_string(&path) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(Stop::unusable(format!("cannot read `{}`: {error}", near(&path).display()))),
        };
        let dir = from_root(&self.root, &self.project.dir);
        match build_script::watching(existing.as_deref(), &dir, &near(&path).display().to_string())? {
            None => work.keep(&path, "watches the migrations"),
            Some(text) if existing.is_some() => {
                work.write(path, text, "two lines more: cargo builds again when a migration comes");
            }
            Some(text) => work.write(path, text, "cargo builds again when a migration comes"),
        }
        Ok(())
    }
}

impl Ground {
    /// What the user does next.
    fn next(&self, migrations: &Migrations, depends: bool) -> String {
        let add = if depends { "" } else { "`cargo add driftless`, then " };
        let bare = match &self.package {
            Some(_) => String::new(),
            None => format!(" --migrations {}", near(&self.project.dir).display()),
        };
        let models = !wanted(&self.site).models.is_empty();
        match (migrations.list.is_empty(), models) {
            (_, true) => format!("{add}`cargo driftless check{bare}`"),
            (false, false) => format!("{add}`cargo driftless pull{bare} --out src/models.rs` writes the models"),
            (true, false) => format!("{add}derive `Table` for a struct, and `cargo driftless new initial{bare}`"),
        }
    }
}

/// The path without `.` and `..`.
fn absolute(path: &Path) -> PathBuf {
    let shown = Project::at(path, "");
    shown.map_or_else(|_| std::path::absolute(path).unwrap_or_else(|_| path.to_owned()), |project| project.dir)
}

/// The directory as seen from the root, with slashes: `migrations`, `../db`.
fn from_root(root: &Path, dir: &Path) -> String {
    let shared = root.components().zip(dir.components()).take_while(|(a, b)| a == b).count();
    let up = root.components().skip(shared).map(|_| "..".into());
    let down = dir.components().skip(shared).map(|component| component.as_os_str().to_string_lossy());
    up.chain(down).collect::<Vec<_>>().join("/")
}

/// What cargo knows about the package in a directory.
fn cargo(root: &Path, place: &Where) -> Option<serde_json::Value> {
    let manifest = root.join("Cargo.toml");
    let metadata = Where { manifest_path: Some(manifest.clone()), ..place.clone() }.metadata().ok()?;
    let packages = metadata["packages"].as_array()?;
    packages.iter().find(|package| package["manifest_path"].as_str().map(Path::new) == Some(&manifest)).cloned()
}

/// The name of the first migration, and what its text begins with.
const fn named(layout: Layout) -> (&'static str, &'static str) {
    match layout {
        Layout::Plain | Layout::Sqlx | Layout::ByName => ("0001_initial.sql", ""),
        Layout::Diesel => ("00000000000001_initial/up.sql", ""),
        Layout::Refinery => ("V1__initial.sql", ""),
        Layout::GolangMigrate => ("0001_initial.up.sql", ""),
        Layout::Maragu => ("0001-initial.up.sql", ""),
        Layout::Goose => ("0001_initial.sql", "-- +goose Up\n"),
        Layout::SqlMigrate => ("0001_initial.sql", "-- +migrate Up\n"),
        Layout::Dbmate => ("0001_initial.sql", "-- migrate:up\n"),
        Layout::RusqliteMigration => ("01-initial/up.sql", ""),
        Layout::Prisma => ("00000000000001_initial/migration.sql", ""),
    }
}

/// Nothing is written that does not lead to the schema.
fn prove(migration: &Migration, schema: &Schema) -> Result<()> {
    let replay = schema_replay::replay(std::slice::from_ref(migration)).map_err(|problem| stop(&[problem]))?;
    let diff = schema_core::Diff::between(Pair::new(&replay.inspection.schema, schema), &Renames::default());
    match diff.changes.first() {
        None => Ok(()),
        Some(change) => Err(Stop::unusable(format!(
            "the first migration would not lead to the schema of the models: {:?} differs\n  nothing was changed",
            change.path()
        ))),
    }
}

fn count(n: usize, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}

fn report(ground: &Ground, migrations: &Migrations, done: &[(PathBuf, bool, String)], as_json: bool) {
    let depends = ground.package.as_ref().is_none_or(|package| {
        package["dependencies"].as_array().into_iter().flatten().any(|one| one["name"] == "driftless")
    });
    if as_json {
        let of = |written: bool| {
            let paths = done.iter().filter(move |(_, is, _)| *is == written);
            paths.map(|(path, ..)| path.display().to_string()).collect::<Vec<_>>()
        };
        out::json(&json!({
            "written": of(true),
            "kept": of(false),
            "migrations": migrations.list.len(),
            "layout": migrations.layout.as_str(),
            "depends": depends,
        }));
        return;
    }
    let width = done.iter().map(|(path, ..)| path.display().to_string().len()).max().unwrap_or(0);
    for (path, written, what) in done {
        let verb = if *written { "wrote" } else { "kept " };
        out::line(format_args!("{verb} {:width$}  {what}", path.display().to_string()));
    }
    if !migrations.list.is_empty() && migrations.layout != Layout::Plain {
        out::line(format_args!("the migrations are in the layout of {}", migrations.layout.as_str()));
    }
    out::line(format_args!("next: {}", ground.next(migrations, depends)));
}
