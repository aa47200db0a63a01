//! What a history says about the migrations of the program: how many of them the database has, or what does
//! not fit.

use rusqlite::Connection;
use schema_core::{Migration, chain, compare_versions};

use crate::Error;
use crate::sqlite::history::Row;
use crate::sqlite::refusal;

/// Checks that the program's own migrations have distinct versions in ascending order.
pub(crate) fn sequence(migrations: &[Migration]) -> Result<(), Error> {
    match migrations.windows(2).find(|pair| compare_versions(&pair[0].version, &pair[1].version).is_ge()) {
        Some(pair) => Err(refusal::duplicate(&pair[0], &pair[1])),
        None => Ok(()),
    }
}

/// How many of the program's migrations the database has.
pub(crate) fn prefix(rows: &[Row], migrations: &[Migration], db: &Connection) -> Result<usize, Error> {
    integrity(rows, migrations, db)?;
    let last = migrations.last();
    let is_newer = |row: &&Row| last.is_none_or(|last| compare_versions(&row.version, &last.version).is_gt());
    if let Some(row) = rows.iter().rev().find(is_newer) {
        return Err(refusal::newer(row, last));
    }
    let find = |row: &Row| migrations.iter().find(|migration| migration.version == row.version);
    for row in rows {
        match find(row) {
            None => return Err(refusal::missing(row, migrations)),
            Some(migration) if migration.checksum != row.checksum => return Err(refusal::edited(row, migration)),
            Some(_) => {}
        }
    }
    for (row, migration) in rows.iter().zip(migrations) {
        if row.version != migration.version {
            let is_recorded = rows.iter().any(|other| other.version == migration.version);
            return Err(if is_recorded {
                refusal::corrupt("its rows are out of order", db)
            } else {
                refusal::late(migration, &rows[rows.len() - 1])
            });
        }
    }
    Ok(rows.len())
}

/// Whether the rows fit each other: their positions have no gap, and each chain is made of the row before.
fn integrity(rows: &[Row], migrations: &[Migration], db: &Connection) -> Result<(), Error> {
    let mut before = String::new();
    for (at, row) in rows.iter().enumerate() {
        let position = i64::try_from(at).unwrap_or(i64::MAX).saturating_add(1);
        if row.position != position {
            return Err(refusal::corrupt(&format!("row {position} is gone"), db));
        }
        if rows[..at].iter().any(|other| other.version == row.version) {
            return Err(refusal::corrupt(&format!("version {} is recorded twice", refusal::brief(&row.version)), db));
        }
        let chained = chain(&before, &row.version, &row.checksum);
        if chained != row.chain {
            // What belongs there, if what the program has there is what the rows after it were chained onto.
            let migration = migrations.get(at);
            let right = migration.map(|migration| chain(&before, &migration.version, &migration.checksum));
            return Err(refusal::altered(row, right.as_deref().unwrap_or_default(), migration, db));
        }
        before.clone_from(&row.chain);
    }
    Ok(())
}
