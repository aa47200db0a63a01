//! Proves, in a test suite and on real SQLite, what the types cannot: that every released version can be upgraded with
//! its rows, that ways down lead back and up again, and that each constraint refuses a violation.

mod constraints;
mod form;
mod hints;
mod kept;
mod lab;
mod lineage;
mod maker;
mod pattern;
mod report;
mod seed;
mod solve;
mod upgrade;
mod values;
mod versions;

use std::cell::RefCell;
use std::collections::BTreeSet;

use rusqlite::Connection;
use schema_core::{Dialect, Migration, Name};

use crate::{Error, Sqlite};
use constraints::Trials;
use form::{Definitions, forms};
use lab::Lab;
use maker::Maker;
pub use report::{Failure, Proved, Untried};
use seed::{Seeded, Wishes, seed};
use upgrade::{Findings, MoreRows, Upgrades};
use versions::{Hook, Versions};

/// So many versions are upgraded each in one call; the time for that grows with their square.
const FEW: usize = 16;

/// Proves a set of migrations: `prove(&APP).assert()` is a test of its own.
///
/// Databases of every released version are made in memory and filled: several rows in every table, one of them with
/// every nullable column NULL, which satisfy all constraints. Nothing depends on a clock or on chance. Each is
/// upgraded to the last version, where the schema, the foreign keys and the rows have to be right; migrations that
/// have a way down are taken back and applied again; and every constraint of the last version has to refuse a row that
/// violates it, and to accept the row without the violation. A conflict clause, as in `UNIQUE ON CONFLICT IGNORE`, is set
/// aside for that: what is tried is that the constraint sees the violation.
///
/// ```
/// use schema_runtime::{Migration, Sqlite, checksum, testing};
/// # let migration = |version: &'static str, sql: &'static str| Migration {
/// #     version: version.into(),
/// #     name: "notes".into(),
/// #     file: format!("migrations/{version}_notes.sql").into(),
/// #     sql: sql.into(),
/// #     checksum: checksum(sql).into(),
/// #     no_transaction: false,
/// # };
/// let app = Sqlite::from_migrations(vec![
///     migration("1", "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL)"),
///     migration("2", "CREATE UNIQUE INDEX notes_text_key ON notes (text)"),
/// ])?;
/// let proved = testing::prove(&app).assert();
/// assert_eq!(proved.constraints.len(), 3); // the primary key, NOT NULL, and the unique index
///
/// let careless = Sqlite::from_migrations(vec![
///     migration("1", "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL)"),
///     migration("2", "DROP TABLE notes; CREATE TABLE notes (id INTEGER PRIMARY KEY)"),
/// ])?;
/// let failure = testing::prove(&careless).run().unwrap_err();
/// assert!(failure.to_string().starts_with("4 of 4 rows of table `notes` are lost on the way from version 1\n"));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
pub fn prove(set: &Sqlite) -> Proof<'_> {
    Proof {
        set,
        downs: set.downs().to_vec(),
        wishes: Wishes::default(),
        more: None,
        hook: None,
        skip: BTreeSet::new(),
        may_lose: BTreeSet::new(),
        every_version: false,
    }
}

/// A proof that is to be made: what is known about the rows, and what is left out of it.
#[must_use = "nothing is proved before `assert` or `run`"]
pub struct Proof<'a> {
    set: &'a Sqlite,
    downs: Vec<Migration>,
    wishes: Wishes,
    more: Option<MoreRows<'a>>,
    hook: Option<Hook<'a>>,
    skip: BTreeSet<String>,
    may_lose: BTreeSet<Name>,
    every_version: bool,
}

impl<'a> Proof<'a> {
    /// The rows of a table, instead of those that would be made for it: one INSERT or several. In versions that lack
    /// a column of the statement, rows are made.
    ///
    /// ```
    /// # use schema_runtime::{Migration, Sqlite, checksum, testing};
    /// # let sql = "CREATE TABLE hosts (id INTEGER PRIMARY KEY, mac TEXT CHECK (hex(mac) = '5EC237'))";
    /// # let app = Sqlite::from_migrations(vec![Migration {
    /// #     version: "1".into(),
    /// #     name: "hosts".into(),
    /// #     file: "migrations/1_hosts.sql".into(),
    /// #     sql: sql.into(),
    /// #     checksum: checksum(sql).into(),
    /// #     no_transaction: false,
    /// # }])?;
    /// // `mac` has CHECK (hex(mac) = '5EC237'), for which no value is found.
    /// let proved = testing::prove(&app).seed("hosts", "INSERT INTO hosts (mac) VALUES (x'5ec237')").assert();
    /// assert_eq!(proved.constraints.len(), 2);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn seed(mut self, table: &str, sql: &str) -> Proof<'a> {
        self.wishes.rows.insert(named(table), sql.to_owned());
        self
    }

    /// More rows, by a function that is called with a database of each version, after the rows that are made.
    ///
    /// ```
    /// # use schema_runtime::{Migration, Sqlite, checksum, testing};
    /// # let sql = "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)";
    /// # let app = Sqlite::from_migrations(vec![Migration {
    /// #     version: "1".into(),
    /// #     name: "notes".into(),
    /// #     file: "migrations/1_notes.sql".into(),
    /// #     sql: sql.into(),
    /// #     checksum: checksum(sql).into(),
    /// #     no_transaction: false,
    /// # }])?;
    /// let proof = testing::prove(&app).seed_with(|db, version| match version {
    ///     "1" => db.execute_batch("INSERT INTO notes (text) VALUES (char(0))"),
    ///     _ => Ok(()),
    /// });
    /// proof.assert();
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn seed_with(mut self, rows: impl Fn(&Connection, &str) -> rusqlite::Result<()> + 'a) -> Proof<'a> {
        self.more = Some(Box::new(rows));
        self
    }

    /// Leaves a table without rows, and its constraints untried.
    ///
    /// ```
    /// # use schema_runtime::{Migration, Sqlite, checksum, testing};
    /// # let sql = "CREATE TABLE never (id INTEGER NOT NULL CHECK (id IS NULL))";
    /// # let app = Sqlite::from_migrations(vec![Migration {
    /// #     version: "1".into(),
    /// #     name: "never".into(),
    /// #     file: "migrations/1_never.sql".into(),
    /// #     sql: sql.into(),
    /// #     checksum: checksum(sql).into(),
    /// #     no_transaction: false,
    /// # }])?;
    /// let proved = testing::prove(&app).leave_out("never").assert();
    /// assert_eq!(proved.untried[0].to_string(), "table `never`: the caller leaves it out");
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn leave_out(mut self, table: &str) -> Proof<'a> {
        self.wishes.left_out.insert(named(table));
        self
    }

    /// Does not try a constraint, which is called by its name, or as a [`Failure`] calls it.
    ///
    /// ```
    /// # use schema_runtime::{Migration, Sqlite, checksum, testing};
    /// # let sql = "CREATE TABLE notes (id INTEGER PRIMARY KEY, CONSTRAINT always CHECK (1))";
    /// # let app = Sqlite::from_migrations(vec![Migration {
    /// #     version: "1".into(),
    /// #     name: "notes".into(),
    /// #     file: "migrations/1_notes.sql".into(),
    /// #     sql: sql.into(),
    /// #     checksum: checksum(sql).into(),
    /// #     no_transaction: false,
    /// # }])?;
    /// testing::prove(&app).skip_constraint("always").assert();
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn skip_constraint(mut self, constraint: &str) -> Proof<'a> {
        self.skip.insert(constraint.to_owned());
        self
    }

    /// States that migrations mean to lose rows of a table that is there afterwards, or to change their values.
    ///
    /// ```
    /// # use schema_runtime::{Migration, Sqlite, checksum, testing};
    /// # let migration = |version: &'static str, sql: &'static str| Migration {
    /// #     version: version.into(),
    /// #     name: "tokens".into(),
    /// #     file: format!("migrations/{version}_tokens.sql").into(),
    /// #     sql: sql.into(),
    /// #     checksum: checksum(sql).into(),
    /// #     no_transaction: false,
    /// # };
    /// let app = Sqlite::from_migrations(vec![
    ///     migration("1", "CREATE TABLE tokens (token TEXT NOT NULL)"),
    ///     migration("2", "DROP TABLE tokens; CREATE TABLE tokens (hash TEXT NOT NULL)"),
    /// ])?;
    /// testing::prove(&app).may_lose("tokens").assert();
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn may_lose(mut self, table: &str) -> Proof<'a> {
        self.may_lose.insert(named(table));
        self
    }

    /// Ways down besides those that `schema!` embeds, each with the version of the migration that it undoes.
    ///
    /// ```
    /// # use schema_runtime::{Migration, Sqlite, checksum, testing};
    /// # let migration = |file: &'static str, sql: &'static str| Migration {
    /// #     version: "1".into(),
    /// #     name: "notes".into(),
    /// #     file: file.into(),
    /// #     sql: sql.into(),
    /// #     checksum: checksum(sql).into(),
    /// #     no_transaction: false,
    /// # };
    /// let app = Sqlite::from_migrations(vec![migration("migrations/1_notes.up.sql", "CREATE TABLE notes (id)")])?;
    /// let down = migration("migrations/1_notes.down.sql", "DROP TABLE notes");
    /// assert_eq!(testing::prove(&app).downs(&[down]).assert().round_trips, ["1"]);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn downs(mut self, downs: &[Migration]) -> Proof<'a> {
        self.downs.extend_from_slice(downs);
        self
    }

    /// Prepares every connection as the application prepares its own: with functions and collations.
    ///
    /// ```
    /// # use schema_runtime::{Migration, Sqlite, checksum, testing};
    /// # let sql = "CREATE TABLE names (name TEXT COLLATE by_length UNIQUE)";
    /// # let app = Sqlite::from_migrations(vec![Migration {
    /// #     version: "1".into(),
    /// #     name: "names".into(),
    /// #     file: "migrations/1_names.sql".into(),
    /// #     sql: sql.into(),
    /// #     checksum: checksum(sql).into(),
    /// #     no_transaction: false,
    /// # }])?;
    /// testing::prove(&app).prepare(|db| db.create_collation("by_length", |a, b| a.len().cmp(&b.len()))).assert();
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn prepare(mut self, hook: impl Fn(&Connection) -> rusqlite::Result<()> + 'a) -> Proof<'a> {
        self.hook = Some(Box::new(hook));
        self
    }

    /// Upgrades from each version in one call, also where there are many versions. Without it, a set of more than 16
    /// migrations is proved with a database that lives through all versions and gets rows in each, and with upgrades
    /// in one call from some of them.
    ///
    /// ```
    /// # use schema_runtime::{Migration, Sqlite, checksum, testing};
    /// # let app = Sqlite::from_migrations(
    /// #     (10..30)
    /// #         .map(|version| {
    /// #             let sql = format!("CREATE TABLE notes_{version} (id INTEGER PRIMARY KEY)");
    /// #             Migration {
    /// #                 version: version.to_string().into(),
    /// #                 name: "notes".into(),
    /// #                 file: format!("migrations/{version}_notes.sql").into(),
    /// #                 checksum: checksum(&sql).into(),
    /// #                 sql: sql.into(),
    /// #                 no_transaction: false,
    /// #             }
    /// #         })
    /// #         .collect(),
    /// # )?;
    /// assert_eq!(app.migrations().len(), 20);
    /// let usual = testing::prove(&app).assert();
    /// assert_eq!(usual.upgrades.len(), 19);
    /// assert!(usual.untried[0].what.starts_with("upgrades in one call from 14 of 19 versions"));
    /// let thorough = testing::prove(&app).every_version().assert();
    /// assert!(!thorough.untried[0].what.starts_with("upgrades"));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn every_version(mut self) -> Proof<'a> {
        self.every_version = true;
        self
    }

    /// Makes the proof, and panics with everything that was found when it fails.
    ///
    /// ```
    /// # use schema_runtime::{Migration, Sqlite, checksum, testing};
    /// # let sql = "CREATE TABLE notes (id INTEGER PRIMARY KEY)";
    /// # let app = Sqlite::from_migrations(vec![Migration {
    /// #     version: "1".into(),
    /// #     name: "notes".into(),
    /// #     file: "migrations/1_notes.sql".into(),
    /// #     sql: sql.into(),
    /// #     checksum: checksum(sql).into(),
    /// #     no_transaction: false,
    /// # }])?;
    /// assert_eq!(testing::prove(&app).assert().constraints, ["notes: PRIMARY KEY (id)"]);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn assert(self) -> Proved {
        match self.run() {
            Ok(proved) => proved,
            Err(failure) => panic!("{failure}"),
        }
    }

    /// Makes the proof.
    ///
    /// ```
    /// # use schema_runtime::{Migration, Sqlite, checksum, testing};
    /// # let sql = "CREATE TABLE notes (id INTEGER PRIMARY KEY)";
    /// # let app = Sqlite::from_migrations(vec![Migration {
    /// #     version: "1".into(),
    /// #     name: "notes".into(),
    /// #     file: "migrations/1_notes.sql".into(),
    /// #     sql: sql.into(),
    /// #     checksum: checksum(sql).into(),
    /// #     no_transaction: false,
    /// # }])?;
    /// println!("{}", testing::prove(&app).run()?);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Everything that was found, together with what was proved.
    pub fn run(self) -> Result<Proved, Failure> {
        let mut proved = Proved::default();
        let findings = match self.all(&mut proved) {
            Ok(findings) => findings,
            Err(error) => vec![error.to_string()],
        };
        if findings.is_empty() { Ok(proved) } else { Err(Failure::new(findings, proved)) }
    }

    fn all(&self, proved: &mut Proved) -> Result<Vec<String>, Error> {
        let versions = Versions::new(self.set, self.hook.as_ref())?;
        let lab = Lab::new(versions.empty().map_err(crate::sqlite::refusal::database)?);
        let upgrades = Upgrades {
            versions: &versions,
            lab: &lab,
            wishes: &self.wishes,
            more: self.more.as_ref(),
            may_lose: &self.may_lose,
            on_purpose: RefCell::default(),
        };
        for table in &self.wishes.left_out {
            proved.untried.push(Untried::new(format!("table `{table}`"), "the caller leaves it out"));
        }
        let mut findings = Findings::default();
        self.upgrades(&upgrades, proved, &mut findings);
        proved.untried.extend(upgrades.uncompared());
        self.round_trips(&upgrades, proved, &mut findings);
        let tried = match versions.count() {
            0 => Vec::new(),
            _ => self.constraints(&versions, &lab, proved, &mut findings),
        };
        Ok(findings.texts().into_iter().chain(tried).collect())
    }

    /// From every version: each in one call where they are few; otherwise step by step, and some in one call.
    fn upgrades(&self, upgrades: &Upgrades<'_>, proved: &mut Proved, findings: &mut Findings) {
        let versions = upgrades.versions;
        let last = versions.count();
        let all: Vec<usize> = (1..last).collect();
        let mut at_once = all.clone();
        // Rows of the caller are for a database of one version, not for one that has those of the version before.
        if last > FEW && !self.every_version && self.more.is_none() {
            let (lived, rows) = upgrades.lifetime(findings);
            proved.upgrades = lived.iter().map(|version| versions.name(*version).to_owned()).collect();
            proved.rows += rows;
            at_once = if findings.is_empty() { spread(last) } else { Vec::new() };
            if at_once.len() < all.len() {
                let what = format!("upgrades in one call from {} of {} versions", all.len() - at_once.len(), all.len());
                let why = "their rows went through every version instead; `.every_version()` takes the time";
                proved.untried.push(Untried::new(what, why));
            }
        }
        for from in at_once {
            let Some(seeded) = upgrades.prove(from, findings) else { continue };
            let name = versions.name(from).to_owned();
            proved.rows += seeded.rows;
            if !proved.upgrades.contains(&name) {
                proved.upgrades.push(name);
            }
        }
    }

    fn round_trips(&self, upgrades: &Upgrades<'_>, proved: &mut Proved, findings: &mut Findings) {
        let mut without: Vec<&str> = Vec::new();
        for version in 1..=upgrades.versions.count() {
            let name = upgrades.versions.name(version);
            if !self.downs.iter().any(|down| down.version == name) {
                without.push(name);
            } else if let Some((seeded, losses)) = upgrades.round_trip(version, &self.downs, findings) {
                proved.round_trips.push(name.to_owned());
                proved.rows += seeded.rows;
                // The way down takes back what its migration brought, so this is no failure.
                proved.untried.extend(losses.iter().map(|loss| {
                    let what = format!("{} of {} rows of table `{}`", loss.gone.len(), loss.of, loss.table);
                    Untried::new(what, format!("the way down of migration {name} does not keep them"))
                }));
            }
        }
        let what = match without.as_slice() {
            [] => return,
            [one] => format!("the way down of migration {one}"),
            [first, second] => format!("the ways down of migrations {first} and {second}"),
            [first, .., last] => format!("the ways down of {} migrations from {first} to {last}", without.len()),
        };
        proved.untried.push(Untried::new(what, "there is none"));
    }

    /// Tries the constraints of the last version, on a database with rows.
    fn constraints(
        &self,
        versions: &Versions<'_>,
        lab: &Lab,
        proved: &mut Proved,
        findings: &mut Findings,
    ) -> Vec<String> {
        let last = versions.count();
        let db = match versions.fresh(last) {
            Ok(db) => db,
            Err(error) => {
                findings.add(upgrade::unmade(&error), versions.name(last));
                return Vec::new();
            }
        };
        let schema = versions.schema(last);
        let forms = forms(schema, &Definitions::new(), &versions.hints);
        let maker = Maker::new(&db, lab, &forms);
        let Seeded { refused, short, orphaned, .. } = seed(&maker, &self.wishes, None);
        for (table, refused) in &refused {
            findings.add(upgrade::unseeded(table, refused), versions.name(last));
        }
        let mut trials = Trials { maker: &maker, schema, skip: &self.skip, tried: constraints::Tried::default() };
        trials.run(|form| {
            let table = &form.table.name.name;
            self.wishes.left_out.contains(table)
                || refused.iter().any(|(refused, _)| refused == table)
                || orphaned.iter().any(|(orphaned, _)| orphaned == table)
        });
        let tried = trials.tried;
        proved.constraints = tried.proved;
        proved.untried.extend(tried.untried);
        for (table, parent) in &orphaned {
            let why = format!("table `{parent}`, to which they refer, has none");
            proved.untried.push(Untried::new(format!("rows in table `{table}`"), why));
        }
        for (table, count) in short {
            let what = format!("more than {count} row{} in table `{table}`", if count == 1 { "" } else { "s" });
            proved.untried.push(Untried::new(what, "none was found that it accepts"));
        }
        for object in &schema.unmanaged {
            if object.kind == schema_core::UnmanagedKind::NotUnderstood {
                let reason = object.reason.as_deref().unwrap_or("it is not understood");
                proved.untried.push(Untried::new(format!("`{}`", object.name), reason));
            }
        }
        let mut findings = tried.findings;
        let unknown = self.skip.difference(&tried.skipped);
        findings.extend(unknown.map(|skip| format!("there is no constraint `{skip}`, which is to be skipped")));
        findings
    }
}

/// Some versions before the last one: the first, the last, and those that halve the way between them again and again.
fn spread(last: usize) -> Vec<usize> {
    let mut versions = vec![1, last - 1];
    let mut left = last - 1;
    while left > 2 {
        left /= 2;
        versions.push(last - left);
    }
    versions.sort_unstable();
    versions.dedup();
    versions
}

fn named(table: &str) -> Name {
    Name::new(Dialect::Sqlite, table)
}
