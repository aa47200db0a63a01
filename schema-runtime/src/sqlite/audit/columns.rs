//! The facts about a column that is on both sides, and the options of its table.

use schema_core::{Change, Column, ColumnFact, ColumnValue, Edit, Pair, Part, Path, Table, TableOptions, render};

use super::fault::{Fault, SQL};
use super::table::TableAudit;
use crate::Category;

impl TableAudit<'_> {
    /// One fault for each fact in which the two differ.
    pub(super) fn column(&mut self, pair: &Pair<Column>) {
        let facts = pair.facts();
        for fact in &facts {
            let with_nullability = *fact == ColumnFact::OnConflict && facts.contains(&ColumnFact::Nullability);
            if !with_nullability && !self.follows_from_key(pair, *fact) {
                let fault = self.fact(pair, *fact);
                self.faults.push(fault);
            }
        }
    }

    /// A key that is an alias of the rowid, and every key of a STRICT or WITHOUT ROWID table, excludes NULL by itself.
    /// So where the key or the options differ, that is the one fault.
    fn follows_from_key(&self, pair: &Pair<Column>, fact: ColumnFact) -> bool {
        let strict = if pair.before.nullable { self.tables.after } else { self.tables.before };
        fact == ColumnFact::Nullability && self.has_other_key() && excludes_null(strict, &pair.after)
    }

    fn has_other_key(&self) -> bool {
        self.changes.iter().any(|change| matches!(change, Change::PrimaryKey { .. } | Change::Options { .. }))
    }

    /// The changes of columns that only follow from the key and the options, and so are mended with them.
    pub(super) fn key_columns(&self) -> Vec<Change> {
        let follows = |change: &&Change| match change {
            Change::Column { edit: Edit::Alter(pair), .. } => self.follows_from_key(pair, ColumnFact::Nullability),
            _ => false,
        };
        let one = |change: &Change| match change {
            Change::Column { table, edit: Edit::Alter(pair) } => {
                let after = with_fact(pair, ColumnFact::Nullability);
                Change::Column { table: table.clone(), edit: Edit::Alter(Pair::new(pair.before.clone(), after)) }
            }
            other => other.clone(),
        };
        self.changes.iter().filter(follows).map(one).collect()
    }

    fn fact(&self, pair: &Pair<Column>, fact: ColumnFact) -> Fault {
        let Pair { before, after } = pair;
        let own = format!("column `{}.{}`", self.name, after.name);
        let (category, what) = match fact {
            ColumnFact::Type => self.type_fact(pair),
            ColumnFact::Nullability if before.nullable => (Category::Nullable, "admits NULL".to_owned()),
            ColumnFact::Nullability => {
                (Category::ExtraConstraint, "is NOT NULL, and the models store NULL in it".to_owned())
            }
            ColumnFact::Value => value(pair),
            ColumnFact::Collation => {
                let [found, expected] = [before, after]
                    .map(|column| column.collation.as_ref().map_or("BINARY", |name| name.as_str()).to_owned());
                (Category::OtherCollation, format!("compares by {found}, not by {expected}"))
            }
            ColumnFact::OnConflict | ColumnFact::Comment => {
                (Category::ConflictClause, "has another conflict clause of NOT NULL".to_owned())
            }
        };
        let mended = Pair::new(before.clone(), with_fact(pair, fact));
        let text = |column: &Column| Some(render::column(SQL, column));
        Fault::new(category, own.clone(), format!("{own} {what}"))
            .of(self.name, vec![after.name.clone()])
            .sides(text(after), text(before))
            .at(after.path(self.name))
            .changes(vec![Change::Column { table: self.name.clone(), edit: Edit::Alter(mended) }])
    }

    fn type_fact(&self, pair: &Pair<Column>) -> (Category, String) {
        let named = |column: &Column| match column.ty.as_str() {
            "" => "without a type".to_owned(),
            ty => ty.to_owned(),
        };
        let (found, expected) = (named(&pair.before), named(&pair.after));
        let is_any = |column: &Column, table: &Table| column.ty.as_str() == "ANY" && table.options.strict;
        let same = pair.before.ty.affinity() == pair.after.ty.affinity()
            && is_any(&pair.before, self.tables.before) == is_any(&pair.after, self.tables.after);
        if same {
            (Category::CompatibleType, format!("is {found}, not {expected}, which stores the same"))
        } else {
            (Category::IncompatibleType, format!("is {found}, not {expected}, and so stores other values"))
        }
    }

    /// STRICT and WITHOUT ROWID.
    pub(super) fn options(&mut self, edit: Pair<TableOptions>) {
        let mut says = Vec::new();
        let (before, after) = (edit.before, edit.after);
        match (before.strict, after.strict) {
            (false, true) => says.push("is not STRICT, and so takes values of any type"),
            (true, false) => says.push("is STRICT, and so refuses values that the models allow"),
            _ => {}
        }
        match (before.without_rowid, after.without_rowid) {
            (false, true) => says.push("is not WITHOUT ROWID"),
            (true, false) => says.push("is WITHOUT ROWID"),
            _ => {}
        }
        let own = format!("table `{}`", self.name);
        let words = |options: TableOptions| match (options.strict, options.without_rowid) {
            (true, true) => "STRICT, WITHOUT ROWID",
            (true, false) => "STRICT",
            (false, true) => "WITHOUT ROWID",
            (false, false) => "an ordinary table",
        };
        let mut changes = vec![Change::Options { table: self.name.clone(), edit }];
        changes.extend(self.key_columns());
        let fault = Fault::new(Category::TableOptions, own.clone(), format!("{own} {}", says.join(", and ")))
            .of(self.name, Vec::new())
            .sides(Some(words(after).to_owned()), Some(words(before).to_owned()))
            .at(Path::Table(self.name.clone()))
            .changes(changes);
        self.faults.push(fault);
    }
}

/// The column as it is, but for one fact.
pub(super) fn with_fact(pair: &Pair<Column>, fact: ColumnFact) -> Column {
    let (mut column, after) = (pair.before.clone(), pair.after.clone());
    match fact {
        ColumnFact::Type => column.ty = after.ty,
        ColumnFact::Nullability => (column.nullable, column.on_conflict) = (after.nullable, after.on_conflict),
        ColumnFact::Value => column.value = after.value,
        ColumnFact::Collation => column.collation = after.collation,
        ColumnFact::OnConflict => column.on_conflict = after.on_conflict,
        ColumnFact::Comment => column.comment = after.comment,
    }
    column
}

/// Whether the primary key of a table keeps NULL out of a column although nothing else says so.
fn excludes_null(table: &Table, column: &Column) -> bool {
    let Some(key) = &table.primary_key else { return false };
    let is_alias = key.parts.len() == 1 && column.ty.as_str() == "INTEGER";
    key.columns().contains(&column.name) && (is_alias || table.options.strict || table.options.without_rowid)
}

fn value(pair: &Pair<Column>) -> (Category, String) {
    let default = |column: &Column| match &column.value {
        ColumnValue::Default(expr) => format!("the default {expr}"),
        _ => "no default".to_owned(),
    };
    match (&pair.before.value, &pair.after.value) {
        (ColumnValue::Generated { expr: found, .. }, ColumnValue::Generated { expr, stored }) if found == expr => {
            let [is, not] = if *stored { ["VIRTUAL", "STORED"] } else { ["STORED", "VIRTUAL"] };
            (Category::OtherDefault, format!("is {is}, not {not}"))
        }
        (ColumnValue::Generated { .. }, ColumnValue::Generated { .. }) => {
            (Category::NotGenerated, "is generated by another expression".to_owned())
        }
        (_, ColumnValue::Generated { .. }) => {
            (Category::NotGenerated, "is not generated, and so holds whatever is written to it".to_owned())
        }
        (ColumnValue::Generated { .. }, _) => {
            (Category::OtherDefault, "is generated, and so takes no value that the program writes".to_owned())
        }
        _ => (Category::OtherDefault, format!("has {}, not {}", default(&pair.before), default(&pair.after))),
    }
}
