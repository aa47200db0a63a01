//! What is mutated: models with their migrations, which agree.

use std::path::{Path, PathBuf};

use schema_core::{Dialect, Migration, checksum};
use schema_replay::{Problem, Replay, replay};

use crate::source::Source;

/// Models and migrations that agree.
pub(crate) struct Subject {
    pub(crate) name: &'static str,
    pub(crate) source: Source,
    /// The files and their texts, in their order.
    pub(crate) migrations: Vec<(String, String)>,
    pub(crate) replay: Replay,
}

impl Subject {
    /// A subject of the package: a file with the models, the file with its `schema!`, its migrations.
    pub(crate) fn of_package(name: &'static str, models: &str, schema: &str, migrations: &str) -> Subject {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let read = |file: &str| std::fs::read_to_string(root.join(file)).expect("the file is there");
        let mut rust = read(models);
        if schema != models {
            let main = read(schema);
            let start = main.find("schema! {").expect("a schema");
            let end = start + main[start..].find("\n}\n").expect("its end") + 3;
            rust.push_str(&main[start..end]);
        }
        let mut files: Vec<PathBuf> = std::fs::read_dir(root.join(migrations))
            .expect("the directory is there")
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "sql"))
            .collect();
        files.sort();
        let text = |path: PathBuf| {
            let file = path.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
            (format!("migrations/{file}"), std::fs::read_to_string(path).expect("the file is there"))
        };
        Subject::new(name, &rust, files.into_iter().map(text).collect())
    }

    pub(crate) fn new(name: &'static str, rust: &str, migrations: Vec<(String, String)>) -> Subject {
        let replay = replayed(&migrations).unwrap_or_else(|problem| panic!("{problem}"));
        Subject { name, source: Source::read(rust), migrations, replay }
    }

    /// The three examples and the fixture with the whole grammar.
    pub(crate) fn all() -> Vec<Subject> {
        let fixture = "tests/mutation/fixture/models.rs";
        vec![
            Subject::of_package("quickstart", "examples/quickstart.rs", "examples/quickstart.rs", "migrations"),
            Subject::of_package("cms", "examples/cms/models.rs", "examples/cms/main.rs", "examples/cms/migrations"),
            Subject::of_package("rbac", "examples/rbac/models.rs", "examples/rbac/main.rs", "examples/rbac/migrations"),
            Subject::of_package("fixture", fixture, fixture, "tests/mutation/fixture/migrations"),
        ]
    }
}

/// Runs migrations that are files with texts.
pub(crate) fn replayed(files: &[(String, String)]) -> Result<Replay, Problem> {
    let migrations: Vec<Migration> = files
        .iter()
        .enumerate()
        .map(|(at, (file, sql))| Migration {
            version: (at + 1).to_string().into(),
            name: "step".into(),
            file: file.clone().into(),
            sql: sql.clone().into(),
            checksum: checksum(Dialect::Sqlite, sql).into(),
            no_transaction: false,
        })
        .collect();
    replay(&migrations)
}
