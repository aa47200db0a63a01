//! One column of one model of a subject, with everything that a mutation of it has to know.

use schema_core::{Column, KeyPart, KeyTarget, Name, Table};

use crate::source::{FieldSource, ModelSource};
use crate::subject::Subject;

/// A field, its model and the table that the migrations make.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) subject: &'a Subject,
    pub(crate) model: &'a ModelSource,
    pub(crate) field: &'a FieldSource,
    pub(crate) table: &'a Table,
    pub(crate) found: &'a Column,
}

/// How the values of a field are stored, as far as a mutation chooses by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stored {
    Integer,
    Bool,
    Real,
    Text,
    Blob,
}

/// The table of a model.
pub(crate) fn table<'a>(subject: &'a Subject, model: &ModelSource) -> &'a Table {
    let name = model.table(&subject.source);
    let tables = &subject.replay.inspection.schema.tables;
    tables.values().find(|table| table.name.name.is(&name)).unwrap_or_else(|| panic!("a table `{name}`"))
}

/// Every field of a subject.
pub(crate) fn places(subject: &Subject) -> impl Iterator<Item = Place<'_>> {
    subject.source.models.iter().flat_map(move |model| {
        let table = table(subject, model);
        model.fields.iter().map(move |field| {
            let column = field.column(&subject.source);
            let found = table.columns.iter().find(|found| found.name.is(&column)).expect("the column");
            Place { subject, model, field, table, found }
        })
    })
}

impl<'a> Place<'a> {
    pub(crate) fn what(&self) -> String {
        format!("{}.{}", self.model.name, self.field.name)
    }

    pub(crate) fn column(&self) -> String {
        self.found.name.to_string()
    }

    pub(crate) fn ty(&self) -> &'a str {
        self.subject.source.at(&self.field.ty)
    }

    pub(crate) fn text(&self, range: &std::ops::Range<usize>) -> &'a str {
        self.subject.source.at(range)
    }

    /// Whether the type shows an `Option`.
    pub(crate) fn is_option(&self) -> bool {
        self.ty().starts_with("Option<")
    }

    /// The type inside the `Option`.
    pub(crate) fn inner(&self) -> &'a str {
        self.ty().strip_prefix("Option<").and_then(|rest| rest.strip_suffix('>')).unwrap_or(self.ty())
    }

    /// Whether only rustc knows the type.
    pub(crate) fn is_open(&self) -> bool {
        const STANDARD: [&str; 11] =
            ["i64", "u32", "i32", "u16", "i16", "i8", "u8", "bool", "f64", "String", "Vec<u8>"];
        !STANDARD.contains(&self.inner())
    }

    /// How the column is stored; for an open type as the migrations have it.
    pub(crate) fn stored(&self) -> Stored {
        match self.inner() {
            "bool" => Stored::Bool,
            "f64" | "f32" => Stored::Real,
            "String" => Stored::Text,
            "Vec<u8>" => Stored::Blob,
            _ => match self.found.ty.as_str() {
                "TEXT" => Stored::Text,
                "BLOB" => Stored::Blob,
                "REAL" => Stored::Real,
                _ => Stored::Integer,
            },
        }
    }

    /// Whether the column is in the primary key.
    pub(crate) fn is_key(&self) -> bool {
        self.table.primary_key.as_ref().is_some_and(|key| key.columns().contains(&self.found.name))
    }

    /// Whether the migrations enforce that the column is unique by a constraint, and not by an index.
    pub(crate) fn is_constraint(&self) -> bool {
        self.table.uniques.iter().any(|unique| is_over(&unique.parts, &self.found.name))
    }

    /// Where the attributes of the struct name the field.
    pub(crate) fn mentions(&self) -> Vec<usize> {
        self.model.mentions(&self.field.name)
    }
}

fn is_over(parts: &[KeyPart], column: &Name) -> bool {
    matches!(parts, [KeyPart { target: KeyTarget::Column(name), .. }] if name == column)
}
