//! The macros of driftless: parse, ask `schema-model` and `schema-replay`, quote.
//!
//! What they emit names only `::driftless::__private` and `::core`.

mod host;
mod schema;
mod sql_type;
mod table;

use proc_macro::TokenStream;

/// The build fails, at the field, when the migrations do not produce exactly the table that the struct describes.
///
/// # Attributes
///
/// | on the struct, `#[table(…)]` | on a field, `#[column(…)]` |
/// |---|---|
/// | `name`, `schema` (PostgreSQL), `strict`, `without_rowid`, `was`, `comment` | `name`, `skip`, `was`, `comment`, `sql_type` |
/// | `primary_key(a, b)`, `unique(a, b)` | `primary_key`, `autoincrement`, `identity`, `unique` |
/// | `index(a, b desc, where = "…")` | `index`, `collate`, `default`, `generated` |
/// | `check("…")`, `foreign_key(columns(a), references(Org, x))` | `check`, `references`, `on_delete`, `on_update`, `deferrable` |
///
/// What is not said has these defaults: the table's name is the struct's in snake case with an `s`, the column's
/// name is the field's, and a column is nullable when its field is an `Option`.
#[proc_macro_derive(Table, attributes(table, column))]
pub fn derive_table(input: TokenStream) -> TokenStream {
    match syn::parse2(input.into()) {
        Ok(input) => table::expand(&input).into(),
        // rustc has reported the syntax error already.
        Err(_) => TokenStream::new(),
    }
}

/// The text of a variant is its name in snake case, unless `#[sql(rename = "…")]` on the variant or
/// `#[sql(rename_all = "…")]` on the enum says otherwise.
#[proc_macro_derive(SqlType, attributes(sql))]
pub fn derive_sql_type(input: TokenStream) -> TokenStream {
    match syn::parse2(input.into()) {
        Ok(input) => sql_type::expand(&input).into(),
        Err(_) => TokenStream::new(),
    }
}

/// The static's type is `Sqlite`. The directory is relative to the package, and each table of the migrations must
/// have one model in the list: a table without one fails the build, and so does a model that is listed twice.
#[proc_macro]
pub fn schema(input: TokenStream) -> TokenStream {
    schema::expand(input.into()).into()
}
