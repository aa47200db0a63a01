//! `schema`: the DDL of the models, or of the migrations at a version.

use schema_core::{Schema, Unmanaged, UnmanagedKind, render};
use serde_json::json;

use crate::args::Where;
use crate::exit::{Outcome, Result};
use crate::{out, side};

pub(crate) fn run(place: &Where, at: Option<&str>, as_json: bool) -> Result<Outcome> {
    let mut loaded = match at {
        Some(version) => side::migrations(place, Some(version))?,
        None => side::models_as_stated(place)?,
    };
    let empty = Schema::empty(loaded.inspection.schema.dialect);
    loaded.settle(&empty)?;
    let schema = &loaded.inspection.schema;
    let mut statements = render::schema(schema);
    // Views, triggers and virtual tables are kept as their files write them.
    let stands = |object: &&Unmanaged| object.kind != UnmanagedKind::ShadowTable;
    statements.extend(
        loaded.inspection.unmanaged.iter().filter(stands).filter_map(|object| object.sql.as_deref().map(str::to_owned)),
    );
    if as_json {
        let document = json!({
            "dialect": schema.dialect.as_str(),
            "digest": schema_core::plan::digest(schema),
            "statements": statements,
        });
        out::json(&document);
    } else {
        out::text(statements.iter().map(|sql| format!("{sql};\n")).collect::<Vec<_>>().join("\n"));
    }
    Ok(Outcome::Done)
}
