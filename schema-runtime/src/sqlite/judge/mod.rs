//! What state a database is in. The judge only reads; it is asked inside the lock before anything is done, and
//! without a lock for a plan.

pub(crate) mod agreement;
mod complete;
pub(crate) mod expected;
mod hybrid;
pub(crate) mod route;
mod sieve;
mod subset;
pub(crate) mod verdict;

use rusqlite::Connection;
use schema_core::Inspection;
use schema_replay::{Ledger, Problem, inspect};

use crate::sqlite::foreign::{self, Claim};
use crate::sqlite::history::{self, Row};
use crate::sqlite::judge::agreement::{Known, differences, digest, managed, unmanaged};
use crate::sqlite::judge::expected::{Expected, of_catalogue};
use crate::sqlite::judge::hybrid::{Changes, Standing, changes, standings};
use crate::sqlite::judge::route::{Act, Dead, Leg, Rehearsal, Route, Survey, floor};
use crate::sqlite::judge::sieve::{Sieve, sift};
use crate::sqlite::script::{Nature, nature};
use crate::sqlite::{Sqlite, refusal};
use crate::{Adopt, DataPolicy, Error, State, event};

/// What state a database is in, how that is known, and what is to be done; a refusal is an [`Error`].
#[derive(Clone, Debug)]
pub(crate) struct Situation {
    pub(crate) state: State,
    /// How it is known, one line each.
    pub(crate) evidence: Vec<String>,
    pub(crate) task: Task,
}

/// What is to be done with a database.
#[derive(Clone, Debug)]
pub(crate) enum Task {
    /// Nothing.
    Nothing,
    /// No table of the migrations is there: create them all.
    Create,
    /// Take the migrations one by one.
    Follow(Route),
}

/// Judges one database against the migrations of one program.
#[derive(Debug)]
pub(crate) struct Judge<'a> {
    pub(crate) db: &'a Connection,
    pub(crate) set: &'a Sqlite,
    pub(crate) expected: Expected,
    pub(crate) known: Known,
    /// What was last seen in the database and is in no migration.
    pub(crate) unmanaged: Vec<String>,
    adopt: Adopt,
    policy: DataPolicy,
    always_prove: bool,
}

impl<'a> Judge<'a> {
    pub(crate) fn new(db: &'a Connection, set: &'a Sqlite, adopt: Adopt) -> Judge<'a> {
        Judge {
            db,
            set,
            expected: Expected::new(set.migrations()),
            known: Known::of(set.migrations()),
            unmanaged: Vec::new(),
            adopt,
            policy: DataPolicy::Refuse,
            always_prove: false,
        }
    }

    /// What is to be done with statements on rows of a migration that is partly there.
    pub(crate) fn with_policy(mut self, policy: DataPolicy) -> Judge<'a> {
        self.policy = policy;
        self
    }

    /// Reads the schema even when the history proves that no DDL ran.
    pub(crate) fn proving(mut self) -> Judge<'a> {
        self.always_prove = true;
        self
    }

    /// What is to be done, and why.
    pub(crate) fn situation(&mut self) -> Result<Situation, Error> {
        let migrations = self.set.migrations();
        verdict::sequence(migrations)?;
        let rows = self.rows()?;
        if rows.is_empty() {
            return if migrations.is_empty() { Ok(nothing(Vec::new())) } else { self.without_history() };
        }
        let count = verdict::prefix(&rows, migrations, self.db)?;
        if count < migrations.len() {
            return self.behind(rows);
        }
        let cookie = history::cookie(self.db).map_err(refusal::database)?;
        if self.always_prove || rows.last().is_some_and(|row| row.cookie != cookie) {
            self.prove(count)?;
        }
        let version = &migrations[count - 1].version;
        Ok(nothing(vec![format!("the history and the schema are those of version {version}, the last one")]))
    }

    /// The rows of the history, none when there is no table.
    pub(crate) fn rows(&self) -> Result<Vec<Row>, Error> {
        if !history::exists(self.db).map_err(refusal::database)? {
            return Ok(Vec::new());
        }
        let rows = history::read(self.db).map_err(refusal::database)?;
        rows.ok_or_else(|| refusal::corrupt("it has other columns or values", self.db))
    }

    /// Compares the schema with the one after that many migrations.
    pub(crate) fn prove(&mut self, count: usize) -> Result<(), Error> {
        let (lines, _) = self.compare(count)?;
        match (lines.is_empty(), self.set.migrations()[..count].last()) {
            (false, Some(last)) => Err(refusal::drifted(last, &lines, None, self.db)),
            _ => Ok(()),
        }
    }

    /// Whether the catalogue is word for word that of the migrations after that many of them, and nothing is there
    /// besides. Most databases are so, and need not be understood to be known.
    fn is_same(&mut self, count: usize) -> Result<bool, Error> {
        let Some(expected) = self.set.fingerprint(count) else { return Ok(false) };
        let is_same = Ledger::of(self.db).map_err(refusal::database)?.fingerprint() == expected;
        if is_same {
            self.unmanaged.clear();
        }
        Ok(is_same)
    }

    /// The differences of what was found from the schema after that many migrations; notes what is in none.
    fn look(&mut self, found: &Inspection, count: usize) -> Result<Vec<String>, Error> {
        let expected = self.expected.after(count)?;
        self.unmanaged = unmanaged(found, &expected, &self.known);
        Ok(differences(found, &expected, &self.known))
    }

    /// The differences from the schema after that many migrations, and that schema.
    pub(crate) fn compare(&mut self, count: usize) -> Result<(Vec<String>, Inspection), Error> {
        let found = inspect(self.db).map_err(refusal::database)?;
        let expected = self.expected.after(count)?;
        let lines = differences(&found, &expected, &self.known);
        self.unmanaged = unmanaged(&found, &expected, &self.known);
        Ok((lines, expected))
    }

    /// Compares the schema with the final one, which is at hand: nothing is replayed.
    pub(crate) fn prove_final(&mut self) -> Result<(), Error> {
        let count = self.set.migrations().len();
        let found = inspect(self.db).map_err(refusal::database)?;
        match of_catalogue(self.set.schema()) {
            Some(expected) if differences(&found, &expected, &self.known).is_empty() => {
                self.unmanaged = unmanaged(&found, &expected, &self.known);
                Ok(())
            }
            // What a virtual table keeps beside it, for example: the replay has the last word.
            _ => self.prove(count),
        }
    }

    /// The digest of what is managed of the database.
    pub(crate) fn digest(&self) -> Result<String, Error> {
        let found = inspect(self.db).map_err(refusal::database)?;
        Ok(digest(&managed(found.schema, &self.known)))
    }

    /// The history has fewer migrations than the program.
    fn behind(&mut self, rows: Vec<Row>) -> Result<Situation, Error> {
        let migrations = self.set.migrations();
        let (count, pending) = (rows.len(), migrations.len() - rows.len());
        let last = &migrations[count - 1];
        let recorded = format!(
            "the history ends at version {}; {} {} pending",
            last.version,
            event::count(pending),
            if pending == 1 { "is" } else { "are" }
        );
        let is_same = self.is_same(count)?;
        let found = if is_same { empty() } else { inspect(self.db).map_err(refusal::database)? };
        let lines = if is_same { Vec::new() } else { self.look(&found, count)? };
        if lines.is_empty() {
            let route = Route { rows, legs: self.exact(0, count)?, drift: Vec::new() };
            let equal = format!("the schema is that of version {}", last.version);
            return Ok(Situation { state: State::Behind, evidence: vec![recorded, equal], task: Task::Follow(route) });
        }
        let standings = self.standings(count, &found)?;
        let way = Way { start: count, floor: 0, standings: &standings, found: &found };
        match self.survey(count, &standings, 0).legs() {
            Ok(legs) => {
                let mut situation = self.hybrid(&way, rows, legs)?;
                situation.evidence.insert(0, recorded);
                Ok(situation)
            }
            Err(dead) => {
                let problem = self.end(dead, &way)?;
                Err(refusal::drifted(last, &lines, problem.as_deref(), self.db))
            }
        }
    }

    fn without_history(&mut self) -> Result<Situation, Error> {
        let found = inspect(self.db).map_err(refusal::database)?;
        let claim = match self.adopt {
            Adopt::Proven => foreign::claim(self.db, self.set.migrations())?,
            Adopt::Version(_) | Adopt::Never => None,
        };
        if let Some(claim) = claim.as_ref().filter(|claim| claim.count > 0)
            && let Some(situation) = self.claimed(claim, &found)?
        {
            return Ok(situation);
        }
        // Something is recorded elsewhere, though not how many there are: the schema says that.
        let hints = claim.filter(|claim| claim.count == 0).map(|claim| claim.evidence).unwrap_or_default();
        let Some(table) = self.known.first_in(&found) else {
            self.unmanaged = unmanaged(&found, &empty(), &self.known);
            let evidence = vec!["the database has no history and none of the tables".to_owned()];
            return Ok(Situation { state: State::Fresh, evidence, task: Task::Create });
        };
        if self.adopt == Adopt::Never {
            return Err(refusal::unadopted(table));
        }
        let sieve = sift(self.db, self.set.migrations(), &self.known)?;
        let equal = self.equal_versions(&found, &sieve)?;
        if let Some(count) = equal.version {
            self.look(&found, count)?;
            let version = &self.set.migrations()[count - 1].version;
            let evidence = vec![format!("the database has no history, and the schema of version {version}")];
            let evidence = [evidence, hints].concat();
            let state = if evidence.len() > 1 { State::Foreign } else { State::Unmanaged };
            let route = Route { rows: Vec::new(), legs: self.exact(count, count)?, drift: Vec::new() };
            return Ok(Situation { state, evidence, task: Task::Follow(route) });
        }
        let mut situation = self.without_version(&found, &equal, sieve.contained)?;
        situation.evidence.extend(hints);
        Ok(situation)
    }

    /// Another tool recorded migrations. `None` when its record binds nobody and the schema says something else.
    fn claimed(&mut self, claim: &Claim, found: &Inspection) -> Result<Option<Situation>, Error> {
        let (migrations, count) = (self.set.migrations(), claim.count);
        let lines = self.look(found, count)?;
        let state = State::Foreign;
        if lines.is_empty() {
            let route = Route { rows: Vec::new(), legs: self.exact(count, count)?, drift: Vec::new() };
            return Ok(Some(Situation { state, evidence: claim.evidence.clone(), task: Task::Follow(route) }));
        }
        if !claim.binding {
            return Ok(None);
        }
        let standings = self.standings(count, found)?;
        let way = Way { start: count, floor: 0, standings: &standings, found };
        match self.survey(count, &standings, 0).legs() {
            Ok(legs) => {
                let mut situation = self.hybrid(&way, Vec::new(), legs)?;
                situation.record(count, agreement::fingerprint(found), "another tool recorded it");
                situation.evidence.splice(0..0, claim.evidence.iter().cloned());
                Ok(Some(situation))
            }
            Err(dead) => {
                self.end(dead, &way)?;
                let sieve = sift(self.db, migrations, &self.known)?;
                let (equal, _) = self.equal(found, &sieve)?;
                let equal: Vec<_> = equal.into_iter().map(|count| &migrations[count - 1]).collect();
                Err(refusal::not_as_recorded(claim, migrations, &equal, &lines, self.db))
            }
        }
    }

    /// The database has no history and the schema of no version: perhaps that of several at once. What it has of the
    /// first migrations for certain need not be asked again.
    fn without_version(&mut self, found: &Inspection, equal: &Equal, certain: usize) -> Result<Situation, Error> {
        let situation = match self.between(found, certain) {
            Err(Dead::End(_)) if certain > 0 => self.between(found, 0),
            result => result,
        };
        situation.map_err(|dead| match dead {
            Dead::Refused(error) | Dead::Blocked { error, .. } => error,
            Dead::End(problem) => {
                let nearest = equal.nearest.as_ref();
                let nearest = nearest.map(|(count, lines)| (&self.set.migrations()[count - 1], lines.as_slice()));
                refusal::unknown(nearest, problem.as_deref(), self.db)
            }
        })
    }

    /// The way of a database without history from the version that it has for certain.
    fn between(&mut self, found: &Inspection, start: usize) -> Result<Situation, Dead> {
        let standings = self.standings(start, found)?;
        if start == 0 && !standings.iter().any(Standing::is_begun) {
            return Err(Dead::End(None));
        }
        let floor = floor(&standings);
        let way = Way { start, floor, standings: &standings, found };
        let legs = match self.survey(start, &standings, floor).legs() {
            Ok(legs) => legs,
            Err(dead) => return Err(Dead::End(self.end(dead, &way)?)),
        };
        let mut situation = self.hybrid(&way, Vec::new(), legs)?;
        situation.record(start, agreement::fingerprint(found), "all of it is there");
        situation.evidence.insert(0, "the database has no history, and the schema of no single version".into());
        Ok(situation)
    }

    /// The numbers of migrations that lead to the schema that was found, and the nearest one where there is none.
    fn equal(&mut self, found: &Inspection, sieve: &Sieve) -> Result<(Vec<usize>, Option<Near>), Error> {
        if !sieve.equal.is_empty() {
            return Ok((sieve.equal.clone(), None));
        }
        let mut equal: Vec<usize> = Vec::new();
        let mut nearest: Option<Near> = None;
        let alike = sieve.alike.iter().copied();
        for count in alike.chain(sieve.alike.is_empty().then_some(sieve.nearest)) {
            let lines = differences(found, &self.expected.after(count)?, &self.known);
            if lines.is_empty() {
                equal.push(count);
            } else if nearest.as_ref().is_none_or(|(_, fewest)| lines.len() <= fewest.len()) {
                nearest = Some((count, lines));
            }
        }
        Ok((equal, nearest))
    }

    /// The version whose schema was found, or the nearest.
    fn equal_versions(&mut self, found: &Inspection, sieve: &Sieve) -> Result<Equal, Error> {
        let migrations = self.set.migrations();
        let (equal, nearest) = self.equal(found, sieve)?;
        if let Adopt::Version(version) = &self.adopt {
            let wanted = equal.iter().copied().find(|count| migrations[count - 1].version == **version);
            let found: Vec<_> = equal.iter().map(|count| &migrations[count - 1]).collect();
            let wanted = wanted.ok_or_else(|| refusal::not_that_version(version, &found))?;
            return Ok(Equal { version: Some(wanted), nearest });
        }
        let (Some(&first), Some(&last)) = (equal.first(), equal.last()) else {
            return Ok(Equal { version: None, nearest });
        };
        match migrations[first..last].iter().find(|migration| nature(migration) == Nature::Rows) {
            Some(data) => Err(refusal::ambiguous(&migrations[first - 1], &migrations[last - 1], data)),
            None => Ok(Equal { version: Some(last), nearest }),
        }
    }

    /// The legs of a database that is exactly at a version: the first `adopted` migrations are recorded, those after
    /// `count` run. They are rehearsed first when there is anything in the database that no migration knows.
    fn exact(&mut self, adopted: usize, count: usize) -> Result<Vec<Leg>, Error> {
        let migrations = self.set.migrations();
        if !self.unmanaged.is_empty() && count < migrations.len() {
            self.rehearse(count)?;
        }
        let adopt = Leg { act: Act::Adopt, why: String::new(), goal: None };
        let run = Leg { act: Act::Run, why: String::new(), goal: None };
        Ok(std::iter::repeat_n(adopt, adopted).chain(std::iter::repeat_n(run, migrations.len() - count)).collect())
    }

    fn rehearse(&mut self, count: usize) -> Result<(), Error> {
        let pending = &self.set.migrations()[count..];
        let mut rehearsal = Rehearsal::of(self.db, true)?;
        let mut ran = rehearsal.run(pending, &self.known);
        if ran.is_err() && rehearsal.is_stubbed() {
            rehearsal = Rehearsal::of(self.db, false)?;
            ran = rehearsal.run(pending, &self.known);
        }
        match ran {
            Ok(()) | Err(Dead::End(None)) => {}
            Err(Dead::Refused(error) | Dead::Blocked { error, .. }) => return Err(error),
            Err(Dead::End(Some(problem))) => return Err(refusal::rehearsed(*problem, &self.unmanaged)),
        }
        let lines = differences(&rehearsal.inspection()?, &self.expected.after(count + pending.len())?, &self.known);
        match (lines.is_empty(), pending.last()) {
            (false, Some(last)) => Err(refusal::diverged(last, &lines)),
            _ => Ok(()),
        }
    }

    /// How each migration after the first `start` stands.
    fn standings(&self, start: usize, found: &Inspection) -> Result<Vec<Standing>, Error> {
        let mut expected = Expected::new(self.set.migrations());
        let first = expected.after(start)?;
        let mut before = first.clone();
        let mut all: Vec<Changes> = Vec::new();
        for count in start + 1..=self.set.migrations().len() {
            let after = expected.after(count)?;
            all.push(changes(&self.set.migrations()[count - 1], &before, &after));
            before = after;
        }
        Ok(standings(all, &first, found))
    }

    fn survey<'s>(&'s self, start: usize, standings: &'s [Standing], floor: usize) -> Survey<'s> {
        Survey {
            db: self.db,
            known: &self.known,
            migrations: self.set.migrations(),
            start,
            standings,
            floor,
            policy: self.policy,
        }
    }

    /// A database between versions, whose way is rehearsed.
    fn hybrid(&mut self, way: &Way<'_>, rows: Vec<Row>, legs: Vec<Leg>) -> Result<Situation, Error> {
        let migrations = self.set.migrations();
        let drift = self.drift(way)?;
        self.unmanaged = unmanaged(way.found, &self.expected.after(migrations.len())?, &self.known);
        let is_hybrid = way.standings[way.floor..].iter().any(Standing::is_begun);
        let mut evidence: Vec<String> = Vec::new();
        for (leg, migration) in legs.iter().zip(&migrations[way.start..]) {
            evidence.push(format!("{} ({}): {}", migration.version, migration.name, leg.why));
        }
        evidence.extend(drift.iter().map(|line| format!("drift: {line}")));
        let state = if is_hybrid { State::Hybrid } else { State::Drifted };
        Ok(Situation { state, evidence, task: Task::Follow(Route { rows, legs, drift }) })
    }

    /// Why there is no way: what is known to be in the way is said, unless more than that is wrong.
    fn end(&mut self, dead: Dead, way: &Way<'_>) -> Result<Option<Box<Problem>>, Error> {
        match dead {
            Dead::Refused(error) => Err(error),
            Dead::Blocked { error, conflicts, .. } if self.drift(way)?.len() <= conflicts => Err(error),
            Dead::Blocked { problem, .. } => Ok(Some(problem)),
            Dead::End(problem) => Ok(problem),
        }
    }

    /// What no version has: the differences from the start with everything that is there of the pending migrations.
    fn drift(&mut self, way: &Way<'_>) -> Result<Vec<String>, Error> {
        let mut known = self.expected.after(way.start)?;
        for leaf in way.standings.iter().flat_map(Standing::there) {
            leaf.apply(&mut known);
        }
        let missing = way.standings.iter().flat_map(Standing::missing);
        let missing: Vec<String> = missing.map(|leaf| leaf.lack(way.found)).collect();
        let mut drift = differences(way.found, &known, &self.known);
        drift.retain(|line| !missing.contains(line));
        Ok(drift)
    }
}

impl Situation {
    /// Records so many migrations before everything else.
    fn record(&mut self, count: usize, goal: String, why: &str) {
        if let Task::Follow(route) = &mut self.task {
            let adopt = Leg { act: Act::Adopt, why: why.to_owned(), goal: Some(goal) };
            route.legs.splice(0..0, std::iter::repeat_n(adopt, count));
        }
    }
}

/// A database that is not at a version, and how far it is on the way.
struct Way<'s> {
    start: usize,
    floor: usize,
    standings: &'s [Standing],
    found: &'s Inspection,
}

/// The version that a schema is equal to, or the one that it is nearest to.
struct Equal {
    version: Option<usize>,
    nearest: Option<Near>,
}

/// A number of migrations, and the differences from the schema that they lead to.
type Near = (usize, Vec<String>);

fn nothing(evidence: Vec<String>) -> Situation {
    Situation { state: State::Current, evidence, task: Task::Nothing }
}

fn empty() -> Inspection {
    Inspection { schema: schema_core::Schema::empty(schema_core::Dialect::Sqlite), unmanaged: Vec::new() }
}
