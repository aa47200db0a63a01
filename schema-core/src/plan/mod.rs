//! The planner: from a schema to another one, as the statements of a migration.
//!
//! A plan is made for SQLite. What the engine can do in place it does in place; everything else that happens to a
//! table is gathered into one rebuild of it. The statements are right inside one transaction, with foreign keys
//! switched off before it begins, as driftless runs migrations.

mod altered;
mod close;
mod consent;
mod down;
mod hazard;
mod judge;
mod lookalike;
mod mention;
mod native;
mod rebuild;
mod refusal;
mod rename;
mod route;
mod script;
mod step;
mod steps;
mod version;
mod words;

pub use consent::{Allow, Backfill};
pub use refusal::Refusal;
pub use script::script;
pub use step::{Effort, Hazard, HazardKind, Step};
pub use version::EngineVersion;

use crate::{Dialect, Diff, Inspection, Pair, Renames, Schema, Table, render};

/// What to plan.
///
/// ```
/// use schema_core::plan::{EngineVersion, Refusal, Request, plan};
/// use schema_core::{Dialect, Inspection, Renames, Schema, sqlite::read};
///
/// let old = read::table("CREATE TABLE old (id INTEGER PRIMARY KEY)")?.table;
/// let schema = Schema { tables: [(old.name.clone(), old)].into(), ..Schema::empty(Dialect::Sqlite) };
/// let request = Request {
///     before: &Inspection { schema, unmanaged: Vec::new() },
///     after: &Schema::empty(Dialect::Sqlite),
///     exact: false,
///     renames: &Renames::default(),
///     version: EngineVersion::new(3, 45, 0),
///     allow: &[],
///     backfill: &[],
/// };
/// let refusals = plan(&request).unwrap_err();
/// let [Refusal::Destructive { allow, .. }] = refusals.as_slice() else { panic!("the rows would be lost") };
/// assert_eq!(allow.to_string(), "drop-table:old");
/// let allowed = plan(&Request { allow: &[allow.clone()], ..request }).unwrap();
/// assert_eq!(allowed.steps[0].sql, "DROP TABLE old");
/// # Ok::<_, schema_core::ParseError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// What there is.
    pub before: &'a Inspection,
    /// What there is to be.
    pub after: &'a Schema,
    /// Whether `after` states everything, as the schema of a database does. Models leave names open, and whether a
    /// UNIQUE is a constraint or an index; they get what costs least (see [`crate::Table::settle`]).
    pub exact: bool,
    /// The renames that are stated.
    pub renames: &'a Renames,
    /// The engine that will run it.
    pub version: EngineVersion,
    /// The losses that are allowed.
    pub allow: &'a [Allow],
    /// The values of existing rows.
    pub backfill: &'a [Backfill],
}

/// The statements that lead from one schema to another.
///
/// ```
/// use schema_core::plan::{EngineVersion, Request, plan};
/// use schema_core::{Dialect, Inspection, Renames, Schema};
///
/// let schema = Schema::empty(Dialect::Sqlite);
/// let plan = plan(&Request {
///     before: &Inspection { schema: schema.clone(), unmanaged: Vec::new() },
///     after: &schema,
///     exact: true,
///     renames: &Renames::default(),
///     version: EngineVersion::new(3, 45, 0),
///     allow: &[],
///     backfill: &[],
/// })
/// .unwrap();
/// assert!(plan.is_empty());
/// assert_eq!(plan.from, plan.to);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The [`digest`] of the schema that it was made for.
    pub from: String,
    /// The [`digest`] of the schema that it ends at.
    pub to: String,
    /// The schema that it ends at.
    pub after: Schema,
    /// The statements in their order; none when there is nothing to do.
    pub steps: Vec<Step>,
    /// The way back; where data would have been lost, the reason why there is none.
    pub down: Result<Vec<Step>, String>,
}

impl Plan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}

/// Plans the way from a schema to another one.
///
/// ```
/// use schema_core::plan::{EngineVersion, Request, plan};
/// use schema_core::sqlite::read;
/// use schema_core::{Dialect, Inspection, Renames, Schema};
///
/// let schema = |sql: &str| {
///     let table = read::table(sql)?.table;
///     let tables = [(table.name.clone(), table)].into();
///     Ok::<_, schema_core::ParseError>(Schema { tables, ..Schema::empty(Dialect::Sqlite) })
/// };
/// let before = schema("CREATE TABLE users (id INTEGER PRIMARY KEY)")?;
/// let after = schema("CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT)")?;
/// let plan = plan(&Request {
///     before: &Inspection { schema: before, unmanaged: Vec::new() },
///     after: &after,
///     exact: false,
///     renames: &Renames::default(),
///     version: EngineVersion::new(3, 8, 0),
///     allow: &[],
///     backfill: &[],
/// })
/// .unwrap();
/// assert_eq!(plan.steps[0].sql, "ALTER TABLE users ADD COLUMN email TEXT");
/// # Ok::<_, schema_core::ParseError>(())
/// ```
///
/// # Errors
/// Everything that would have to be stated, allowed or done by hand before there is a plan.
pub fn plan(request: &Request<'_>) -> Result<Plan, Vec<Refusal>> {
    let schemas = Pair::new(&request.before.schema, request.after);
    if let Some(schema) = [schemas.before, schemas.after].into_iter().find(|one| one.dialect != Dialect::Sqlite) {
        return Err(vec![Refusal::Dialect(schema.dialect)]);
    }
    let (renamed, renames) = request.renames.apply(schemas);
    let after = close::close(request, &renamed);
    let diff = Diff::between(Pair::new(&renamed, &after), &Renames::default());
    let mut refusals = judge::judge(request, &renamed, &after, &diff);
    let work = match rename::arrange(request, &renamed, &after, renames) {
        Ok(work) => work,
        Err(more) => {
            refusals.extend(more);
            return Err(refusals);
        }
    };
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let steps = steps::steps(&work)?;
    let down = down::down(&work, &steps);
    Ok(Plan { from: digest(&request.before.schema), to: digest(&after), after, steps, down })
}

/// The digest of a schema, whatever the order of its columns and constraints.
///
/// ```
/// use schema_core::{Dialect, Schema, plan};
/// assert_eq!(plan::digest(&Schema::empty(Dialect::Sqlite)).len(), 64);
/// ```
pub fn digest(schema: &Schema) -> String {
    let dialect = schema.dialect;
    let ddl = |table: &Table| {
        let mut table = table.clone();
        table.columns.sort_by(|a, b| a.name.cmp(&b.name));
        table.uniques.sort_by_cached_key(|part| render::unique(dialect, part));
        table.foreign_keys.sort_by_cached_key(|part| render::foreign_key(dialect, part));
        table.checks.sort_by_cached_key(|part| render::check(dialect, part));
        let ddl = render::table_ddl(dialect, &table);
        let mut indexes = ddl.indexes;
        indexes.sort();
        [vec![ddl.table], indexes, ddl.comments].concat().join(";\n")
    };
    let types = schema.enums.values().map(render::enum_type);
    crate::digest(&types.chain(schema.tables.values().map(ddl)).collect::<Vec<_>>().join(";\n"))
}
