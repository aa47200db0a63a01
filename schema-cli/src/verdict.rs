//! The verdict of the build on one crate: what the derives and `schema!` would say, in their words.

mod schema;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use proc_macro2::Span;
use schema_core::{Dialect, ObjectName, Table};
use schema_model::check::{Found, ReferenceProof, TypeProof, Verdict, check, judge_standard};
use schema_model::source::{Fact, ModelItem, NamedModel, ScopedResolver, Source, span_of, text_of};
use schema_model::{Desired, SqlTypeModel, SqlTypeStorage, StandardTypes, TypeResolver as _};
use schema_replay::{Problem, Project, Replay};

use crate::args::Where;
use crate::finding::{Finding, Level, Spot};
use crate::hosts::{Host, Hosts, State, near};
use crate::models::{between, errors_at, faults, refusals, spot};
use crate::place::Site;

/// What was found about one crate.
#[derive(Default)]
pub(crate) struct Judged {
    pub(crate) findings: BTreeSet<Finding>,
    /// Where its models stand.
    pub(crate) models: BTreeSet<Spot>,
}

/// The migrations directory that a file belongs to.
type Located = std::result::Result<Option<Project>, Problem>;

/// What a model was compared with.
#[derive(Clone)]
struct Compared {
    /// The table; none for a model that was refused.
    table: Option<ObjectName>,
    /// The directory that it agrees with.
    agrees_with: Option<Arc<Host>>,
    /// Whether the directory could be read.
    ready: bool,
    /// The table that a model without one was probably meant for.
    meant: Option<ObjectName>,
}

/// One crate, or what was named bare, on its way to a verdict.
struct Judge<'a> {
    source: &'a Source,
    site: &'a Site,
    place: &'a Where,
    hosts: &'a Hosts,
    /// What belongs to the files of a directory, by the name that `schema!` states.
    located: BTreeMap<(PathBuf, Option<String>), Located>,
    compared: BTreeMap<*const ModelItem, Compared>,
    /// What is to be proved when every model was compared.
    references: Vec<(&'a ModelItem, ReferenceProof)>,
    out: Judged,
}

/// Judges the crates of a site.
pub(crate) fn judge(site: &Site, place: &Where, hosts: &Hosts) -> Judged {
    let mut out = Judged::default();
    for source in crate::models::sources(site) {
        let mut judge = Judge {
            source: &source,
            site,
            place,
            hosts,
            located: BTreeMap::new(),
            compared: BTreeMap::new(),
            references: Vec::new(),
            out: Judged::default(),
        };
        judge.all();
        out.findings.append(&mut judge.out.findings);
        out.models.append(&mut judge.out.models);
    }
    out
}

impl<'a> Judge<'a> {
    fn all(&mut self) {
        let source = self.source;
        self.out.findings.extend(faults(source, self.site.package.is_none()));
        for item in source.sql_types() {
            self.out.findings.extend(refusals(source, item.file, item.model, "sql-type"));
            if let Ok(SqlTypeModel { storage: SqlTypeStorage::Newtype(inner), .. }) = item.model
                && let Fact::Unstorable(ty) = source.resolver(item.module).judge(inner)
            {
                self.error("unstorable-type", source.path(item.file), span_of(inner), unstorable(&ty));
            }
        }
        for item in source.models() {
            self.out.models.insert(spot(source.path(item.file), item.input.ident.span()));
            let compared = self.model(item);
            self.compared.insert(&raw const *item, compared);
        }
        for (item, proof) in std::mem::take(&mut self.references) {
            self.reference(item, &proof);
        }
        for item in source.schemas() {
            self.schema(item);
        }
        if self.site.package.is_none() && source.schemas().next().is_none() {
            self.unclaimed();
        }
    }

    /// The directory that a file belongs to; what is wrong with finding it is reported.
    fn host(&mut self, file: &Path, span: Span, name: Option<&str>) -> Option<Arc<Host>> {
        let Some(package) = &self.site.package else {
            return self.site.project.as_ref().map(|project| self.announced(project));
        };
        let key = (file.parent().unwrap_or(file).to_owned(), name.map(str::to_owned));
        let located = self.located.entry(key).or_insert_with(|| self.place.locate(file, &package.root, name));
        match located.clone() {
            Ok(Some(project)) if project.config.dialect == Dialect::Postgres => {
                let message = "migrations for PostgreSQL cannot be replayed by this version, only those for SQLite";
                self.once("unsupported-dialect", file, span, message);
                None
            }
            Ok(Some(project)) => Some(self.announced(&project)),
            Ok(None) => {
                let message = format!(
                    "there is no directory `{}` at or above this file inside its package\n  \
                     help: {}run `cargo driftless init`",
                    name.unwrap_or("migrations"),
                    if name.is_some() { "correct the name, or " } else { "" }
                );
                self.once("missing-migrations", file, span, &message);
                None
            }
            Err(problem) => {
                self.once(problem.code, file, span, &problem.message);
                None
            }
        }
    }

    /// What is no fault of the models, for the first of them only.
    fn once(&mut self, code: &'static str, file: &Path, span: Span, message: &str) {
        if !self.out.findings.iter().any(|finding| finding.message == message) {
            self.error(code, file, span, message.to_owned());
        }
    }

    fn announced(&mut self, project: &Project) -> Arc<Host> {
        let host = self.hosts.get(project);
        self.out.findings.extend(host.findings());
        host
    }

    fn error(&mut self, code: &'static str, file: &Path, span: Span, message: String) {
        let rust = Some(spot(file, span));
        self.out.findings.insert(Finding { rust, sql: None, code, level: Level::Error, message });
    }

    /// What the derive does.
    fn model(&mut self, item: &'a ModelItem) -> Compared {
        let source = self.source;
        let refused = Compared { table: None, agrees_with: None, ready: true, meant: None };
        let Ok(model) = &item.model else {
            self.out.findings.extend(refusals(source, item.file, &item.model, "model"));
            return refused;
        };
        // As the derive does, with the types of the standard library only: the others are proved one by one.
        let desired = match model.lower(Dialect::Sqlite, &StandardTypes) {
            Ok(desired) => desired,
            Err(errors) => {
                self.out.findings.extend(errors_at(source, item.file, &errors, "model"));
                return refused;
            }
        };
        let table = Some(desired.table.name.clone());
        let Some(host) = self.host(source.path(item.file), item.input.ident.span(), None) else {
            return Compared { table, ready: false, ..refused };
        };
        let State::Ready { replay, .. } = &host.state else {
            return Compared { table, ready: false, ..refused };
        };
        let verdict = compare(&model.ident.to_string(), &desired, replay);
        let mut denied = false;
        for found in &verdict.diagnostics {
            let Some(level) = host.level(found.code) else { continue };
            denied |= level == Level::Error;
            self.out.findings.insert(Finding {
                rust: Some(between(source.path(item.file), found.span, found.end)),
                sql: found.place.as_ref().map(|place| host.spot(place)),
                code: found.code,
                level,
                message: found.message.clone(),
            });
        }
        self.proofs(item, &desired, &verdict, &host);
        let agrees_with = (!denied).then(|| Arc::clone(&host));
        Compared { table: Some(verdict.table.name), agrees_with, ready: true, meant: verdict.meant }
    }

    /// What rustc proves.
    fn proofs(&mut self, item: &'a ModelItem, desired: &Desired, verdict: &Verdict, host: &Host) {
        let source = self.source;
        let resolver = source.resolver(item.module);
        for proof in &verdict.types {
            self.type_proof(item, proof, &verdict.table, resolver, host);
        }
        self.references.extend(verdict.references.iter().map(|proof| (item, proof.clone())));
        for field in &desired.fields {
            let Some(looks_like) = StandardTypes.fact(&field.ty) else { continue };
            if let Fact::Known(found) = resolver.judge(&field.ty)
                && let Some(message) = judge_standard(&looks_like, &found)
            {
                self.error("hidden-type", source.path(item.file), span_of(&field.ty), message.to_owned());
            }
        }
    }

    /// Whether a reference names the right model. Of one that was refused, or that itself disagrees with the
    /// migrations, its own errors are enough.
    fn reference(&mut self, item: &ModelItem, proof: &ReferenceProof) {
        let source = self.source;
        let resolver = source.resolver(item.module);
        match resolver.model(&proof.model) {
            NamedModel::Model(parent) => {
                let agrees = self.compare_quietly(parent).agrees_with.is_some();
                let judged = parent.model.as_ref().ok().filter(|_| agrees).and_then(|parent| proof.judge(parent));
                if let Some(message) = judged {
                    self.error("foreign-key", source.path(item.file), proof.span, message);
                }
            }
            NamedModel::NoTable(name) => {
                let span = span_of(&proof.model);
                self.error("no-table", source.path(item.file), span, no_table(name));
            }
            NamedModel::Unknown => {
                if let Some((span, message)) = resolver.missing(&proof.model) {
                    return self.error("unknown-name", source.path(item.file), span, message);
                }
                let message = format!(
                    "the model `{}` is not among the sources, so only the build can tell whether its table is `{}`",
                    text_of(&proof.model),
                    proof.parent
                );
                self.note("unknown-model", item, proof.span, message);
            }
        }
    }

    fn type_proof(
        &mut self,
        item: &ModelItem,
        proof: &TypeProof,
        table: &Table,
        resolver: ScopedResolver<'_>,
        host: &Host,
    ) {
        let path = self.source.path(item.file);
        let span = span_of(&proof.ty);
        match resolver.judge(&proof.ty) {
            Fact::Known(fact) => {
                if let Some((code, message)) = proof.judge(&fact, table) {
                    self.out.findings.insert(Finding {
                        rust: Some(spot(path, span)),
                        sql: proof.place.as_ref().map(|place| host.spot(place)),
                        code,
                        level: Level::Error,
                        message,
                    });
                }
            }
            Fact::Unstorable(ty) => self.error("unstorable-type", path, span, unstorable(&ty)),
            Fact::Refused => {}
            Fact::Unknown => {
                if let Some((span, message)) = resolver.missing_in(&proof.ty) {
                    return self.error("unknown-name", path, span, message);
                }
                let message = format!(
                    "the type `{}` of column `{}.{}` is not among the sources, so only the build can tell how it is stored",
                    text_of(&proof.ty),
                    table.name,
                    proof.column
                );
                self.note("unknown-type", item, span, message);
            }
        }
    }

    fn note(&mut self, code: &'static str, item: &ModelItem, span: Span, message: String) {
        let rust = Some(spot(self.source.path(item.file), span));
        self.out.findings.insert(Finding { rust, sql: None, code, level: Level::Note, message });
    }

    /// The comparison of a model. One of another crate is not reported here.
    fn compare_quietly(&mut self, item: &'a ModelItem) -> Compared {
        let key = &raw const *item;
        if let Some(compared) = self.compared.get(&key) {
            return compared.clone();
        }
        let (before, references) = (self.out.findings.clone(), self.references.len());
        let compared = self.model(item);
        self.out.findings = before;
        self.references.truncate(references);
        self.compared.insert(key, compared.clone());
        compared
    }
}

fn compare(model: &str, desired: &Desired, replay: &Replay) -> Verdict {
    check(model, desired, Found { inspection: &replay.inspection, map: &replay.map })
}

/// What rustc says of a type without `SqlType`.
fn unstorable(ty: &str) -> String {
    format!(
        "`{ty}` cannot be stored in a SQL column\n  help: give a type of your own `#[derive(SqlType)]`; \
         integers that do not fit the database's signed 64 bits become `i64`"
    )
}

/// What rustc says of a type without `Table`.
fn no_table(name: &str) -> String {
    format!("`{name}` is no table\n  help: write `#[derive(Table)]` above it")
}

/// The line of a table in a message.
fn place_line(replay: &Replay, name: &ObjectName) -> String {
    let place = replay.map.get(&schema_core::Path::Table(name.clone()));
    place.map_or_else(String::new, |place| format!("\n  migrations:  TABLE {name}   {place}"))
}

/// The path of a root as messages show it.
fn shown(site: &Site) -> String {
    site.roots.first().map(|root| near(root).display().to_string()).unwrap_or_default()
}
