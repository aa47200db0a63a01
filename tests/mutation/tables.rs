//! Mutations of what the attributes of a struct say, and of which models there are.

use crate::edit::{Edit, MARKS};
use crate::mutant::{Mutant, with_table, without, without_keys};
use crate::place::table;
use crate::source::{Entry, ModelSource};
use crate::subject::Subject;

/// All mutations of the models of a subject as wholes.
pub(crate) fn all(subject: &Subject) -> Vec<Mutant> {
    let mut mutants = vec![added(subject)];
    for model in &subject.source.models {
        mutants.push(removed(subject, model));
        mutants.push(unlisted(subject, model));
        mutants.extend(named(subject, model));
        mutants.push(
            Mutant::new("model: table was", &model.name)
                .edit(with_table(model, &format!("{}was = \"long_gone\"", MARKS[0])))
                .expect_new("spent-rename")
                .words(["long_gone"]),
        );
        mutants.push(field_added(model));
        mutants.extend(options(subject, model));
        mutants.extend(parts_added(subject, model));
        mutants.extend(parts(subject, model));
    }
    mutants
}

fn added(subject: &Subject) -> Mutant {
    let text = format!(
        "#[derive(Table)]\npub struct {}Zebra {{\n    #[column(primary_key)]\n    pub id: i64,\n}}\n",
        MARKS[0]
    );
    let list = subject.source.schema.list.as_ref().expect("a list");
    Mutant::new("model: model added", "Zebra")
        .edit(Edit::insert(subject.source.models[0].item.start, text))
        .edit(Edit::insert(list.inside.start, "Zebra, "))
        .expect_new("missing-table")
        .words(["Zebra", "zebras"])
}

/// Where other models refer to this one.
fn referring(subject: &Subject, model: &ModelSource) -> impl Iterator<Item = usize> {
    let path = format!("{}::", model.name);
    let others = subject.source.models.iter().filter(|other| other.name != model.name);
    let on_fields = others.clone().flat_map(|other| &other.fields).filter_map(move |field| {
        let entry = field.entry("references")?;
        let first = entry.list.as_ref().map(|list| list.entries[0].range.clone());
        let value = entry.value.clone().or(first)?;
        subject.source.at(&value).starts_with(&path).then_some(value.start)
    });
    let on_structs = others.flat_map(ModelSource::entries).filter_map(|entry| {
        let parent = entry.option("references")?;
        let first = &parent.list.as_ref()?.entries[0];
        (first.key == model.name).then_some(first.range.start)
    });
    on_fields.chain(on_structs)
}

fn removed(subject: &Subject, model: &ModelSource) -> Mutant {
    let list = subject.source.schema.list.as_ref().expect("a list");
    let at = list.entries.iter().position(|entry| entry.key == model.name).expect("it is listed");
    let mutant = Mutant::new("model: model removed", &model.name)
        .edit(Edit::remove(model.item.clone()))
        .edit(without(list, at))
        .expect("unclaimed-table", subject.source.schema.ident.start)
        .words([model.table(&subject.source)]);
    referring(subject, model).fold(mutant, |mutant, at| mutant.expect("unknown-model", at))
}

fn unlisted(subject: &Subject, model: &ModelSource) -> Mutant {
    let list = subject.source.schema.list.as_ref().expect("a list");
    let at = list.entries.iter().position(|entry| entry.key == model.name).expect("it is listed");
    Mutant::new("model: model unlisted", &model.name)
        .edit(without(list, at))
        .expect("unclaimed-table", subject.source.schema.ident.start)
        .words([model.table(&subject.source)])
}

/// A near name is one finding, since the table is the one that was meant; a far one is two.
fn named(subject: &Subject, model: &ModelSource) -> Vec<Mutant> {
    let old = model.table(&subject.source);
    let change = |new: &str| {
        let new = format!("{}\"{new}\"", MARKS[0]);
        let edit = match model.entry("name").and_then(|entry| entry.value.clone()) {
            Some(value) => Edit::replace(value, new),
            None => with_table(model, &format!("name = {new}")),
        };
        Mutant::new("model: table name", &model.name).edit(edit)
    };
    let near = format!("{old}x");
    vec![
        change(&near).expect_new("missing-table").words([near.as_str(), old.as_str()]),
        change("quite_another_thing")
            .expect_new("missing-table")
            .words(["quite_another_thing"])
            .expect("unclaimed-table", subject.source.schema.ident.start)
            .words([old.as_str()]),
    ]
}

fn field_added(model: &ModelSource) -> Mutant {
    Mutant::new("model: field added", &model.name)
        .edit(Edit::insert(model.end, format!("    pub {}zebra: i64,\n", MARKS[0])))
        .expect_new("missing-column")
        .words(["zebra", model.name.as_str()])
}

fn options(subject: &Subject, model: &ModelSource) -> Vec<Mutant> {
    let found = table(subject, model).options;
    let mut mutants = Vec::new();
    for (key, is_on) in [("strict", found.strict), ("without_rowid", found.without_rowid)] {
        let mutant = Mutant::new("model: table options", &model.name);
        if is_on {
            let list = model.attribute.as_ref().expect("the attribute");
            let removed = mutant.edits(without_keys(list, &[key]));
            let other = if key == "strict" { "without_rowid" } else { "strict" };
            let at = model.entry(other).map_or(model.anchor(), |entry| entry.range.start);
            mutants.push(removed.expect("table-options", at));
            continue;
        }
        let added = mutant.edit(with_table(model, &format!("{}{key}", MARKS[0])));
        let counted = model.fields.iter().find_map(|field| field.entry("autoincrement"));
        let unknown = model.fields.iter().filter_map(|field| {
            let value = field.entry("sql_type")?.value.clone()?;
            (!matches!(subject.source.at(&value), "\"TEXT\"" | "\"INTEGER\"")).then_some(value.start)
        });
        mutants.push(match key {
            "strict" if unknown.clone().count() > 0 => {
                unknown.fold(added, |mutant, at| mutant.expect("refused", at).words(["STRICT"]))
            }
            "without_rowid" if counted.is_some() => {
                let at = counted.expect("it is some").range.start;
                added.expect_new("refused").expect("refused", at)
            }
            _ => added.expect_new("table-options"),
        });
    }
    mutants
}

fn parts_added(subject: &Subject, model: &ModelSource) -> Vec<Mutant> {
    let [first, second, ..] = model.fields.as_slice() else { return Vec::new() };
    let (a, b) = (&first.name, &second.name);
    let added = |entry: String, code: &'static str| {
        Mutant::new("model: table part added", &model.name)
            .edit(with_table(model, &format!("{}{entry}", MARKS[0])))
            .expect_new(code)
            .words([model.name.as_str()])
    };
    let has_key = model.entry("primary_key").is_some();
    let composite = (!has_key).then(|| {
        let key = model.fields.iter().find_map(|field| field.entry("primary_key")).expect("a key");
        let mutant = Mutant::new("model: table part added", &model.name)
            .edit(with_table(model, &format!("{}primary_key({a}, {b})", MARKS[0])))
            .expect_new("refused")
            .expect("refused", key.range.start);
        let counted = model.fields.iter().find_map(|field| field.entry("autoincrement"));
        let mutant = counted.into_iter().fold(mutant, |mutant, entry| mutant.expect("refused", entry.range.start));
        let optional = [first, second].into_iter().filter(|field| subject.source.at(&field.ty).starts_with("Option<"));
        optional.fold(mutant, |mutant, field| mutant.expect("refused", field.ty.start))
    });
    let mut mutants = vec![
        added(format!("unique({b}, {a})"), "unique"),
        added(format!("index({b} desc, {a})"), "index"),
        added(format!("index(sql(\"abs(1)\"), {b}, unique)"), "index"),
        added("check(\"4711 > 0\")".to_owned(), "check"),
        added(format!("foreign_key(columns({a}, {b}), references(\"nowhere\", \"a\", \"b\"))"), "foreign-key"),
    ];
    mutants.extend(composite);
    mutants
}

/// Mutations of the composite parts that a struct states.
fn parts(subject: &Subject, model: &ModelSource) -> Vec<Mutant> {
    let Some(list) = &model.attribute else { return Vec::new() };
    let mut mutants = Vec::new();
    for (at, entry) in list.entries.iter().enumerate() {
        if entry.list.is_none() {
            continue;
        }
        let code = code(subject, model, entry);
        let removed = Mutant::new("model: table part removed", what(model, entry)).edit(without(list, at));
        mutants.push(match entry.key.as_str() {
            "primary_key" => {
                let rowid = model.entry("without_rowid").expect("the fixture's has no rowid");
                removed.expect("refused", rowid.range.start)
            }
            _ => removed.expect(code, removed_anchor(subject, model, entry)),
        });
        mutants.extend(elements(subject, model, entry));
        mutants.extend(entry_options(model, entry));
    }
    mutants
}

/// The field when the part is about one column, else the struct.
fn removed_anchor(subject: &Subject, model: &ModelSource, entry: &Entry) -> usize {
    let columns: Vec<_> = match entry.key.as_str() {
        "foreign_key" => {
            entry.option("columns").and_then(|entry| entry.list.as_ref()).expect("columns").entries.iter().collect()
        }
        "check" => {
            let condition = subject.source.at(&entry.list.as_ref().expect("SQL").entries[0].range);
            let mentioned = model.fields.iter().filter(|field| {
                condition
                    .split(|c: char| !c.is_alphanumeric() && c != '_')
                    .any(|word| word == field.column(&subject.source))
            });
            let mentioned: Vec<_> = mentioned.collect();
            return if let [field] = mentioned.as_slice() { field.anchor() } else { model.anchor() };
        }
        _ => entry
            .list
            .as_ref()
            .expect("elements")
            .entries
            .iter()
            .filter(|entry| entry.value.is_none() && entry.list.is_none() && entry.key != "unique")
            .collect(),
    };
    match columns.as_slice() {
        [column] => model.field(&column.key).map_or(model.anchor(), crate::source::FieldSource::anchor),
        _ => model.anchor(),
    }
}

fn what(model: &ModelSource, entry: &Entry) -> String {
    format!("{}.{}", model.name, entry.key)
}

/// The code under which the part is reported when the model does not state it.
fn code(subject: &Subject, model: &ModelSource, entry: &Entry) -> &'static str {
    match entry.key.as_str() {
        "primary_key" => "primary-key",
        "unique" => {
            let list = entry.list.as_ref().expect("elements");
            let columns: Vec<String> = list
                .entries
                .iter()
                .filter(|entry| entry.value.is_none())
                .filter_map(|entry| Some(model.field(&entry.key)?.column(&subject.source)))
                .collect();
            let label = columns.join(", ");
            let table = table(subject, model);
            let is_constraint = table.uniques.iter().any(|unique| schema_core::Part::label(unique).is(&label));
            if is_constraint { "unique" } else { "index" }
        }
        "index" => "index",
        "check" => "check",
        _ => "foreign-key",
    }
}

/// The code under which the part is reported when it differs.
fn own_code(entry: &Entry) -> &'static str {
    match entry.key.as_str() {
        "primary_key" => "primary-key",
        "unique" => "unique",
        "index" => "index",
        "check" => "check",
        _ => "foreign-key",
    }
}

/// Other elements: in another order, one fewer, another direction, another collation.
fn elements(subject: &Subject, model: &ModelSource, entry: &Entry) -> Vec<Mutant> {
    let list = entry.list.as_ref().expect("a list");
    let (at, code) = (entry.range.start, own_code(entry));
    let changed = |kind: &'static str, edits: Vec<Edit>| Mutant::new(kind, what(model, entry)).edits(edits);
    if entry.key == "check" {
        let condition = list.entries[0].range.clone();
        let edit = Edit::insert(condition.end - 1, " AND 4711 > 0");
        return vec![changed("model: table check changed", vec![edit]).expect(code, at).words(["4711"])];
    }
    if entry.key == "foreign_key" {
        return foreign_key(model, entry);
    }
    let elements: Vec<&Entry> = list
        .entries
        .iter()
        .filter(|entry| entry.value.is_none() && !["unique"].contains(&entry.key.as_str()))
        .collect();
    let Some(first) = elements.first().filter(|first| first.key != "sql") else { return Vec::new() };
    let mut mutants = Vec::new();
    let word = &model.fields.iter().find(|field| field.name == first.key).expect("a field").name;
    let end = first.range.start + word.len();
    let collated = if subject.source.at(&first.range).contains("collate") { "" } else { " collate \"RTRIM\"" };
    let edit = Edit::replace(end..first.range.end, collated);
    mutants.push(changed("model: table part collate", vec![edit]).expect(code, at));
    let descending = if subject.source.at(&first.range).ends_with(" desc") { "" } else { " desc" };
    let edit = Edit::replace(end..first.range.end, descending);
    mutants.push(changed("model: table part desc", vec![edit]).expect(code, at).words(["DESC"]));
    if let [first, second, ..] = elements.as_slice() {
        let swap = |text: &Entry| subject.source.at(&text.range).to_owned();
        let edits =
            vec![Edit::replace(first.range.clone(), swap(second)), Edit::replace(second.range.clone(), swap(first))];
        mutants.push(changed("model: table part reordered", edits).expect(code, at));
    }
    mutants
}

fn foreign_key(model: &ModelSource, entry: &Entry) -> Vec<Mutant> {
    const KIND: &str = "model: table foreign key";
    let at = entry.range.start;
    let mutant = || Mutant::new(KIND, what(model, entry));
    let mut mutants = Vec::new();
    for (key, other) in [
        ("on_delete", "set_default"),
        ("on_update", "set_default"),
        ("deferrable", "deferred"),
        ("name", "\"another_name\""),
    ] {
        let edit = match entry.option(key) {
            Some(Entry { value: Some(value), .. }) => Edit::replace(value.clone(), other),
            Some(Entry { range, .. }) => Edit::insert(range.end, format!(" = {other}")),
            None => Edit::insert(entry.list.as_ref().expect("a list").inside.start, format!("{key} = {other}, ")),
        };
        mutants.push(mutant().edit(edit).expect("foreign-key", at));
    }
    mutants
}

/// The options of a part: its name, its conflict clause, its condition, that it is unique.
fn entry_options(model: &ModelSource, entry: &Entry) -> Vec<Mutant> {
    let list = entry.list.as_ref().expect("a list");
    let (at, code) = (entry.range.start, own_code(entry));
    let other = |key: &str, value: &str| {
        let edit = match entry.option(key).and_then(|option| option.value.clone()) {
            Some(range) => Edit::replace(range, value),
            None => Edit::insert(list.inside.end, format!(", {key} = {value}")),
        };
        Mutant::new("model: table part option", what(model, entry)).edit(edit)
    };
    let gone = |key: &str| {
        let known = entry.option(key).is_some();
        known.then(|| Mutant::new("model: table part option", what(model, entry)).edits(without_keys(list, &[key])))
    };
    let mut mutants = Vec::new();
    if entry.key == "foreign_key" {
        return mutants;
    }
    mutants.push(other("name", "\"another_name\"").expect(code, at).words(["another_name"]));
    // What a model leaves open is settled.
    mutants.extend(gone("name"));
    if matches!(entry.key.as_str(), "unique" | "primary_key") {
        mutants.push(other("on_conflict", "rollback").expect(code, at).words(["ROLLBACK"]));
        mutants.extend(gone("on_conflict").map(|mutant| mutant.expect(code, at)));
    }
    if entry.key == "index" {
        mutants.push(other("where", "\"1 = 1\"").expect(code, at).words(["WHERE"]));
        mutants.extend(gone("where").map(|mutant| mutant.expect(code, at)));
        mutants.push(match gone("unique") {
            Some(mutant) => mutant.expect(code, at),
            None => Mutant::new("model: table part option", what(model, entry))
                .edit(Edit::insert(list.inside.end, ", unique"))
                .expect(code, at)
                .words(["UNIQUE"]),
        });
    }
    mutants
}
