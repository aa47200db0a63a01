//! One mistake, one report: what only follows from another difference is not compared, and two halves
//! of one difference become one.

use std::collections::BTreeSet;

use schema_core::{
    Change, ColumnType, Edit, Expr, KeyPart, KeyTarget, Name, ObjectName, Pair, Part, PrimaryKey, Table,
};

use super::Check;

impl Check<'_> {
    /// The model's table as it is compared with what was found.
    ///
    /// A table that is STRICT on one side only declares other types there, and whether a key admits NULL follows
    /// from its being one and from the table's options: neither is a difference of its own.
    pub(super) fn compared(&self, found: &Table) -> Table {
        let mut table = self.table.clone();
        let keys = |table: &Table| table.primary_key.as_ref().map(PrimaryKey::columns).unwrap_or_default();
        let (mine, theirs) = (keys(&table), keys(found));
        let other_options = table.options != found.options;
        for column in &mut table.columns {
            let field = self.desired.fields.iter().find(|field| field.column == column.name);
            let same = |ty: &&ColumnType| found.column(&column.name).is_some_and(|found| found.ty == **ty);
            if table.options.strict != found.options.strict
                && let Some(otherwise) = field.and_then(|field| field.otherwise.as_ref()).filter(same)
            {
                column.ty = otherwise.clone();
            }
            let (is_mine, is_theirs) = (mine.contains(&column.name), theirs.contains(&column.name));
            if is_mine != is_theirs || (is_mine && other_options) {
                column.nullable |= found.column(&column.name).is_some_and(|found| found.nullable);
            }
        }
        table
    }
}

/// The changes with a part that goes and one that comes over the same columns as one part that differs.
pub(super) fn paired(mut changes: Vec<Change>) -> Vec<Change> {
    pair(
        &mut changes,
        |change| if let Change::Unique { edit, .. } = change { Some(edit) } else { None },
        |table, edit| Change::Unique { table, edit },
        |mine, found| same_targets(&mine.parts, &found.parts),
    );
    pair(
        &mut changes,
        |change| if let Change::Index { edit, .. } = change { Some(edit) } else { None },
        |table, edit| Change::Index { table, edit },
        |mine, found| same_targets(&mine.parts, &found.parts),
    );
    pair(
        &mut changes,
        |change| if let Change::ForeignKey { edit, .. } = change { Some(edit) } else { None },
        |table, edit| Change::ForeignKey { table, edit },
        |mine, found| same_names(&mine.columns, &found.columns),
    );
    changes
}

fn pair<T: Part>(
    changes: &mut Vec<Change>,
    edit_of: fn(&Change) -> Option<&Edit<T>>,
    change: fn(ObjectName, Edit<T>) -> Change,
    same: impl Fn(&T, &T) -> bool,
) {
    let mut at = 0;
    while at < changes.len() {
        let counterpart = match edit_of(&changes[at]) {
            Some(Edit::Add(mine)) => changes.iter().enumerate().find_map(|(other, change)| match edit_of(change) {
                Some(Edit::Drop(found)) if same(mine, found) => Some((other, Pair::new(found.clone(), mine.clone()))),
                _ => None,
            }),
            _ => None,
        };
        if let (Some((other, pair)), Some(table)) = (counterpart, changes[at].path().table().cloned()) {
            changes[at] = change(table, Edit::Alter(pair));
            changes.remove(other);
            at -= usize::from(other < at);
        }
        at += 1;
    }
}

/// Whether two keys are over the same columns and expressions, in whatever order and direction.
pub(super) fn same_targets(a: &[KeyPart], b: &[KeyPart]) -> bool {
    let targets = |parts: &[KeyPart]| -> BTreeSet<(Option<Name>, Option<Expr>)> {
        let target = |part: &KeyPart| match &part.target {
            KeyTarget::Column(name) => (Some(name.clone()), None),
            KeyTarget::Expr(expr) => (None, Some(expr.clone())),
        };
        parts.iter().map(target).collect()
    };
    targets(a) == targets(b)
}

fn same_names(a: &[Name], b: &[Name]) -> bool {
    a.iter().collect::<BTreeSet<_>>() == b.iter().collect::<BTreeSet<_>>()
}
