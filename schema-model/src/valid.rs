//! The refusals that do not depend on the dialect.

use crate::errors::Errors;
use crate::model::Model;

pub(crate) fn model(model: &Model, errors: &mut Errors) {
    let _ = (model, errors);
}
