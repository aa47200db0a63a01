//! `init`: a package gets what driftless needs, and keeps what it has.

use crate::args::Where;
use crate::exit::{Outcome, Result, Stop};

pub(crate) fn run(place: &Where, json: bool) -> Result<Outcome> {
    let _ = (place, json);
    Err(Stop::unusable("this command is not available in this version"))
}
