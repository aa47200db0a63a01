//! What a build says about a Rust source and its migrations: the findings of the macros, and those
//! that they leave to rustc.

use proc_macro2::Span;
use schema_core::{Dialect, Path, Place};
use schema_model::check::{Found, Verdict, check};
use schema_model::{Desired, Model, StandardTypes};
use schema_replay::Replay;
use syn::Item;

use crate::edit::Spot;
use crate::rustc::{self, Facts, Items};

/// Something that a build reports.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    pub(crate) code: String,
    /// Where in the Rust source.
    pub(crate) at: Spot,
    pub(crate) message: String,
    /// Where in the migrations.
    pub(crate) place: Option<Place>,
}

impl Finding {
    pub(crate) fn new(code: &str, span: Span, message: String) -> Finding {
        let start = span.start();
        Finding { code: code.to_owned(), at: (start.line, start.column), message, place: None }
    }

    pub(crate) fn with_place(self, place: Option<Place>) -> Finding {
        Finding { place, ..self }
    }
}

/// A struct with `#[derive(Table)]`, as far as its expansion got.
enum Expanded {
    Refused,
    Checked(Box<Desired>, Box<Verdict>),
}

/// Everything that is reported, in no order.
pub(crate) fn view(rust: &str, replay: &Replay) -> Vec<Finding> {
    let file = syn::parse_file(rust).unwrap_or_else(|error| panic!("the source is Rust: {error}\n{rust}"));
    let items = Items::of(&file);
    let mut findings: Vec<Finding> = replay
        .findings
        .iter()
        .map(|problem| Finding {
            code: problem.code.to_owned(),
            at: (0, 0),
            message: problem.message.clone(),
            place: problem.place.clone(),
        })
        .collect();
    findings.extend(items.refusals.iter().cloned());
    let expanded: Vec<(String, Expanded)> =
        items.models.iter().map(|input| (input.ident.to_string(), expand(input, replay, &mut findings))).collect();
    let facts: Vec<Facts> = expanded.iter().map(|(name, expanded)| facts(name, expanded)).collect();
    for (_, expanded) in &expanded {
        if let Expanded::Checked(desired, verdict) = expanded {
            rustc::types(desired, verdict, &items, &mut findings);
            rustc::references(verdict, &facts, &mut findings);
        }
    }
    claims(&file, replay, &expanded, &facts, &mut findings);
    proc_macro2::extra::invalidate_current_thread_spans();
    findings
}

fn expand(input: &syn::DeriveInput, replay: &Replay, findings: &mut Vec<Finding>) -> Expanded {
    let lowered = Model::parse(input).and_then(|model| model.lower(Dialect::Sqlite, &StandardTypes));
    let desired = match lowered {
        Ok(desired) => desired,
        Err(errors) => {
            findings.extend(refused(errors));
            return Expanded::Refused;
        }
    };
    let found = Found { inspection: &replay.inspection, map: &replay.map };
    let verdict = check(&input.ident.to_string(), &desired, found);
    findings.extend(verdict.diagnostics.iter().map(|diagnostic| {
        Finding::new(diagnostic.code, diagnostic.span, diagnostic.message.clone()).with_place(diagnostic.place.clone())
    }));
    Expanded::Checked(Box::new(desired), Box::new(verdict))
}

/// One finding for each of the combined errors.
pub(crate) fn refused(errors: syn::Error) -> impl Iterator<Item = Finding> {
    errors.into_iter().map(|error| Finding::new("refused", error.span(), error.to_string()))
}

fn facts(name: &str, expanded: &Expanded) -> Facts {
    match expanded {
        Expanded::Refused => Facts { name: name.to_owned(), table: String::new(), columns: Vec::new(), clean: false },
        Expanded::Checked(desired, verdict) => Facts {
            name: name.to_owned(),
            table: desired.table.name.to_string(),
            columns: desired.fields.iter().map(|field| (field.field.to_string(), field.column.to_string())).collect(),
            clean: verdict.diagnostics.is_empty(),
        },
    }
}

/// The checks across tables, as the expansion of `schema!` has rustc prove them.
fn claims(
    file: &syn::File,
    replay: &Replay,
    expanded: &[(String, Expanded)],
    facts: &[Facts],
    findings: &mut Vec<Finding>,
) {
    let excused: Vec<String> = expanded
        .iter()
        .filter_map(|(_, expanded)| match expanded {
            Expanded::Checked(_, verdict) => verdict.meant.as_ref().map(ToString::to_string),
            Expanded::Refused => None,
        })
        .collect();
    for item in &file.items {
        let Item::Macro(item) = item else { continue };
        if !item.mac.path.is_ident("schema") {
            continue;
        }
        let schema: schema_model::SchemaMacro = syn::parse2(item.mac.tokens.clone()).expect("a schema");
        let listed: Vec<&Facts> = schema
            .models
            .iter()
            .filter_map(|path| facts.iter().find(|facts| path.is_ident(facts.name.as_str())))
            .collect();
        if listed.len() < schema.models.len() {
            findings.push(Finding::new("unknown-model", schema.ident.span(), "cannot find type".to_owned()));
        }
        let any_refused = listed.iter().any(|facts| facts.table.is_empty());
        for table in replay.inspection.schema.tables.keys() {
            let name = table.to_string();
            let claimed = listed.iter().any(|facts| table.name.is(&facts.table));
            if !claimed && !any_refused && !excused.contains(&name) {
                let place = replay.map.get(&Path::Table(table.clone())).cloned();
                let shown = place.as_ref().map(ToString::to_string).unwrap_or_default();
                let message = format!("table `{name}` has no listed model\n  migrations:  TABLE {name}   {shown}");
                findings.push(Finding::new("unclaimed-table", schema.ident.span(), message).with_place(place));
            }
        }
        let twice = |at: usize| listed[..at].iter().any(|other| other.table.eq_ignore_ascii_case(&listed[at].table));
        if listed.len() > replay.inspection.schema.tables.len() && (0..listed.len()).any(twice) {
            let message = "two listed models are of one table".to_owned();
            findings.push(Finding::new("two-models", schema.ident.span(), message));
        }
    }
}
