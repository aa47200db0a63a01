//! What one compilation knows of the migrations: read and replayed once, whoever asks.
//!
//! A process of rustc compiles one crate, so what was read at the first expansion holds for all. In
//! the long-lived server of an editor it would not; there nothing is read at all, see [`in_editor`].

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use proc_macro2::{Span, TokenStream};
use quote::quote;
use schema_core::{Dialect, Migration, ObjectName};
use schema_replay::{Level, MigrationSet, Problem, Project, Replay};

/// A migrations directory that was read and replayed without a problem.
pub(crate) struct Host {
    pub(crate) project: Project,
    pub(crate) set: MigrationSet,
    /// What takes the migrations back.
    pub(crate) downs: Vec<Migration>,
    pub(crate) replay: Replay,
    /// The digest of the schema that the migrations make; never zero.
    pub(crate) digest: u64,
}

/// What became of a migrations directory.
pub(crate) enum State {
    /// There is none.
    Absent,
    /// It cannot be read, or cannot be replayed.
    Broken(Vec<Problem>),
    /// The schema is known.
    Ready(Box<Host>),
}

/// A table: its migrations directory and its name in lower case.
type TableKey = (PathBuf, String);

#[derive(Default)]
struct Process {
    states: BTreeMap<Option<PathBuf>, Arc<State>>,
    announced: BTreeSet<String>,
    tracked: BTreeSet<PathBuf>,
    /// The tables whose model was expanded, with the name of the model.
    models: BTreeMap<TableKey, String>,
    excused: BTreeSet<TableKey>,
}

static PROCESS: Mutex<Option<Process>> = Mutex::new(None);

fn with_process<T>(use_it: impl FnOnce(&mut Process) -> T) -> T {
    let mut process = PROCESS.lock().unwrap_or_else(PoisonError::into_inner);
    use_it(process.get_or_insert_default())
}

/// Whether an editor's server expands the macro. It caches expansions and never learns that a
/// migration changed, so checks there would go stale; the editor's own `cargo check` reports them.
pub(crate) fn in_editor() -> bool {
    let forced = std::env::var_os("DRIFTLESS_IDE_CHECK").is_some_and(|value| value == "1");
    let exe = std::env::current_exe().ok();
    let stem = exe.as_deref().and_then(Path::file_stem).and_then(|stem| stem.to_str());
    !forced && stem.is_some_and(|stem| stem.starts_with("rust-analyzer"))
}

/// The state of the migrations that belong to the source file of a span.
pub(crate) fn state(span: Span, dir_name: Option<&str>) -> Arc<State> {
    let manifest_dir = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let source = span.unwrap().local_file().map(|file| std::path::absolute(&file).unwrap_or(file));
    match Project::locate(source.as_deref(), &manifest_dir, dir_name) {
        Err(problem) => Arc::new(State::Broken(vec![problem])),
        Ok(None) => Arc::new(State::Absent),
        Ok(Some(project)) => with_process(|process| {
            let known = process.states.entry(Some(project.dir.clone()));
            Arc::clone(known.or_insert_with(|| Arc::new(load(project))))
        }),
    }
}

fn load(project: Project) -> State {
    if project.config.dialect != Dialect::Sqlite {
        let message = "migrations for PostgreSQL cannot be replayed by this version, only those for SQLite";
        let (code, message) = ("unsupported-dialect", message.to_owned());
        return State::Broken(vec![Problem { code, message, place: None }]);
    }
    schema_replay::limit_memory();
    let set = match schema_replay::read(&project) {
        Ok(set) => set,
        Err(problems) => return State::Broken(problems),
    };
    let downs = match schema_replay::read_downs(&project, &set) {
        Ok(downs) => downs,
        Err(problems) => return State::Broken(problems),
    };
    match schema_replay::replay(&set.migrations) {
        Ok(replay) => {
            // One compiler makes and compares the digests, so any hash does that is cheap without optimisation.
            let mut hasher = DefaultHasher::new();
            replay.catalogue.hash(&mut hasher);
            let digest = hasher.finish().max(1);
            State::Ready(Box::new(Host { project, set, downs, replay, digest }))
        }
        Err(problem) => State::Broken(vec![problem]),
    }
}

impl State {
    /// Whether what has this code fails the build; `driftless.toml` may say otherwise.
    pub(crate) fn denies(&self, code: &str) -> bool {
        match self {
            State::Ready(host) => host.project.config.lints.level(code) == Level::Deny,
            State::Absent | State::Broken(_) => true,
        }
    }

    /// What is wrong with the migrations themselves, as errors at the span. Each is told once in this
    /// process, to the first who asks, since it is no fault of the models.
    pub(crate) fn announce(&self, span: Span, dir_name: Option<&str>) -> Vec<syn::Error> {
        let told = |message: &str| {
            let is_new = with_process(|process| process.announced.insert(message.to_owned()));
            is_new.then(|| syn::Error::new(span, for_rustc(message)))
        };
        let problems = match self {
            State::Absent => {
                let name = dir_name.unwrap_or("migrations");
                let message = format!(
                    "there is no directory `{name}` at or above this file inside its package\n  \
                     help: {}run `cargo driftless init`",
                    if dir_name.is_some() { "correct the name, or " } else { "" }
                );
                return told(&message).into_iter().collect();
            }
            State::Broken(problems) => problems,
            State::Ready(host) => &host.replay.findings,
        };
        problems
            .iter()
            .filter(|problem| self.denies(problem.code))
            .filter_map(|problem| told(&problem.message))
            .collect()
    }

    /// Code that makes cargo rebuild when a migration or the lock is edited or removed; for the
    /// first caller of this process only.
    pub(crate) fn track(&self) -> TokenStream {
        let State::Ready(host) = self else {
            return TokenStream::new();
        };
        if !with_process(|process| process.tracked.insert(host.project.dir.clone())) {
            return TokenStream::new();
        }
        let lock = host.project.dir.join("driftless.lock");
        let files = host.set.files.iter().cloned().chain(lock.is_file().then_some(lock));
        let files = files.chain(host.project.configured_in.iter().cloned()).chain(host.ways_down());
        let paths = files.map(|file| path(&file));
        quote!(#(const _: &[::core::primitive::u8] = ::core::include_bytes!(#paths);)*)
    }
}

/// A path as an expression, relative to the package where it can be, so that a build does not
/// depend on the directory it happens in.
pub(crate) fn path(path: &Path) -> TokenStream {
    let manifest_dir = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let relative = manifest_dir.as_deref().and_then(|dir| path.strip_prefix(dir).ok()).and_then(Path::to_str);
    if let Some(relative) = relative {
        let relative = format!("/{relative}");
        quote!(::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), #relative))
    } else {
        let path = path.to_string_lossy();
        quote!(#path)
    }
}

impl Host {
    /// The files of the ways down that are no migrations themselves.
    fn ways_down(&self) -> impl Iterator<Item = PathBuf> {
        let is_own = |file: &str| self.set.migrations.iter().all(|migration| migration.file != file);
        let files = self.downs.iter().map(|down| &*down.file).filter(move |file| is_own(file));
        files.filter_map(|file| Some(self.project.dir.join(file.strip_prefix(&self.project.shown)?.get(1..)?)))
    }

    /// The tables that want a model.
    pub(crate) fn tables(&self) -> impl Iterator<Item = &ObjectName> {
        self.replay.inspection.schema.tables.keys()
    }

    fn key(&self, table: &ObjectName) -> TableKey {
        (self.project.dir.clone(), table.to_string().to_lowercase())
    }

    /// Notes that a model of a table was expanded.
    pub(crate) fn note_model(&self, table: &ObjectName, model: &str) {
        with_process(|process| process.models.insert(self.key(table), model.to_owned()));
    }

    /// The model of a table, if it was expanded already in this process.
    pub(crate) fn model_of(&self, table: &ObjectName) -> Option<String> {
        with_process(|process| process.models.get(&self.key(table)).cloned())
    }

    /// Notes that a table without a model needs no error of its own: a model was probably meant for it.
    pub(crate) fn excuse(&self, table: &ObjectName) {
        with_process(|process| process.excused.insert(self.key(table)));
    }

    /// Whether a table was excused.
    pub(crate) fn is_excused(&self, table: &ObjectName) -> bool {
        with_process(|process| process.excused.contains(&self.key(table)))
    }
}

/// A message as rustc wants it: it indents every line after the first by the width of `error: ` itself.
pub(crate) fn for_rustc(message: &str) -> String {
    message.replace("\n  ", "\n ")
}

/// The errors as code, in the order of the source.
pub(crate) fn compile_errors(errors: impl IntoIterator<Item = syn::Error>) -> TokenStream {
    let mut errors: Vec<syn::Error> = errors.into_iter().flatten().collect();
    errors.sort_by_key(|error| {
        let span = error.span().unwrap();
        (span.file(), span.line(), span.column())
    });
    errors.iter().map(syn::Error::to_compile_error).collect()
}
