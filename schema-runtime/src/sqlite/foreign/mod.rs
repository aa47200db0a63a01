//! What the histories of other migration tools say. They are read and never written: whoever comes from sqlx, diesel,
//! refinery or another tool keeps that tool's table as it is.

mod fingerprint;
mod ledger;
mod program;
mod tables;
mod tools;
mod verdict;

#[cfg(test)]
mod tests;

use std::fmt;

use rusqlite::Connection;
use schema_core::Migration;

use crate::Error;
use crate::sqlite::judge::agreement::Known;
use crate::sqlite::refusal;
use program::Program;

/// Who recorded something, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) tool: &'static str,
    /// The table, or `PRAGMA user_version`.
    pub(crate) table: String,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.table)?;
        if self.tool == self.table { Ok(()) } else { write!(f, " of {}", self.tool) }
    }
}

/// What another tool's history says about the migrations of the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Claim {
    pub(crate) origin: Origin,
    /// The first `count` migrations of the program are recorded there. With 0, something is known of the program's
    /// migrations, but not how many there are: only the evidence is of use.
    pub(crate) count: usize,
    /// Lines for people.
    pub(crate) evidence: Vec<String>,
    /// Whether the tool keeps checksums, and they are those of the program's files.
    pub(crate) verified: bool,
    /// Whether a schema of another version contradicts it. Where the entry may mean something else, as a number in
    /// `PRAGMA user_version` does in many applications, the schema decides, and the claim only between equals.
    pub(crate) binding: bool,
}

/// Reads what other tools recorded. `None` when there is no history of a known tool, or when its entries name none of
/// the program's migrations: then the schema alone decides.
pub(crate) fn claim(db: &Connection, migrations: &[Migration]) -> Result<Option<Claim>, Error> {
    let program = Program::of(migrations);
    let known = Known::of(migrations);
    let mut claims = Vec::new();
    for ledger in tools::ledgers(db, &program, &known).map_err(refusal::database)? {
        claims.extend(verdict::judge(&ledger, &program, db)?);
    }
    combined(claims, migrations, db)
}

/// One claim out of those of several tools, which have to agree.
fn combined(mut claims: Vec<Claim>, migrations: &[Migration], db: &Connection) -> Result<Option<Claim>, Error> {
    // What binds goes before what does not; among those that do not, what has a count.
    claims.sort_by_key(|claim| (!claim.binding, claim.count == 0));
    let Some(first) = claims.first().cloned() else { return Ok(None) };
    let other = claims.iter().find(|other| other.binding == first.binding && other.count != first.count);
    let count = match other {
        Some(other) if first.binding => return Err(refusal::histories_disagree(&first, other, migrations, db)),
        Some(other) if other.count > 0 => 0,
        _ => first.count,
    };
    let verified = claims.iter().any(|claim| claim.verified);
    let evidence = claims.into_iter().flat_map(|claim| claim.evidence).collect();
    Ok(Some(Claim { count, evidence, verified, ..first }))
}
