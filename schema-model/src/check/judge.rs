//! What rustc proves, decided from the source: the same rules in the same words.

use schema_core::{Affinity, Storage, Table, TypeFact};
use syn::ext::IdentExt as _;

use super::{ReferenceProof, TypeProof};
use crate::Model;
use crate::types::ResolvedType;

impl TypeProof {
    /// What rustc would say about a type that is stored like this: the code and the message.
    pub fn judge(&self, fact: &ResolvedType, table: &Table) -> Option<(&'static str, String)> {
        let stored = if self.strict { &fact.sqlite_strict } else { &fact.sqlite };
        if !self.stated && **stored != *self.declared.as_str() {
            return Some(("column-type", filled(&self.on_type(table), stored)));
        }
        if self.stated && !survives(fact.storage, Affinity::of(self.declared.as_str())) {
            return Some(("column-type", filled(&self.on_loss(table), stored)));
        }
        if fact.nullable != self.nullable {
            let word = if fact.nullable { "NULL" } else { "NOT NULL" };
            return Some(("column-nullability", filled(&self.on_null(table), word)));
        }
        let same = match (&fact.variants, &self.variants) {
            (Some(a), Some(b)) => a.len() == b.len() && a.iter().all(|text| b.contains(text)),
            (None, None) => true,
            _ => false,
        };
        (!same).then(|| ("enum-variants", filled(&self.on_variants(table), &listed(fact))))
    }
}

impl ReferenceProof {
    /// What rustc would say when this is the model that the reference names. A model that was refused is
    /// not judged, its own errors are enough.
    pub fn judge(&self, parent: &Model) -> Option<String> {
        if parent.fields.is_empty() {
            return None;
        }
        let schema = parent.table.schema.as_ref().map(|schema| schema.value.as_str());
        let is_table = parent.table_name() == self.parent.name.as_str()
            && schema == self.parent.schema.as_ref().map(schema_core::Name::as_str);
        if !is_table {
            return Some(filled(&self.on_table(), &parent.table_name()));
        }
        self.fields.iter().find_map(|(field, column)| {
            let found = parent.fields.iter().find(|other| other.ident.unraw() == field.unraw());
            let name = found.map_or_else(|| "nothing".to_owned(), crate::Field::column_name);
            (name != column.as_str()).then(|| filled(&self.on_column(field, column), &name))
        })
    }
}

/// What rustc would say when a name that looks like a type of the standard library is stored as `found`.
pub fn judge_standard(looks_like: &ResolvedType, found: &ResolvedType) -> Option<&'static str> {
    let same = looks_like.storage == found.storage && looks_like.nullable == found.nullable;
    (!same || found.variants.is_some()).then_some(
        "this name hides the type of the standard library that it looks like\n  help: give the type another name",
    )
}

/// A message with what the Rust side says in its place.
fn filled(message: &str, value: &str) -> String {
    message.replacen("{}", value, 1)
}

fn listed(fact: &ResolvedType) -> String {
    fact.variants.as_ref().map_or_else(
        || "any text".to_owned(),
        |values| values.iter().map(|value| format!("'{value}'")).collect::<Vec<_>>().join(", "),
    )
}

/// Whether SQLite gives back what was stored when the column has this affinity.
fn survives(storage: Storage, affinity: Affinity) -> bool {
    let fact = match storage {
        Storage::Integer => TypeFact::BIG_INTEGER,
        Storage::Bool => TypeFact::BOOL,
        Storage::Real => TypeFact::DOUBLE,
        Storage::Text => TypeFact::TEXT,
        Storage::Blob => TypeFact::BLOB,
        Storage::Any => TypeFact::ANY,
    };
    fact.survives(affinity)
}
