//! Mutations of what makes a field a column: that it is there, its name and its type.

use crate::edit::{Edit, MARKS};
use crate::mutant::{Mutant, with, without, without_keys};
use crate::place::{Place, Stored};

/// All mutations of one field.
pub(crate) fn all(place: Place<'_>) -> Vec<Mutant> {
    let mut mutants = vec![removed(place), renamed(place), skipped(place), spent(place)];
    mutants.extend(renamed_with_mentions(place));
    mutants.extend(misspelt(place));
    mutants.push(named(place));
    mutants.push(nullability(place));
    mutants.extend(types(place));
    mutants.extend(sql_types(place));
    mutants
}

/// Refusals wherever the struct names a field that is gone.
fn at_mentions(mutant: Mutant, place: Place<'_>) -> Mutant {
    let name = place.field.name.as_str();
    place.mentions().into_iter().fold(mutant, |mutant, at| mutant.expect("refused", at).words([name]))
}

fn removed(place: Place<'_>) -> Mutant {
    let mutant = Mutant::new("model: field removed", place.what()).edit(Edit::remove(place.field.item.clone()));
    without_field(mutant, place)
}

/// What is expected when a field is no column any more.
fn without_field(mutant: Mutant, place: Place<'_>) -> Mutant {
    let own = place.subject.source.models.iter().flat_map(|model| model.fields.iter().map(move |field| (model, field)));
    let own_reference = own.filter(|(model, _)| model.name == place.model.name).find(|(_, field)| {
        let text = field.entry("references").and_then(|entry| entry.value.as_ref()).map(|value| place.text(value));
        [format!("Self::{}", place.field.name), format!("{}::{}", place.model.name, place.field.name)]
            .iter()
            .any(|path| text == Some(path))
    });
    let mutant = at_mentions(mutant, place);
    if let Some((_, field)) = own_reference.filter(|(_, field)| field.name != place.field.name) {
        let value = field.entry("references").and_then(|entry| entry.value.clone()).expect("a value");
        let path = place.text(&value);
        let at = value.start + path.find("::").map_or(0, |at| at + 2);
        return mutant.expect("refused", at);
    }
    if mutant.is_neutral() {
        let words = [place.column(), place.table.name.to_string()];
        return mutant.expect("extra-column", place.model.anchor()).words(words);
    }
    mutant
}

fn skipped(place: Place<'_>) -> Mutant {
    let mutant = Mutant::new("model: field skipped", place.what());
    let edits = match &place.field.attribute {
        Some(list) => Edit::replace(list.whole.clone(), "#[column(skip)]"),
        None => with(place.field, "skip"),
    };
    without_field(mutant.edit(edits), place)
}

fn renamed(place: Place<'_>) -> Mutant {
    let field = place.field;
    let new = "quite_another";
    let edit = Edit::replace(field.ident.clone(), format!("{}{new}", MARKS[0]));
    let mutant = Mutant::new("model: field renamed", place.what()).edit(edit);
    if field.has("name") {
        // The column keeps its name.
        return at_mentions(mutant, place);
    }
    let mutant = without_field(mutant, place);
    if mutant.expects("refused") { mutant } else { mutant.expect_new("missing-column").words([new]) }
}

/// The same, and every attribute of the struct knows the new name.
fn renamed_with_mentions(place: Place<'_>) -> Option<Mutant> {
    let (field, mentions) = (place.field, place.mentions());
    if mentions.is_empty() || field.has("name") {
        return None;
    }
    let new = "quite_another";
    let mutant = Mutant::new("model: field renamed everywhere", place.what())
        .edit(Edit::replace(field.ident.clone(), format!("{}{new}", MARKS[0])))
        .edits(mentions.into_iter().map(|at| Edit::replace(at..at + field.name.len(), new)))
        .expect("extra-column", place.model.anchor())
        .expect_new("missing-column")
        .words([new]);
    Some(mutant)
}

/// A name that is nearly that of the column is one mistake, and one report.
fn misspelt(place: Place<'_>) -> Option<Mutant> {
    let field = place.field;
    if field.name.len() < 6 || field.has("name") || !place.mentions().is_empty() {
        return None;
    }
    let new = format!("{}x", field.name);
    let mutant = Mutant::new("model: field misspelt", place.what())
        .edit(Edit::replace(field.ident.clone(), format!("{}{new}", MARKS[0])))
        .expect_new("missing-column")
        .words([format!("did you mean `{}`", field.name)]);
    Some(mutant)
}

fn named(place: Place<'_>) -> Mutant {
    let mutant = Mutant::new("model: column named", place.what());
    let new = format!("{}\"another_name\"", MARKS[0]);
    let edit = match place.field.entry("name").and_then(|entry| entry.value.clone()) {
        Some(value) => Edit::replace(value, new),
        None => with(place.field, &format!("name = {new}")),
    };
    mutant
        .edit(edit)
        .expect_new("missing-column")
        .words(["another_name"])
        .expect("extra-column", place.model.anchor())
        .words([place.column()])
}

fn spent(place: Place<'_>) -> Mutant {
    Mutant::new("model: column was", place.what())
        .edit(with(place.field, &format!("{}was = \"long_gone\"", MARKS[0])))
        .expect_new("spent-rename")
        .words(["long_gone"])
}

/// `Option<…>` comes or goes.
fn nullability(place: Place<'_>) -> Mutant {
    let (field, key) = (place.field, place.is_key());
    let ty = if place.is_option() { place.inner().to_owned() } else { format!("Option<{}>", place.ty()) };
    let mutant =
        Mutant::new("model: option", place.what()).edit(Edit::replace(field.ty.clone(), format!("{}{ty}", MARKS[0])));
    let set_null = |key: &str| {
        let action = field.entry(key)?.value.clone()?;
        (place.text(&action) == "set_null" && place.is_option()).then_some(action.start)
    };
    let refusal = set_null("on_delete").or(set_null("on_update")).filter(|_| !place.is_open());
    let null = field.entry("default").and_then(|entry| entry.value.clone());
    let null = null.filter(|value| place.is_option() && place.text(value) == "null").map(|value| value.start);
    if key && !place.is_option() {
        return mutant.expect_new("refused").words(["a primary key is never NULL"]);
    }
    if let Some(entry) = field.entry("not_null") {
        return mutant.expect("refused", entry.range.start);
    }
    match (refusal.or(null), place.is_open()) {
        // One `Option` around another is as nullable as one alone.
        _ if place.found.nullable && !place.is_option() => mutant,
        (Some(at), _) => mutant.expect("refused", at),
        (None, true) => mutant.expect_new("rustc-null").words([place.column()]),
        (None, false) => mutant.expect_new("column-nullability").words([place.column()]),
    }
}

fn optional(place: Place<'_>, ty: &str) -> String {
    if place.found.nullable && !place.is_key() { format!("Option<{ty}>") } else { ty.to_owned() }
}

/// Another type, of the same nullability.
fn types(place: Place<'_>) -> Vec<Mutant> {
    let others: &[&str] = match place.stored() {
        Stored::Integer => &["String", "bool", "Vec<u8>", "f64"],
        Stored::Bool => &["String", "i64"],
        Stored::Real => &["String", "i64"],
        Stored::Text => &["i64", "Vec<u8>", "f64"],
        Stored::Blob => &["String", "bool"],
    };
    let open = (place.is_open() && place.stored() == Stored::Text).then(|| unlisted(place));
    others.iter().map(|other| typed(place, other)).chain(open).collect()
}

/// A text of any content instead of an enum or a newtype.
fn unlisted(place: Place<'_>) -> Mutant {
    let mutant =
        Mutant::new("model: type", place.what()).edit(Edit::replace(place.field.ty.clone(), optional(place, "String")));
    let is_enum = place.subject.source.enums.iter().any(|item| item.name == place.inner());
    match is_enum {
        true => mutant.expect("check", place.field.anchor()).words([place.column(), " IN (".to_owned()]),
        false => mutant,
    }
}

fn typed(place: Place<'_>, other: &str) -> Mutant {
    let field = place.field;
    let mutant = Mutant::new("model: type", place.what())
        .edit(Edit::replace(field.ty.clone(), format!("{}{}", MARKS[0], optional(place, other))));
    if field.has("autoincrement") {
        return if other == "bool" {
            mutant.expect_new("refused")
        } else {
            mutant.expect_new("refused").words(["makes integers"])
        };
    }
    let declared = place.found.ty.as_str();
    if field.has("sql_type") {
        // The declared type is stated; the values need only survive in it.
        let lost = match declared {
            "CHAR(2)" => other != "Vec<u8>",
            _ => false,
        };
        let at = field.type_anchor();
        return if lost { mutant.expect("refused", at).words(["does not come back"]) } else { mutant };
    }
    // A STRICT table has no BOOLEAN, so both are INTEGER there.
    let same = place.table.options.strict && matches!((declared, other), ("INTEGER", "bool" | "i64"));
    if same { mutant } else { mutant.expect_new("column-type").words([place.column(), declared.to_owned()]) }
}

fn sql_types(place: Place<'_>) -> Vec<Mutant> {
    let field = place.field;
    let other = match place.stored() {
        Stored::Integer | Stored::Bool => "BIGINT",
        Stored::Real => "DOUBLE",
        Stored::Text => "VARCHAR(99)",
        Stored::Blob => "LONGBLOB",
    };
    let new = format!("{}\"{other}\"", MARKS[0]);
    let Some(entry) = field.entry("sql_type") else {
        let mutant = Mutant::new("model: sql_type added", place.what());
        let edit = with(field, &format!("sql_type = {new}"));
        return vec![stated(mutant.edit(edit), place, other)];
    };
    let value = entry.value.clone().expect("a value");
    let list = field.attribute.as_ref().expect("the attribute");
    let at = list.entries.iter().position(|other| other.key == "sql_type").expect("the entry");
    let removed = Mutant::new("model: sql_type removed", place.what()).edit(without(list, at));
    vec![
        stated(Mutant::new("model: sql_type", place.what()).edit(Edit::replace(value, new)), place, other),
        removed.expect("column-type", field.ty.start).words([place.column()]),
    ]
}

fn stated(mutant: Mutant, place: Place<'_>, other: &str) -> Mutant {
    if place.table.options.strict {
        return mutant.expect_new("refused").words(["a STRICT table has no type"]);
    }
    if let Some(entry) = place.field.entry("autoincrement") {
        // What only rustc knows as an integer is stated now, and known not to be one that counts.
        return mutant.expect("refused", entry.range.start).words([other]);
    }
    mutant.expect_new("column-type").words([other])
}

/// Mutations that leave out the keys of a field and everything that belongs to them.
pub(crate) fn dropped(kind: &'static str, place: Place<'_>, keys: &[&str]) -> Mutant {
    let list = place.field.attribute.as_ref().expect("the attribute");
    Mutant::new(kind, place.what()).edits(without_keys(list, keys))
}
