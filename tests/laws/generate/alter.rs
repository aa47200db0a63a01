//! Random `ALTER TABLE` and `DROP`.

use super::Choices;
use super::column::{Draft, column, words};
use super::expression::expression;
use super::names::{fresh, spelled};
use super::script::{Known, joined};

pub(crate) fn statement(c: &mut Choices, known: &mut Known) -> String {
    let at = c.below(known.tables.len());
    let (table, columns) = known.tables[at].clone();
    let mut text = Vec::new();
    words(&mut text, "ALTER TABLE");
    text.push(spelled(c, &table, true));
    match c.below(9) {
        0..=2 => {
            let name = fresh(c, 15, &columns);
            let mut all = columns;
            all.push(name.clone());
            words(&mut text, c.of(&["ADD COLUMN", "ADD"]));
            let odd = c.chance(30);
            let draft = Draft { table: &table, columns: &all, parents: &known.tables, strict: false, odd };
            column(c, &draft, &name, false, &mut text);
            known.tables[at].1 = all;
        }
        3 | 4 => {
            let name = fresh(c, 15, &known.names);
            words(&mut text, "RENAME TO");
            text.push(spelled(c, &name, true));
            known.names.push(name.clone());
            known.tables[at].0 = name;
        }
        5 | 6 => {
            let from = c.below(columns.len());
            let to = fresh(c, 15, &columns);
            words(&mut text, c.of(&["RENAME COLUMN", "RENAME"]));
            text.push(spelled(c, &columns[from], false));
            words(&mut text, "TO");
            text.push(spelled(c, &to, true));
            known.tables[at].1[from] = to;
        }
        7 => {
            let dropped = c.below(columns.len());
            words(&mut text, c.of(&["DROP COLUMN", "DROP"]));
            text.push(spelled(c, &columns[dropped], false));
            if columns.len() > 1 {
                known.tables[at].1.remove(dropped);
            }
        }
        _ => constraint(c, &table, &columns, &mut text),
    }
    joined(c, &text)
}

/// What SQLite can do to constraints since 3.53.
fn constraint(c: &mut Choices, table: &str, columns: &[String], text: &mut Vec<String>) {
    let column = c.of(columns);
    match c.below(3) {
        0 => {
            words(text, c.of(&["ADD CHECK (", "ADD CONSTRAINT added CHECK ("]));
            let draft = Draft { table, columns, parents: &[], strict: false, odd: c.chance(30) };
            text.extend(expression(c, draft.scope(), 2));
            words(text, ")");
        }
        1 => {
            words(text, "ALTER COLUMN");
            text.push(spelled(c, &column, false));
            words(text, "SET NOT NULL");
        }
        _ => {
            words(text, "ALTER COLUMN");
            text.push(spelled(c, &column, false));
            words(text, "DROP NOT NULL");
        }
    }
}
