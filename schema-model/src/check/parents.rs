//! Foreign keys that the migrations create and that cannot work, in words and with their places.

use schema_core::{
    ForeignKey, ForeignKeyProblem, KeyPart, Name, Part as _, Path, Schema, foreign_key_problems_of, render,
};

use super::Check;
use super::words::{self, Words};

impl Check<'_> {
    /// Foreign keys that the migrations create and that cannot work.
    pub(super) fn foreign_key_problems(&mut self) {
        let schema = &self.found.inspection.schema;
        let mine = self.table.name.clone();
        let Some(actual) = schema.tables.get(&mine) else { return };
        for (path, problem) in foreign_key_problems_of(schema, actual) {
            let Path::Part { label, .. } = &path else {
                continue;
            };
            let Some(key) = self.table.foreign_keys.iter().find(|key| key.label() == *label) else {
                continue;
            };
            let mut words = Words::new(problem_text(key, &mine.to_string(), &problem));
            if problem == ForeignKeyProblem::ParentNotUnique && is_partly_unique(schema, key) {
                words.fact += " (a partial index is no key)";
            }
            words.migrations = Some(render::foreign_key(schema.dialect, key));
            words.place = self.found.map.nearest(&path).cloned();
            words.help = problem_help(key, &words::slug(&mine.to_string()), &problem);
            let span = self.desired.spans.of(&path);
            self.push(problem.code(), span, path, words);
        }
    }
}

/// Whether a unique index over the parent's columns has a condition.
fn is_partly_unique(schema: &Schema, key: &ForeignKey) -> bool {
    let parts: Vec<KeyPart> = key.parent_columns.iter().cloned().map(KeyPart::column).collect();
    let indexes = schema.tables.get(&key.parent).map_or(&[][..], |parent| parent.indexes.as_slice());
    indexes.iter().any(|index| index.unique && index.predicate.is_some() && index.parts == parts)
}

/// Line 1 about a foreign key that cannot work.
fn problem_text(key: &ForeignKey, table: &str, problem: &ForeignKeyProblem) -> String {
    let child = format!("foreign key `{table}` ({})", key.label());
    let parents: Vec<&str> = key.parent_columns.iter().map(Name::as_str).collect();
    let parent = format!("`{}` ({})", key.parent, parents.join(", "));
    match problem {
        ForeignKeyProblem::MissingParent => format!("{child} refers to table `{}`, which does not exist", key.parent),
        ForeignKeyProblem::MissingParentColumn { column } => {
            format!("{child} refers to {parent}, but table `{}` has no column `{column}`", key.parent)
        }
        ForeignKeyProblem::ParentNotUnique => {
            format!("{child} refers to {parent}, which is neither PRIMARY KEY nor UNIQUE")
        }
        ForeignKeyProblem::TypeMismatch { child: (column, ty), parent: (parent, parent_ty) } => {
            format!(
                "foreign key `{table}.{column}` is {ty}, but `{}.{parent}`, which it refers to, is {parent_ty}",
                key.parent
            )
        }
        ForeignKeyProblem::SetNullOnNotNull { column } => {
            format!("{child} says SET NULL, but column `{column}` is NOT NULL")
        }
        ForeignKeyProblem::SetDefaultWithoutDefault { column } => {
            format!("{child} says SET DEFAULT, but column `{column}` is NOT NULL and has no default")
        }
        ForeignKeyProblem::ColumnCount => {
            format!(
                "{child} has {} columns, but refers to {} of `{}`",
                key.columns.len(),
                key.parent_columns.len(),
                key.parent
            )
        }
    }
}

fn problem_help(key: &ForeignKey, table: &str, problem: &ForeignKeyProblem) -> String {
    let label = words::slug(key.label().as_str());
    match problem {
        ForeignKeyProblem::MissingParent => {
            let slug = words::slug(&key.parent.to_string());
            format!("write a model of `{}` and run `cargo driftless new create_{slug}`", key.parent)
        }
        ForeignKeyProblem::MissingParentColumn { .. } | ForeignKeyProblem::ColumnCount => {
            format!("name the columns of the parent, and run `cargo driftless new alter_{table}_{label}_foreign_key`")
        }
        ForeignKeyProblem::ParentNotUnique => {
            let slug = words::slug(&key.parent.to_string());
            format!(
                "state `unique` or `primary_key` in the model of `{}`, and run `cargo driftless new add_{slug}_key`",
                key.parent
            )
        }
        ForeignKeyProblem::TypeMismatch { .. } => {
            format!("give both fields one type, and run `cargo driftless new alter_{table}_{label}`")
        }
        ForeignKeyProblem::SetNullOnNotNull { .. } | ForeignKeyProblem::SetDefaultWithoutDefault { .. } => {
            format!(
                "choose another action, or make the field an `Option`, and run `cargo driftless new alter_{table}_{label}`"
            )
        }
    }
}
