//! A package set up as README says, built by a real cargo: it is built again, and judged again, when a
//! migration is edited, deleted or added.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

const MAIN: &str = r#"
use driftless::{Table, schema};

#[derive(Table)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    pub email: String,
}

schema! {
    static APP: Sqlite = "migrations" [User];
}

fn main() {
    println!("{}", APP.migrations().len());
}
"#;

const BUILD: &str = r#"
fn main() {
    println!("cargo::rerun-if-changed=migrations");
    println!("cargo::rustc-env=DRIFTLESS_WATCH=migrations");
}
"#;

const USERS: &str = "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL);\n";

/// A package outside the workspace, which depends on driftless.
struct Package {
    dir: TempDir,
    target: PathBuf,
}

impl Package {
    fn new(with_build_script: bool) -> Package {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let dir = tempfile::tempdir().expect("a temporary directory");
        // The dependencies are compiled once for all runs.
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("rebuild");
        let package = Package { dir, target };
        package.write(
            "Cargo.toml",
            &format!(
                "[workspace]\n[package]\nname = \"app\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\
                 [dependencies]\ndriftless = {{ path = '{}' }}\n",
                root.display()
            ),
        );
        fs::copy(root.join("Cargo.lock"), package.path("Cargo.lock")).expect("the workspace is locked");
        package.write("src/main.rs", MAIN);
        package.write("migrations/0001_users.sql", USERS);
        if with_build_script {
            package.write("build.rs", BUILD);
        }
        package
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
        fs::write(path, text).expect("a file");
    }

    fn remove(&self, name: &str) {
        fs::remove_file(self.path(name)).expect("a file to remove");
    }

    /// What `cargo check` says: the first lines of the errors, none if it succeeds.
    fn errors(&self) -> Vec<String> {
        let mut command = Command::new(env!("CARGO"));
        command.args(["check", "--quiet", "--color", "never"]).current_dir(self.dir.path());
        command.env("CARGO_TARGET_DIR", &self.target).env_remove("RUSTFLAGS").env_remove("DRIFTLESS_WATCH");
        let output = command.output().expect("cargo runs");
        let text = String::from_utf8_lossy(&output.stderr);
        let errors = text.lines().filter_map(|line| line.strip_prefix("error"));
        let errors = errors.filter_map(|line| line.split_once(": ").map(|(_, fact)| fact));
        let errors = errors.filter(|fact| !fact.starts_with("could not compile"));
        let errors: Vec<String> =
            errors.map(|fact| fact.trim_start_matches("evaluation panicked: ").to_owned()).collect();
        assert_eq!(output.status.success(), errors.is_empty(), "{text}");
        errors
    }
}

const NO_PHONE: &str = "`User` and the migrations disagree: column `phone` of table `users` has no field";

#[test]
fn every_change_of_the_directory_is_seen() {
    let package = Package::new(true);
    assert_eq!(package.errors(), [""; 0]);
    assert_eq!(package.errors(), [""; 0], "and nothing has changed");

    package.write("migrations/0002_phone.sql", "ALTER TABLE users ADD COLUMN phone TEXT;\n");
    assert_eq!(package.errors(), [NO_PHONE], "a migration was added");

    package.write("migrations/0002_phone.sql", "CREATE INDEX users_email ON users (email);\n");
    assert_eq!(
        package.errors(),
        ["`User` and the migrations disagree: table `users` has INDEX (email), which the model does not state"],
        "the migration was edited"
    );

    package.remove("migrations/0002_phone.sql");
    assert_eq!(package.errors(), [""; 0], "the migration was deleted");

    package.remove("migrations/0001_users.sql");
    package.write("migrations/0001_roles.sql", "CREATE TABLE roles (id INTEGER PRIMARY KEY);\n");
    assert_eq!(
        package.errors(),
        ["`User` has no table: the migrations create no table `users`", "table `roles` has no model in `APP`",],
        "one was deleted, another one added"
    );
}

#[test]
fn without_the_build_script_edits_and_deletions_are_seen() {
    let package = Package::new(false);
    package.write("migrations/0002_phone.sql", "SELECT 1;\n");
    assert_eq!(package.errors(), [""; 0]);
    package.write("migrations/0002_phone.sql", "ALTER TABLE users ADD COLUMN phone TEXT;\n");
    assert_eq!(package.errors(), [NO_PHONE]);
    package.remove("migrations/0002_phone.sql");
    assert_eq!(package.errors(), [""; 0]);
    package.remove("migrations/0001_users.sql");
    assert_eq!(package.errors(), ["`User` has no table: the migrations create no table `users`"]);
}
