//! What happens to one table, and what the statements about it have in common.

use crate::{Change, Dialect, Index, Name, ObjectName, Pair, Table, render};

use super::hazard::hazards;
use super::judge;
use super::rename::Work;
use super::step::{Effort, Step};

const DIALECT: Dialect = Dialect::Sqlite;

/// What happens to one table that is there before and after.
pub(super) struct Altered<'w> {
    pub(super) tables: Pair<&'w Table>,
    pub(super) changes: Vec<Change>,
    pub(super) rebuilt: bool,
}

impl Altered<'_> {
    /// The table's name.
    pub(super) fn name(&self) -> &ObjectName {
        &self.tables.after.name
    }

    /// Why the changes may fail.
    pub(super) fn hazards(&self, work: &Work<'_>, change: &Change) -> Vec<super::Hazard> {
        hazards(work, self.tables, change)
    }

    /// `CREATE INDEX` for the indexes of the table that come or change.
    pub(super) fn create_index(&self, index: &Index) -> Step {
        Step::new(render::index(DIALECT, self.name(), index)).effort(Effort::Scan(self.name().clone()))
    }
}

/// What some of the changes lose.
pub(super) fn losses(work: &Work<'_>, changes: &[Change]) -> Option<String> {
    let losses = judge::losses(changes, Pair::new(&work.before, &work.after));
    let words: Vec<String> = losses.iter().map(|(allow, _)| allow.loss()).collect();
    (!words.is_empty()).then(|| words.join(", "))
}

/// A name that nothing has.
pub(super) fn free_name(work: &Work<'_>, base: &str) -> Name {
    let base = Name::new(DIALECT, base);
    let is_taken = |name: &Name| {
        let tables = work.before.tables.values().chain(work.after.tables.values());
        let has = |table: &Table| {
            table.name.name == *name || table.indexes.iter().any(|index| index.name.as_ref() == Some(name))
        };
        tables.into_iter().any(has) || work.unmanaged.iter().any(|object| object.name == *name)
    };
    let numbered = (2..).map(|number| base.with_suffix(&number.to_string()));
    std::iter::once(base.clone()).chain(numbered).find(|name| !is_taken(name)).unwrap_or(base)
}
