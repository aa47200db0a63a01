//! Reads Rust models annotated for driftless and lowers them to the schema that they ask for.
//!
//! The pipeline: [`attribute`] (one grammar), [`Model::parse`] (nouns with their places, and every refusal
//! that needs no dialect), [`Model::lower`] (the desired [`schema_core::Table`], in one dialect).

#![forbid(unsafe_code)]

pub mod attribute;
pub mod check;
mod errors;
mod ident;
mod lower;
mod model;
mod parse;
pub mod print;
mod read;
mod schema_macro;
#[cfg(feature = "source")]
pub mod source;
mod spans;
mod sql_type;
mod types;
mod valid;

pub use ident::table_name_of;
pub use lower::{Desired, FieldColumn, OpenType, Reference};
pub use model::{
    CheckAttribute, DefaultValue, ElementTarget, Field, ForeignKeyAttribute, KeyAttribute, KeyElement, Model, Parent,
    Setting, TableAttributes,
};
pub use schema_macro::SchemaMacro;
pub use spans::Spans;
pub use sql_type::{SqlTypeModel, SqlTypeStorage, SqlVariant};
pub use types::{ResolvedParent, ResolvedType, StandardTypes, TypeResolver, option_argument};
