//! What a history amounts to: how many of the program's migrations it has, or what does not fit.

use rusqlite::Connection;

use crate::Error;
use crate::sqlite::foreign::Claim;
use crate::sqlite::foreign::fingerprint::{agrees, current, is_namesake, recorded};
use crate::sqlite::foreign::ledger::{Checksum, Ledger, Scope};
use crate::sqlite::foreign::program::{Meaning, Program};
use crate::sqlite::refusal;

/// What one history claims.
pub(super) fn judge(ledger: &Ledger, program: &Program<'_>, db: &Connection) -> Result<Option<Claim>, Error> {
    let is_whole = ledger.scope == Scope::Whole && !ledger.is_unclear;
    if is_whole && (ledger.is_about_us || ledger.recorded().next().is_some()) {
        trust(ledger, program, db)?;
    }
    let Some(last) = ledger.recorded().next_back() else { return Ok(None) };
    // With a hole before it, the last entry says nothing about those that are not recorded.
    let count = if ledger.recorded().eq(0..=last) { last + 1 } else { 0 };
    if !is_whole {
        let count = if ledger.strays == 0 && !ledger.is_unclear { count } else { 0 };
        return Ok(Some(hint(ledger, program, count)));
    }
    let verified = ledger.marks.iter().flatten().all(|mark| *mark != Checksum::None);
    let edited: Vec<usize> = ledger.recorded().filter(|at| is_edited(ledger, program, *at)).collect();
    let is_other = edited.len() == ledger.recorded().count();
    if is_other && !edited.iter().any(|at| is_named(ledger, program, *at)) {
        // It is the history of other files, which happen to have the same numbers.
        return Ok(None);
    }
    refuse(ledger, program, last, &edited)?;
    let (origin, title) = (&ledger.origin, refusal::title(&program.migrations[last]));
    let checksums = if verified { "; their checksums are those of the program's files" } else { "" };
    let migrations = crate::event::count(count);
    let evidence = vec![format!("{origin} records {migrations}, up to {title}{checksums}")];
    Ok(Some(Claim { origin: origin.clone(), count, evidence, verified, binding: true }))
}

/// Refuses a table with entries that the tool does not write, or that it writes when something went wrong.
fn trust(ledger: &Ledger, program: &Program<'_>, db: &Connection) -> Result<(), Error> {
    match (&ledger.odd, &ledger.begun) {
        (Some(odd), _) => Err(refusal::not_written_by(&ledger.origin, odd, db)),
        (None, Some((label, meaning))) => {
            let migration = if let Meaning::One(at) = meaning { Some(&program.migrations[*at]) } else { None };
            Err(refusal::unfinished(&ledger.origin, label, migration, db))
        }
        (None, None) => Ok(()),
    }
}

fn is_edited(ledger: &Ledger, program: &Program<'_>, at: usize) -> bool {
    ledger.marks[at].as_ref().is_some_and(|mark| !agrees(mark, &program.migrations[at]))
}

fn is_named(ledger: &Ledger, program: &Program<'_>, at: usize) -> bool {
    ledger.marks[at].as_ref().is_some_and(|mark| is_namesake(mark, &program.migrations[at]))
}

/// Refuses a history that does not fit the program. `edited` are the migrations whose checksums differ.
fn refuse(ledger: &Ledger, program: &Program<'_>, last: usize, edited: &[usize]) -> Result<(), Error> {
    let (origin, migrations) = (&ledger.origin, program.migrations);
    // Where no checksum agrees, what the versions are says little.
    if let Some(stray) = &ledger.stray
        && edited.len() < ledger.recorded().count()
    {
        let has_checksums = ledger.marks.iter().flatten().all(|mark| *mark != Checksum::None);
        let is_proved = has_checksums && edited.is_empty();
        let stray = refusal::Stray { label: stray, known: &migrations[last], is_proved };
        return Err(if program.is_newer(stray.label) {
            refusal::newer_elsewhere(origin, stray, migrations)
        } else {
            refusal::missing_elsewhere(origin, stray, migrations)
        });
    }
    if let Some(at) = edited.first().copied()
        && let Some(mark) = &ledger.marks[at]
    {
        let sides = (recorded(mark), current(mark, &migrations[at]));
        return Err(refusal::edited_elsewhere(origin, &migrations[at], &sides, &migrations[last]));
    }
    match (0..last).find(|at| ledger.marks[*at].is_none()) {
        Some(hole) => Err(refusal::late_elsewhere(origin, &migrations[hole], &migrations[last])),
        None => Ok(()),
    }
}

/// A claim that the schema has to confirm.
fn hint(ledger: &Ledger, program: &Program<'_>, count: usize) -> Claim {
    const SHOWN: usize = 3;
    let names: Vec<String> = ledger.recorded().map(|at| refusal::title(&program.migrations[at])).collect();
    let more = match names.len().checked_sub(SHOWN) {
        Some(more @ 1..) => format!(" and {more} more"),
        _ => String::new(),
    };
    let mut line = format!("{} names {}{more}", ledger.origin, names[..names.len().min(SHOWN)].join(", "));
    if ledger.origin.table.starts_with("PRAGMA") {
        line = format!("{} is {count}: up to {}", ledger.origin, refusal::title(&program.migrations[names.len() - 1]));
    }
    if ledger.strays > 0 {
        line += &format!(", and {} that the program does not have", ledger.strays);
    }
    Claim { origin: ledger.origin.clone(), count, evidence: vec![line], verified: false, binding: false }
}
