//! The schema that the models of a site ask for.

use std::collections::BTreeMap;
use std::path::Path;

use schema_core::{Dialect, ObjectName, Renames, Schema};
use schema_model::Desired;
use schema_model::source::{ModelItem, Source};
use schema_replay::Project;

use crate::exit::{Result, Stop};
use crate::place::Site;

/// What the models ask for.
pub(crate) struct Models {
    /// The schema. Names that models leave open are open, see [`schema_core::Table::settle`].
    pub(crate) schema: Schema,
    /// What `was` states.
    pub(crate) renames: Renames,
    /// Whether there is any model.
    pub(crate) any: bool,
}

/// Reads the models of a site: those that `schema!` lists for its migrations directory, or all where it lists none.
pub(crate) fn models(site: &Site) -> Result<Models> {
    let dialect = site.project.as_ref().map_or(Dialect::Sqlite, |project| project.config.dialect);
    let mut gathered = Gathered::default();
    for root in &site.roots {
        let source = match &site.package {
            Some(_) => Source::of_crate(root, &BTreeMap::new()),
            None => Source::of_path(root),
        };
        gathered.read(site, &source, dialect);
    }
    gathered.finish(dialect)
}

#[derive(Default)]
struct Gathered {
    tables: BTreeMap<ObjectName, Desired>,
    problems: Vec<String>,
}

impl Gathered {
    fn read(&mut self, site: &Site, source: &Source, dialect: Dialect) {
        for fault in source.faults() {
            self.problem(&fault.file, fault.span, &fault.message);
        }
        for item in listed(site, source) {
            self.item(source, item, dialect);
        }
    }

    fn item(&mut self, source: &Source, item: &ModelItem, dialect: Dialect) {
        let path = source.path(item.file);
        let lowered = item.model.clone().and_then(|model| model.lower(dialect, &source.resolver(item.module)));
        match lowered {
            Err(errors) => {
                for error in errors {
                    self.problem(path, Some(error.span()), &error.to_string());
                }
            }
            Ok(desired) => {
                for open in desired.open_types.iter().filter(|open| !open.declared) {
                    let fact = format!(
                        "what the column `{}` of `{}` is stored as is defined outside of what was read\n  \
                         help: state it, as in `#[column(sql_type = \"TEXT\")]`",
                        open.column, item.input.ident
                    );
                    self.problem(path, Some(open.span), &fact);
                }
                self.tables.entry(desired.table.name.clone()).or_insert(desired);
            }
        }
    }

    fn problem(&mut self, path: &Path, span: Option<proc_macro2::Span>, message: &str) {
        let here = std::env::current_dir().unwrap_or_default();
        let shown = path.strip_prefix(&here).unwrap_or(path).display();
        let place = span.map(|span| span.start()).filter(|start| start.line > 0);
        let place =
            place.map_or_else(|| shown.to_string(), |start| format!("{shown}:{}:{}", start.line, start.column + 1));
        let (fact, rest) = message.split_once('\n').unwrap_or((message, ""));
        let rest = if rest.is_empty() { String::new() } else { format!("\n{rest}") };
        let text = format!("{fact}\n  at:          {place}{rest}");
        if !self.problems.contains(&text) {
            self.problems.push(text);
        }
    }

    fn finish(self, dialect: Dialect) -> Result<Models> {
        if !self.problems.is_empty() {
            return Err(Stop::unusable(self.problems.join("\nerror: ")));
        }
        let mut schema = Schema::empty(dialect);
        let mut renames = Renames::default();
        let any = !self.tables.is_empty();
        for (name, desired) in self.tables {
            schema.tables.insert(name, desired.table);
            schema.enums.extend(desired.enums.into_iter().map(|ty| (ty.name.clone(), ty)));
            renames.tables.extend(desired.renames.tables);
            renames.columns.extend(desired.renames.columns);
        }
        schema.resolve_parents();
        Ok(Models { schema, renames, any })
    }
}

/// The models of a source that belong to the migrations directory of the site.
fn listed<'s>(site: &Site, source: &'s Source) -> Vec<&'s ModelItem> {
    let (mut own, mut others): (Vec<&ModelItem>, Vec<&ModelItem>) = (Vec::new(), Vec::new());
    let mut stated = false;
    for item in source.schemas() {
        let Ok(parsed) = item.parse() else { continue };
        let models = parsed.models.iter().filter_map(|path| source.resolver(item.module).model(path));
        if is_of(site, source.path(item.file), &parsed.directory.value()) {
            stated = true;
            own.extend(models);
        } else {
            others.extend(models);
        }
    }
    if stated {
        return own;
    }
    source.models().filter(|item| !others.iter().any(|other| std::ptr::eq(*other, *item))).collect()
}

/// Whether `schema!` in that file names the migrations directory of the site.
fn is_of(site: &Site, file: &Path, directory: &str) -> bool {
    let (Some(project), Some(package)) = (&site.project, &site.package) else { return true };
    let found = Project::locate(Some(file), &package.root, Some(directory));
    found.ok().flatten().is_some_and(|found| found.dir == project.dir)
}
