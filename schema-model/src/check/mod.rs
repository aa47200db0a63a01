//! Comparing a model with the schema that the migrations produce.
//!
//! The differ says what differs; this module says where in the Rust source it belongs ([`Diagnostic`])
//! and in which words, and leaves to rustc what only rustc can know ([`TypeProof`], [`ReferenceProof`]).

mod differences;
mod facts;
#[cfg(feature = "source")]
mod judge;
mod parents;
mod parts;
mod proofs;
mod single;
mod words;

use proc_macro2::Span;
use schema_core::word::closest;
use schema_core::{
    Change, ColumnFact, Dialect, Diff, Edit, Expr, ForeignKey, Inspection, Name, ObjectName, Pair, Part as _, PartKind,
    Path, Place, SourceMap, Table, UnmanagedKind, render,
};

#[cfg(feature = "source")]
pub use judge::judge_standard;
pub use proofs::{ReferenceProof, TypeProof};

use crate::Desired;
use words::Words;

/// What the migrations produce.
///
/// ```
/// # use schema_core::{Dialect, Migration, checksum};
/// # let migration = |sql: &'static str| Migration {
/// #     version: "1".into(),
/// #     name: "a".into(),
/// #     file: "migrations/1_a.sql".into(),
/// #     checksum: checksum(Dialect::Sqlite, sql).into(),
/// #     sql: sql.into(),
/// #     no_transaction: false,
/// # };
/// use schema_model::check::{Found, check};
/// use schema_model::{Model, StandardTypes};
/// let replay = schema_replay::replay(&[migration("CREATE TABLE users (id INTEGER NOT NULL)")]).unwrap();
/// let found = Found { inspection: &replay.inspection, map: &replay.map };
/// let model = Model::parse(&syn::parse_str("struct User { id: i64 }")?)?;
/// let verdict = check("User", &model.lower(Dialect::Sqlite, &StandardTypes)?, found);
/// assert!(verdict.diagnostics.is_empty());
/// # Ok::<_, syn::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Found<'a> {
    /// The schema, and what is seen besides it.
    pub inspection: &'a Inspection,
    /// Where in the SQL files it comes from.
    pub map: &'a SourceMap,
}

/// A disagreement, at its place in the Rust source.
///
/// ```
/// # use schema_core::{Dialect, Migration, checksum};
/// # let migration = |sql: &'static str| Migration {
/// #     version: "1".into(),
/// #     name: "a".into(),
/// #     file: "migrations/1_a.sql".into(),
/// #     checksum: checksum(Dialect::Sqlite, sql).into(),
/// #     sql: sql.into(),
/// #     no_transaction: false,
/// # };
/// use schema_model::check::{Found, check};
/// use schema_model::{Model, StandardTypes};
/// let replay = schema_replay::replay(&[migration("CREATE TABLE users (id INTEGER)")]).unwrap();
/// let found = Found { inspection: &replay.inspection, map: &replay.map };
/// let model = Model::parse(&syn::parse_str("struct User { id: i64 }")?)?;
/// let verdict = check("User", &model.lower(Dialect::Sqlite, &StandardTypes)?, found);
/// let diagnostic = &verdict.diagnostics[0];
/// assert_eq!(diagnostic.code, "column-nullability");
/// assert_eq!(diagnostic.span.source_text().as_deref(), Some("i64"));
/// assert_eq!(diagnostic.place.as_ref().unwrap().to_string(), "migrations/1_a.sql:1:21");
/// # Ok::<_, syn::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// The stable code that `cargo driftless explain` knows.
    pub code: &'static str,
    /// Where it belongs.
    pub span: Span,
    /// The last token there, where it is about several, as a type can be.
    pub end: Span,
    /// The whole text: the fact in line 1, both sides, the place in the SQL file, the command that mends it.
    pub message: String,
    /// What it is about.
    pub path: Path,
    /// The place in the SQL files.
    pub place: Option<Place>,
}

/// The outcome of a comparison.
///
/// ```
/// # use schema_core::{Dialect, Migration, checksum};
/// # let migration = |sql: &'static str| Migration {
/// #     version: "1".into(),
/// #     name: "a".into(),
/// #     file: "migrations/1_a.sql".into(),
/// #     checksum: checksum(Dialect::Sqlite, sql).into(),
/// #     sql: sql.into(),
/// #     no_transaction: false,
/// # };
/// use schema_model::check::{Found, check};
/// use schema_model::{Model, StandardTypes};
/// let replay = schema_replay::replay(&[migration("CREATE TABLE users (id INTEGER NOT NULL)")]).unwrap();
/// let found = Found { inspection: &replay.inspection, map: &replay.map };
/// let model = Model::parse(&syn::parse_str("struct User { id: UserId }")?)?;
/// let verdict = check("User", &model.lower(Dialect::Sqlite, &StandardTypes)?, found);
/// assert!(verdict.diagnostics.is_empty());
/// assert_eq!(verdict.types[0].model, "User"); // whether a `UserId` is an INTEGER, rustc knows
/// assert!(verdict.references.is_empty());
/// assert_eq!(verdict.table.columns[0].ty.as_str(), "INTEGER");
/// assert!(verdict.meant.is_none());
/// # Ok::<_, syn::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Verdict {
    /// What disagrees.
    pub diagnostics: Vec<Diagnostic>,
    /// The table of the model, with everything that the model leaves open settled.
    pub table: Table,
    /// What rustc is to prove about types.
    pub types: Vec<TypeProof>,
    /// What rustc is to prove about references.
    pub references: Vec<ReferenceProof>,
    /// The table that a model without a table was probably meant for. That this table has no model need
    /// not be reported as well.
    pub meant: Option<ObjectName>,
}

/// Compares a model with what the migrations produce.
///
/// `model` is the name of the struct. What only follows from another disagreement is not reported.
///
/// ```
/// # use schema_core::{Dialect, Migration, checksum};
/// # let migration = |sql: &'static str| Migration {
/// #     version: "1".into(),
/// #     name: "a".into(),
/// #     file: "migrations/1_a.sql".into(),
/// #     checksum: checksum(Dialect::Sqlite, sql).into(),
/// #     sql: sql.into(),
/// #     no_transaction: false,
/// # };
/// use schema_model::check::{Found, check};
/// use schema_model::{Model, StandardTypes};
/// let replay = schema_replay::replay(&[migration("CREATE TABLE users (id INTEGER NOT NULL)")]).unwrap();
/// let found = Found { inspection: &replay.inspection, map: &replay.map };
/// let model = Model::parse(&syn::parse_str("struct User { id: i64, email: String }")?)?;
/// let verdict = check("User", &model.lower(Dialect::Sqlite, &StandardTypes)?, found);
/// assert_eq!(verdict.diagnostics.len(), 1);
/// assert_eq!(verdict.diagnostics[0].code, "missing-column");
/// # Ok::<_, syn::Error>(())
/// ```
pub fn check(model: &str, desired: &Desired, found: Found<'_>) -> Verdict {
    let mut check = Check { model, desired, found, table: desired.table.clone(), diagnostics: Vec::new(), meant: None };
    let Some(actual) = check.found_table() else {
        check.missing_table();
        return check.verdict(Vec::new(), Vec::new());
    };
    let types = check.settle_types(actual);
    let references = check.settle_references(actual);
    check.settle_parents();
    check.table.settle(actual);
    check.spent_renames(actual);
    let diff = Diff::between_tables(Pair::new(actual, &check.compared(actual)));
    check.report(&single::paired(diff.changes));
    check.foreign_key_problems();
    check.verdict(types, references)
}

struct Check<'a> {
    model: &'a str,
    desired: &'a Desired,
    found: Found<'a>,
    table: Table,
    diagnostics: Vec<Diagnostic>,
    meant: Option<ObjectName>,
}

impl<'a> Check<'a> {
    fn verdict(self, types: Vec<TypeProof>, references: Vec<ReferenceProof>) -> Verdict {
        Verdict { diagnostics: self.diagnostics, table: self.table, types, references, meant: self.meant }
    }

    fn dialect(&self) -> Dialect {
        self.found.inspection.schema.dialect
    }

    fn found_table(&self) -> Option<&'a Table> {
        self.found.inspection.schema.tables.get(&self.table.name)
    }

    /// Takes over, for columns whose type only rustc knows, what the migrations declare.
    fn settle_types(&mut self, actual: &Table) -> Vec<TypeProof> {
        let mut proofs = Vec::new();
        for open in &self.desired.open_types {
            let Some(found) = actual.column(&open.column) else {
                continue;
            };
            let Some(mine) = self.table.columns.iter_mut().find(|column| column.name == open.column) else {
                continue;
            };
            if !open.declared {
                mine.ty = found.ty.clone();
            }
            mine.nullable = found.nullable;
            let stated: Vec<&Expr> = self.desired.table.checks.iter().map(|check| &check.expr).collect();
            let dialect = self.found.inspection.schema.dialect;
            let listed = actual.checks.iter().filter(|check| !stated.contains(&&check.expr)).find_map(|check| {
                let (column, values) = check.expr.enumeration(dialect)?;
                (column == open.column).then(|| (check.clone(), values))
            });
            if let Some((check, _)) = &listed {
                self.table.checks.push(check.clone());
            }
            proofs.push(TypeProof {
                model: self.model.to_owned(),
                column: open.column.clone(),
                ty: open.ty.clone(),
                declared: found.ty.clone(),
                found: found.clone(),
                stated: open.declared,
                strict: actual.options.strict,
                nullable: found.nullable && !is_key(actual, &open.column) && !is_key(&self.desired.table, &open.column),
                variants: listed.map(|(_, values)| values),
                place: self.place(PartKind::Column, &open.column).cloned(),
            });
        }
        proofs
    }

    /// Takes over, for references to models, the parents that the migrations name.
    fn settle_references(&mut self, actual: &Table) -> Vec<ReferenceProof> {
        let mut proofs = Vec::new();
        // Several keys may be over the same columns; each is settled once.
        let (mut mine, mut theirs) = (Vec::new(), Vec::new());
        let stated = &self.desired.table.foreign_keys;
        for reference in self.desired.references.iter().filter(|reference| !reference.resolved) {
            let guess = reference.model.segments.last().map(|last| crate::table_name_of(&last.ident));
            let is_mine = |at: usize, key: &ForeignKey| {
                !mine.contains(&at)
                    && key.columns == reference.columns
                    && guess.as_ref().is_some_and(|guess| key.parent.name.is(guess))
            };
            let Some(at) = position(stated, is_mine) else { continue };
            mine.push(at);
            let same_parent = |key: &ForeignKey, other: &ForeignKey| {
                key.columns == other.columns && key.parent == other.parent && key.parent_columns == other.parent_columns
            };
            let is_found = |index: usize, key: &ForeignKey| {
                !theirs.contains(&index)
                    && key.columns == reference.columns
                    && position(stated, |other, stated| other != at && same_parent(stated, key)).is_none()
            };
            let Some(index) = position(&actual.foreign_keys, is_found) else { continue };
            theirs.push(index);
            let (key, found) = (&mut self.table.foreign_keys[at], &actual.foreign_keys[index]);
            if found.parent_columns.len() != reference.fields.len() {
                continue;
            }
            key.parent = found.parent.clone();
            key.parent_columns.clone_from(&found.parent_columns);
            // The parent's own spelling: the engine may compare names without regard to case, rustc does not.
            let parent = self.found.inspection.schema.tables.get(&found.parent);
            let spelt = |name: &Name| {
                let column = parent.and_then(|parent| parent.column(name));
                column.map_or_else(|| name.clone(), |column| column.name.clone())
            };
            let path = found.path(&self.table.name);
            proofs.push(ReferenceProof {
                owner: self.model.to_owned(),
                table: self.table.name.clone(),
                found: found.clone(),
                place: self.found.map.nearest(&path).cloned(),
                model: reference.model.clone(),
                fields: reference.fields.iter().cloned().zip(found.parent_columns.iter().map(spelt)).collect(),
                parent: parent.map_or_else(|| found.parent.clone(), |parent| parent.name.clone()),
                span: reference.span,
            });
        }
        proofs
    }

    /// A foreign key that names a table and no columns refers to the primary key.
    fn settle_parents(&mut self) {
        for key in self.table.foreign_keys.iter_mut().filter(|key| key.parent_columns.is_empty()) {
            let parent = self.found.inspection.schema.tables.get(&key.parent);
            let columns = parent.and_then(Table::implied_key);
            key.parent_columns = columns.filter(|columns| columns.len() == key.columns.len()).unwrap_or_default();
        }
    }

    /// The migrations do not know the table at all.
    fn missing_table(&mut self) {
        let name = self.table.name.clone();
        let path = Path::Table(name.clone());
        let unmanaged = self.found.inspection.unmanaged.iter().find(|object| object.name == name.name);
        let mut words = Words::new(format!("`{}` has no table: the migrations create no table `{name}`", self.model));
        words.model = Some(words::table_line(self.dialect(), &self.table));
        words.migrations = Some("(none)".to_owned());
        words.help = format!("run `cargo driftless new create_{}`", words::slug(&name.to_string()));
        let old_name = self.desired.renames.tables.iter().find(|pair| pair.after == name).map(|pair| &pair.before);
        if let Some(object) = unmanaged {
            let kind = object.kind.as_str();
            words.migrations = Some(format!("{} {name}", kind.to_uppercase()));
            words.place = self.found.map.get(&path).cloned();
            if object.kind == UnmanagedKind::NotUnderstood {
                let reason = object.reason.as_deref().unwrap_or("its definition");
                words.fact = format!("`{}` cannot be compared: table `{name}` is not understood: {reason}", self.model);
                words.help = "write the table's definition in a form that driftless reads".to_owned();
            } else {
                words.fact = format!("`{}` has no table: `{name}` is a {kind} in the migrations", self.model);
                words.help = "remove the model, or give it the name of a table".to_owned();
            }
        } else if let Some(old_name) = old_name.filter(|old| self.found.inspection.schema.tables.contains_key(old)) {
            words.fact =
                format!("`{}` has no table: `{name}` is still called `{old_name}` in the migrations", self.model);
            words.migrations = self.table_line(old_name);
            words.place = self.found.map.get(&Path::Table(old_name.clone())).cloned();
            self.meant = Some(old_name.clone());
            words.help = format!("run `cargo driftless new rename_{old_name}_to_{name}`");
        } else if let Some(near) = closest(name.name.as_str(), self.table_names()) {
            let near = ObjectName { schema: name.schema.clone(), name: Name::new(self.dialect(), near) };
            words.migrations = self.table_line(&near);
            words.place = self.found.map.get(&Path::Table(near.clone())).cloned();
            self.meant = Some(near.clone());
            words.help = format!(
                "run `cargo driftless new create_{}`, or did you mean `#[table(name = \"{near}\")]`?",
                words::slug(&name.to_string())
            );
        }
        self.push("missing-table", self.desired.spans.of(&path), path, words);
    }

    fn table_line(&self, name: &ObjectName) -> Option<String> {
        let table = self.found.inspection.schema.tables.get(name)?;
        Some(words::table_line(self.dialect(), table))
    }

    fn table_names(&self) -> impl Iterator<Item = &'a str> {
        self.found.inspection.schema.tables.keys().map(|name| name.name.as_str())
    }

    /// A rename that the migrations have carried out must not stay in the model: it would rename
    /// an unrelated object one day.
    fn spent_renames(&mut self, actual: &Table) {
        let tables = &self.found.inspection.schema.tables;
        for pair in &self.desired.renames.tables {
            if pair.after == self.table.name && !tables.contains_key(&pair.before) {
                let path = Path::Table(pair.after.clone());
                let mut words = Words::new(format!(
                    "`was = \"{}\"` on `{}` is spent: no migration leaves a table `{}`",
                    pair.before, self.model, pair.before
                ));
                words.migrations = Some(words::table_line(self.dialect(), actual));
                words.place = self.found.map.get(&path).cloned();
                words.help = "remove the attribute".to_owned();
                let span = self.desired.spans.was(None).unwrap_or_else(|| self.desired.spans.table());
                self.push("spent-rename", span, path, words);
            }
        }
        for (_, pair) in &self.desired.renames.columns {
            if actual.column(&pair.after).is_some() && actual.column(&pair.before).is_none() {
                let path = self.part(PartKind::Column, &pair.after);
                let mut words = Words::new(format!(
                    "`was = \"{}\"` on `{}.{}` is spent: no migration leaves a column `{}` in table `{}`",
                    pair.before, self.model, pair.after, pair.before, self.table.name
                ));
                let column = actual.column(&pair.after);
                words.migrations = column.map(|column| render::column(self.dialect(), column));
                words.place = self.place(PartKind::Column, &pair.after).cloned();
                words.help = "remove the attribute".to_owned();
                let span = self.desired.spans.was(Some(&pair.after)).unwrap_or_else(|| self.desired.spans.table());
                self.push("spent-rename", span, path, words);
            }
        }
    }

    fn part(&self, kind: PartKind, label: &Name) -> Path {
        Path::Part { table: self.table.name.clone(), kind, label: label.clone() }
    }

    fn place(&self, kind: PartKind, label: &Name) -> Option<&'a Place> {
        self.found.map.nearest(&self.part(kind, label))
    }

    fn push(&mut self, code: &'static str, span: Span, path: Path, words: Words) {
        let place = words.place.clone();
        self.diagnostics.push(Diagnostic { code, span, end: span, message: words.to_string(), path, place });
    }

    /// The last disagreement is about all of a type.
    fn extend(&mut self, ty: &syn::Type) {
        if let (Some(last), Some(end)) = (self.diagnostics.last_mut(), proofs::last_span(ty)) {
            last.end = end;
        }
    }

    fn fact_span(&self, column: &Name, fact: ColumnFact) -> Span {
        self.desired.spans.fact(column, fact)
    }

    fn report(&mut self, changes: &[Change]) {
        let columns = Columns::of(changes);
        for change in changes {
            match change {
                Change::Column { edit, .. } => self.column(edit, &columns),
                Change::PrimaryKey { edit, .. } => self.key(edit, &columns),
                Change::Unique { edit, .. } => self.unique(edit, &columns, changes),
                Change::ForeignKey { edit, .. } => self.foreign_key(edit, &columns),
                Change::Check { edit, .. } => self.condition(edit, &columns, changes),
                Change::Index { edit, .. } => self.index(edit, &columns, changes),
                Change::Options { edit, .. } => self.options(*edit),
                Change::Comment { edit, .. } => self.comment(edit),
                Change::Enum(_)
                | Change::CreateTable(_)
                | Change::DropTable(_)
                | Change::RenameTable(_)
                | Change::RenameColumn { .. } => {}
            }
        }
    }
}

/// The columns that only one side has. What depends on one of them is not reported a second time.
struct Columns {
    missing: Vec<Name>,
    extra: Vec<Name>,
}

impl Columns {
    fn of(changes: &[Change]) -> Columns {
        let mut columns = Columns { missing: Vec::new(), extra: Vec::new() };
        for change in changes {
            match change {
                Change::Column { edit: Edit::Add(column), .. } => columns.missing.push(column.name.clone()),
                Change::Column { edit: Edit::Drop(column), .. } => columns.extra.push(column.name.clone()),
                _ => {}
            }
        }
        columns
    }
}

fn position(keys: &[ForeignKey], is_it: impl Fn(usize, &ForeignKey) -> bool) -> Option<usize> {
    keys.iter().enumerate().position(|(at, key)| is_it(at, key))
}

fn is_key(table: &Table, column: &Name) -> bool {
    table.primary_key.as_ref().is_some_and(|key| key.columns().contains(column))
}
