//! The macros of driftless: parse, ask `schema-model` and `schema-replay`, quote.
//!
//! What they emit names only `::driftless::__private` and `::core`.

mod host;
mod schema;
mod sql_type;
mod table;

use proc_macro::TokenStream;

/// Declares that a struct is a table, and fails the build, at the field, when the migrations do not
/// produce exactly that table. See the documentation of `driftless` for the attributes.
#[proc_macro_derive(Table, attributes(table, column))]
pub fn derive_table(input: TokenStream) -> TokenStream {
    match syn::parse2(input.into()) {
        Ok(input) => table::expand(&input).into(),
        // rustc has reported the syntax error already.
        Err(_) => TokenStream::new(),
    }
}

/// Declares that a newtype is stored as what it wraps, or that an enum is stored as text.
#[proc_macro_derive(SqlType, attributes(sql))]
pub fn derive_sql_type(input: TokenStream) -> TokenStream {
    match syn::parse2(input.into()) {
        Ok(input) => sql_type::expand(&input).into(),
        Err(_) => TokenStream::new(),
    }
}

/// Declares the schema of a database: its migrations, embedded, and the models of its tables.
#[proc_macro]
pub fn schema(input: TokenStream) -> TokenStream {
    schema::expand(input.into()).into()
}
