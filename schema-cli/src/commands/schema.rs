//! `schema`: the DDL of the models, or of the migrations at a version.

use crate::args::Where;
use crate::exit::{Outcome, Result, Stop};

pub(crate) fn run(place: &Where, at: Option<&str>, json: bool) -> Result<Outcome> {
    let _ = (place, at, json);
    Err(Stop::unusable("this command is not available in this version"))
}
