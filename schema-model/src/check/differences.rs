//! What of a constraint or an index differs, when both sides have it.

use schema_core::{
    Check, Deferrable, Dialect, ForeignKey, Index, KeyPart, Name, ObjectName, OnConflict, Pair, PrimaryKey, Unique,
    render,
};

use super::facts::sides;

/// `AUTOINCREMENT`, the columns, the name.
pub(super) fn primary_key(table: &ObjectName, pair: &Pair<PrimaryKey>) -> String {
    let (found, mine) = (&pair.before, &pair.after);
    let mut differences = Vec::new();
    if mine.parts != found.parts {
        differences.push(sides("is", &over(&mine.parts), &over(&found.parts)));
    }
    differences.extend(match (mine.autoincrement, found.autoincrement) {
        (true, false) => Some("is AUTOINCREMENT in the model and not in the migrations".to_owned()),
        (false, true) => Some("is AUTOINCREMENT in the migrations and not in the model".to_owned()),
        _ => None,
    });
    differences.extend(conflict(mine.on_conflict, found.on_conflict));
    differences.extend(deferral(mine.deferrable, found.deferrable));
    differences.extend(names(mine.name.as_ref(), found.name.as_ref()));
    said(&format!("the primary key of table `{table}`"), &differences)
}

/// The columns' collations and directions, the conflict clause, the name.
pub(super) fn unique(table: &ObjectName, pair: &Pair<Unique>) -> String {
    let (found, mine) = (&pair.before, &pair.after);
    let mut differences = Vec::new();
    if mine.parts != found.parts {
        differences.push(sides("is over", &over(&mine.parts), &over(&found.parts)));
    }
    differences.extend(conflict(mine.on_conflict, found.on_conflict));
    differences.extend(deferral(mine.deferrable, found.deferrable));
    differences.extend(names(mine.name.as_ref(), found.name.as_ref()));
    said(&format!("UNIQUE ({}) of table `{table}`", columns(&mine.parts)), &differences)
}

/// The parent, the actions, the deferral, the name.
pub(super) fn foreign_key(table: &ObjectName, pair: &Pair<ForeignKey>) -> String {
    let (found, mine) = (&pair.before, &pair.after);
    let mut differences = Vec::new();
    if mine.parent != found.parent || mine.parent_columns != found.parent_columns {
        let text = |key: &ForeignKey| format!("`{}` ({})", key.parent, list(&key.parent_columns));
        differences.push(format!("refers to {} in the model and to {} in the migrations", text(mine), text(found)));
    }
    for (event, a, b) in [("DELETE", mine.on_delete, found.on_delete), ("UPDATE", mine.on_update, found.on_update)] {
        if a != b {
            let text = |action: schema_core::Action| format!("ON {event} {}", action.as_sql());
            differences.push(sides("is", &text(a), &text(b)));
        }
    }
    differences.extend(deferral(mine.deferrable, found.deferrable));
    differences.extend(names(mine.name.as_ref(), found.name.as_ref()));
    said(&format!("FOREIGN KEY ({}) of table `{table}`", list(&mine.columns)), &differences)
}

/// The name is all that two conditions may differ in.
pub(super) fn check(table: &ObjectName, pair: &Pair<Check>) -> String {
    let (found, mine) = (&pair.before, &pair.after);
    let differences: Vec<String> = names(mine.name.as_ref(), found.name.as_ref()).into_iter().collect();
    said(&format!("CHECK ({}) of table `{table}`", mine.expr), &differences)
}

/// What is indexed and how, whether it is unique, the condition, the name.
pub(super) fn index(table: &ObjectName, pair: &Pair<Index>) -> String {
    let (found, mine) = (&pair.before, &pair.after);
    let mut differences = Vec::new();
    differences.extend(match (mine.unique, found.unique) {
        (true, false) => Some("is UNIQUE in the model and not in the migrations".to_owned()),
        (false, true) => Some("is UNIQUE in the migrations and not in the model".to_owned()),
        _ => None,
    });
    if mine.parts != found.parts {
        differences.push(sides("is over", &over(&mine.parts), &over(&found.parts)));
    }
    if mine.predicate != found.predicate {
        let text = |index: &Index| {
            index.predicate.as_ref().map_or_else(|| "over all rows".to_owned(), |expr| format!("WHERE {expr}"))
        };
        differences.push(sides("is", &text(mine), &text(found)));
    }
    if let (Some(mine), Some(found)) = (&mine.name, &found.name) {
        differences.extend(names(Some(mine), Some(found)));
    }
    said(&format!("INDEX ({}) of table `{table}`", columns(&mine.parts)), &differences)
}

fn said(subject: &str, differences: &[String]) -> String {
    if differences.is_empty() {
        format!("{subject} differs")
    } else {
        format!("{subject} {}", differences.join(", and "))
    }
}

fn names(mine: Option<&Name>, found: Option<&Name>) -> Option<String> {
    let text = |name: Option<&Name>| name.map_or_else(|| "without a name".to_owned(), |name| format!("named `{name}`"));
    (mine != found).then(|| sides("is", &text(mine), &text(found)))
}

fn conflict(mine: Option<OnConflict>, found: Option<OnConflict>) -> Option<String> {
    let text = |clause: Option<OnConflict>| {
        clause.map_or_else(|| "no conflict clause".to_owned(), |clause| format!("ON CONFLICT {}", clause.as_sql()))
    };
    (mine != found).then(|| sides("has", &text(mine), &text(found)))
}

fn deferral(mine: Deferrable, found: Deferrable) -> Option<String> {
    let text = |deferrable| match deferrable {
        Deferrable::No => "not deferrable",
        Deferrable::Immediate => "DEFERRABLE INITIALLY IMMEDIATE",
        Deferrable::Deferred => "DEFERRABLE INITIALLY DEFERRED",
    };
    (mine != found).then(|| sides("is", text(mine), text(found)))
}

/// `(at DESC, name COLLATE NOCASE)`
pub(super) fn over(parts: &[KeyPart]) -> String {
    let text = render::unique(Dialect::Sqlite, &Unique { parts: parts.to_vec(), ..Unique::over([]) });
    text.trim_start_matches("UNIQUE ").to_owned()
}

/// What is indexed, without directions and collations.
fn columns(parts: &[KeyPart]) -> String {
    let bare = parts.iter().map(|part| KeyPart { collation: None, descending: false, ..part.clone() });
    let text = over(&bare.collect::<Vec<_>>());
    text.strip_prefix('(').and_then(|text| text.strip_suffix(')')).unwrap_or(&text).to_owned()
}

fn list(names: &[Name]) -> String {
    names.iter().map(Name::as_str).collect::<Vec<_>>().join(", ")
}
