//! One side of a comparison: the models, the migrations up to a version, a database file or an SQL file.

use std::borrow::Cow;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use schema_core::{Dialect, Inspection, Migration, Renames, Schema, SourceMap, checksum, compare_versions};
use schema_replay::{Project, Replay, inspect, is_bookkeeping};

use crate::args::Where;
use crate::commands::database::reader;
use crate::exit::{Result, Stop};
use crate::finding::Finding;
use crate::models::{Wanted, wanted_in};
use crate::place::{Site, stop};

/// What a word of the command line names.
enum Side {
    Models,
    Migrations(Option<String>),
    Directory(PathBuf),
    Database(PathBuf),
    Script(PathBuf),
}

/// A schema and what is known about where it comes from.
pub(crate) struct Loaded {
    /// What the command line calls it.
    pub(crate) name: String,
    /// The schema, and what is not modelled.
    pub(crate) inspection: Inspection,
    /// Where the SQL files create each object.
    pub(crate) map: SourceMap,
    /// What the models' `was` states.
    pub(crate) renames: Renames,
    /// The models, which leave names and other choices open.
    pub(crate) wanted: Option<Wanted>,
}

/// Reads what a word names.
pub(crate) fn load(word: &str, place: &Where) -> Result<Loaded> {
    let loaded = match parse(word)? {
        Side::Models => models(place),
        Side::Migrations(version) => migrations(place, version.as_deref()),
        Side::Directory(dir) => {
            let shown = dir.display().to_string();
            let project = place.adjust(Project::at(&dir, &shown).map_err(|problem| stop(&[problem]))?)?;
            let set = schema_replay::read(&project).map_err(|problems| stop(&problems))?;
            replayed(&set.migrations)
        }
        Side::Database(path) => database(&path),
        Side::Script(path) => script(&path),
    };
    Ok(Loaded { name: word.to_owned(), ..loaded? })
}

fn parse(word: &str) -> Result<Side> {
    match word {
        "models" => return Ok(Side::Models),
        "migrations" => return Ok(Side::Migrations(None)),
        _ => {}
    }
    if let Some(version) = word.strip_prefix("migrations@") {
        return Ok(Side::Migrations(Some(version.to_owned())));
    }
    let path = PathBuf::from(word);
    if path.is_dir() {
        return Ok(Side::Directory(path));
    }
    match is_database(&path) {
        Ok(true) => Ok(Side::Database(path)),
        Ok(false) if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("sql")) => {
            Ok(Side::Script(path))
        }
        Ok(false) => {
            Err(Stop::unusable(format!("`{word}` is neither a SQLite database nor an SQL file\n  help: {EXPECTED}")))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(Stop::unusable(format!("there is no file `{word}`\n  help: {EXPECTED}")))
        }
        Err(error) => Err(Stop::unusable(format!("cannot read `{word}`: {error}"))),
    }
}

const EXPECTED: &str =
    "name `models`, `migrations`, `migrations@VERSION`, a database file, an SQL file or a migrations directory";

/// Whether the file begins as SQLite databases do; an empty file is an empty database.
fn is_database(path: &Path) -> std::io::Result<bool> {
    let mut header = Vec::new();
    std::fs::File::open(path)?.take(16).read_to_end(&mut header)?;
    let named_sql = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("sql"));
    Ok(header == *b"SQLite format 3\0" || (header.is_empty() && !named_sql))
}

/// The schema of the models.
pub(crate) fn models(place: &Where) -> Result<Loaded> {
    models_in(&site(place)?, Dialect::Sqlite)
}

/// The schema of the models in the dialect that the command line states, whatever the migrations are for.
pub(crate) fn models_as_stated(place: &Where) -> Result<Loaded> {
    match place.dialect.as_deref().and_then(Dialect::parse) {
        Some(dialect) => models_in(&site(&Where { dialect: None, ..place.clone() })?, dialect),
        None => models(place),
    }
}

fn models_in(site: &Site, dialect: Dialect) -> Result<Loaded> {
    let wanted = wanted_in(site, dialect);
    if !wanted.problems.is_empty() {
        return Err(refused(&wanted.problems));
    }
    if wanted.models.is_empty() {
        return Err(Stop::unusable(
            "there is no model here\n  help: derive `Table` for a struct, or name the files with `--models`",
        ));
    }
    let inspection = Inspection { schema: wanted.schema.clone(), unmanaged: Vec::new() };
    Ok(Loaded { renames: wanted.renames.clone(), wanted: Some(wanted), ..of(inspection) })
}

/// Models can be read without any migrations.
fn site(place: &Where) -> Result<Site> {
    let Some(models) = place.models.as_ref().filter(|_| place.migrations.is_none()) else {
        return place.site();
    };
    if !models.exists() {
        return Err(Stop::unusable(format!("there is no file or directory `{}`", models.display())));
    }
    Ok(Site { roots: vec![models.clone()], ..Site::default() })
}

impl Loaded {
    /// Gives what models leave open the values of another schema; what it does not have either is an error.
    pub(crate) fn settle(&mut self, found: &Schema) -> Result<()> {
        let Some(wanted) = &self.wanted else { return Ok(()) };
        let (schema, unknown) = wanted.settled(found);
        self.inspection.schema = schema;
        if unknown.is_empty() { Ok(()) } else { Err(refused(&unknown)) }
    }
}

/// What keeps models from being read, as the reason to stop.
pub(crate) fn refused(findings: &[Finding]) -> Stop {
    let text = |finding: &Finding| {
        let (fact, rest) = finding.message.split_once('\n').unwrap_or((&finding.message, ""));
        let spot = finding.rust.as_ref().or(finding.sql.as_ref());
        let at = spot.map(|spot| format!("\n  at:          {}:{}:{}", spot.file.display(), spot.line, spot.column));
        let rest = if rest.is_empty() { String::new() } else { format!("\n{rest}") };
        format!("{fact}{}{rest}", at.unwrap_or_default())
    };
    Stop::unusable(findings.iter().map(text).collect::<Vec<_>>().join("\nerror: "))
}

/// The schema of the migrations up to a version; `0` is before the first.
pub(crate) fn migrations(place: &Where, version: Option<&str>) -> Result<Loaded> {
    let set = place.site()?.read()?;
    let Some(version) = version else { return replayed(&set.migrations) };
    let last = set.migrations.iter().position(|migration| compare_versions(&migration.version, version).is_eq());
    match last {
        Some(last) => replayed(&set.migrations[..=last]),
        None if version == "0" => replayed(&[]),
        None => {
            let known: Vec<&str> = set.migrations.iter().map(|migration| &*migration.version).collect();
            Err(Stop::unusable(format!(
                "there is no migration of version {version}\n  there are:   {}\n  help: name one of these, or 0 for the empty schema",
                known.join(", ")
            )))
        }
    }
}

fn replayed(migrations: &[Migration]) -> Result<Loaded> {
    let Replay { inspection, map, .. } = schema_replay::replay(migrations).map_err(|problem| stop(&[problem]))?;
    Ok(Loaded { map, ..of(inspection) })
}

fn of(inspection: Inspection) -> Loaded {
    Loaded { name: String::new(), inspection, map: SourceMap::default(), renames: Renames::default(), wanted: None }
}

/// The schema of a database without the tables in which tools keep their history.
fn database(path: &Path) -> Result<Loaded> {
    let failed = |error: rusqlite::Error| {
        let shown = path.display();
        Stop::unusable(format!("cannot read the database `{shown}`: {error}\n  help: check that it is a SQLite file"))
    };
    let connection = reader(path).map_err(failed)?;
    let mut inspection = inspect(&connection).map_err(failed)?;
    inspection.schema.tables.retain(|name, _| !is_bookkeeping(name.name.as_str()));
    inspection.unmanaged.retain(|object| !is_bookkeeping(object.table.as_ref().unwrap_or(&object.name).as_str()));
    Ok(of(inspection))
}

/// The schema that a script makes of an empty database.
fn script(path: &Path) -> Result<Loaded> {
    let shown = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|error| Stop::unusable(format!("cannot read `{shown}`: {error}")))?;
    let sql = String::from_utf8(bytes)
        .map_err(|_| Stop::unusable(format!("`{shown}` is not UTF-8\n  help: save the file as UTF-8")))?;
    let migration = Migration {
        version: Cow::Borrowed("1"),
        name: Cow::Borrowed(""),
        file: Cow::Owned(shown),
        checksum: Cow::Owned(checksum(Dialect::Sqlite, &sql)),
        sql: Cow::Owned(sql),
        no_transaction: false,
    };
    replayed(&[migration])
}
