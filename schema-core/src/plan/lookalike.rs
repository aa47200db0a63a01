//! A drop beside an addition that is like it: perhaps a rename that nobody has stated.

use crate::{Change, Column, Diff, Edit, Name, Table};

use super::{Allow, Refusal};

/// The refusal of a loss that looks like a rename.
pub(super) fn lookalike(diff: &Diff, loss: &Allow) -> Option<Refusal> {
    match loss {
        Allow::DropColumn(table, column) => {
            let after = like_column(diff, table, column)?;
            Some(Refusal::ColumnLooksRenamed { table: table.clone(), before: column.clone(), after })
        }
        Allow::DropTable(table) => {
            let after = like_table(diff, table)?;
            Some(Refusal::TableLooksRenamed { before: table.clone(), after })
        }
        Allow::ChangeType(..) | Allow::ReplaceValues(..) => None,
    }
}

fn like_column(diff: &Diff, table: &Name, dropped: &Name) -> Option<Name> {
    let edits = diff.changes.iter().filter_map(|change| match change {
        Change::Column { table: of, edit } if of.name == *table => Some(edit),
        _ => None,
    });
    let (mut gone, mut new) = (None, Vec::new());
    for edit in edits {
        match edit {
            Edit::Drop(column) if column.name == *dropped => gone = Some(column),
            Edit::Add(column) => new.push(column),
            _ => {}
        }
    }
    let gone = gone?;
    let near = |column: &Column| {
        let shorter = column.name.as_str().chars().count().min(dropped.as_str().chars().count());
        2 * common(&column.name, dropped) >= shorter
    };
    let same = |column: &Column| column.nullable == gone.nullable && column.value == gone.value;
    let alike = |column: &&&Column| column.ty == gone.ty && (same(column) || near(column));
    // Of several, the one whose name has most in common.
    new.iter().filter(alike).max_by_key(|column| common(&column.name, dropped)).map(|column| column.name.clone())
}

/// The letters that two names share at their start and at their end.
fn common(a: &Name, b: &Name) -> usize {
    let (a, b) = (a.as_str().to_ascii_lowercase(), b.as_str().to_ascii_lowercase());
    let start = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
    let end = a.chars().rev().zip(b.chars().rev()).take_while(|(a, b)| a == b).count();
    start + end
}

fn like_table(diff: &Diff, dropped: &Name) -> Option<Name> {
    let gone = diff.changes.iter().find_map(|change| match change {
        Change::DropTable(table) if table.name.name == *dropped => Some(table),
        _ => None,
    })?;
    let new = diff.changes.iter().filter_map(|change| match change {
        Change::CreateTable(table) => Some(table),
        _ => None,
    });
    let shared = |table: &Table| table.columns.iter().filter(|column| gone.column(&column.name).is_some()).count();
    // Two thirds of the columns of the larger one, and more than an `id` alone.
    let alike = |table: &&Table| {
        let shared = shared(table);
        shared > 1 && 3 * shared >= 2 * table.columns.len().max(gone.columns.len())
    };
    new.filter(alike).max_by_key(|table| shared(table)).map(|table| table.name.name.clone())
}
