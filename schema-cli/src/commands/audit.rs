//! `audit`: what a database does not enforce of what the models state.

mod markdown;

use std::path::Path;

use schema_core::{Dialect, Name, TypeFact};
use schema_replay::Project;
use schema_runtime::{Audit, AuditFinding, Category, ColumnMeta, ModelMeta, Severity, Sqlite};
use serde_json::{Value, json};

use super::database::{failed, open};
use crate::args::{AuditArgs, FailOn, Format, ReportFormat, Where};
use crate::exit::{Outcome, Result};
use crate::finding::{self, Finding, Level, Spot, Summary};
use crate::hosts;
use crate::models::{Located, wanted};
use crate::out;
use crate::place::Site;

pub(crate) fn run(args: &AuditArgs, place: &Where, as_json: bool) -> Result<Outcome> {
    let site = place.site()?;
    let models = models(&site, place);
    let migrations = Sqlite::from_migrations(site.read()?.migrations).map_err(|error| failed(&error))?;
    let migrations = migrations.with_models(metas(&models));
    let connection = open(&args.database)?;
    let audit = if args.rows { migrations.audit_with_rows(&connection) } else { migrations.audit(&connection) };
    let mut audit = audit.map_err(|error| failed(&error))?;
    // The settings of this connection are none of the program that uses the database.
    audit.findings.retain(|finding| finding.category != Category::NotEnforced);
    let report = Report { audit: &audit, database: &args.database, models: &models, project: site.project()? };
    match args.format {
        ReportFormat::Human if !as_json => out::text(report.human()),
        ReportFormat::Human | ReportFormat::Json => out::json(&report.json()),
        ReportFormat::Markdown => out::text(markdown::print(&report)),
        ReportFormat::Sarif => out::text(report.in_format(Format::Sarif)),
        ReportFormat::Github => out::text(report.in_format(Format::Github)),
    }
    let limit = match args.fail_on {
        FailOn::Critical => Severity::Critical,
        FailOn::Warning => Severity::Warning,
        FailOn::Notice => Severity::Notice,
    };
    Ok(if audit.at_least(limit).next().is_some() { Outcome::Findings } else { Outcome::Done })
}

/// The models of the migrations, where they can be read: what is wrong with them `check` tells.
fn models(site: &Site, place: &Where) -> Vec<Located> {
    let dir = |site: &Site| site.project.as_ref().map(|project| project.dir.clone());
    let beside = place.sites_with_models().unwrap_or_default();
    let same: Vec<&Site> = beside.iter().filter(|other| dir(other) == dir(site)).collect();
    let sites = if same.is_empty() { vec![site] } else { same };
    sites.into_iter().flat_map(|site| wanted(site).located).collect()
}

/// The same as the library takes it, for the rest of the process.
fn metas(models: &[Located]) -> &'static [ModelMeta] {
    let text = |text: &str| -> &'static str { text.to_owned().leak() };
    let column = |(column, field, _): &(Name, String, Spot)| ColumnMeta {
        field: text(field),
        name: text(column.as_str()),
        fact: TypeFact::ANY,
    };
    let model = |model: &Located| ModelMeta {
        name: text(&model.name),
        table: text(model.table.name.as_str()),
        columns: model.fields.iter().map(column).collect::<Vec<_>>().leak(),
    };
    models.iter().map(model).collect::<Vec<_>>().leak()
}

/// What was found, and where its models and migrations stand.
struct Report<'a> {
    audit: &'a Audit,
    database: &'a Path,
    models: &'a [Located],
    project: &'a Project,
}

impl Report<'_> {
    /// Where the model stands, or the one field that it is about.
    fn rust(&self, finding: &AuditFinding) -> Option<Spot> {
        let table = Name::new(Dialect::Sqlite, finding.table.as_deref()?);
        let model = self.models.iter().find(|model| model.table.name == table)?;
        let field = |column: &String| model.fields.iter().find(|(name, ..)| name.is(column)).map(|(.., spot)| spot);
        let one = match finding.columns.as_slice() {
            [column] => field(column),
            _ => None,
        };
        Some(one.unwrap_or(&model.spot).clone())
    }

    fn sql(&self, finding: &AuditFinding) -> Option<Spot> {
        finding.place.as_ref().map(|place| hosts::spot(self.project, place))
    }

    /// The finding as `check` has them. The statements stand below it where `whole` says so.
    fn finding(&self, one: &AuditFinding, whole: bool) -> Finding {
        let text = one.to_string();
        let (_, message) = text.split_once(": ").unwrap_or(("", &text));
        let lines = message.lines().count() - one.sql.iter().map(|sql| sql.lines().count()).sum::<usize>();
        let message = match whole {
            true => message.to_owned(),
            false => message.lines().take(lines).collect::<Vec<_>>().join("\n"),
        };
        let level = match one.severity {
            Severity::Critical => Level::Error,
            Severity::Warning => Level::Warning,
            Severity::Notice => Level::Note,
        };
        Finding { rust: self.rust(one), sql: self.sql(one), code: one.category.code(), level, message }
    }

    fn in_format(&self, format: Format) -> String {
        let findings: Vec<Finding> = self.audit.findings.iter().map(|one| self.finding(one, true)).collect();
        finding::print(&findings, format, &Summary { models: self.models.len(), migrations: 0 })
    }

    fn human(&self) -> String {
        let mut text = format!("{}: {}\n\n", self.database.display(), self.audit.basis());
        for one in &self.audit.findings {
            text.push_str(&finding::report(&self.finding(one, false), one.severity.as_str()));
            text.push('\n');
            for sql in &one.sql {
                text.push_str(&format!("    {};\n", sql.replace('\n', "\n    ")));
            }
            text.push('\n');
        }
        format!("{text}{}\n", self.audit.summary())
    }

    fn json(&self) -> Value {
        let spot = |spot: Option<Spot>| spot.as_ref().map(finding::spot);
        let one = |one: &AuditFinding| {
            let rows = one.rows.iter().map(
                |rows| json!({ "rule": rows.rule, "count": rows.count, "samples": rows.samples, "query": rows.query }),
            );
            json!({
                "severity": one.severity.as_str(),
                "code": one.category.code(),
                "message": one.message,
                "object": one.object,
                "table": one.table,
                "columns": one.columns,
                "model": one.item,
                "migrations": one.expected,
                "database": one.found,
                "help": one.help,
                "sql": one.sql,
                "rows": rows.collect::<Vec<_>>(),
                "rust": spot(self.rust(one)),
                "place": spot(self.sql(one)),
            })
        };
        json!({
            "database": self.database.display().to_string(),
            "compared_with": self.audit.version,
            "recorded": self.audit.recorded,
            "pending": self.audit.pending,
            "critical": self.audit.count(Severity::Critical),
            "warnings": self.audit.count(Severity::Warning),
            "notices": self.audit.count(Severity::Notice),
            "findings": self.audit.findings.iter().map(one).collect::<Vec<_>>(),
        })
    }
}
