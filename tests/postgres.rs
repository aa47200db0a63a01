//! What is rendered for PostgreSQL, tried on a real server. Without one on the machine every test says that it
//! skips; `DRIFTLESS_REQUIRE_PG=1` makes that a failure.

#![cfg(unix)]

#[path = "postgres/alterations.rs"]
mod alterations;
#[path = "postgres/examples.rs"]
mod examples;
#[path = "postgres/expressions.rs"]
mod expressions;
#[path = "postgres/names.rs"]
mod names;
#[path = "postgres/nouns.rs"]
mod nouns;
#[path = "support/postgres.rs"]
mod postgres;
#[path = "postgres/random.rs"]
mod random;
#[path = "postgres/types.rs"]
mod types;
