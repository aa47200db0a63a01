//! The mutation law: every single-fact mutation of a model or of the migrations is reported, at the
//! right place and nowhere else; what means the same is silent.

#[path = "mutation/columns.rs"]
mod columns;
#[path = "mutation/edit.rs"]
mod edit;
#[path = "mutation/fields.rs"]
mod fields;
#[path = "laws/generate.rs"]
mod generate;
#[path = "mutation/keys.rs"]
mod keys;
#[path = "mutation/fixture/models.rs"]
#[expect(dead_code, unreachable_pub, reason = "the macros too compare these models with their migrations")]
mod models;
#[path = "mutation/mutant.rs"]
mod mutant;
#[path = "mutation/neutral.rs"]
mod neutral;
#[path = "mutation/place.rs"]
mod place;
#[path = "mutation/random.rs"]
mod random;
#[path = "mutation/rustc.rs"]
mod rustc;
#[path = "mutation/script.rs"]
mod script;
#[path = "mutation/source.rs"]
mod source;
#[path = "mutation/statements.rs"]
mod statements;
#[path = "mutation/subject.rs"]
mod subject;
#[path = "mutation/tables.rs"]
mod tables;
#[path = "mutation/types.rs"]
mod types;
#[path = "mutation/values.rs"]
mod values;
#[path = "mutation/view.rs"]
mod view;

use std::collections::BTreeMap;

use mutant::Mutant;
use subject::Subject;
use view::view;

#[test]
fn what_agrees_is_silent() {
    for subject in Subject::all() {
        let findings = view(&subject.source.text, &subject.replay);
        assert!(findings.is_empty(), "{}: {findings:#?}", subject.name);
    }
}

/// Judges mutants of a subject in as many threads as there are processors.
fn judge(subject: &Subject, mutants: &[Mutant]) -> Vec<String> {
    let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let share = mutants.len().div_ceil(threads).max(1);
    std::thread::scope(|scope| {
        let work = |chunk: &'_ [Mutant]| -> Vec<String> {
            chunk.iter().filter_map(|mutant| mutant.judge(subject).err()).collect()
        };
        let running: Vec<_> = mutants.chunks(share).map(|chunk| scope.spawn(move || work(chunk))).collect();
        running.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect()
    })
}

/// So many mutants of one kind are tried of one subject; more of them would try the same again.
const OF_ONE_KIND: usize = 16;

/// At most [`OF_ONE_KIND`] of each kind, from everywhere in the subject.
fn thinned(mutants: Vec<Mutant>) -> Vec<Mutant> {
    let mut kinds: BTreeMap<&str, Vec<Mutant>> = BTreeMap::new();
    for mutant in mutants {
        kinds.entry(mutant.kind).or_default().push(mutant);
    }
    let some = |all: Vec<Mutant>| {
        let step = all.len().div_ceil(OF_ONE_KIND);
        all.into_iter().step_by(step)
    };
    kinds.into_values().flat_map(some).collect()
}

/// How many mutants there are of each kind.
fn counts<'a>(mutants: impl Iterator<Item = &'a Mutant>) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for mutant in mutants {
        *counts.entry(mutant.kind).or_default() += 1;
    }
    counts.iter().map(|(kind, count)| format!("\n  {count:>5} {kind}")).collect()
}

fn of_models(subject: &Subject) -> Vec<Mutant> {
    let of_fields = place::places(subject).flat_map(|place| {
        let all = [fields::all(place), values::all(place), keys::all(place)];
        all.into_iter().flatten()
    });
    of_fields.chain(tables::all(subject)).chain(types::all(subject)).collect()
}

fn of_migrations(subject: &Subject) -> Vec<Mutant> {
    let script = script::Script::of(subject);
    columns::all(subject, &script).into_iter().chain(statements::all(subject, &script)).collect()
}

/// Judges all mutants of all subjects.
fn law(least: usize, mutants: fn(&Subject) -> Vec<Mutant>) {
    let mut all = Vec::new();
    let mut failures = Vec::new();
    for subject in Subject::all() {
        let mutants = thinned(mutants(&subject));
        failures.extend(judge(&subject, &mutants));
        all.extend(mutants);
    }
    let counts = counts(all.iter());
    let shown = failures.iter().take(20).cloned().collect::<Vec<_>>().join("\n\n");
    assert!(failures.is_empty(), "{} mutations{counts}\n{} failures:\n{shown}", all.len(), failures.len());
    assert!(all.len() >= least, "{} mutations, not {least}{counts}", all.len());
}

#[test]
fn every_mutation_of_a_model_is_reported_at_its_place() {
    law(1200, of_models);
}

#[test]
fn every_mutation_of_the_migrations_is_reported_at_both_places() {
    law(300, of_migrations);
}

#[test]
fn what_means_the_same_is_silent() {
    let fixture = "tests/mutation/fixture/models.rs";
    let subject = Subject::of_package("fixture", fixture, fixture, "tests/mutation/fixture/migrations");
    let faults = neutral::faults(&subject);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
