//! The Rust item that a fault concerns.

use schema_core::Name;

use super::fault::Fault;
use crate::ModelMeta;

/// `User`, `User::email` or `UserRole::{user_id, role_id}`; nothing where no model is known.
pub(super) fn item(models: &[ModelMeta], fault: &Fault) -> Option<String> {
    let table = fault.table.as_ref()?;
    let model = models.iter().find(|model| table.name.is(model.table))?;
    let field = |column: &Name| model.columns.iter().find(|meta| column.is(meta.name)).map(|meta| meta.field);
    let fields: Vec<&str> = fault.columns.iter().filter_map(field).collect();
    Some(match fields.as_slice() {
        [] => model.name.to_owned(),
        [field] => format!("{}::{field}", model.name),
        fields => format!("{}::{{{}}}", model.name, fields.join(", ")),
    })
}
