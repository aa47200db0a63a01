//! What `schema!` proves: every table of the migrations has one listed model, checked against them.

use std::sync::Arc;

use proc_macro2::Span;
use schema_core::ObjectName;
use schema_model::SchemaMacro;
use schema_model::source::{ModelItem, NamedModel, Path, SchemaItem, ScopedResolver, span_of, text_of};
use schema_replay::Replay;

use super::{Compared, Judge, no_table, place_line, shown};
use crate::finding::{Finding, Level};
use crate::hosts::{Host, State};
use crate::models::{refusals, spot};

/// What became of a listed model; none where it is not among the sources.
type Listed = Option<Compared>;

impl Judge<'_> {
    pub(super) fn schema(&mut self, item: &SchemaItem) {
        let source = self.source;
        let file = source.path(item.file).to_owned();
        let Ok(input) = &item.input else {
            self.out.findings.extend(refusals(source, item.file, &item.input, "schema-macro"));
            return;
        };
        let directory = input.directory.value();
        let Some(host) = self.host(&file, input.directory.span(), Some(&directory)) else { return };
        let State::Ready { replay, .. } = &host.state else { return };
        let resolver = source.resolver(item.module);
        let listed: Vec<Listed> = input
            .models
            .iter()
            .map(|path| match resolver.model(path) {
                NamedModel::Model(model) => Some(self.compare_quietly(model)),
                NamedModel::NoTable(_) | NamedModel::Unknown => None,
            })
            .collect();
        for path in &input.models {
            self.unlisted(item, path, resolver);
        }
        let excused = self.excused();
        for name in replay.inspection.schema.tables.keys().filter(|name| !excused.contains(name)) {
            if let Some(message) = self.claim(input, &listed, &host, replay, name) {
                self.at_list(item, input.ident.span(), &host, name, message);
            }
        }
        if input.models.len() > replay.inspection.schema.tables.len() {
            self.duplicates(item, input, &listed, &host);
        }
    }

    /// A listed type that is no model, or not to be found.
    fn unlisted(&mut self, item: &SchemaItem, path: &Path, resolver: ScopedResolver<'_>) {
        let (code, level, message) = match (resolver.model(path), resolver.missing(path)) {
            (NamedModel::Model(_), _) => return,
            (NamedModel::Unknown, Some((_, message))) => ("unknown-name", Level::Error, message),
            (NamedModel::NoTable(name), _) => ("no-table", Level::Error, no_table(name)),
            (NamedModel::Unknown, None) => {
                let path = text_of(path);
                let message = format!(
                    "the model `{path}` is not among the sources, so only the build can tell which table it has"
                );
                ("unknown-model", Level::Note, message)
            }
        };
        let rust = Some(spot(self.source.path(item.file), span_of(path)));
        self.out.findings.insert(Finding { rust, sql: None, code, level, message });
    }

    /// The tables that a model without a table was probably meant for.
    fn excused(&self) -> Vec<ObjectName> {
        self.compared.values().filter_map(|compared| compared.meant.clone()).collect()
    }

    fn claim(
        &self,
        input: &SchemaMacro,
        listed: &[Listed],
        host: &Arc<Host>,
        replay: &Replay,
        name: &ObjectName,
    ) -> Option<String> {
        let table = name.name.as_str();
        let place = place_line(replay, name);
        let is_of = |compared: &Compared| compared.table.as_ref().is_some_and(|found| found.name == name.name);
        let Some(found) = listed.iter().flatten().find(|compared| is_of(compared)) else {
            // A model that was refused or is not known has no name here, and may be the one.
            if listed.iter().any(|compared| compared.as_ref().is_none_or(|compared| compared.table.is_none())) {
                return None;
            }
            return Some(match self.model_of(name, host) {
                Some(model) => format!(
                    "table `{name}` has the model `{model}`, which is not listed in `{}`{place}\n  help: add `{model}` to the list",
                    input.ident
                ),
                None => format!(
                    "table `{name}` has no model in `{}`{place}\n  help: write a model for it, or run `cargo driftless new drop_{table}`",
                    input.ident
                ),
            });
        };
        let other = found.agrees_with.as_ref().is_some_and(|other| !same_schema(other, host));
        other.then(|| {
            format!(
                "the model of table `{name}` was checked against other migrations than those of `{}`{place}\n  \
                 help: name this directory in the `driftless.toml` of the package that has the model",
                input.ident
            )
        })
    }

    /// The model of a table in this crate, listed or not. One that agrees with another directory is none.
    fn model_of(&self, name: &ObjectName, host: &Arc<Host>) -> Option<String> {
        let is_it = |item: &&ModelItem| {
            let compared = self.compared.get(&(&raw const **item));
            compared.is_some_and(|compared| {
                let here = compared.agrees_with.as_ref().is_none_or(|other| same_schema(other, host));
                compared.ready && here && compared.table.as_ref() == Some(name)
            })
        };
        self.source.models().find(is_it).map(|item| item.input.ident.to_string())
    }

    fn at_list(&mut self, item: &SchemaItem, span: Span, host: &Host, name: &ObjectName, message: String) {
        let State::Ready { replay, .. } = &host.state else { return };
        let place = replay.map.get(&schema_core::Path::Table(name.clone()));
        self.out.findings.insert(Finding {
            rust: Some(spot(self.source.path(item.file), span)),
            sql: place.map(|place| host.spot(place)),
            code: "unclaimed-table",
            level: Level::Error,
            message,
        });
    }

    fn duplicates(&mut self, item: &SchemaItem, input: &SchemaMacro, listed: &[Listed], host: &Host) {
        let tables: Vec<&ObjectName> = listed.iter().flatten().filter_map(|compared| compared.table.as_ref()).collect();
        let Some(twice) = tables.iter().enumerate().find(|(at, table)| tables[..*at].contains(table)) else { return };
        let message = format!("two listed models are of table `{}`\n  help: list one of them", twice.1);
        let State::Ready { replay, .. } = &host.state else { return };
        let place = replay.map.get(&schema_core::Path::Table((*twice.1).clone()));
        self.out.findings.insert(Finding {
            rust: Some(spot(self.source.path(item.file), input.ident.span())),
            sql: place.map(|place| host.spot(place)),
            code: "duplicate-model",
            level: Level::Error,
            message,
        });
    }

    /// Among bare paths without `schema!`, every table of the migrations wants a model.
    pub(super) fn unclaimed(&mut self) {
        let Some(project) = &self.site.project else { return };
        let host = self.announced(project);
        let State::Ready { replay, .. } = &host.state else { return };
        if self.compared.values().any(|compared| compared.table.is_none()) {
            return;
        }
        let has_model =
            |name: &ObjectName| self.compared.values().any(|compared| compared.table.as_ref() == Some(name));
        let excused = self.excused();
        let models = shown(self.site);
        let missing: Vec<Finding> = replay
            .inspection
            .schema
            .tables
            .keys()
            .filter(|name| !excused.contains(name) && !has_model(name))
            .map(|name| Finding {
                rust: None,
                sql: replay.map.get(&schema_core::Path::Table(name.clone())).map(|place| host.spot(place)),
                code: "unclaimed-table",
                level: Level::Error,
                message: format!(
                    "table `{name}` has no model in `{models}`{}\n  help: write a model for it, or run `cargo driftless new drop_{}`",
                    place_line(replay, name),
                    name.name
                ),
            })
            .collect();
        self.out.findings.extend(missing);
    }
}

/// Whether two directories make the same schema, which is what the build compares.
fn same_schema(a: &Host, b: &Host) -> bool {
    match (&a.state, &b.state) {
        (State::Ready { replay: a, .. }, State::Ready { replay: b, .. }) => a.catalogue == b.catalogue,
        _ => true,
    }
}
