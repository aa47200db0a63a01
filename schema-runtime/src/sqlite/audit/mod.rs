//! The audit: a live database beside the schema that its migrations lead to. It only reads.

mod columns;
mod compare;
mod constraints;
mod fault;
mod items;
mod keys;
mod mend;
mod table;
mod trial;

use rusqlite::Connection;
use schema_core::{Inspection, Migration, Pair, SourceMap};
use schema_replay::{Replayer, inspect};

use crate::sqlite::judge::agreement::Known;
use crate::sqlite::judge::verdict;
use crate::sqlite::{Sqlite, history, preflight, refusal};
use crate::{Audit, AuditFinding, Category, Error};
use fault::{Fault, Mend};
use mend::{Mender, Mending};

impl Sqlite {
    /// What a live database does not enforce of what the models state, what it lacks and what it has besides, with the
    /// SQL that mends it. The database is only read.
    ///
    /// It is compared with the schema of the version that it records, so what pending migrations bring is not missed;
    /// without a history, with the final schema.
    ///
    /// ```
    /// # use schema_runtime::{Migration, Sqlite, checksum};
    /// # use schema_runtime::rusqlite::Connection;
    /// use schema_runtime::{Category, Severity};
    ///
    /// # let migration = |version: &'static str, sql: &'static str| Migration {
    /// #     version: version.into(),
    /// #     name: "notes".into(),
    /// #     file: format!("migrations/{version}_notes.sql").into(),
    /// #     sql: sql.into(),
    /// #     checksum: checksum(sql).into(),
    /// #     no_transaction: false,
    /// # };
    /// # let sql = "CREATE TABLE notes (id INTEGER PRIMARY KEY, slug TEXT); CREATE UNIQUE INDEX slugs ON notes (slug)";
    /// # let app = Sqlite::from_migrations(vec![migration("1", sql)])?;
    /// let mut db = Connection::open_in_memory()?;
    /// app.migrate(&mut db)?;
    /// db.execute_batch("DROP INDEX slugs")?; // somebody wanted to insert a slug twice
    ///
    /// let audit = app.audit(&db)?;
    /// let finding = &audit.findings[0];
    /// assert_eq!((finding.severity, finding.category), (Severity::Critical, Category::MissingUnique));
    /// assert_eq!(finding.message, "table `notes` has no UNIQUE (slug)");
    /// assert_eq!(finding.sql, ["CREATE UNIQUE INDEX slugs ON notes (slug)"]);
    ///
    /// db.execute_batch(&finding.sql.join(";"))?;
    /// assert_eq!(app.audit(&db)?.count(Severity::Critical), 0);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When the database cannot be read, and when its history cannot be that of these migrations.
    pub fn audit(&self, db: &Connection) -> Result<Audit, Error> {
        audit(self, db, false)
    }

    /// The same, and for each finding the rows that are in the way of the SQL that mends it. Finding them may read
    /// every row of the tables.
    ///
    /// ```
    /// # use schema_runtime::{Migration, Sqlite, checksum};
    /// # use schema_runtime::rusqlite::Connection;
    /// # let migration = |version: &'static str, sql: &'static str| Migration {
    /// #     version: version.into(),
    /// #     name: "notes".into(),
    /// #     file: format!("migrations/{version}_notes.sql").into(),
    /// #     sql: sql.into(),
    /// #     checksum: checksum(sql).into(),
    /// #     no_transaction: false,
    /// # };
    /// # let sql = "CREATE TABLE notes (id INTEGER PRIMARY KEY, slug TEXT); CREATE UNIQUE INDEX slugs ON notes (slug)";
    /// # let app = Sqlite::from_migrations(vec![migration("1", sql)])?;
    /// let mut db = Connection::open_in_memory()?;
    /// app.migrate(&mut db)?;
    /// db.execute_batch("DROP INDEX slugs; INSERT INTO notes (slug) VALUES ('a'), ('a')")?;
    ///
    /// let rows = &app.audit_with_rows(&db)?.findings[0].rows[0];
    /// assert_eq!((rows.count, rows.rule.as_str()), (1, "UNIQUE (slug)"));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Sqlite::audit`].
    pub fn audit_with_rows(&self, db: &Connection) -> Result<Audit, Error> {
        audit(self, db, true)
    }
}

fn audit(set: &Sqlite, db: &Connection, with_rows: bool) -> Result<Audit, Error> {
    let migrations = set.migrations();
    verdict::sequence(migrations)?;
    let rows = if history::exists(db).map_err(refusal::database)? {
        let rows = history::read(db).map_err(refusal::database)?;
        rows.ok_or_else(|| refusal::corrupt("it has other columns or values", db))?
    } else {
        Vec::new()
    };
    let recorded = !rows.is_empty();
    let count = if recorded { verdict::prefix(&rows, migrations, db)? } else { migrations.len() };
    let mut replayer = Replayer::new();
    let run = |replayer: &mut Replayer, migrations: &[Migration]| {
        let ran = migrations.iter().try_for_each(|migration| replayer.run(migration));
        ran.and_then(|()| replayer.inspection()).map_err(refusal::unreplayable)
    };
    let expected = run(&mut replayer, &migrations[..count])?;
    let map = replayer.map().clone();
    let last = if count < migrations.len() { Some(run(&mut replayer, &migrations[count..])?) } else { None };
    let found = inspect(db).map_err(refusal::database)?;
    let sides = Sides { found: &found, expected: &expected, last: last.as_ref(), map: &map };
    let findings = findings(set, db, sides, with_rows)?;
    Ok(Audit {
        findings,
        version: count.checked_sub(1).map(|last| migrations[last].version.clone().into_owned()),
        recorded,
        pending: migrations[count..].iter().map(|migration| migration.version.clone().into_owned()).collect(),
    })
}

/// What is compared.
#[derive(Clone, Copy)]
struct Sides<'a> {
    found: &'a Inspection,
    expected: &'a Inspection,
    /// What the pending migrations lead to, where there are some.
    last: Option<&'a Inspection>,
    /// Where the migrations state what is expected.
    map: &'a SourceMap,
}

fn findings(set: &Sqlite, db: &Connection, sides: Sides<'_>, with_rows: bool) -> Result<Vec<AuditFinding>, Error> {
    let Sides { found, expected, last, map } = sides;
    let known = Known::of(set.migrations());
    let mut faults = compare::faults(found, expected, &known);
    if let Some(last) = last {
        compare::defer(&mut faults, &compare::faults(found, last, &known));
    }
    let settings = settings(db, expected).map_err(refusal::database)?;
    let enforces = is_on(db, "PRAGMA foreign_keys").map_err(refusal::database)?;
    let mender = Mender::new(db, Pair::new(found, expected), &known, &faults, enforces);
    let mut findings: Vec<AuditFinding> = Vec::new();
    for fault in &faults {
        let mending = mender.mend(fault);
        let rows = match &mending.target {
            Some(target) if with_rows => {
                let mut after = found.schema.clone();
                after.tables.extend(target.tables.clone());
                preflight::offenders(db, Pair::new(&found.schema, &after))?
            }
            _ => Vec::new(),
        };
        findings.push(AuditFinding { rows, ..finding(set, fault, mending, map) });
    }
    for fault in &settings {
        let Mend::Statements(sql) = &fault.mend else { continue };
        let help = "say it after opening each connection".to_owned();
        findings.push(finding(set, fault, Mending { help, sql: sql.clone(), target: None }, map));
    }
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    Ok(findings)
}

fn finding(set: &Sqlite, fault: &Fault, Mending { help, sql, .. }: Mending, map: &SourceMap) -> AuditFinding {
    AuditFinding {
        severity: fault.category.severity(),
        category: fault.category,
        object: fault.object.clone(),
        table: fault.table.as_ref().map(|table| table.name.as_str().to_owned()),
        columns: fault.columns.iter().map(|column| column.as_str().to_owned()).collect(),
        message: fault.message.clone(),
        item: items::item(set.models, fault),
        expected: fault.expected.clone(),
        found: fault.found.clone(),
        place: fault.path.as_ref().and_then(|path| map.nearest(path)).cloned(),
        help,
        sql,
        rows: Vec::new(),
    }
}

fn is_on(db: &Connection, pragma: &str) -> rusqlite::Result<bool> {
    db.query_row(pragma, [], |row| row.get(0))
}

/// What this connection does not enforce, although the schema states it.
fn settings(db: &Connection, expected: &Inspection) -> rusqlite::Result<Vec<Fault>> {
    let tables = || expected.schema.tables.values();
    let fault = |pragma: &str, value: &str, message: &str| {
        let fault = Fault::new(Category::NotEnforced, format!("setting `{pragma}` of this connection"), message);
        Fault { mend: Mend::Statements(vec![format!("PRAGMA {pragma} = {value}")]), ..fault }
    };
    let mut faults = Vec::new();
    if tables().any(|table| !table.foreign_keys.is_empty()) && !is_on(db, "PRAGMA foreign_keys")? {
        faults.push(fault("foreign_keys", "ON", "this connection does not enforce foreign keys"));
    }
    if tables().any(|table| !table.checks.is_empty()) && is_on(db, "PRAGMA ignore_check_constraints")? {
        faults.push(fault("ignore_check_constraints", "OFF", "this connection does not enforce CHECKs"));
    }
    Ok(faults)
}
