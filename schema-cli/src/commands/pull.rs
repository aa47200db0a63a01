//! `pull`: models from migrations, or from a database file.

mod config;
mod notes;

use std::path::{Component, Path, PathBuf};

use schema_core::{Inspection, Place, SourceMap, foreign_key_problems};
use schema_model::print::Models;
use schema_replay::{Layout, MigrationSet, Project};
use serde_json::json;

use crate::args::{PullArgs, Where};
use crate::atomic::Edits;
use crate::exit::{Outcome, Result, Stop};
use crate::place::stop;
use config::Configuration;

/// What was read.
struct Source {
    inspection: Inspection,
    /// Where it comes from, in words.
    from: String,
    project: Option<Project>,
    findings: Vec<Finding>,
    /// What deserves to be said and is no finding.
    notes: Vec<String>,
}

/// Something in the schema, or in how it came about, that would fail a build.
struct Finding {
    code: &'static str,
    place: Option<Place>,
}

pub(crate) fn run(place: &Where, args: &PullArgs, json: bool) -> Result<Outcome> {
    let mut source = match &args.database {
        Some(file) => database(file)?,
        None => migrations(place)?,
    };
    source.notes.extend(notes::unmanaged(&source.inspection));
    let models = Models::of(&source.inspection.schema);
    let home = Home::of(source.project.as_ref(), args.out.as_deref());
    let text = models.file(&home.directory);
    let configuration = Configuration::needed(&source, &home, args)?;
    let mut edits = Edits::new();
    let changed = match &args.out {
        Some(out) => plan(&mut edits, out, &text, args.force)?,
        None => false,
    };
    if !args.keep_config && args.out.is_some() {
        configuration.write(&mut edits);
    }
    edits.commit()?;
    if json {
        crate::out::json(&document(&source, &models, &text, &configuration, args, changed));
    } else {
        report(&source, &models, &text, &configuration, args, changed);
    }
    Ok(Outcome::Done)
}

fn migrations(place: &Where) -> Result<Source> {
    let (project, set) = read(place.site()?.project()?)?;
    let replay = schema_replay::replay(&set.migrations).map_err(|problem| stop(&[problem]))?;
    let mut findings: Vec<Finding> =
        replay.findings.iter().map(|found| Finding::at(found.code, &found.place)).collect();
    findings.extend(foreign_keys(&replay.inspection, &replay.map));
    let from = format!(
        "{} of `{}`, laid out as {}",
        notes::count(set.migrations.len(), "migration"),
        project.shown,
        set.layout.as_str()
    );
    let notes = notes::migrations(&set, &replay.functions);
    Ok(Source { inspection: replay.inspection, from, project: Some(project), findings, notes })
}

/// Reads the migrations. Two branches that met share the newest number, which is an error. Where an older one is
/// shared, and no lock says that driftless looks after the directory, the order of the names is all that there is.
fn read(project: &Project) -> Result<(Project, MigrationSet)> {
    let problems = match schema_replay::read(project) {
        Ok(set) => return Ok((project.clone(), set)),
        Err(problems) => problems,
    };
    let locked = project.dir.join(schema_core::lock::FILE_NAME).exists();
    let shared = problems.iter().all(|problem| problem.code == "duplicate-version");
    if locked || !shared || project.config.layout.is_some() || !shares_an_older_number(project) {
        return Err(stop(&problems));
    }
    let mut by_name = project.clone();
    by_name.config.layout = Some(Layout::ByName);
    // A directory that has no such order has its own problems still.
    let set = schema_replay::read(&by_name).map_err(|_| stop(&problems))?;
    Ok((by_name, set))
}

fn shares_an_older_number(project: &Project) -> bool {
    let Ok(set) = schema_replay::read_duplicated(project) else { return false };
    let versions: Vec<&str> = set.migrations.iter().map(|migration| &*migration.version).collect();
    versions.windows(2).any(|pair| pair[0] == pair[1] && Some(&pair[1]) != versions.last())
}

fn database(file: &Path) -> Result<Source> {
    let shown = file.display();
    if !file.is_file() {
        return Err(Stop::unusable(format!("there is no file `{shown}`")));
    }
    let unreadable = |error: rusqlite::Error| Stop::unusable(format!("cannot read `{shown}`: {error}"));
    let connection = super::database::reader(file).map_err(unreadable)?;
    let mut inspection = schema_replay::inspect(&connection).map_err(unreadable)?;
    let is_history = |name: &schema_core::Name| schema_replay::is_bookkeeping(name.as_str());
    let history: Vec<String> =
        inspection.schema.tables.keys().filter(|table| is_history(&table.name)).map(ToString::to_string).collect();
    inspection.schema.tables.retain(|table, _| !is_history(&table.name));
    let notes = notes::history(&history);
    let findings = foreign_keys(&inspection, &SourceMap::default()).collect();
    Ok(Source { inspection, from: format!("the database `{shown}`"), project: None, findings, notes })
}

fn foreign_keys<'a>(inspection: &'a Inspection, map: &'a SourceMap) -> impl Iterator<Item = Finding> + 'a {
    let problems = foreign_key_problems(&inspection.schema);
    problems.into_iter().map(|(path, problem)| Finding::at(problem.code(), &map.nearest(&path).cloned()))
}

impl Finding {
    fn at(code: &'static str, place: &Option<Place>) -> Finding {
        Finding { code, place: place.clone() }
    }
}

/// Where the models are at home.
struct Home {
    /// The root of the package that the file belongs to.
    package: Option<PathBuf>,
    /// The migrations directory as `schema!` names it.
    directory: String,
    /// Whether a build of the package would find that directory on its own.
    found: bool,
}

impl Home {
    fn of(project: Option<&Project>, out: Option<&Path>) -> Home {
        let file = out.map(absolute);
        let start = file.as_deref().or(project.map(|project| project.dir.as_path()));
        let package = start.into_iter().flat_map(|path| path.ancestors().skip(1));
        let package = package.filter(|dir| dir.join("Cargo.toml").is_file()).map(Path::to_owned).next();
        let default = || Home { package: package.clone(), directory: "migrations".to_owned(), found: true };
        let (Some(project), Some(root)) = (project, &package) else { return default() };
        let Ok(below) = project.dir.strip_prefix(root) else { return default() };
        let directory = below.to_string_lossy().replace('\\', "/");
        let located = Project::locate(file.as_deref(), root, None).ok().flatten();
        Home { found: located.is_some_and(|located| located.dir == project.dir), directory, package }
    }
}

/// The absolute path without `.` and `..`; links are not followed, as in [`Project::dir`].
fn absolute(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for component in std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).components() {
        match component {
            Component::ParentDir => _ = clean.pop(),
            Component::CurDir => {}
            other => clean.push(other),
        }
    }
    clean
}

/// Plans the file of the models; says whether it changes.
fn plan(edits: &mut Edits, out: &Path, text: &str, force: bool) -> Result<bool> {
    match std::fs::read(out) {
        Ok(found) if found == text.as_bytes() => return Ok(false),
        Ok(found) if !force && !found.iter().all(u8::is_ascii_whitespace) => {
            return Err(Stop::refused(format!(
                "`{}` exists and has something else in it\n  nothing was changed\n  \
                 help: compare it with what `cargo driftless pull` prints without `--out`, or write over it with `--force`",
                out.display()
            )));
        }
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(Stop::unusable(format!("cannot read `{}`: {error}\n  nothing was changed", out.display())));
        }
        _ => {}
    }
    edits.write(out, text);
    Ok(true)
}

fn report(source: &Source, models: &Models, text: &str, configuration: &Configuration, args: &PullArgs, changed: bool) {
    if let Some(out) = &args.out {
        let verb = if changed { "wrote" } else { "already there:" };
        let count = notes::count(models.models.len(), "model");
        crate::out::line(format_args!("read {}\n{verb} {}: {count}", source.from, out.display()));
        if !args.keep_config {
            configuration.lines().iter().for_each(crate::out::line);
        }
    } else {
        crate::out::text(text);
    }
    let unwritten = args.keep_config || args.out.is_none();
    let advice = configuration.advice().into_iter().filter(|_| unwritten);
    for note in source.notes.iter().cloned().chain(advice) {
        anstream::eprintln!("note: {note}");
    }
}

fn document(
    source: &Source,
    models: &Models,
    text: &str,
    configuration: &Configuration,
    args: &PullArgs,
    changed: bool,
) -> serde_json::Value {
    let list = models.models.iter().map(|model| json!({ "table": model.table.to_string(), "model": model.ident }));
    let unmanaged = source.inspection.unmanaged.iter().map(|object| {
        json!({
            "kind": object.kind.as_str(),
            "name": object.name.as_str(),
            "table": object.table.as_ref().map(schema_core::Name::as_str),
            "reason": object.reason,
        })
    });
    let findings = source
        .findings
        .iter()
        .map(|finding| json!({ "code": finding.code, "at": finding.place.as_ref().map(ToString::to_string) }));
    json!({
        "out": args.out,
        "changed": changed,
        "models": list.collect::<Vec<_>>(),
        "source": text,
        "configuration": configuration.document(!args.keep_config && args.out.is_some()),
        "findings": findings.collect::<Vec<_>>(),
        "unmanaged": unmanaged.collect::<Vec<_>>(),
        "notes": source.notes,
    })
}
