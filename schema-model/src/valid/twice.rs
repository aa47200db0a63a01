//! Constraints that are stated twice.

use proc_macro2::Span;

use super::lists::column_name;
use crate::errors::Errors;
use crate::ident::{compact, plain};
use crate::model::{ElementTarget, Field, ForeignKeyAttribute, KeyAttribute, Model, Parent, Setting};

pub(super) fn all(model: &Model, errors: &mut Errors) {
    refuse(&uniques(model), errors);
    refuse(&indexes(model), errors);
    refuse(&checks(model), errors);
    refuse(&foreign_keys(model), errors);
    index_names(model, errors);
}

/// One statement of a constraint.
struct Statement {
    /// Equal for equal constraints, and shown: `UNIQUE (email)`.
    title: String,
    /// What else tells two statements on the struct apart.
    detail: String,
    name: Option<String>,
    key: Span,
    /// The field; `None` on the struct.
    field: Option<String>,
}

impl Statement {
    fn place(&self) -> String {
        match &self.field {
            Some(field) => format!("on the field `{field}`"),
            None => "on the struct".to_owned(),
        }
    }

    /// Two names make two constraints, and on the struct so do two conditions or actions.
    fn equals(&self, other: &Statement) -> bool {
        let named_apart = self.name.is_some() && other.name.is_some() && self.name != other.name;
        let detailed_apart = self.field.is_none() && other.field.is_none() && self.detail != other.detail;
        self.title == other.title && !named_apart && !detailed_apart
    }
}

fn refuse(statements: &[Statement], errors: &mut Errors) {
    for (at, second) in statements.iter().enumerate() {
        if let Some(first) = statements[..at].iter().find(|first| first.equals(second)) {
            let (one, other) = (first.place(), second.place());
            let places = if one == other { format!("both times {one}") } else { format!("{one} and {other}") };
            errors.at_both([first.key, second.key], &format!("{} is stated twice: {places}", second.title));
        }
    }
}

fn text(setting: Option<&Setting<String>>) -> Option<String> {
    setting.map(|setting| setting.value.to_lowercase())
}

/// The elements of a key as one text.
fn over(model: &Model, key: &KeyAttribute) -> String {
    let element = |element: &crate::KeyElement| {
        let mut part = match &element.target {
            ElementTarget::Sql(sql) => format!("({sql})"),
            _ => column_name(model, element).unwrap_or_default(),
        };
        if let Some(collation) = &element.collation {
            part = format!("{part} collate {collation}");
        }
        if element.descending {
            part.push_str(" desc");
        }
        part
    };
    key.elements.iter().map(element).collect::<Vec<_>>().join(", ")
}

fn over_field(field: &Field, key: &KeyAttribute) -> String {
    let name = field.column_name();
    if key.descending.is_some() { format!("{name} desc") } else { name }
}

fn statement(word: &str, over: &str, key: &KeyAttribute, field: Option<&Field>) -> Statement {
    Statement {
        title: format!("{word} ({over})"),
        detail: format!("{:?} {:?}", key.unique.is_some(), text(key.predicate.as_ref())),
        name: text(key.name.as_ref()),
        key: key.key,
        field: field.map(|field| plain(&field.ident)),
    }
}

/// The keys whose lists could be read.
fn listed(keys: &[KeyAttribute]) -> impl Iterator<Item = &KeyAttribute> {
    keys.iter().filter(|key| !key.elements.is_empty())
}

fn uniques(model: &Model) -> Vec<Statement> {
    let on_fields = model.fields.iter().filter_map(|field| {
        let key = field.unique.as_ref()?;
        Some(statement("UNIQUE", &over_field(field, key), key, Some(field)))
    });
    let on_struct = listed(&model.table.uniques).map(|key| statement("UNIQUE", &over(model, key), key, None));
    on_fields.chain(on_struct).collect()
}

fn indexes(model: &Model) -> Vec<Statement> {
    let word = |key: &KeyAttribute| match &key.predicate {
        Some(predicate) => format!("the index where {}", predicate.value),
        None => "the index".to_owned(),
    };
    let on_fields = model.fields.iter().filter_map(|field| {
        let key = field.index.as_ref()?;
        Some(statement(&word(key), &over_field(field, key), key, Some(field)))
    });
    let on_struct = listed(&model.table.indexes).map(|key| statement(&word(key), &over(model, key), key, None));
    on_fields.chain(on_struct).collect()
}

fn checks(model: &Model) -> Vec<Statement> {
    let one = |check: &crate::CheckAttribute, field: Option<&Field>| Statement {
        title: format!("CHECK ({})", check.condition.value),
        detail: String::new(),
        name: text(check.name.as_ref()),
        key: check.key,
        field: field.map(|field| plain(&field.ident)),
    };
    let on_fields = model.fields.iter().flat_map(|field| field.checks.iter().map(move |check| (check, Some(field))));
    let on_struct = model.table.checks.iter().map(|check| (check, None));
    on_fields.chain(on_struct).map(|(check, field)| one(check, field)).collect()
}

fn foreign_keys(model: &Model) -> Vec<Statement> {
    let one = |key: &ForeignKeyAttribute, columns: String, field: Option<&Field>| Statement {
        title: format!("FOREIGN KEY ({columns}) to {}", parent(&key.parent)),
        detail: format!(
            "{:?} {:?} {:?} {:?}",
            key.on_delete.as_ref().map(|action| action.value),
            key.on_update.as_ref().map(|action| action.value),
            key.deferrable.as_ref().map(|deferrable| deferrable.value),
            parent_columns(&key.parent),
        ),
        name: text(key.name.as_ref()),
        key: key.key,
        field: field.map(|field| plain(&field.ident)),
    };
    let on_fields = model.fields.iter().filter_map(|field| {
        let key = field.references.as_ref()?;
        Some(one(key, field.column_name(), Some(field)))
    });
    let on_struct = model.table.foreign_keys.iter().map(|key| {
        let columns: Vec<String> = key.columns.iter().filter_map(|element| column_name(model, element)).collect();
        one(key, columns.join(", "), None)
    });
    on_fields.chain(on_struct).collect()
}

fn parent(parent: &Parent) -> String {
    match parent {
        Parent::Model { path, .. } => format!("`{}`", compact(path)),
        Parent::Table { name, .. } => format!("\"{}\"", name.value),
    }
}

fn parent_columns(parent: &Parent) -> Vec<String> {
    match parent {
        Parent::Model { fields, .. } => fields.iter().map(plain).collect(),
        Parent::Table { columns, .. } => columns.iter().map(|column| column.value.clone()).collect(),
    }
}

/// Two indexes cannot share a name in any engine; SQLite's constraints can.
fn index_names(model: &Model, errors: &mut Errors) {
    let on_fields = model.fields.iter().filter_map(|field| field.index.as_ref());
    let names: Vec<&Setting<String>> =
        on_fields.chain(&model.table.indexes).filter_map(|key| key.name.as_ref()).collect();
    for (at, name) in names.iter().enumerate() {
        if let Some(first) = names[..at].iter().find(|first| first.value.eq_ignore_ascii_case(&name.value)) {
            errors.at_both([first.span, name.span], &format!("two indexes are named `{}`", name.value));
        }
    }
}
