//! Which versions a database without history can be at, judged by the statements that SQLite stores: one look at each
//! version, where reading and comparing the whole schema would be a thousand times as much.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use rusqlite::Connection;
use schema_core::Migration;
use schema_core::sqlite::read::CatalogueRow;
use schema_replay::{Replayer, stored};

use crate::Error;
use crate::sqlite::judge::agreement::Known;
use crate::sqlite::refusal;

/// What the statements say.
#[derive(Debug, Default)]
pub(crate) struct Sieve {
    /// The versions that store exactly the statements of the database, counted in migrations.
    pub(crate) equal: Vec<usize>,
    /// The versions with objects of the same names.
    pub(crate) alike: Vec<usize>,
    /// The version whose objects have the most names, and then the most statements, in common with the database.
    pub(crate) nearest: usize,
    /// The last version that is wholly in the database, beside objects that only later versions have.
    pub(crate) contained: usize,
}

/// An object of the database.
#[derive(Debug)]
struct Found {
    sql: Option<Box<str>>,
    /// Whether any version so far has an object of its name.
    was_seen: bool,
}

/// What one version has in common with the database.
#[derive(Debug, Default, PartialEq, Eq)]
struct Look {
    objects: usize,
    same_name: usize,
    same_text: usize,
    /// Tells two versions apart that store different statements.
    texts: u64,
}

/// Looks at every version.
pub(crate) fn sift(db: &Connection, migrations: &[Migration], known: &Known) -> Result<Sieve, Error> {
    let rows = stored(db).map_err(refusal::database)?.into_iter().filter(|row| known.has_row(row));
    let mut found: HashMap<(bool, String), Found> =
        own(rows).map(|row| (key(&row), Found { sql: row.sql, was_seen: false })).collect();
    let mut sieve = Sieve::default();
    let (mut before, mut fewest, mut last_change) = (0, (usize::MAX, 0), 0);
    let mut replayer = Replayer::new();
    for (count, migration) in (1..).zip(migrations) {
        replayer.run(migration).map_err(refusal::unreplayable)?;
        let look = look(replayer.stored().map_err(refusal::unreplayable)?, &mut found);
        let others = (look.objects - look.same_name) + (found.len() - look.same_name);
        if look.texts != before {
            (before, last_change) = (look.texts, count);
        }
        if others == 0 {
            sieve.alike.push(count);
        }
        let distance = (others, look.objects - look.same_text);
        if distance <= fewest {
            (fewest, sieve.nearest) = (distance, count);
        }
        if others == 0 && look.same_text == look.objects {
            sieve.equal.push(count);
        }
        let left_behind = found.values().filter(|object| object.was_seen).count() - look.same_name;
        if look.same_text == look.objects && left_behind == 0 {
            // What changed no statement since may have run or not.
            sieve.contained = last_change;
        }
    }
    Ok(sieve)
}

fn look(rows: Vec<CatalogueRow>, found: &mut HashMap<(bool, String), Found>) -> Look {
    let mut look = Look::default();
    for row in own(rows.into_iter()) {
        let mut hasher = DefaultHasher::new();
        (&row.name, &row.sql).hash(&mut hasher);
        look.texts = look.texts.wrapping_add(hasher.finish());
        look.objects += 1;
        if let Some(object) = found.get_mut(&key(&row)) {
            object.was_seen = true;
            look.same_name += 1;
            look.same_text += usize::from(object.sql == row.sql);
        }
    }
    look
}

fn own(rows: impl Iterator<Item = CatalogueRow>) -> impl Iterator<Item = CatalogueRow> {
    rows.filter(|row| !row.name.starts_with("sqlite_"))
}

/// SQLite folds the letters of ASCII. Tables, indexes and views share no name; a trigger may have that of a table.
fn key(row: &CatalogueRow) -> (bool, String) {
    (&*row.kind == "trigger", row.name.to_ascii_lowercase())
}
