//! Mutations of the facts about a column beside its type: default, generation, collation, conflict
//! clause, CHECK.

use crate::edit::{Edit, MARKS};
use crate::fields::dropped;
use crate::mutant::{Mutant, with, without};
use crate::place::{Place, Stored};

/// All mutations of one field.
pub(crate) fn all(place: Place<'_>) -> Vec<Mutant> {
    let mut mutants = defaults(place);
    mutants.extend(generated(place));
    mutants.extend(collations(place));
    mutants.extend(conflicts(place));
    mutants.extend(checks(place));
    mutants
}

fn defaults(place: Place<'_>) -> Vec<Mutant> {
    let field = place.field;
    let mark = MARKS[0];
    let Some(entry) = field.entry("default") else {
        let literal = match place.stored() {
            Stored::Integer => "-7",
            Stored::Bool => "true",
            Stored::Real => "1.5",
            Stored::Text => "\"it's\"",
            Stored::Blob => "b\"\\x07\"",
        };
        let added = |value: &str| {
            let mutant = Mutant::new("model: default added", place.what())
                .edit(with(field, &format!("{mark}default = {value}")));
            match field.entry("generated").or(field.entry("autoincrement")) {
                Some(other) => mutant.expect_new("refused").expect("refused", other.range.start),
                None => mutant.expect_new("column-value").words([place.column()]),
            }
        };
        return vec![added(literal), added("sql(\"CURRENT_DATE\")")];
    };
    let value = entry.value.clone().expect("a value");
    let removed = dropped("model: default removed", place, &["default"]);
    let removed = match place.text(&value) {
        "null" => removed,
        _ => removed.expect("column-value", field.anchor()).words([place.column(), "no default".to_owned()]),
    };
    let changed = |new: &str| {
        Mutant::new("model: default changed", place.what())
            .edit(Edit::replace(value.clone(), new))
            .expect("column-value", entry.range.start)
            .words([place.column()])
    };
    vec![removed, changed("sql(\"40 + 2\")"), changed("\"another\""), changed("4711")]
}

fn generated(place: Place<'_>) -> Vec<Mutant> {
    let field = place.field;
    let Some(entry) = field.entry("generated") else {
        let mutant = Mutant::new("model: generated added", place.what());
        let edit = with(field, &format!("{}generated = sql(\"1 + 1\")", MARKS[0]));
        let other = field.entry("default").or(field.entry("autoincrement"));
        let mutant = mutant.edit(edit);
        return vec![match (other, place.is_key()) {
            (Some(other), true) => {
                mutant.expect_new("refused").expect("refused", other.range.start).expect_new("refused")
            }
            (Some(other), false) => mutant.expect_new("refused").expect("refused", other.range.start),
            (None, true) => mutant.expect_new("refused"),
            (None, false) => mutant.expect_new("column-value").words(["1 + 1"]),
        }];
    };
    let value = entry.value.clone().expect("a value");
    let at = entry.range.start;
    let is_stored = field.has("stored");
    let word = if is_stored { "stored" } else { "virtual" };
    let keyword = field.entry(word).expect("the word").range.clone();
    let other = if is_stored { "virtual" } else { "stored" };
    let swapped = Mutant::new("model: stored or virtual", place.what())
        .edit(Edit::replace(keyword, other))
        .expect("column-value", at)
        .words(["STORED", "VIRTUAL"]);
    let unsaid = dropped("model: stored or virtual", place, &[word]);
    vec![
        Mutant::new("model: generated changed", place.what())
            .edit(Edit::replace(value, "sql(\"2 + 2\")"))
            .expect("column-value", at)
            .words(["2 + 2"]),
        dropped("model: generated removed", place, &["generated", word])
            .expect("column-value", field.anchor())
            .words(["GENERATED"]),
        swapped,
        // VIRTUAL is what a generated column is that says nothing.
        if is_stored { unsaid.expect("column-value", at) } else { unsaid },
    ]
}

fn collations(place: Place<'_>) -> Vec<Mutant> {
    let field = place.field;
    let Some(entry) = field.entry("collate") else {
        let mutant = Mutant::new("model: collate added", place.what());
        let edit = with(field, &format!("{}collate = \"RTRIM\"", MARKS[0]));
        return vec![mutant.edit(edit).expect_new("column-collation").words(["RTRIM"])];
    };
    let value = entry.value.clone().expect("a value");
    vec![
        dropped("model: collate removed", place, &["collate"]).expect("column-collation", field.anchor()),
        Mutant::new("model: collate changed", place.what())
            .edit(Edit::replace(value, "\"RTRIM\""))
            .expect("column-collation", entry.range.start)
            .words(["RTRIM", "NOCASE"]),
    ]
}

fn conflicts(place: Place<'_>) -> Vec<Mutant> {
    let field = place.field;
    let Some(entry) = field.entry("not_null") else {
        let mutant = Mutant::new("model: not_null added", place.what());
        let mutant = mutant.edit(with(field, &format!("{}not_null(on_conflict = rollback)", MARKS[0])));
        return vec![match place.is_option() {
            true => mutant.expect_new("refused"),
            // A key whose NULL was passed over is now said not to have one.
            false if place.found.nullable && place.is_key() => {
                mutant.expect("column-nullability", field.ty.start).words(["ROLLBACK"])
            }
            false => mutant.expect_new("column-conflict").words(["ROLLBACK"]),
        }];
    };
    let inside = entry.list.as_ref().expect("a list").inside.clone();
    vec![
        dropped("model: not_null removed", place, &["not_null"]).expect("column-conflict", field.anchor()),
        Mutant::new("model: not_null changed", place.what())
            .edit(Edit::replace(inside, "on_conflict = rollback"))
            .expect("column-conflict", entry.range.start)
            .words(["ROLLBACK"]),
    ]
}

fn checks(place: Place<'_>) -> Vec<Mutant> {
    let (field, column) = (place.field, place.column());
    let added = Mutant::new("model: check added", place.what())
        .edit(with(field, &format!("{}check = \"{column} IS NOT 'zz'\"", MARKS[0])))
        .expect_new("check")
        .words([column.as_str()]);
    let mut mutants = vec![added];
    let Some(list) = &field.attribute else { return mutants };
    for (at, entry) in list.entries.iter().enumerate().filter(|(_, entry)| entry.key == "check") {
        let removed = Mutant::new("model: check removed", place.what()).edit(without(list, at));
        mutants.push(removed.expect("check", field.anchor()).words([column.as_str()]));
        let condition = entry.value.clone();
        let condition = condition.or(entry.list.as_ref().map(|list| list.entries[0].range.clone())).expect("SQL");
        mutants.push(
            Mutant::new("model: check changed", place.what())
                .edit(Edit::replace(condition, format!("\"{column} <> 4711\"")))
                .expect("check", entry.range.start)
                .words(["4711"]),
        );
        if let Some(name) = entry.option("name") {
            let value = name.value.clone().expect("a name");
            let renamed = Mutant::new("model: check named", place.what());
            let renamed = renamed.edit(Edit::replace(value, "\"another_name\""));
            mutants.push(renamed.expect("check", entry.range.start).words(["another_name"]));
        }
    }
    mutants
}
