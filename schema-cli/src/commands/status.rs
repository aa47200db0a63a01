//! `status`: where a database stands.

use std::path::Path;

use serde_json::json;

use super::database::{failed, migrations, open, typed};
use crate::args::Where;
use crate::exit::{Outcome, Result};
use crate::out;

pub(crate) fn run(database: &Path, place: &Where, as_json: bool) -> Result<Outcome> {
    let migrations = migrations(place)?;
    let status = migrations.status(&open(database)?).map_err(|error| failed(&error))?;
    if as_json {
        let list = status.migrations.iter().map(|migration| {
            json!({
                "version": migration.version,
                "name": migration.name,
                "file": migration.file,
                "outcome": migration.outcome.map(schema_runtime::Outcome::as_str),
                "applied_at": migration.applied_at,
            })
        });
        out::json(&json!({
            "up_to_date": status.is_up_to_date(),
            "state": status.state.as_str(),
            "evidence": status.evidence,
            "migrations": list.collect::<Vec<_>>(),
            "problem": status.problem.as_ref().map(|problem| typed(&problem.to_string())),
            "unmanaged": status.unmanaged,
        }));
    } else {
        out::line(typed(&status.to_string()));
    }
    Ok(if status.is_up_to_date() { Outcome::Done } else { Outcome::Findings })
}
