//! Upgrades from every released version, with rows in every table, and ways down and up again.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;
use schema_core::{Inspection, Migration, Name};
use schema_replay::inspect;

use super::form::forms;
use super::kept::{Comparison, Loss, snapshot};
use super::lab::Lab;
use super::lineage::Lineage;
use super::maker::{Maker, Refused};
use super::report::Untried;
use super::seed::{Seeded, Wishes, seed};
use super::versions::Versions;
use crate::sqlite::foreign_keys;
use crate::sqlite::judge::agreement::{Known, differences};
use crate::{Error, Options};

/// What the caller puts into a database of a version, besides the rows that are made.
pub(super) type MoreRows<'a> = Box<dyn Fn(&Connection, &str) -> rusqlite::Result<()> + 'a>;

/// The proof of upgrades.
pub(super) struct Upgrades<'a> {
    pub(super) versions: &'a Versions<'a>,
    pub(super) lab: &'a Lab,
    pub(super) wishes: &'a Wishes,
    pub(super) more: Option<&'a MoreRows<'a>>,
    pub(super) may_lose: &'a BTreeSet<Name>,
    /// For each table with rows that were not compared, the statements that say what becomes of them.
    pub(super) on_purpose: RefCell<BTreeMap<Name, Vec<String>>>,
}

/// Findings that come in several versions: the text, and the versions.
#[derive(Debug, Default)]
pub(super) struct Findings {
    order: Vec<String>,
    versions: BTreeMap<String, Vec<String>>,
}

impl Findings {
    /// Notes a finding; `VERSIONS` in its text stands for those in which it was found.
    pub(super) fn add(&mut self, text: impl Into<String>, version: &str) {
        let text = text.into();
        let versions = self.versions.entry(text.clone()).or_default();
        if versions.is_empty() {
            self.order.push(text);
        }
        if !versions.iter().any(|known| known == version) {
            versions.push(version.to_owned());
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// The texts, each once.
    pub(super) fn texts(self) -> Vec<String> {
        let text = |text: String| {
            let versions = &self.versions[&text];
            let words = match versions.as_slice() {
                [one] => format!("version {one}"),
                [first, second] => format!("versions {first} and {second}"),
                [first, .., last] => format!("{} versions from {first} to {last}", versions.len()),
                [] => String::new(),
            };
            text.replacen("VERSIONS", &words, 1)
        };
        self.order.iter().cloned().map(text).collect()
    }
}

/// A database of a version, with rows.
struct Filled {
    db: Connection,
    seeded: Seeded,
}

impl Upgrades<'_> {
    /// The rows that were not compared, or not wholly.
    pub(super) fn uncompared(&self) -> Vec<Untried> {
        let told = |(table, what): (&Name, &Vec<String>)| {
            let more = what.len().saturating_sub(3);
            let more = if more == 0 { String::new() } else { format!(", and {more} more") };
            let why = format!("{}{more}", what.iter().take(3).cloned().collect::<Vec<_>>().join(", "));
            Untried::new(format!("what becomes of the rows of table `{table}`"), why)
        };
        self.on_purpose.borrow().iter().map(told).collect()
    }

    /// A database of that version with rows in it.
    fn filled(&self, version: usize) -> Result<Filled, Error> {
        let db = self.versions.fresh(version)?;
        let seeded = self.fill(&db, version, None);
        Ok(Filled { db, seeded })
    }

    fn fill(&self, db: &Connection, version: usize, had: Option<&Inspection>) -> Seeded {
        let forms = forms(self.versions.schema(version), &self.versions.definitions, &self.versions.hints);
        seed(&Maker::new(db, self.lab, &forms), self.wishes, had)
    }

    /// The same, with the rows of the caller. What is wrong with it becomes a finding.
    fn prepared(&self, version: usize, findings: &mut Findings) -> Option<Filled> {
        let name = self.versions.name(version);
        let mut filled = match self.filled(version) {
            Ok(filled) => filled,
            Err(error) => {
                findings.add(unmade(&error), name);
                return None;
            }
        };
        for (table, refused) in std::mem::take(&mut filled.seeded.refused) {
            findings.add(unseeded(&table, &refused), name);
        }
        if let Some(more) = self.more
            && let Err(error) = more(&filled.db, name)
        {
            findings.add(format!("the rows of `.seed_with` are refused at VERSIONS: {error}"), name);
            return None;
        }
        Some(filled)
    }

    /// Proves the upgrade from that version to the last one, and says how many rows there were.
    pub(super) fn prove(&self, from: usize, findings: &mut Findings) -> Option<Seeded> {
        let Filled { mut db, seeded } = self.prepared(from, findings)?;
        let lost = self.upgrade(&mut db, from, self.versions.count());
        self.note(from, self.versions.count(), lost, findings).then_some(seeded)
    }

    /// Proves the upgrades of a database that lives through every version and gets rows in each, and says from which
    /// versions they succeed, and how many rows there were in the end.
    pub(super) fn lifetime(&self, findings: &mut Findings) -> (Vec<usize>, usize) {
        let (mut proved, mut rows) = (Vec::new(), 0);
        let mut database: Option<Connection> = None;
        for version in 1..self.versions.count() {
            let name = self.versions.name(version);
            let had = database.is_some().then(|| self.versions.schema(version - 1));
            let db = database.take().map_or_else(|| self.versions.fresh(version), Ok);
            let mut db = match db {
                Ok(db) => db,
                Err(error) => {
                    findings.add(unmade(&error), name);
                    continue;
                }
            };
            let seeded = self.fill(&db, version, had);
            for (table, refused) in &seeded.refused {
                findings.add(unseeded(table, refused), name);
            }
            let lost = self.upgrade(&mut db, version, version + 1);
            // What failed is as it was; the next version begins anew.
            database = lost.is_ok().then_some(db);
            if self.note(version, version + 1, lost, findings) {
                proved.push(version);
                rows = seeded.rows;
            }
        }
        (proved, rows)
    }

    /// Makes findings of what an upgrade lost; `true` when there is nothing.
    fn note(&self, from: usize, to: usize, lost: Result<Vec<Loss>, String>, findings: &mut Findings) -> bool {
        let name = self.versions.name(from);
        let lost = match lost {
            Ok(lost) => lost,
            Err(message) => {
                let to = self.versions.name(to);
                let fact = format!("a database with rows cannot be upgraded from VERSIONS to version {to}");
                let help = "  help: mend the migration; if no release wrote such rows, give those that it wrote: `.seed(\"table\", \"INSERT …\")`";
                findings.add(format!("{fact}\n{}\n{help}", indented(&message)), name);
                return false;
            }
        };
        let lost: Vec<Loss> = lost.into_iter().filter(|loss| !self.may_lose.contains(&loss.table)).collect();
        for loss in &lost {
            let migration = if to == from + 1 {
                self.versions.between(from, to).first()
            } else {
                self.first_loss(from, &loss.table)
            };
            findings.add(told(loss, migration), name);
        }
        lost.is_empty()
    }

    /// Upgrades a database, and compares its rows.
    fn upgrade(&self, db: &mut Connection, from: usize, to: usize) -> Result<Vec<Loss>, String> {
        let migrations = self.versions.between(from, to);
        let all: Vec<&Migration> = migrations.iter().collect();
        let release = self.versions.release(to);
        self.walk(db, from, to, &all, |db| release.migrate_with(db, Options::new()).map(drop))
    }

    /// Runs something that runs these migrations, and compares schema and rows afterwards.
    fn walk(
        &self,
        db: &mut Connection,
        from: usize,
        to: usize,
        migrations: &[&Migration],
        run: impl FnOnce(&mut Connection) -> Result<(), Error>,
    ) -> Result<Vec<Loss>, String> {
        let schemas = [self.versions.schema(from), self.versions.schema(to)];
        let sql = |error: rusqlite::Error| error.to_string();
        let before = snapshot(db, schemas[0]).map_err(sql)?;
        let dangling = foreign_keys::violations(db).map_err(sql)?;
        run(db).map_err(|error| error.to_string())?;
        let found = inspect(db).map_err(sql)?;
        let lines = differences(&found, schemas[1], &Known::of(self.versions.set.migrations()));
        if !lines.is_empty() {
            return Err(format!("the schema is another one afterwards\n  {}", lines.join("\n  ")));
        }
        let more = foreign_keys::added(&dangling, &foreign_keys::violations(db).map_err(sql)?);
        if !more.is_empty() {
            return Err(format!("rows refer to nothing afterwards\n  {}", more.join("\n  ")));
        }
        let integrity: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).map_err(sql)?;
        if integrity != "ok" {
            return Err(format!("the database is damaged afterwards: {integrity}"));
        }
        let mut lineage = Lineage::of(schemas[0]);
        for migration in migrations {
            lineage.follow(migration);
        }
        let after = snapshot(db, schemas[1]).map_err(sql)?;
        let comparison = Comparison { before: &before, after: &after, schemas, lineage: &lineage };
        let mut on_purpose = self.on_purpose.borrow_mut();
        for (table, what) in comparison.on_purpose() {
            let known = on_purpose.entry(table).or_default();
            for what in what {
                if !known.contains(&what) {
                    known.push(what);
                }
            }
        }
        Ok(comparison.losses())
    }

    /// The first migration behind a version after which rows of the table are lost.
    fn first_loss(&self, from: usize, table: &Name) -> Option<&'static Migration> {
        (from + 1..=self.versions.count()).find_map(|to| {
            let Filled { mut db, .. } = self.filled(from).ok()?;
            let lost = self.upgrade(&mut db, from, to).ok()?;
            lost.iter().any(|loss| loss.table == *table).then(|| &self.versions.between(to - 1, to)[0])
        })
    }

    /// Takes a version back and applies it again.
    pub(super) fn round_trip(
        &self,
        version: usize,
        downs: &[Migration],
        findings: &mut Findings,
    ) -> Option<(Seeded, Vec<Loss>)> {
        let Filled { mut db, seeded } = self.prepared(version, findings)?;
        let name = self.versions.name(version);
        let up = &self.versions.between(version - 1, version)[0];
        let down = downs.iter().find(|down| down.version == up.version)?;
        let before = version.checked_sub(2).map(|at| &*self.versions.set.migrations()[at].version);
        let release = self.versions.release(version);
        let descend = |db: &mut Connection| release.roll_back_by(db, downs, before, Options::new()).map(drop);
        let descended = self.walk(&mut db, version, version - 1, &[down], descend);
        let losses = match descended {
            Ok(losses) => losses,
            Err(message) => {
                let fact = format!("migration {name} cannot be taken back from a database with rows");
                findings.add(format!("{fact}\n{}\n  help: mend {}", indented(&message), down.file), name);
                return None;
            }
        };
        let ascend = |db: &mut Connection| release.migrate_with(db, Options::new()).map(drop);
        let ascended = self.walk(&mut db, version - 1, version, &[up], ascend);
        if let Err(message) = &ascended {
            let fact = format!("migration {name} cannot be applied again after it was taken back");
            findings.add(format!("{fact}\n{}\n  help: mend {} or {}", indented(message), up.file, down.file), name);
            return None;
        }
        let losses = losses.into_iter().chain(ascended.unwrap_or_default());
        Some((seeded, losses.collect()))
    }
}

pub(super) fn unmade(error: &Error) -> String {
    let message = error.to_string();
    let needs = ["no such function", "no such collation", "no such module"].iter().any(|words| message.contains(words));
    let help = if needs { "register it, as the application does: `.prepare(|db| …)`" } else { "mend the migration" };
    format!("a new database cannot be brought to VERSIONS\n{}\n  help: {help}", indented(&message))
}

pub(super) fn unseeded(table: &Name, refused: &Refused) -> String {
    let statement = refused.statement.as_ref().map(|sql| format!("\n  | {sql}")).unwrap_or_default();
    format!(
        "no row was found that table `{table}` accepts at VERSIONS: {}{statement}\n  \
         help: give rows: `.seed(\"{table}\", \"INSERT …\")`; or leave the table out: `.leave_out(\"{table}\")`",
        refused.reason
    )
}

fn told(loss: &Loss, migration: Option<&Migration>) -> String {
    let (count, of, table) = (loss.gone.len(), loss.of, &loss.table);
    let what = match (loss.gone.as_slice(), loss.new.as_slice()) {
        ([], new) => format!("{} rows of table `{table}` come from nowhere", new.len()),
        (_, []) => format!("{count} of {of} rows of table `{table}` are lost"),
        (_, _) => format!("{count} of {of} rows of table `{table}` are not what they were"),
    };
    let mut text = format!("{what} on the way from VERSIONS");
    if let Some(migration) = migration {
        text.push_str(&format!("\n  migration:  {}", migration.file));
    }
    if let Some((place, sql)) = &loss.statement {
        text.push_str(&format!("\n  {place}\n  | {}", sql.replace('\n', "\n  | ")));
    }
    if let Some(row) = loss.gone.first() {
        text.push_str(&format!("\n  before:     {row}"));
    }
    if let Some(row) = loss.new.first() {
        text.push_str(&format!("\n  after:      {row}"));
    }
    text.push_str(&format!("\n  help: keep every row; if that is meant, say so: `.may_lose(\"{table}\")`"));
    text
}

/// Another message, as the detail of this one, which has a help of its own and is about no database that matters.
fn indented(message: &str) -> String {
    let matters = |line: &&str| !line.starts_with("  help: ") && !line.ends_with(" was changed");
    let lines = message.lines().filter(matters);
    lines.map(|line| format!("  {}", line.strip_prefix("  ").unwrap_or(line))).collect::<Vec<_>>().join("\n")
}
