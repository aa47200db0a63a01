//! `diff`: what lies between any two schemas.

use crate::args::Where;
use crate::exit::{Outcome, Result, Stop};

pub(crate) fn run(before: &str, after: &str, place: &Where, json: bool) -> Result<Outcome> {
    let _ = (before, after, place, json);
    Err(Stop::unusable("this command is not available in this version"))
}
