//! Mutations of the keys that stand on a field: primary key, UNIQUE, index, foreign key.

use crate::edit::{Edit, MARKS};
use crate::fields::dropped;
use crate::mutant::{Mutant, with, without_keys};
use crate::place::Place;
use crate::source::Entry;

/// All mutations of one field.
pub(crate) fn all(place: Place<'_>) -> Vec<Mutant> {
    let mut mutants = primary(place);
    mutants.extend(autoincrement(place));
    mutants.extend(unique(place));
    mutants.extend(index(place));
    mutants.extend(references(place));
    mutants
}

/// The edit that gives an entry options, in addition to those that it has.
fn with_option(entry: &Entry, option: &str) -> Edit {
    match &entry.list {
        Some(list) if list.inside.is_empty() => Edit::insert(list.inside.start, option),
        Some(list) => Edit::insert(list.inside.end, format!(", {option}")),
        None => Edit::insert(entry.range.end, format!("({option})")),
    }
}

/// A mutant in which an option of an entry has another value, or comes.
fn option(kind: &'static str, place: Place<'_>, entry: &Entry, key: &str, value: &str) -> Mutant {
    let edit = match entry.option(key).and_then(|option| option.value.clone()) {
        Some(range) => Edit::replace(range, value),
        None => with_option(entry, &format!("{key} = {value}")),
    };
    Mutant::new(kind, place.what()).edit(edit)
}

/// A mutant in which an option of an entry is gone.
fn without_option(kind: &'static str, place: Place<'_>, entry: &Entry, key: &str) -> Option<Mutant> {
    entry.option(key)?;
    let list = entry.list.as_ref()?;
    Some(Mutant::new(kind, place.what()).edits(without_keys(list, &[key])))
}

/// A mutant in which a flag of an entry comes or goes.
fn flag(kind: &'static str, place: Place<'_>, entry: &Entry, key: &str) -> Mutant {
    without_option(kind, place, entry, key)
        .unwrap_or_else(|| Mutant::new(kind, place.what()).edit(with_option(entry, key)))
}

fn primary(place: Place<'_>) -> Vec<Mutant> {
    let field = place.field;
    let Some(entry) = field.entry("primary_key") else {
        let mutant = Mutant::new("model: primary_key added", place.what());
        let mutant = mutant.edit(with(field, &format!("{}primary_key", MARKS[0])));
        let other = place.model.fields.iter().find_map(|field| field.entry("primary_key"));
        let other = other.or(place.model.entry("primary_key")).expect("every table has one");
        let mutant = mutant.expect_new("refused").expect("refused", other.range.start);
        let mutant = match field.entry("generated") {
            Some(generated) => mutant.expect("refused", generated.range.start),
            None => mutant,
        };
        return vec![if place.is_option() { mutant.expect("refused", field.ty.start) } else { mutant }];
    };
    let at = entry.range.start;
    let removed = dropped("model: primary_key removed", place, &["primary_key"]);
    let removed = match field.entry("autoincrement") {
        Some(autoincrement) => removed.expect("refused", autoincrement.range.start),
        None => removed.expect("primary-key", field.anchor()).words(["PRIMARY KEY", &place.column()]),
    };
    let named = option("model: primary_key named", place, entry, "name", "\"another_name\"");
    let resolved = option("model: primary_key on_conflict", place, entry, "on_conflict", "fail");
    let mut mutants = vec![
        removed,
        named.expect("primary-key", at).words(["another_name"]),
        resolved.expect("primary-key", at).words(["ON CONFLICT FAIL"]),
    ];
    let descending = flag("model: primary_key desc", place, entry, "desc");
    mutants.push(match field.entry("autoincrement").filter(|_| !place.is_open()) {
        Some(autoincrement) => descending.expect("refused", autoincrement.range.start),
        None => descending.expect("primary-key", at).words(["DESC"]),
    });
    // What a model leaves open is settled.
    mutants.extend(without_option("model: primary_key unnamed", place, entry, "name"));
    mutants
}

fn autoincrement(place: Place<'_>) -> Option<Mutant> {
    let field = place.field;
    let key = field.entry("primary_key")?;
    if field.has("autoincrement") {
        let removed = dropped("model: autoincrement", place, &["autoincrement"]);
        return Some(removed.expect("primary-key", key.range.start).words(["AUTOINCREMENT"]));
    }
    let mutant = Mutant::new("model: autoincrement", place.what());
    let mutant = mutant.edit(with(field, &format!("{}autoincrement", MARKS[0])));
    Some(match (place.ty(), field.entry("default")) {
        ("String", _) => mutant.expect("refused", field.ty.start),
        _ => mutant.expect_new("primary-key").words(["AUTOINCREMENT"]),
    })
}

fn unique(place: Place<'_>) -> Vec<Mutant> {
    let field = place.field;
    let Some(entry) = field.entry("unique") else {
        let mutant = Mutant::new("model: unique added", place.what());
        let mutant = mutant.edit(with(field, &format!("{}unique", MARKS[0])));
        return vec![mutant.expect_new("unique").words([format!("UNIQUE ({})", place.column())])];
    };
    let at = entry.range.start;
    let code = if place.is_constraint() { "unique" } else { "index" };
    let named = option("model: unique named", place, entry, "name", "\"another_name\"");
    let resolved = option("model: unique on_conflict", place, entry, "on_conflict", "fail");
    let mut mutants = vec![
        dropped("model: unique removed", place, &["unique"]).expect(code, field.anchor()).words([place.column()]),
        named.expect("unique", at).words(["another_name"]),
        resolved.expect("unique", at).words(["ON CONFLICT FAIL"]),
        flag("model: unique desc", place, entry, "desc").expect("unique", at).words(["DESC"]),
    ];
    let unresolved = without_option("model: unique on_conflict", place, entry, "on_conflict");
    mutants.extend(unresolved.map(|mutant| mutant.expect("unique", at)));
    mutants.extend(without_option("model: unique unnamed", place, entry, "name"));
    mutants
}

fn index(place: Place<'_>) -> Vec<Mutant> {
    let field = place.field;
    let Some(entry) = field.entry("index") else {
        let mutant = Mutant::new("model: index added", place.what());
        let mutant = mutant.edit(with(field, &format!("{}index", MARKS[0])));
        return vec![mutant.expect_new("index").words([format!("INDEX ({})", place.column())])];
    };
    let at = entry.range.start;
    let condition = format!("\"{} IS NOT NULL\"", place.column());
    let changed = |mutant: Mutant| mutant.expect("index", at).words([place.column()]);
    let mut mutants = vec![
        dropped("model: index removed", place, &["index"]).expect("index", field.anchor()).words([place.column()]),
        changed(option("model: index named", place, entry, "name", "\"another_name\"")).words(["another_name"]),
        changed(option("model: index where", place, entry, "where", &condition)).words(["IS NOT NULL"]),
        changed(flag("model: index desc", place, entry, "desc")).words(["DESC"]),
        changed(flag("model: index unique", place, entry, "unique")).words(["UNIQUE"]),
    ];
    mutants.extend(without_option("model: index where", place, entry, "where").map(changed));
    mutants.extend(without_option("model: index unnamed", place, entry, "name"));
    mutants
}

/// The keys that belong to `references`.
const BESIDE: [&str; 4] = ["references", "on_delete", "on_update", "deferrable"];

fn references(place: Place<'_>) -> Vec<Mutant> {
    let field = place.field;
    let Some(entry) = field.entry("references") else {
        let added = |parent: &str, shown: &str| {
            Mutant::new("model: references added", place.what())
                .edit(with(field, &format!("{}references{parent}", MARKS[0])))
                .expect_new("foreign-key")
                .words([format!("REFERENCES {shown}")])
        };
        if is_child(place) {
            return Vec::new();
        }
        return vec![added("(\"nowhere\", \"id\")", "nowhere (id)"), added(" = Elsewhere::id", "elsewheres (id)")];
    };
    let at = entry.range.start;
    let mut mutants = vec![
        dropped("model: references removed", place, &BESIDE)
            .expect("foreign-key", field.anchor())
            .words(["FOREIGN KEY", &place.column()]),
    ];
    mutants.extend(parents(place, entry));
    for (key, kind) in [("on_delete", "model: on_delete"), ("on_update", "model: on_update")] {
        mutants.extend(actions(place, at, kind, key));
    }
    mutants.extend(deferrable(place, at));
    if entry.list.is_some() {
        let named = option("model: references named", place, entry, "name", "\"another_name\"");
        mutants.push(named.expect("foreign-key", at).words(["another_name"]));
        mutants.extend(without_option("model: references unnamed", place, entry, "name"));
    }
    mutants
}

/// Whether a foreign key of the struct begins with the column.
fn is_child(place: Place<'_>) -> bool {
    place.table.foreign_keys.iter().any(|key| key.columns == [place.found.name.clone()])
}

/// Another parent, and another column of the parent.
fn parents(place: Place<'_>, entry: &Entry) -> Vec<Mutant> {
    let at = entry.range.start;
    let changed = |edit: Edit| Mutant::new("model: references", place.what()).edit(edit);
    let by_path = entry.value.clone().or_else(|| {
        let first = entry.list.as_ref()?.entries.first()?.range.clone();
        place.text(&first).contains("::").then_some(first)
    });
    if let Some(path) = by_path {
        let text = place.text(&path);
        let (model, _) = text.split_once("::").expect("a path");
        let own = model == "Self" || model == place.model.name;
        let others =
            place.subject.source.models.iter().filter(|other| other.name != model && other.name != place.model.name);
        let mut mutants = Vec::new();
        for other in others.take(2) {
            let mutant = changed(Edit::replace(path.clone(), format!("{}::{}", other.name, other.fields[0].name)));
            mutants.push(mutant.expect("rustc-reference", at).words([other.table(&place.subject.source)]));
        }
        let parent = if own { Some(place.model) } else { place.subject.source.model_named(model) };
        let sibling =
            parent.and_then(|parent| parent.fields.iter().rfind(|field| !text.ends_with(&format!("::{}", field.name))));
        if let Some(sibling) = sibling {
            let code = if own { "foreign-key" } else { "rustc-reference" };
            let mutant = changed(Edit::replace(path.clone(), format!("{model}::{}", sibling.name)));
            mutants.push(mutant.expect(code, at).words([sibling.column(&place.subject.source)]));
        }
        return mutants;
    }
    let list = entry.list.as_ref().expect("a list");
    let (table, column) = (list.entries[0].range.clone(), list.entries[1].range.clone());
    vec![
        changed(Edit::replace(table, "\"nowhere\"")).expect("foreign-key", at).words(["nowhere"]),
        changed(Edit::replace(column, "\"nothing\"")).expect("foreign-key", at).words(["nothing"]),
    ]
}

fn actions(place: Place<'_>, at: usize, kind: &'static str, key: &'static str) -> Vec<Mutant> {
    let field = place.field;
    let stated = field.entry(key).and_then(|entry| entry.value.clone());
    let now = stated.as_ref().map_or("no_action", |value| place.text(value));
    let mut mutants = Vec::new();
    for other in ["cascade", "restrict", "set_null", "set_default", "no_action"] {
        if other == now {
            continue;
        }
        let edit = match &stated {
            Some(value) => Edit::replace(value.clone(), format!("{}{other}", MARKS[0])),
            None => with(field, &format!("{key} = {}{other}", MARKS[0])),
        };
        let mutant = Mutant::new(kind, place.what()).edit(edit);
        let impossible = other == "set_null" && !place.is_open() && !place.is_option();
        mutants.push(match impossible {
            true => mutant.expect_new("refused").words(["NOT NULL"]),
            false => mutant.expect("foreign-key", at).words([place.column()]),
        });
    }
    if stated.is_some() {
        let removed = dropped(kind, place, &[key]);
        mutants.push(if now == "no_action" { removed } else { removed.expect("foreign-key", at) });
    }
    mutants
}

fn deferrable(place: Place<'_>, at: usize) -> Vec<Mutant> {
    const KIND: &str = "model: deferrable";
    let field = place.field;
    let Some(entry) = field.entry("deferrable") else {
        let deferred = Mutant::new(KIND, place.what()).edit(with(field, "deferrable = deferred"));
        // In SQLite, one that is initially immediate is like any other.
        let immediate = Mutant::new(KIND, place.what()).edit(with(field, "deferrable"));
        return vec![deferred.expect("foreign-key", at).words(["DEFERRED"]), immediate];
    };
    let removed = dropped(KIND, place, &["deferrable"]);
    let is_deferred = entry.value.as_ref().is_some_and(|value| place.text(value) == "deferred");
    vec![if is_deferred { removed.expect("foreign-key", at).words(["DEFERRED"]) } else { removed }]
}
