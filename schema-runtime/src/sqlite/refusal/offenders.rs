//! Rows that are in the way of a migration.

use std::error::Error as _;

use schema_core::Migration;

use super::circumstance::words;
use super::{Message, title};
use crate::{Error, Kind, Offenders};

/// A migration failed on rows that break what it adds.
pub(crate) fn offended(migration: &Migration, offenders: Vec<Offenders>, error: Error) -> Error {
    let message = listed(format!("migration {} cannot run", title(migration)), &offenders);
    let source = error.source().and_then(|source| source.downcast_ref::<rusqlite::Error>());
    let message = match source {
        Some(source) => message.side("sqlite", words(source)),
        None => message,
    };
    let message = match error.place() {
        Some(place) => message.line(place).sql(error.sql().unwrap_or_default()),
        None => message.line(&migration.file),
    };
    let explained = message.help(
        Kind::Offenders,
        "mend these rows, or have the migration mend them before this statement; the query finds all of them",
    );
    error.retold(explained).with_offenders(offenders)
}

/// A migration ran, and left values in a column that are not of its new type.
pub(crate) fn unconverted(migration: &Migration, offenders: Vec<Offenders>) -> Error {
    listed(format!("migration {} leaves values that are not of their new type", title(migration)), &offenders)
        .line(&migration.file)
        .help(Kind::Offenders, "convert these values in the migration, such as by CAST; the query finds all of them")
        .with_migration(&migration.file)
        .with_offenders(offenders)
}

/// A migration leaves rows that refer to nothing; the others are told in words, since no query finds them.
pub(crate) fn orphans(migration: &Migration, offenders: Vec<Offenders>, others: &[String]) -> Error {
    let help = if offenders.is_empty() {
        "delete or repair these rows in the migration, before its end"
    } else {
        "delete or repair these rows in the migration, before its end; there the query finds all of them"
    };
    listed(format!("migration {} leaves rows that refer to nothing", title(migration)), &offenders)
        .list(others)
        .line(&migration.file)
        .help(Kind::ForeignKeys, help)
        .with_migration(&migration.file)
        .with_offenders(offenders)
}

/// The fact with the first rule, the samples of it, and the other rules with theirs.
fn listed(fact: String, offenders: &[Offenders]) -> Message {
    let mut message = match offenders.first() {
        Some(first) => Message::new(format!("{fact}: {}", first.fact())),
        None => Message::new(fact),
    };
    for (at, one) in offenders.iter().enumerate() {
        if at > 0 {
            message = message.line(one.fact());
        }
        message = message.list(&one.samples).side("query", &one.query);
    }
    message
}
