//! Applying a change: the only way a schema moves.

use std::fmt;

use crate::{Change, ColumnValue, Edit, Expr, KeyPart, KeyTarget, Name, ObjectName, Pair, Part, Path, Schema, Table};

/// A change that does not fit the schema it was applied to.
///
/// ```
/// use schema_core::{Change, Dialect, ObjectName, Path, Schema, Table};
/// let users = Table::empty(ObjectName::new(Dialect::Sqlite, None, "users"));
/// let error = Schema::empty(Dialect::Sqlite).apply(&Change::DropTable(users.clone())).unwrap_err();
/// assert_eq!(error.path, Path::Table(users.name));
/// assert_eq!(error.message, "there is no such table");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplyError {
    /// What the change is about.
    pub path: Path,
    /// Why it does not fit.
    pub message: &'static str,
}

impl fmt::Display for ApplyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {:?}", self.message, self.path)
    }
}

impl std::error::Error for ApplyError {}

impl Schema {
    /// Applies one change.
    ///
    /// ```
    /// use schema_core::{Change, Dialect, ObjectName, Schema, Table};
    /// let create = Change::CreateTable(Table::empty(ObjectName::new(Dialect::Sqlite, None, "users")));
    /// let mut schema = Schema::empty(Dialect::Sqlite);
    /// schema.apply(&create)?;
    /// assert_eq!(schema.tables.len(), 1);
    /// assert!(schema.apply(&create).is_err());
    /// # Ok::<_, schema_core::ApplyError>(())
    /// ```
    ///
    /// # Errors
    /// When the change drops or alters what is not there, or adds what is; the schema is then unchanged.
    pub fn apply(&mut self, change: &Change) -> Result<(), ApplyError> {
        match change {
            Change::Enum(edit) => self.apply_enum(edit).map_err(|message| ApplyError { path: change.path(), message }),
            Change::CreateTable(table) => {
                if self.tables.contains_key(&table.name) {
                    return Err(ApplyError { path: change.path(), message: "the table exists already" });
                }
                self.tables.insert(table.name.clone(), table.clone());
                Ok(())
            }
            Change::DropTable(table) => match self.tables.remove(&table.name) {
                Some(_) => Ok(()),
                None => Err(ApplyError { path: change.path(), message: "there is no such table" }),
            },
            Change::RenameTable(names) => self.rename_table(names, change),
            Change::RenameColumn { table, edit } => self.rename_column(table, edit, change),
            Change::Options { table, edit } => self.alter(table, change, |found| {
                found.options = edit.after;
                Ok(())
            }),
            Change::Comment { table, edit } => self.alter(table, change, |found| {
                found.comment.clone_from(&edit.after);
                Ok(())
            }),
            Change::Column { table, edit } => self.alter(table, change, |found| apply_part(&mut found.columns, edit)),
            Change::PrimaryKey { table, edit } => self.alter(table, change, |found| {
                let mut parts: Vec<_> = found.primary_key.clone().into_iter().collect();
                apply_part(&mut parts, edit)?;
                found.primary_key = parts.pop();
                Ok(())
            }),
            Change::Unique { table, edit } => self.alter(table, change, |found| apply_part(&mut found.uniques, edit)),
            Change::ForeignKey { table, edit } => {
                self.alter(table, change, |found| apply_part(&mut found.foreign_keys, edit))
            }
            Change::Check { table, edit } => self.alter(table, change, |found| apply_part(&mut found.checks, edit)),
            Change::Index { table, edit } => self.alter(table, change, |found| apply_part(&mut found.indexes, edit)),
        }
    }

    fn alter(
        &mut self,
        table: &ObjectName,
        change: &Change,
        edit: impl FnOnce(&mut Table) -> Result<(), &'static str>,
    ) -> Result<(), ApplyError> {
        let found = self.tables.get_mut(table).ok_or("there is no such table");
        found.and_then(edit).map_err(|message| ApplyError { path: change.path(), message })
    }

    fn apply_enum(&mut self, edit: &Edit<crate::EnumType>) -> Result<(), &'static str> {
        match edit {
            Edit::Add(ty) => match self.enums.insert(ty.name.clone(), ty.clone()) {
                None => Ok(()),
                Some(_) => Err("the type exists already"),
            },
            Edit::Drop(ty) => self.enums.remove(&ty.name).map(|_| ()).ok_or("there is no such type"),
            Edit::Alter(pair) => match self.enums.get_mut(&pair.before.name) {
                Some(ty) => {
                    ty.clone_from(&pair.after);
                    Ok(())
                }
                None => Err("there is no such type"),
            },
        }
    }

    fn rename_table(&mut self, names: &Pair<ObjectName>, change: &Change) -> Result<(), ApplyError> {
        let fail = |message| Err(ApplyError { path: change.path(), message });
        if self.tables.contains_key(&names.after) {
            return fail("the table exists already");
        }
        let Some(mut table) = self.tables.remove(&names.before) else {
            return fail("there is no such table");
        };
        table.name = names.after.clone();
        self.tables.insert(names.after.clone(), table);
        for table in self.tables.values_mut() {
            for key in table.foreign_keys.iter_mut().filter(|key| key.parent == names.before) {
                key.parent = names.after.clone();
            }
        }
        Ok(())
    }

    fn rename_column(&mut self, table: &ObjectName, edit: &Pair<Name>, change: &Change) -> Result<(), ApplyError> {
        self.alter(table, change, |found| {
            if found.column(&edit.before).is_none() {
                return Err("there is no such column");
            }
            if found.column(&edit.after).is_some() && edit.before != edit.after {
                return Err("the column exists already");
            }
            found.rename_column(edit);
            Ok(())
        })?;
        for child in self.tables.values_mut() {
            for key in child.foreign_keys.iter_mut().filter(|key| key.parent == *table) {
                replace(&mut key.parent_columns, edit);
            }
        }
        Ok(())
    }
}

fn apply_part<T: Part>(parts: &mut Vec<T>, edit: &Edit<T>) -> Result<(), &'static str> {
    let position = |part: &T| parts.iter().position(|other| other == part).ok_or("there is no such part");
    match edit {
        Edit::Add(part) => parts.push(part.clone()),
        Edit::Drop(part) => {
            let at = position(part)?;
            parts.remove(at);
        }
        Edit::Alter(pair) => {
            let at = position(&pair.before)?;
            parts[at] = pair.after.clone();
        }
    }
    Ok(())
}

fn replace(names: &mut [Name], edit: &Pair<Name>) {
    for name in names.iter_mut().filter(|name| **name == edit.before) {
        *name = edit.after.clone();
    }
}

impl Table {
    /// Gives a column another name, also in the keys, the indexes and the expressions that mention it.
    pub(crate) fn rename_column(&mut self, edit: &Pair<Name>) {
        let dialect = edit.before.dialect();
        let rewrite = |expr: &mut Expr| *expr = expr.with_renamed(dialect, edit);
        let rename = |parts: &mut [KeyPart]| {
            for part in parts {
                match &mut part.target {
                    KeyTarget::Column(name) if *name == edit.before => *name = edit.after.clone(),
                    KeyTarget::Column(_) => {}
                    KeyTarget::Expr(expr) => rewrite(expr),
                }
            }
        };
        for column in &mut self.columns {
            if column.name == edit.before {
                column.name = edit.after.clone();
            }
            if let ColumnValue::Generated { expr, .. } = &mut column.value {
                rewrite(expr);
            }
        }
        self.checks.iter_mut().for_each(|check| rewrite(&mut check.expr));
        if let Some(key) = &mut self.primary_key {
            rename(&mut key.parts);
        }
        self.uniques.iter_mut().for_each(|unique| rename(&mut unique.parts));
        for index in &mut self.indexes {
            rename(&mut index.parts);
            index.predicate.iter_mut().for_each(rewrite);
        }
        for key in &mut self.foreign_keys {
            replace(&mut key.columns, edit);
            if key.parent == self.name {
                replace(&mut key.parent_columns, edit);
            }
        }
    }
}
