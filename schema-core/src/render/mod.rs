//! SQL is written here and nowhere else: the nouns as DDL, in the words that a careful developer
//! would have chosen.
//!
//! What is printed is read back as exactly the same nouns. So a constraint stands beside its column
//! only while that keeps the order of the constraints of its kind (see [`table`]), and a literal
//! default stands bare because the canonical form drops the parentheses anyway.

mod column;
mod constraint;
mod index;
mod keywords;
mod names;
mod order;
mod quote;
mod shape;
mod spelling;
mod table;

pub use column::column;
pub use constraint::{check, foreign_key, primary_key, unique};
pub use index::index;
pub use names::{ConstraintNames, constraint_names, index_name, index_names};
pub use order::schema;
pub(crate) use quote::identifier;
pub use quote::{literal, name, object};
pub use table::{TableDdl, comments, enum_type, table, table_ddl};
