//! `rebase`: two branches added the same number, and the local migration gets the next one.

use crate::args::Where;
use crate::exit::{Outcome, Result, Stop};

pub(crate) fn run(place: &Where, local: &[String], json: bool) -> Result<Outcome> {
    let _ = (place, local, json);
    Err(Stop::unusable("this command is not available in this version"))
}
