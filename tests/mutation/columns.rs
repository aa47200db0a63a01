//! Mutations of the columns that the migrations write.

use crate::edit::{Edit, MARKS};
use crate::mutant::Mutant;
use crate::place::{Place, Stored, places};
use crate::script::{Clause, Definition, Script};
use crate::subject::Subject;

/// Problems of foreign keys that follow when a column is not what they need.
const BROKEN: [&str; 4] =
    ["foreign-key-type", "parent-not-unique", "set-null-on-not-null", "set-default-without-default"];

/// All mutations of the columns.
pub(crate) fn all(subject: &Subject, script: &Script) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for definition in &script.definitions {
        let Some(column) = &definition.column else { continue };
        let own = |place: &Place<'_>| place.table.name.name.is(&definition.table) && place.found.name.is(column);
        let place = places(subject).find(own).unwrap_or_else(|| panic!("a field of {definition:?}"));
        let created = script.tables.iter().find(|created| created.table == definition.table).expect("its table");
        let edited = Edited { place, definition, created: (created.file, created.start) };
        mutants.extend(edited.ty());
        mutants.extend(edited.added());
        for clause in &definition.clauses {
            mutants.extend(edited.clause(clause));
        }
    }
    mutants
}

/// A column of a migration and the field that it belongs to.
#[derive(Clone, Copy)]
struct Edited<'a> {
    place: Place<'a>,
    definition: &'a Definition,
    /// The file and the offset of the statement that creates the table.
    created: (usize, usize),
}

impl Edited<'_> {
    fn mutant(&self, kind: &'static str, edit: Edit) -> Mutant {
        Mutant::new(kind, self.place.what()).sql(self.definition.file, edit).may(&BROKEN)
    }

    /// Expects a finding about the column as the migration now writes it.
    fn at_column(&self, mutant: Mutant, code: &'static str, at: usize) -> Mutant {
        let mutant = mutant.expect(code, at).words([self.place.column()]);
        mutant.placed(self.definition.file, self.definition.range.start)
    }

    /// Expects a finding about something that the migrations do not have any more.
    fn gone(&self, mutant: Mutant, code: &'static str, at: usize) -> Mutant {
        let (file, start) = self.created;
        mutant.expect(code, at).words([self.place.column()]).placed(file, start)
    }

    /// Where the field states something, or the field.
    fn key(&self, key: &str) -> usize {
        let entries = self.place.model.entries().filter(|entry| match entry.key.as_str() {
            "unique" | "primary_key" => {
                entry.list.as_ref().is_some_and(|list| list.entries.iter().any(|e| e.key == self.place.field.name))
            }
            _ => false,
        });
        let on_struct = entries.into_iter().find(|entry| entry.key == key);
        let entry = self.place.field.entry(key).or(on_struct);
        entry.map_or(self.place.field.anchor(), |entry| entry.range.start)
    }

    fn ty(&self) -> Option<Mutant> {
        let (place, field) = (self.place, self.place.field);
        let ty = self.definition.ty.clone()?;
        let other = match (place.table.options.strict, place.stored()) {
            (true, Stored::Text) => "BLOB",
            (true, _) => "TEXT",
            (false, _) => "DECIMAL(7,3)",
        };
        if self.definition.clauses.iter().any(|clause| clause.word("AUTOINCREMENT").is_some()) {
            return None; // SQLite refuses
        }
        let mutant = self.mutant("migrations: type", Edit::replace(ty, other));
        let open = place.is_open() && !field.has("sql_type");
        let (code, at) = if open { ("rustc-type", field.ty.start) } else { ("column-type", field.type_anchor()) };
        Some(self.at_column(mutant, code, at).words([other]))
    }

    /// Facts that the column did not have.
    fn added(&self) -> Vec<Mutant> {
        let (place, definition) = (self.place, self.definition);
        let field = place.field;
        let end = definition.range.end;
        let has = |word: &str| definition.clauses.iter().any(|clause| clause.word == word);
        let add = |kind: &'static str, text: &str| self.mutant(kind, Edit::insert(end, text));
        let column = place.column();
        let mut mutants = Vec::new();
        if !has("COLLATE") && !has("PRIMARY") {
            let mutant = add("migrations: collation added", " COLLATE RTRIM");
            mutants.push(self.at_column(mutant, "column-collation", field.anchor()).words(["RTRIM"]));
        }
        if !has("DEFAULT") && !has("GENERATED") && !has("PRIMARY") {
            let mutant = add("migrations: default added", " DEFAULT 4711");
            mutants.push(self.at_column(mutant, "column-value", field.value_anchor()).words(["4711"]));
        }
        // By the name that it has there; a later migration may rename it.
        let written = self.sql(definition.range.clone()).split_whitespace().next().expect("a name");
        let text = format!(" {}CHECK ({written} IS NOT 'zz')", MARKS[0]);
        let mutant = add("migrations: check added", &text).expect("check", field.anchor()).words([column.as_str()]);
        mutants.push(mutant.placed_new(definition.file));
        if !has("UNIQUE") && !has("PRIMARY") && !definition.added {
            let text = format!(" {}UNIQUE", MARKS[0]);
            let mutant = add("migrations: unique added", &text).expect("unique", field.anchor());
            mutants.push(mutant.words([format!("UNIQUE ({column})")]).placed_new(definition.file));
        }
        if !has("REFERENCES") && !has("PRIMARY") && !definition.added && !self.is_child() {
            let text = format!(" {}REFERENCES {}", MARKS[0], place.table.name);
            let mutant = add("migrations: references added", &text).expect("foreign-key", field.anchor());
            mutants.push(mutant.words(["FOREIGN KEY", &column]).placed_new(definition.file));
        }
        if !has("NOT") && !has("PRIMARY") && !definition.added && !has("GENERATED") && !place.is_key() {
            let code = if place.is_open() { "rustc-null" } else { "column-nullability" };
            let mutant = add("migrations: NOT NULL added", " NOT NULL");
            mutants.push(self.at_column(mutant, code, field.ty.start));
        }
        mutants
    }

    fn is_child(&self) -> bool {
        self.place.table.foreign_keys.iter().any(|key| key.columns == [self.place.found.name.clone()])
    }

    fn clause(&self, clause: &Clause) -> Vec<Mutant> {
        match clause.word.as_str() {
            "NOT" => self.not_null(clause),
            "DEFAULT" => self.default(clause),
            "COLLATE" => self.collation(clause),
            "UNIQUE" => self.unique(clause),
            "CHECK" => self.check(clause),
            "PRIMARY" => self.primary_key(clause),
            "REFERENCES" => self.references(clause),
            "GENERATED" => self.generated(clause),
            other => panic!("a clause of another kind: {other}"),
        }
    }

    fn not_null(&self, clause: &Clause) -> Vec<Mutant> {
        let (place, field) = (self.place, self.place.field);
        let conflict = clause.word("ON").map(|on| {
            let at = self.key("not_null");
            let mutant = self.mutant("migrations: conflict clause", Edit::remove(on.start..clause.range.end));
            self.at_column(mutant, "column-conflict", at)
        });
        let added = clause.word("ON").is_none().then(|| {
            let mutant =
                self.mutant("migrations: conflict clause", Edit::insert(clause.range.end, " ON CONFLICT FAIL"));
            self.at_column(mutant, "column-conflict", field.anchor()).words(["FAIL"])
        });
        let mutant = self.mutant("migrations: NOT NULL removed", Edit::remove(clause.range.clone()));
        let removed = match place.is_open() {
            // Every key of the fixture's table without rowid is NOT NULL all the same.
            _ if place.is_key() => mutant,
            true => self.at_column(mutant, "rustc-null", field.ty.start),
            false => self.at_column(mutant, "column-nullability", field.ty.start),
        };
        [Some(removed), conflict, added].into_iter().flatten().collect()
    }

    fn default(&self, clause: &Clause) -> Vec<Mutant> {
        let field = self.place.field;
        let value = clause.words[1].1.start..clause.range.end;
        let changed = self.mutant("migrations: default changed", Edit::replace(value, "4711"));
        // Rows that exist cannot take a default that a CHECK forbids.
        let changed = if self.definition.added { changed.may(&["row-dependent"]) } else { changed };
        let mut mutants = vec![self.at_column(changed, "column-value", field.value_anchor()).words(["4711"])];
        if !self.definition.added {
            let removed = self.mutant("migrations: default removed", Edit::remove(clause.range.clone()));
            mutants.push(self.at_column(removed, "column-value", field.value_anchor()));
        }
        mutants
    }

    fn collation(&self, clause: &Clause) -> Vec<Mutant> {
        let at = self.key("collate");
        let other = Edit::replace(clause.words[1].1.clone(), "RTRIM");
        let changed = self.mutant("migrations: collation changed", other);
        let removed = self.mutant("migrations: collation removed", Edit::remove(clause.range.clone()));
        vec![
            self.at_column(changed, "column-collation", at).words(["RTRIM"]),
            self.at_column(removed, "column-collation", at),
        ]
    }

    fn unique(&self, clause: &Clause) -> Vec<Mutant> {
        let at = self.key("unique");
        let removed = self.mutant("migrations: unique removed", Edit::remove(clause.range.clone()));
        let named = Edit::insert(clause.range.start, "CONSTRAINT zebra ");
        let mut mutants = vec![self.gone(removed, "unique", at)];
        if clause.words[0].0 == "CONSTRAINT" {
            let edit = Edit::replace(clause.words[1].1.clone(), "zebra");
            let mutant = self.mutant("migrations: constraint named", edit).expect("unique", at).words(["zebra"]);
            mutants.push(mutant.placed(self.definition.file, clause.range.start));
        } else {
            // The model leaves the name open.
            mutants.push(self.mutant("migrations: constraint named", named));
        }
        mutants
    }

    fn check(&self, clause: &Clause) -> Vec<Mutant> {
        let (place, field) = (self.place, self.place.field);
        let close = clause.words.last().expect("a parenthesis").1.start;
        let is_list = clause.word("IN").is_some();
        let entries: Vec<_> = field.entries().filter(|entry| entry.key == "check").collect();
        let own = self.definition.clauses.iter().filter(|other| other.word == "CHECK");
        let nth = own.into_iter().position(|other| other.range == clause.range).expect("itself");
        let at = entries.get(nth).map_or(field.ty.start, |entry| entry.range.start);
        let removed = self.mutant("migrations: check removed", Edit::remove(clause.range.clone()));
        if is_list {
            let last = clause.words.iter().rfind(|(word, _)| word.starts_with('\'')).expect("a value").1.clone();
            let fewer = self.mutant("migrations: check changed", Edit::replace(last, "'zebra'"));
            let told = |mutant: Mutant| self.at_column(mutant, "rustc-variants", field.ty.start);
            return vec![told(removed), told(fewer).words(["zebra"])];
        }
        let changed = self.mutant("migrations: check changed", Edit::insert(close, " AND 4711 > 0"));
        let start = clause.range.start;
        vec![
            self.gone(removed, "check", at),
            changed.expect("check", at).words(["4711", &place.column()]).placed(self.definition.file, start),
        ]
    }

    fn primary_key(&self, clause: &Clause) -> Vec<Mutant> {
        let at = self.key("primary_key");
        let removed = self.mutant("migrations: primary key removed", Edit::remove(clause.range.clone()));
        let mut mutants = vec![self.gone(removed, "primary-key", at)];
        if let Some(word) = clause.word("AUTOINCREMENT") {
            let mutant = self.mutant("migrations: autoincrement", Edit::remove(word));
            let at = self.key("autoincrement");
            mutants.push(
                mutant
                    .expect("primary-key", at)
                    .words(["AUTOINCREMENT"])
                    .placed(self.definition.file, clause.range.start),
            );
        } else if self.place.found.ty.as_str() == "INTEGER" {
            let mutant = self.mutant("migrations: autoincrement", Edit::insert(clause.range.end, " AUTOINCREMENT"));
            mutants.push(
                mutant
                    .expect("primary-key", at)
                    .words(["AUTOINCREMENT"])
                    .placed(self.definition.file, clause.range.start),
            );
        }
        mutants
    }

    fn references(&self, clause: &Clause) -> Vec<Mutant> {
        let at = self.key("references");
        let start = clause.range.start;
        let on_struct = self.place.model.entries().filter(|entry| entry.key == "foreign_key").find(|entry| {
            let columns = entry.option("columns").and_then(|columns| columns.list.as_ref());
            columns.is_some_and(|list| list.entries.len() == 1 && list.entries[0].key == self.place.field.name)
        });
        let at = on_struct.map_or(at, |entry| entry.range.start);
        let removed = self.mutant("migrations: references removed", Edit::remove(clause.range.clone()));
        let deferred = match clause.word("DEFERRED") {
            Some(word) => Edit::replace(word, "IMMEDIATE"),
            None => match clause.word("DEFERRABLE") {
                Some(word) => Edit::insert(word.end, " INITIALLY DEFERRED"),
                None => Edit::insert(clause.range.end, " DEFERRABLE INITIALLY DEFERRED"),
            },
        };
        let told = |mutant: Mutant, words: &[&str]| {
            mutant.expect("foreign-key", at).words(words.to_vec()).placed(self.definition.file, start)
        };
        let mut mutants = vec![
            self.gone(removed, "foreign-key", at),
            told(self.mutant("migrations: deferrable", deferred), &["DEFERRABLE"]),
        ];
        for event in ["DELETE", "UPDATE"] {
            let stated = clause.words.iter().position(|(word, _)| word == event);
            let range = stated.map(|at| {
                let two = ["SET", "NO"].contains(&clause.words[at + 1].0.as_str());
                clause.words[at + 1].1.start..clause.words[at + 1 + usize::from(two)].1.end
            });
            let columns = clause.words.iter().position(|(word, _)| word == ")").map(|at| clause.words[at].1.end);
            for action in ["CASCADE", "RESTRICT", "SET DEFAULT", "NO ACTION"] {
                let now = range.as_ref().map_or("NO ACTION", |range| self.sql(range.clone()));
                if now == action {
                    continue;
                }
                let edit = match &range {
                    Some(range) => Edit::replace(range.clone(), action),
                    None => Edit::insert(columns.expect("columns"), format!(" ON {event} {action}")),
                };
                mutants.push(told(self.mutant("migrations: action", edit), &[&self.place.column()]));
            }
        }
        mutants
    }

    fn sql(&self, range: std::ops::Range<usize>) -> &str {
        &self.place.subject.migrations[self.definition.file].1[range]
    }

    fn generated(&self, clause: &Clause) -> Vec<Mutant> {
        let at = self.place.field.value_anchor();
        let open = clause.word("(").expect("a parenthesis").end;
        let changed = self.mutant("migrations: generated changed", Edit::insert(open, "4711 + "));
        let (old, new) = if clause.word("STORED").is_some() { ("STORED", "VIRTUAL") } else { ("VIRTUAL", "STORED") };
        let swapped = Edit::replace(clause.word(old).expect("the word"), new);
        let swapped = self.mutant("migrations: stored or virtual", swapped);
        let mut mutants = vec![self.at_column(changed, "column-value", at).words(["4711"])];
        mutants.push(self.at_column(swapped, "column-value", at).words([old, new]));
        mutants
    }
}
