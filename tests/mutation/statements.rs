//! Mutations of the tables, the constraints of tables and the indexes that the migrations write.

use crate::edit::{Edit, MARKS};
use crate::mutant::Mutant;
use crate::script::{Clause, Created, Definition, IndexStatement, Script};
use crate::source::{Entry, ModelSource};
use crate::subject::Subject;

/// All mutations of what is not a column.
pub(crate) fn all(subject: &Subject, script: &Script) -> Vec<Mutant> {
    let mut mutants = new_objects(subject);
    for created in &script.tables {
        mutants.extend(table(subject, script, created));
    }
    for definition in script.definitions.iter().filter(|definition| definition.column.is_none()) {
        let created = script.tables.iter().find(|created| created.table == definition.table).expect("its table");
        mutants.extend(constraint(subject, definition, created));
    }
    for index in &script.indexes {
        let created = script.tables.iter().find(|created| created.table == index.table).expect("its table");
        mutants.extend(of_index(subject, index, created));
    }
    mutants
}

fn model<'a>(subject: &'a Subject, table: &str) -> &'a ModelSource {
    subject.source.model_of(table).unwrap_or_else(|| panic!("a model of `{table}`"))
}

/// A table, a view, a trigger at the end of the last migration.
fn new_objects(subject: &Subject) -> Vec<Mutant> {
    let file = subject.migrations.len() - 1;
    let end = subject.migrations[file].1.len();
    let table = &subject.replay.inspection.schema.tables.keys().next().expect("a table");
    let add = |kind: &'static str, sql: String| {
        Mutant::new(kind, subject.name).sql(file, Edit::insert(end, format!("\n{sql};\n")))
    };
    vec![
        add("migrations: table added", format!("{}CREATE TABLE zebras (id INTEGER PRIMARY KEY)", MARKS[0]))
            .expect("unclaimed-table", subject.source.schema.ident.start)
            .words(["zebras"])
            .placed_new(file),
        add("migrations: view added", format!("CREATE VIEW zebras AS SELECT 1 FROM {table}")),
        add("migrations: trigger added", format!("CREATE TRIGGER zebra AFTER DELETE ON {table} BEGIN SELECT 1; END")),
    ]
}

fn table(subject: &Subject, script: &Script, created: &Created) -> Vec<Mutant> {
    let model = model(subject, &created.table);
    let own = script.definitions.iter().filter(|definition| definition.table == created.table);
    let counted =
        own.clone().any(|definition| definition.clauses.iter().any(|clause| clause.word("AUTOINCREMENT").is_some()));
    let edit = |kind: &'static str, edit: Edit| Mutant::new(kind, &model.name).sql(created.file, edit);
    let text = &subject.migrations[created.file].1[created.options.clone()];
    let (strict, rowid) = (text.contains("STRICT"), text.contains("WITHOUT ROWID"));
    let options = |kind: &'static str, options: &str, at: usize| {
        edit(kind, Edit::replace(created.options.clone(), options))
            .expect("table-options", at)
            .words([created.table.as_str()])
            .placed(created.file, created.start)
    };
    let at = |key: &str| model.entry(key).map_or(model.anchor(), |entry| entry.range.start);
    let mut mutants = vec![
        edit("migrations: column added", Edit::insert(created.open, format!(" {}zebra TEXT, ", MARKS[0])))
            .expect("extra-column", model.anchor())
            .words(["zebra"])
            .placed_new(created.file),
    ];
    if strict && rowid {
        mutants.push(options("migrations: STRICT removed", " WITHOUT ROWID", at("strict")));
        mutants.push(options("migrations: WITHOUT ROWID removed", " STRICT", at("without_rowid")));
    } else if !counted {
        mutants.push(options("migrations: WITHOUT ROWID added", " WITHOUT ROWID", model.anchor()));
    }
    mutants
}

/// What a struct or a field states over exactly these columns.
fn stated<'a>(subject: &'a Subject, model: &'a ModelSource, key: &str, columns: &[String]) -> Option<&'a Entry> {
    let column = |field: &str| model.field(field).map(|field| field.column(&subject.source));
    let on_struct = model.entries().filter(|entry| entry.key == key).find(|entry| {
        let list = if key == "foreign_key" {
            entry.option("columns").and_then(|inner| inner.list.as_ref())
        } else {
            entry.list.as_ref()
        };
        let elements = list.iter().flat_map(|list| &list.entries).filter(|entry| entry.value.is_none());
        elements.filter_map(|entry| column(&entry.key)).eq(columns.iter().cloned())
    });
    let field_key = if key == "foreign_key" { "references" } else { key };
    let on_field = || match columns {
        [column] => model.field_of(&subject.source, column).and_then(|field| field.entry(field_key)),
        _ => None,
    };
    on_struct.or_else(on_field)
}

/// The column that a later migration renames, by its name in the end.
fn in_the_end(columns: Vec<String>) -> Vec<String> {
    columns.into_iter().map(|column| if column == "shorthand" { "code".to_owned() } else { column }).collect()
}

fn constraint(subject: &Subject, definition: &Definition, created: &Created) -> Vec<Mutant> {
    let model = model(subject, &definition.table);
    let clause = &definition.clauses[0];
    let (key, code) = match clause.word.as_str() {
        "PRIMARY" => ("primary_key", "primary-key"),
        "UNIQUE" => ("unique", "unique"),
        "FOREIGN" => ("foreign_key", "foreign-key"),
        _ => return condition(subject, model, definition, created),
    };
    let columns = in_the_end(clause.columns());
    let at = stated(subject, model, key, &columns).unwrap_or_else(|| panic!("{key} over {columns:?}")).range.start;
    let file = definition.file;
    let start = definition.range.start;
    let mutant = |kind: &'static str, edit: Edit| {
        Mutant::new(kind, format!("{}.{key}", model.name)).sql(file, edit).may(&["parent-not-unique"])
    };
    let told = |mutant: Mutant| mutant.expect(code, at).words([definition.table.as_str()]);
    let text = &subject.migrations[file].1;
    let mut mutants = Vec::new();
    if key != "primary_key" {
        let comma = text[..start].rfind(',').expect("a comma");
        let removed = mutant("migrations: constraint removed", Edit::remove(comma..definition.range.end));
        mutants.push(told(removed).placed(created.file, created.start));
    }
    if clause.words[0].0 == "CONSTRAINT" {
        let renamed = mutant("migrations: constraint named", Edit::replace(clause.words[1].1.clone(), "zebra"));
        mutants.push(told(renamed).words(["zebra"]).placed(file, start));
    } else {
        mutants.push(mutant("migrations: constraint named", Edit::insert(start, "CONSTRAINT zebra ")));
    }
    if let Some(edit) = reordered(text, clause).filter(|_| key != "foreign_key") {
        mutants.push(told(mutant("migrations: constraint reordered", edit)).placed(file, start));
    }
    if key == "foreign_key" {
        let restrict = clause.word("RESTRICT").expect("the fixture's");
        mutants.push(told(mutant("migrations: action", Edit::replace(restrict, "CASCADE"))).placed(file, start));
    }
    mutants
}

/// The first two columns in the other order.
fn reordered(text: &str, clause: &Clause) -> Option<Edit> {
    let open = clause.words.iter().position(|(word, _)| word == "(")?;
    let (a, comma, b) = (&clause.words[open + 1], clause.words.get(open + 2)?, clause.words.get(open + 3)?);
    let swapped = format!("{}, {}", &text[b.1.clone()], &text[a.1.clone()]);
    (comma.0 == ",").then(|| Edit::replace(a.1.start..b.1.end, swapped))
}

fn condition(subject: &Subject, model: &ModelSource, definition: &Definition, created: &Created) -> Vec<Mutant> {
    let clause = &definition.clauses[0];
    let text = &subject.migrations[definition.file].1;
    let words: Vec<String> = in_the_end(clause.words.iter().map(|(word, _)| word.to_lowercase()).collect());
    // The condition of the model has the same words.
    let entry = model.entries().filter(|entry| entry.key == "check").find(|entry| {
        let sql = subject.source.at(&entry.list.as_ref().expect("SQL").entries[0].range).to_lowercase();
        let mut said = sql.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty());
        said.all(|word| words.iter().any(|other| other == word))
    });
    let at = entry.unwrap_or_else(|| panic!("a check with {words:?}")).range.start;
    let close = clause.words.last().expect("a parenthesis").1.start;
    let comma = text[..definition.range.start].rfind(',').expect("a comma");
    let mutant = |kind: &'static str, edit: Edit| {
        Mutant::new(kind, format!("{}.check", model.name)).sql(definition.file, edit).expect("check", at)
    };
    vec![
        mutant("migrations: check removed", Edit::remove(comma..definition.range.end))
            .placed(created.file, created.start),
        mutant("migrations: check changed", Edit::insert(close, " AND 4711 > 0"))
            .words(["4711"])
            .placed(definition.file, definition.range.start),
    ]
}

fn of_index(subject: &Subject, index: &IndexStatement, created: &Created) -> Vec<Mutant> {
    let model = model(subject, &index.table);
    let text = &subject.migrations[index.file].1;
    let name = &text[index.name.clone()];
    let sql = &text[index.parts.clone()];
    let columns: Vec<String> =
        sql.split(',').map(|part| part.split_whitespace().next().expect("a part").to_lowercase()).collect();
    let as_index = stated(subject, model, "index", &columns);
    let by_name = model.entries().filter(|entry| entry.key == "index").find(|entry| {
        let stated = entry.option("name").and_then(|name| name.value.clone());
        stated.is_some_and(|range| subject.source.at(&range).trim_matches('"') == name)
    });
    let as_unique = stated(subject, model, "unique", &columns).filter(|_| index.is_unique);
    let (entry, code) = match (by_name.or(as_index), as_unique) {
        (Some(entry), _) => (entry, "index"),
        (None, Some(entry)) => (entry, "unique"),
        (None, None) => panic!("nothing states {name}"),
    };
    let at = entry.range.start;
    let mutant =
        |kind: &'static str, edit: Edit| Mutant::new(kind, format!("{}.{name}", model.name)).sql(index.file, edit);
    let there =
        |mutant: Mutant| mutant.expect(code, at).words([index.table.as_str()]).placed(index.file, index.range.start);
    let gone = mutant("migrations: index removed", Edit::remove(index.range.clone()));
    let named = mutant("migrations: index named", Edit::replace(index.name.clone(), "zebra"));
    let named = match entry.option("name") {
        Some(_) => there(named).words(["zebra"]),
        None => named,
    };
    let kind = if index.is_unique { " " } else { " UNIQUE " };
    let condition = match &index.condition {
        Some(range) => Edit::remove(range.clone()),
        None => Edit::insert(index.range.end, " WHERE 4711 > 0"),
    };
    let direction = if sql.ends_with("DESC") {
        Edit::remove(index.parts.end - 5..index.parts.end)
    } else {
        Edit::insert(index.parts.end, " DESC")
    };
    let copy = format!(";\n{}CREATE INDEX zebra ON {} ({sql}, 4711)", MARKS[0], index.on);
    let extra = extra_anchor(subject, model, &columns, sql);
    vec![
        gone.expect(code, at).words([index.table.as_str()]).placed(created.file, created.start),
        named,
        there(mutant("migrations: index unique", Edit::replace(index.kind.clone(), kind))),
        there(mutant("migrations: index where", condition)),
        there(mutant("migrations: index desc", direction)).words(["DESC"]),
        mutant("migrations: index added", Edit::insert(index.range.end, copy))
            .expect("index", extra)
            .words(["4711"])
            .placed_new(index.file),
    ]
}

/// Where an index belongs that no model states: at the field when it is over one column.
fn extra_anchor(subject: &Subject, model: &ModelSource, columns: &[String], sql: &str) -> usize {
    match columns {
        [column] if !sql.contains('(') => {
            model.field_of(&subject.source, column).map_or(model.anchor(), crate::source::FieldSource::anchor)
        }
        _ => model.anchor(),
    }
}
