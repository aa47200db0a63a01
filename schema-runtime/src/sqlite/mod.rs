//! SQLite: the embedded migrations and what brings a database to their schema.

use schema_core::Migration;

/// The migrations of one SQLite database and the schema they lead to, embedded into the program:
/// the type of the `static` that `schema!` declares.
#[derive(Debug)]
pub struct Sqlite {
    migrations: &'static [Migration],
    chain: &'static str,
    schema: &'static [&'static str],
}

impl Sqlite {
    /// Called by generated code.
    #[doc(hidden)]
    pub const fn new(migrations: &'static [Migration], chain: &'static str, schema: &'static [&'static str]) -> Sqlite {
        Sqlite { migrations, chain, schema }
    }

    /// The migrations in their order.
    pub const fn migrations(&self) -> &'static [Migration] {
        self.migrations
    }

    /// The statements of the schema that the migrations lead to, as SQLite stores them.
    pub const fn schema(&self) -> &'static [&'static str] {
        self.schema
    }

    /// The hash over all migrations in their order: two programs with the same chain embed the same migrations.
    pub const fn chain(&self) -> &'static str {
        self.chain
    }
}
