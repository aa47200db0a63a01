//! The way of a database that is not exactly at a version: what each pending migration still has to do, rehearsed
//! on the likeness of the database before any of it is done.

use rusqlite::Connection;
use schema_core::token::Statement;
use schema_core::{Inspection, Migration, Pair};
use schema_replay::{Problem, Replayer};

use crate::sqlite::history::{Row, TABLE};
use crate::sqlite::judge::agreement::{self, Known};
use crate::sqlite::judge::complete;
use crate::sqlite::judge::expected::Expected;
use crate::sqlite::judge::hybrid::{Leaf, Standing, Verdict};
use crate::sqlite::judge::subset::subset;
use crate::sqlite::{guests, refusal};
use crate::{DataPolicy, Error};

/// What is to be done, migration by migration.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    /// The rows that the history has.
    pub(crate) rows: Vec<Row>,
    /// One leg for each migration after those.
    pub(crate) legs: Vec<Leg>,
    /// What the database has that no version has, and what the pending migrations overcome.
    pub(crate) drift: Vec<String>,
}

impl Route {
    /// Whether it is the way of a database between versions, which was rehearsed leg by leg.
    pub(crate) fn is_rehearsed(&self) -> bool {
        self.legs.iter().any(|leg| leg.goal.is_some())
    }
}

/// What is to be done with one migration.
#[derive(Clone, Debug)]
pub(crate) struct Leg {
    pub(crate) act: Act,
    /// The reason, in words.
    pub(crate) why: String,
    /// The fingerprint of the schema that the rehearsal had afterwards; none where it is that of the version.
    pub(crate) goal: Option<String>,
}

/// What is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// It is recorded: all of it is there.
    Adopt,
    /// The whole file runs.
    Run,
    /// These statements run, which are for what is missing.
    Complete(Vec<String>),
}

/// Why there is no way.
#[derive(Debug)]
pub(crate) enum Dead {
    /// It is known what is in the way.
    Refused(Error),
    /// A migration of which nothing is there fails, and so many other things are in its way.
    Blocked { error: Error, conflicts: usize, problem: Box<Problem> },
    /// The rehearsal ended elsewhere, or in an error.
    End(Option<Box<Problem>>),
}

impl From<Error> for Dead {
    fn from(error: Error) -> Dead {
        Dead::Refused(error)
    }
}

/// Everything that a way is found from.
#[derive(Debug)]
pub(crate) struct Survey<'a> {
    pub(crate) db: &'a Connection,
    pub(crate) known: &'a Known,
    pub(crate) migrations: &'static [Migration],
    /// How many migrations the database has for certain.
    pub(crate) start: usize,
    /// How each migration after those stands.
    pub(crate) standings: &'a [Standing],
    /// How many of those are there as they would be after an adoption: with their rows.
    pub(crate) floor: usize,
    pub(crate) policy: DataPolicy,
}

/// One migration on the way.
struct Stage<'s> {
    migration: &'static Migration,
    standing: &'s Standing,
    verdict: Verdict,
    is_adopted: bool,
    schemas: Pair<&'s Inspection>,
}

impl Stage<'_> {
    fn lacks(&self) -> String {
        let (missing, total) = (self.standing.missing().len(), self.standing.count());
        format!("{missing} of its {total} changes {} missing", if missing == 1 { "is" } else { "are" })
    }

    /// A migration that fails where something else is in its way fails for that.
    fn blame(&self, dead: Dead) -> Dead {
        match dead {
            Dead::End(Some(problem)) if self.verdict == Verdict::Drifted => {
                let conflicts = self.standing.conflicts();
                let error = refusal::in_the_way(self.migration, &conflicts, &problem);
                Dead::Blocked { error, conflicts: conflicts.len(), problem }
            }
            other => other,
        }
    }
}

impl Survey<'_> {
    /// Rehearses the pending migrations and returns what each of them has to do.
    pub(crate) fn legs(&self) -> Result<Vec<Leg>, Dead> {
        let mut rehearsal = Rehearsal::of(self.db, true)?;
        match self.rehearse(&mut rehearsal) {
            // What stands in for the functions of an application returns nothing that rows could be made of.
            Err(Dead::End(Some(_)) | Dead::Blocked { .. }) if rehearsal.is_stubbed() => {
                self.rehearse(&mut Rehearsal::of(self.db, false)?)
            }
            result => result,
        }
    }

    fn rehearse(&self, rehearsal: &mut Rehearsal) -> Result<Vec<Leg>, Dead> {
        let mut legs = Vec::new();
        let mut goal = agreement::fingerprint(&rehearsal.inspection()?);
        let mut expected = Expected::new(self.migrations);
        let mut before = expected.after(self.start)?;
        for (at, standing) in self.standings.iter().enumerate() {
            let after = expected.after(self.start + at + 1)?;
            let begun = self.standings[at + 1..].iter().any(Standing::is_begun);
            let stage = Stage {
                migration: &self.migrations[self.start + at],
                standing,
                verdict: standing.verdict(begun),
                is_adopted: at < self.floor,
                schemas: Pair::new(&before, &after),
            };
            let mut own = self.own_words(&stage)?;
            if let Some((act, _)) = &own
                && rehearsal.perform(stage.migration, act, self.known).is_err()
            {
                *rehearsal = self.again(rehearsal, &legs)?;
                own = None;
            }
            let (act, why) = if let Some(own) = own {
                own
            } else {
                let act = self.act(&stage, rehearsal)?;
                rehearsal.perform(stage.migration, &act.0, self.known).map_err(|dead| stage.blame(dead))?;
                act
            };
            if act != Act::Adopt {
                goal = agreement::fingerprint(&rehearsal.inspection()?);
            }
            legs.push(Leg { act, why, goal: Some(goal.clone()) });
            before = after;
        }
        let differences = agreement::differences(&rehearsal.inspection()?, &before, self.known);
        if differences.is_empty() { Ok(legs) } else { Err(Dead::End(None)) }
    }

    /// A rehearsal that went the same legs, after one that failed.
    fn again(&self, failed: &Rehearsal, legs: &[Leg]) -> Result<Rehearsal, Dead> {
        let mut rehearsal = Rehearsal::of(self.db, failed.with_rows)?;
        for (migration, leg) in self.migrations[self.start..].iter().zip(legs) {
            rehearsal.perform(migration, &leg.act, self.known)?;
        }
        Ok(rehearsal)
    }

    fn act(&self, stage: &Stage<'_>, rehearsal: &Rehearsal) -> Result<(Act, String), Dead> {
        let total = stage.standing.count();
        match stage.verdict {
            Verdict::Absent => Ok((Act::Run, "nothing of it is there".to_owned())),
            Verdict::Drifted => {
                Ok((Act::Run, "nothing of it is there, and what is in its way goes with it".to_owned()))
            }
            Verdict::Conflicting => Err(refusal::conflicting(stage.migration, &stage.standing.conflicts()).into()),
            Verdict::Present if stage.is_adopted => Ok((Act::Adopt, there(total))),
            Verdict::Present => match self.on_rows(stage)? {
                rows if rows.is_empty() => Ok((Act::Adopt, there(total))),
                rows => Ok((Act::Complete(rows), "its schema is there; its rows were asked for".to_owned())),
            },
            Verdict::Partial => {
                let missing = stage.standing.missing();
                let mut statements = rest(stage, &missing, &rehearsal.inspection()?)?;
                statements.extend(self.on_rows(stage)?);
                Ok((Act::Complete(statements), stage.lacks()))
            }
        }
    }

    /// The statements of a migration that is partly there, as far as they are about what is missing.
    fn own_words(&self, stage: &Stage<'_>) -> Result<Option<(Act, String)>, Error> {
        if stage.verdict != Verdict::Partial {
            return Ok(None);
        }
        let Some(subset) = subset(stage.migration, stage.standing, stage.schemas) else { return Ok(None) };
        let mut statements: Vec<String> = subset.run.iter().map(|sql| (*sql).to_owned()).collect();
        statements.extend(self.decided(stage.migration, subset.rows)?);
        Ok(Some((Act::Complete(statements), stage.lacks())))
    }

    /// What the caller wants to be done with the statements of a migration on rows.
    fn on_rows(&self, stage: &Stage<'_>) -> Result<Vec<String>, Error> {
        self.decided(stage.migration, complete::row_statements(stage.migration, stage.schemas))
    }

    fn decided(&self, migration: &Migration, rows: Vec<Statement<'_>>) -> Result<Vec<String>, Error> {
        match self.policy {
            _ if rows.is_empty() => Ok(Vec::new()),
            DataPolicy::Adopt => Ok(Vec::new()),
            DataPolicy::Run => Ok(rows.iter().map(|statement| statement.text.to_owned()).collect()),
            DataPolicy::Refuse => Err(refusal::undecided_rows(migration, &rows)),
        }
    }
}

/// The statements for what is missing of a migration.
fn rest(stage: &Stage<'_>, missing: &[&Leaf], found: &Inspection) -> Result<Vec<String>, Error> {
    let is_whole = |leaf: &&&Leaf| !missing.iter().any(|table| table.creates(leaf));
    let words: Vec<String> = missing.iter().filter(is_whole).map(|leaf| leaf.lack(found)).collect();
    if missing.iter().any(|leaf| leaf.takes_data()) && complete::moves_rows(stage.migration) {
        let reason = "it moves rows, and what they move to is there already".to_owned();
        return Err(refusal::unfinishable(stage.migration, &words, &[reason]));
    }
    complete::statements_for(missing, found, stage.schemas.after)
        .map_err(|reasons| refusal::unfinishable(stage.migration, &words, &reasons))
}

fn there(total: usize) -> String {
    match total {
        0 => "a later migration is there".to_owned(),
        1 => "its change is there".to_owned(),
        _ => format!("all its {total} changes are there"),
    }
}

/// How many migrations at the front are there as a whole.
pub(crate) fn floor(standings: &[Standing]) -> usize {
    let whole = standings.iter().take_while(|standing| standing.verdict(true) == Verdict::Present);
    let whole: Vec<&Standing> = whole.collect();
    // A migration that changes no schema is there when one after it is.
    whole.iter().rposition(|standing| standing.is_begun()).map_or(0, |last| last + 1)
}

/// The likeness of a database, on which everything is tried first.
#[derive(Debug)]
pub(crate) struct Rehearsal {
    replayer: Replayer,
    with_rows: bool,
}

impl Rehearsal {
    pub(crate) fn of(db: &Connection, with_rows: bool) -> Result<Rehearsal, Error> {
        let replayer = Replayer::of_database(db, TABLE, with_rows).map_err(refusal::unrehearsable)?;
        Ok(Rehearsal { replayer, with_rows })
    }

    /// Runs migrations in their order.
    pub(crate) fn run(&mut self, migrations: &[Migration], known: &Known) -> Result<(), Dead> {
        migrations.iter().try_for_each(|migration| self.run_one(migration, known))
    }

    /// Runs a way down.
    pub(crate) fn run_down(&mut self, down: &Migration) -> Result<(), Problem> {
        self.replayer.run(down)
    }

    fn run_one(&mut self, migration: &Migration, known: &Known) -> Result<(), Dead> {
        let guests = guests::before(self.replayer.connection(), known, &migration.sql).map_err(refusal::database)?;
        self.replayer.run(migration).map_err(|problem| Dead::End(Some(Box::new(problem))))?;
        Ok(guests::put_back(self.replayer.connection(), migration, &guests)?)
    }

    /// Whether functions of the application are stood in for.
    pub(crate) fn is_stubbed(&self) -> bool {
        !self.replayer.functions().is_empty()
    }

    pub(crate) fn inspection(&self) -> Result<Inspection, Error> {
        self.replayer.inspection().map_err(refusal::unrehearsable)
    }

    fn perform(&mut self, migration: &Migration, act: &Act, known: &Known) -> Result<(), Dead> {
        match act {
            Act::Adopt => Ok(()),
            Act::Run => self.run_one(migration, known),
            Act::Complete(statements) => {
                self.run_one(&Migration { sql: statements.join("\n;\n").into(), ..migration.clone() }, known)
            }
        }
    }
}
