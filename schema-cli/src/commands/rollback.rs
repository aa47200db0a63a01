//! `rollback`: migrations are taken back by their way down.

use std::path::Path;

use crate::args::Where;
use crate::exit::{Outcome, Result, Stop};

pub(crate) fn run(database: &Path, place: &Where, to: Option<&str>, yes: bool, json: bool) -> Result<Outcome> {
    let _ = (database, place, to, yes, json);
    Err(Stop::unusable("this command is not available in this version"))
}
