//! Where the tables of a database go when migrations run: what is renamed, what is dropped, and whose values change.

use std::collections::BTreeMap;

use schema_core::{Name, Renames, Schema};

/// One thing that a migration does to tables that are there.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Move {
    DropTable(Name),
    RenameTable(Name, Name),
    DropColumn(Name, Name),
    RenameColumn(Name, Name, Name),
    /// The values of a column are made anew.
    Fill(Name, Name),
    /// Rows come, go or change, of whatever table.
    Rows,
}

/// What becomes of the tables of a schema that is edited.
pub(crate) fn moves(before: &Schema, after: &Schema, renames: &Renames) -> Vec<Move> {
    let mut moves = Vec::new();
    let renamed = |name: &Name| {
        let pair = renames.tables.iter().find(|pair| pair.before.name == *name);
        pair.map_or_else(|| name.clone(), |pair| pair.after.name.clone())
    };
    for table in before.tables.values() {
        let old = &table.name.name;
        let new = renamed(old);
        let Some(now) = after.tables.values().find(|table| table.name.name == new) else {
            moves.push(Move::DropTable(old.clone()));
            continue;
        };
        let columns: Vec<_> = renames.columns.iter().filter(|(of, _)| *of == now.name).map(|(_, pair)| pair).collect();
        for column in &table.columns {
            let stays = match columns.iter().find(|pair| pair.before == column.name) {
                Some(pair) => now.column(&pair.after).is_some(),
                None => now.column(&column.name).is_some() && columns.iter().all(|pair| pair.after != column.name),
            };
            if !stays {
                moves.push(Move::DropColumn(old.clone(), column.name.clone()));
            }
        }
        let rename =
            |pair: &&schema_core::Pair<Name>| Move::RenameColumn(old.clone(), pair.before.clone(), pair.after.clone());
        moves.extend(columns.iter().copied().map(|pair| rename(&pair)));
    }
    moves
        .extend(renames.tables.iter().map(|pair| Move::RenameTable(pair.before.name.clone(), pair.after.name.clone())));
    moves
}

/// A table on its way.
#[derive(Clone, Debug)]
pub(crate) struct Traveller {
    pub(crate) table: Name,
    /// What its columns are called now, by their names at the start.
    pub(crate) columns: BTreeMap<Name, Name>,
    /// Whether only its being there can be expected.
    pub(crate) changed: bool,
}

impl Traveller {
    pub(crate) fn new(table: Name, columns: impl Iterator<Item = Name>) -> Traveller {
        Traveller { table, columns: columns.map(|name| (name.clone(), name)).collect(), changed: false }
    }

    /// The table after a migration; none when that drops it.
    pub(crate) fn after(mut self, moves: &[Move]) -> Option<Traveller> {
        for one in moves {
            match one {
                Move::DropTable(table) if *table == self.table => return None,
                Move::RenameTable(old, new) if *old == self.table => self.table = new.clone(),
                Move::DropColumn(table, column) | Move::Fill(table, column) if *table == self.table => {
                    self.columns.retain(|_, now| now != column);
                }
                Move::RenameColumn(table, old, new) if *table == self.table => {
                    for now in self.columns.values_mut().filter(|now| *now == old) {
                        *now = new.clone();
                    }
                }
                Move::Rows => self.changed = true,
                _ => {}
            }
        }
        Some(self)
    }
}
