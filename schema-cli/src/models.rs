//! The models of a site, read from their source files, and the schema that they ask for.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use proc_macro2::Span;
use schema_core::{Dialect, Name, ObjectName, Pair, Renames, Schema, Table};
use schema_model::Desired;
use schema_model::source::{ModelItem, NamedModel, Source, is_named_below};

use crate::finding::{Finding, Level, Spot};
use crate::hosts::near;
use crate::place::Site;

/// What the models of a site ask for.
pub(crate) struct Wanted {
    /// The tables. What is [open](Wanted::open) in them is a guess.
    pub(crate) schema: Schema,
    /// What `was` states.
    pub(crate) renames: Renames,
    /// The columns whose type is not among the sources.
    pub(crate) open: Vec<Open>,
    /// The model of each table.
    pub(crate) models: Vec<(ObjectName, String)>,
    /// Where they stand, in the same order.
    pub(crate) located: Vec<Located>,
    /// What keeps models from being read: nothing should be written while there is any.
    pub(crate) problems: Vec<Finding>,
}

/// Where a model and its fields stand.
pub(crate) struct Located {
    pub(crate) table: ObjectName,
    pub(crate) name: String,
    pub(crate) spot: Spot,
    /// Each column with its field.
    pub(crate) fields: Vec<(Name, String, Spot)>,
}

/// A column whose type is not among the sources.
pub(crate) struct Open {
    pub(crate) table: ObjectName,
    pub(crate) column: Name,
    /// Whether `sql_type` states the declared type, so that only its nullability is open.
    pub(crate) declared: bool,
    /// Whether the syntax shows an `Option`.
    pub(crate) optional: bool,
    pub(crate) spot: Spot,
}

/// The crates of a site, or the files that were given bare. The derives name `::driftless`, so a package that
/// neither depends on it nor names it has no models, and is not read.
pub(crate) fn sources(site: &Site) -> Vec<Source> {
    match &site.package {
        Some(package) if !package.uses_driftless && !is_named_below(&package.root) => Vec::new(),
        Some(_) if !site.roots.iter().any(|root| root.is_dir()) => {
            let roots: Vec<PathBuf> = site.roots.iter().map(|root| near(root)).collect();
            Source::of_crates(&roots, &site.libraries)
        }
        _ => site.roots.iter().map(|root| Source::of_path(root)).collect(),
    }
}

/// Reads the models of a site and lowers them. Where a table has several models in several crates, the one that
/// a `schema!` lists counts, and then the first.
pub(crate) fn wanted(site: &Site) -> Wanted {
    wanted_in(site, Dialect::Sqlite)
}

/// The same in any dialect.
pub(crate) fn wanted_in(site: &Site, dialect: Dialect) -> Wanted {
    let mut wanted = Wanted {
        schema: Schema::empty(dialect),
        renames: Renames::default(),
        open: Vec::new(),
        models: Vec::new(),
        located: Vec::new(),
        problems: Vec::new(),
    };
    let sources = sources(site);
    let mut seen = BTreeSet::new();
    for source in &sources {
        wanted.problems.extend(faults(source, site.package.is_none()));
        wanted.problems.extend(source.sql_types().flat_map(|item| refusals(source, item.file, item.model, "sql-type")));
    }
    for (source, item) in ordered(&sources) {
        let place = spot(source.path(item.file), item.input.ident.span());
        if site.owns(source.path(item.file)) && seen.insert((place.file, place.line, place.column)) {
            wanted.add(source, item);
        }
    }
    wanted.problems.sort();
    wanted.problems.dedup();
    wanted
}

/// The models, those that a `schema!` lists before the others.
fn ordered(sources: &[Source]) -> Vec<(&Source, &ModelItem)> {
    let mut models = Vec::new();
    for source in sources {
        let mut listed: BTreeSet<*const ModelItem> = BTreeSet::new();
        for item in source.schemas() {
            let paths = item.input.as_ref().map(|input| input.models.as_slice()).unwrap_or_default();
            let resolver = source.resolver(item.module);
            listed.extend(paths.iter().filter_map(|path| match resolver.model(path) {
                NamedModel::Model(model) => Some(&raw const *model),
                NamedModel::NoTable(_) | NamedModel::Unknown => None,
            }));
        }
        models.extend(source.models().map(|item| (!listed.contains(&(&raw const *item)), source, item)));
    }
    models.sort_by_key(|(unlisted, ..)| *unlisted);
    models.into_iter().map(|(_, source, item)| (source, item)).collect()
}

impl Site {
    /// Whether the models of a file belong to the migrations of this site.
    fn owns(&self, file: &Path) -> bool {
        let (Some(package), Some(project)) = (&self.package, &self.project) else { return true };
        let found = schema_replay::Project::locate(Some(file), &package.root, None);
        found.ok().flatten().is_none_or(|found| found.dir == project.dir)
    }
}

impl Wanted {
    fn add(&mut self, source: &Source, item: &ModelItem) {
        let Ok(model) = &item.model else {
            return self.problems.extend(refusals(source, item.file, &item.model, "model"));
        };
        let desired = match model.lower(self.schema.dialect, &source.resolver(item.module)) {
            Ok(desired) => desired,
            Err(errors) => return self.problems.extend(errors_at(source, item.file, &errors, "model")),
        };
        if !self.schema.tables.contains_key(&desired.table.name) {
            self.take(source, item, desired);
        }
    }

    fn take(&mut self, source: &Source, item: &ModelItem, desired: Desired) {
        let table = desired.table.name.clone();
        self.models.push((table.clone(), item.input.ident.to_string()));
        let path = source.path(item.file);
        let fields = desired
            .fields
            .iter()
            .map(|field| (field.column.clone(), bare(&field.field.to_string()), spot(path, field.field.span())));
        self.located.push(Located {
            table: table.clone(),
            name: bare(&item.input.ident.to_string()),
            spot: spot(path, item.input.ident.span()),
            fields: fields.collect(),
        });
        self.open.extend(desired.open_types.into_iter().map(|open| Open {
            table: table.clone(),
            column: open.column,
            declared: open.declared,
            optional: open.optional,
            spot: spot(source.path(item.file), open.span),
        }));
        self.renames.tables.extend(desired.renames.tables);
        self.renames.columns.extend(desired.renames.columns);
        self.schema.enums.extend(desired.enums.into_iter().map(|ty| (ty.name.clone(), ty)));
        self.schema.tables.insert(table, desired.table);
    }

    /// The schema with everything that models leave open taken over from what was found: names of constraints,
    /// types that are not among the sources, and the order in which a CHECK lists the values of an enum. The
    /// findings are the open columns that nothing was found for.
    pub(crate) fn settled(&self, found: &Schema) -> (Schema, Vec<Finding>) {
        let mut schema = self.schema.clone();
        let mut findings = Vec::new();
        for (name, table) in &mut schema.tables {
            let old_name = self.renames.tables.iter().find(|pair| pair.after == *name).map(|pair| &pair.before);
            let actual = found.tables.get(name).or_else(|| found.tables.get(old_name?));
            for open in self.open.iter().filter(|open| open.table == *name) {
                if !self.settle_type(open, table, actual) {
                    findings.push(open.finding());
                }
            }
            if let Some(actual) = actual {
                settle_values(table, actual);
                table.settle(actual);
            }
        }
        (schema, findings)
    }

    /// Takes over the type of one column; the answer is whether there was one.
    fn settle_type(&self, open: &Open, table: &mut Table, actual: Option<&Table>) -> bool {
        let was = |edit: &&(ObjectName, Pair<Name>)| edit.0 == open.table && edit.1.after == open.column;
        let old_name = self.renames.columns.iter().find(was).map(|(_, edit)| &edit.before);
        let found = actual.and_then(|actual| actual.column(&open.column).or_else(|| actual.column(old_name?)));
        let Some(mine) = table.columns.iter_mut().find(|column| column.name == open.column) else { return true };
        let Some(found) = found else { return open.declared };
        if !open.declared {
            mine.ty = found.ty.clone();
        }
        mine.nullable = open.optional || found.nullable;
        let listed = actual
            .into_iter()
            .flat_map(|actual| &actual.checks)
            .filter(|check| check.expr.enumeration(Dialect::Sqlite).is_some_and(|(column, _)| column == found.name));
        let listed: Vec<_> =
            listed.filter(|check| !table.checks.iter().any(|mine| mine.expr == check.expr)).cloned().collect();
        table.checks.extend(listed);
        true
    }
}

/// An identifier without the mark of a raw one.
fn bare(ident: &str) -> String {
    ident.trim_start_matches("r#").to_owned()
}

/// The order in which a CHECK lists values means nothing.
fn settle_values(table: &mut Table, actual: &Table) {
    for mine in &mut table.checks {
        let Some((column, values)) = mine.expr.enumeration(Dialect::Sqlite) else { continue };
        let same = |other: &(Name, Vec<Box<str>>)| {
            other.0 == column && other.1.len() == values.len() && values.iter().all(|value| other.1.contains(value))
        };
        let found = actual
            .checks
            .iter()
            .find(|check| check.expr.enumeration(Dialect::Sqlite).is_some_and(|other| same(&other)));
        if let Some(found) = found {
            mine.expr = found.expr.clone();
        }
    }
}

const NAME: &[u8] = b"driftless";

impl Open {
    fn finding(&self) -> Finding {
        Finding {
            rust: Some(self.spot.clone()),
            sql: None,
            code: "unknown-type",
            level: Level::Error,
            message: format!(
                "the type of column `{}.{}` is not among the sources, so its declaration cannot be written\n  \
                 help: state it with `#[column(sql_type = \"…\")]`",
                self.table, self.column
            ),
        }
    }
}

/// What could not be read. In a crate that has nothing to do with driftless, only what names it nevertheless:
/// its other files are none of our business.
pub(crate) fn faults(source: &Source, is_bare: bool) -> Vec<Finding> {
    let is_ours = is_bare || source.names_driftless() || source.models().next().is_some();
    let names_it = |file: &Path| {
        let bytes = std::fs::read(file).unwrap_or_default();
        bytes.windows(NAME.len()).any(|window| window == NAME)
    };
    let faults = source.faults().iter().filter(|fault| is_ours || names_it(&fault.file)).map(|fault| Finding {
        rust: Some(fault.span.map_or_else(|| Spot::at(near(&fault.file), 1, 1), |span| spot(&fault.file, span))),
        sql: None,
        code: fault.code,
        level: Level::Error,
        message: fault.message.clone(),
    });
    faults.collect()
}

/// The refusals of an item, if there are any.
pub(crate) fn refusals<T>(
    source: &Source,
    file: usize,
    read: &std::result::Result<T, SourceError>,
    code: &'static str,
) -> Vec<Finding> {
    read.as_ref().err().map(|errors| errors_at(source, file, errors, code)).unwrap_or_default()
}

/// Each of several combined errors as a finding.
pub(crate) fn errors_at(source: &Source, file: usize, errors: &SourceError, code: &'static str) -> Vec<Finding> {
    let finding = |error: SourceError| Finding {
        rust: Some(spot(source.path(file), error.span())),
        sql: None,
        code,
        level: Level::Error,
        message: error.to_string(),
    };
    errors.clone().into_iter().map(finding).collect()
}

/// An error of the parser, with its place.
pub(crate) type SourceError = schema_model::source::Error;

/// A span as a stretch of its file.
pub(crate) fn spot(file: &Path, span: Span) -> Spot {
    between(file, span, span)
}

/// The stretch from the beginning of one span to the end of another.
pub(crate) fn between(file: &Path, first: Span, last: Span) -> Spot {
    let (start, end) = (first.start(), last.end());
    Spot {
        file: near(file),
        line: start.line,
        column: start.column + 1,
        end_line: end.line,
        end_column: end.column + 1,
    }
}
