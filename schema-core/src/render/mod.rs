//! SQL is written here and nowhere else: the nouns as DDL, in the words that a careful developer
//! would have chosen.
//!
//! What is printed is read back as exactly the same nouns. So a constraint stands beside its column
//! only while that keeps the order of the constraints of its kind (see [`table`]), and a literal
//! default stands bare because the canonical form drops the parentheses anyway.

mod alter;
mod column;
mod constraint;
mod index;
mod key;
mod keywords;
mod names;
mod offender;
mod order;
mod quote;
mod rebuild;
mod shape;
mod spelling;
mod table;

pub use alter::{Alter, alter, drop_index, drop_table, drop_trigger, drop_view};
pub use column::column;
pub use constraint::{check, foreign_key, primary_key, unique};
pub use index::index;
pub use names::{ConstraintNames, constraint_names, index_name, index_names};
pub use offender::{Question, Rows};
pub(crate) use order::in_order;
pub use order::{digest, schema};
pub(crate) use quote::identifier;
pub use quote::{literal, name, object};
pub use rebuild::{Source, compile_everything, copy_rows, copy_sequence, legacy_alter_table, refuse_foreign_keys};
pub(crate) use shape::{is_bare_default, only_column};
pub(crate) use table::is_rowid_alias;
pub use table::{TableDdl, comments, enum_type, table, table_ddl};
