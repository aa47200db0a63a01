//! Mutations of what only rustc knows: enums, newtypes, aliases.

use crate::edit::{Edit, MARKS};
use crate::mutant::{Mutant, without};
use crate::place::{Place, places};
use crate::source::EnumSource;
use crate::subject::Subject;

/// All mutations of the types of a subject.
pub(crate) fn all(subject: &Subject) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for item in &subject.source.enums {
        mutants.extend(variants(subject, item));
    }
    for (name, inner) in &subject.source.wrappers {
        let other = if subject.source.at(inner).contains("String") { "i64" } else { "String" };
        let mutant = Mutant::new("model: type inside", name).edit(Edit::replace(inner.clone(), other));
        mutants.push(users(subject, name).fold(mutant, |mutant, place| {
            mutant.expect("rustc-type", place.field.ty.start).words([place.column(), name.clone()])
        }));
    }
    mutants
}

/// The fields of a type.
fn users<'a>(subject: &'a Subject, name: &'a str) -> impl Iterator<Item = Place<'a>> {
    places(subject).filter(move |place| place.inner() == name)
}

/// Expects that every field of the type is told which values differ.
fn at_users(mutant: Mutant, subject: &Subject, name: &str, words: &[&str]) -> Mutant {
    users(subject, name).fold(mutant, |mutant, place| {
        let words = words.iter().map(|word| (*word).to_owned()).chain([place.column()]);
        mutant.expect("rustc-variants", place.field.ty.start).words(words)
    })
}

fn variants(subject: &Subject, item: &EnumSource) -> Vec<Mutant> {
    let name = &item.name;
    let told = |mutant: Mutant, words: &[&str]| at_users(mutant, subject, name, words);
    let added = Mutant::new("model: variant added", name).edit(Edit::insert(item.end, "    Zebra,\n"));
    let mut mutants = vec![told(added, &["does not admit"])];
    for (variant, ident, whole) in &item.variants {
        let what = format!("{name}::{variant}");
        let removed = Mutant::new("model: variant removed", &what).edit(Edit::remove(whole.clone()));
        mutants.push(told(removed, &[]));
        let renamed = Mutant::new("model: variant renamed", &what).edit(Edit::replace(ident.clone(), "Zebra"));
        let is_named = subject.source.at(whole).contains("rename =");
        mutants.push(if is_named { renamed } else { told(renamed, &["admits"]) });
        if !is_named {
            let stored = Mutant::new("model: variant stored", &what);
            mutants.push(told(stored.edit(Edit::insert(ident.start, "#[sql(rename = \"zebra\")] ")), &["'zebra'"]));
        }
    }
    let case = match &item.attribute {
        Some(list) => without(list, 0),
        None => Edit::insert(item.item.start, "#[sql(rename_all = \"UPPERCASE\")]\n"),
    };
    mutants.push(told(Mutant::new("model: enum case", name).edit(case), &["admits"]));
    if let Some(list) = &item.attribute {
        let unknown = Edit::replace(list.entries[0].value.clone().expect("a case"), format!("{}\"UPPER\"", MARKS[0]));
        let mutant = Mutant::new("model: enum case", name).edit(unknown).expect_new("refused");
        mutants.push(mutant);
    }
    mutants
}
