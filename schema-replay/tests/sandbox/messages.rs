//! Every problem in its words.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use schema_core::Dialect;
use schema_core::lock::Lock;
use schema_replay::{Project, read_unlocked};

use crate::support::Package;

/// A directory and everything that is said about it.
struct Case {
    files: &'static [(&'static str, &'static str)],
    said: &'static str,
}

const A: (&str, &str) = ("migrations/1_a.sql", "CREATE TABLE a (b);\n");

const STATEMENTS: [Case; 6] = [
    Case {
        files: &[(
            "migrations/1_a.sql",
            "SELECT 1;\n  WITH RECURSIVE c(x) AS (VALUES (1) UNION ALL SELECT x FROM c)\n  SELECT * FROM c;",
        )],
        said: "endless-statement: `migrations/1_a.sql` has a statement that does not end\n  \
               statement:   WITH RECURSIVE c(x) AS (VALUES (1) UNION ALL SELECT x FROM c) …\n  \
               at:          migrations/1_a.sql:2:3\n  \
               help: migrations are run while the application is built: give the recursion or the loop a bound\n",
    },
    Case {
        files: &[(
            "migrations/1_a.sql",
            "CREATE TABLE a AS WITH c(x) AS (VALUES (1) UNION ALL SELECT x FROM c) SELECT zeroblob(9999999) FROM c",
        )],
        said: "oversized-migration: `migrations/1_a.sql` writes more than 128 MiB\n  \
               statement:   CREATE TABLE a AS WITH c(x) AS (VALUES (1) UNION ALL SELECT x FROM c) …\n  \
               at:          migrations/1_a.sql:1:1\n  \
               help: migrations are run while the application is built: load large data in another way\n",
    },
    Case {
        files: &[A, ("migrations/2_b.sql", "ALTER TABLE a\n  RENAME COLUMN c TO d;")],
        said: "failed-migration: SQLite refuses `migrations/2_b.sql`: no such column: \"c\"\n  \
               statement:   ALTER TABLE a …\n  at:          migrations/2_b.sql:2:17\n  \
               help: correct the file; it runs on the schema that the migrations before it make\n",
    },
    Case {
        files: &[A, ("migrations/2_b.sql", "CREATE TABLE z (a);\nCREATE TABLE\n  A (b);")],
        said: "failed-migration: SQLite refuses `migrations/2_b.sql`: table A already exists\n  \
               statement:   CREATE TABLE …\n  at:          migrations/2_b.sql:3:3\n  \
               help: correct the file; it runs on the schema that the migrations before it make\n",
    },
    Case {
        files: &[("migrations/1_a.sql", "ATTACH 'other.db' AS other;")],
        said: "denied-statement: `migrations/1_a.sql` is not run, since it attaches another database\n  \
               statement:   ATTACH 'other.db' AS other\n  at:          migrations/1_a.sql:1:1\n  \
               help: remove it: migrations are run while the application is built, and may reach nothing but their \
               database\n",
    },
    Case {
        files: &[A, ("migrations/2_b.sql", "ALTER TABLE a ADD COLUMN c TEXT NOT NULL;")],
        said: "row-dependent: `migrations/2_b.sql` works only while table `a` is empty: it adds column `c` NOT NULL \
               without a default\n  \
               with rows:   SQLite says \"Cannot add a NOT NULL column with default value NULL\"\n  \
               at:          migrations/2_b.sql:1:26\n  \
               help: give it a constant default, or rebuild the table and fill the column from what the rows hold\n",
    },
];

const FILES: [Case; 11] = [
    Case {
        files: &[A, ("migrations/01_b.sql", "")],
        said: "duplicate-version: `migrations/01_b.sql` and `migrations/1_a.sql` have the same version 1\n  \
               help: run `cargo driftless rebase`, which renumbers the one that is not released\n",
    },
    Case {
        files: &[A, ("migrations/add_c.sql", "")],
        said: "unnumbered-migration: `migrations/add_c.sql` begins with no version number\n  \
               help: number it, as in `0001_add_c.sql`, or move it out of the directory\n",
    },
    Case {
        files: &[("migrations/2024-01-01-000000_a/down.sql", ""), ("migrations/2024-01-02-000000_b/up.sql", "")],
        said: "missing-migration: `migrations/2024-01-01-000000_a` has a `down.sql` and no `up.sql`\n  \
               help: add the `up.sql`\n",
    },
    Case {
        files: &[("migrations/V1__a.sql", ""), ("migrations/V2__b.rs", "")],
        said: "code-migration: `migrations/V2__b.rs` is a migration in another language than SQL\n  \
               help: write it as SQL: only what the SQL files do can be known while the application is built\n",
    },
    Case {
        files: &[("migrations/sqlite/1_a.sql", ""), ("migrations/postgres/1_a.sql", "")],
        said: "unknown-layout: no file of `migrations` is named like a migration of the layout `plain`\n  \
               found:       migrations/postgres/1_a.sql\n  \
               help: write `migrations = \"migrations/sqlite\"` in `driftless.toml`\n",
    },
    Case {
        files: &[("migrations/schema.sql", "")],
        said: "unknown-layout: no file of `migrations` is named like a migration of the layout `plain`\n  \
               found:       migrations/schema.sql\n  \
               help: name them as in `0001_name.sql`, or state the `layout` in `driftless.toml`\n",
    },
    Case {
        files: &[("migrations/0000_a.sql", ""), ("migrations/meta/_journal.json", "{}")],
        said: "unknown-layout: `migrations` is laid out by drizzle, whose order `migrations/meta/_journal.json` states\n  \
               driftless:   reads no journal yet, and the order of the names may be another one\n  \
               help: number copies of the files in their order, as in `0001_name.sql`, in a directory of their own\n",
    },
    Case {
        files: &[("migrations/1_a.sql", "-- +goose Up\n"), ("migrations/2_b.sql", "CREATE TABLE b (c);\n")],
        said: "missing-marker: `migrations/2_b.sql` has no `-- +goose Up`\n  \
               help: every migration of this layout has that comment\n",
    },
    Case {
        files: &[("migrations/1_a.sql", "-- first\nSELECT 1;\n-- migrate:up\n")],
        said: "missing-marker: `migrations/1_a.sql` has a statement before `-- migrate:up`\n  \
               at:          migrations/1_a.sql:2:1\n  \
               help: move it below the comment: it belongs to neither direction where it stands\n",
    },
    Case {
        files: &[("migrations/1_a.sql/b", "")],
        said: "refused-file: `migrations/1_a.sql` is a directory, not a file\n  \
               help: driftless reads regular files inside the migrations directory and nothing else\n",
    },
    Case {
        files: &[("migrations/1_a.sql", "SELECT '\0'")],
        said: "unreadable-migration: `migrations/1_a.sql` has a NUL character, at which SQLite would stop to read\n  \
               at:          migrations/1_a.sql:1:9\n  help: remove it\n",
    },
];

#[test]
fn what_statements_do() {
    for case in &STATEMENTS {
        assert_eq!(said(case.files), case.said);
    }
}

#[test]
fn what_files_are() {
    for case in &FILES {
        assert_eq!(said(case.files), case.said);
    }
}

fn package(files: &[(&str, &str)]) -> Package {
    let files: Vec<_> = files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    Package::new(&files)
}

/// The problems without the path of the temporary directory.
fn said(files: &[(&str, &str)]) -> String {
    let package = package(files);
    let root = format!("{}/", package.root().display());
    package.problems().replace(&root, "")
}

#[test]
fn what_the_configuration_states() {
    let of = |text: &str| said(&[A, ("Cargo.toml", ""), ("driftless.toml", text)]);
    assert_eq!(
        of("dialect = 'sqlite'\nlayuot = 'sqlx'"),
        "invalid-configuration: unknown key `layuot` in `driftless.toml`; did you mean `layout`?\n  \
         at:          driftless.toml:2:1\n  help: the keys are `dialect`, `layout`, `migrations`, `lints`\n"
    );
    let diesel = "migrations/2024-01-01-000000_a";
    let files = [(format!("{diesel}/up.sql"), ""), (format!("{diesel}/metadata.toml"), "run_in_transaction = \n")];
    let files: Vec<_> = files.iter().map(|(name, text)| (name.as_str(), *text)).collect();
    let found = said(&files);
    let fact = format!("invalid-configuration: `{diesel}/metadata.toml` is not valid TOML: ");
    assert!(found.starts_with(&fact), "{found}");
    assert!(found.contains("/metadata.toml:1:"), "{found}");
}

/// A package that is locked as it is, and then changed.
fn locked(files: &[(&str, &str)], change: impl FnOnce(&Package, &str)) -> String {
    let package = package(files);
    let project = Project::at(&package.path("migrations"), "migrations").unwrap();
    let lock = Lock::of("migrations", &read_unlocked(&project).unwrap().migrations).to_string();
    fs::write(package.path("migrations/driftless.lock"), &lock).unwrap();
    assert_eq!(package.problems(), "");
    change(&package, &lock);
    package.problems()
}

#[test]
fn what_the_lock_says() {
    let b = ("migrations/2_b.sql", "CREATE TABLE c (d);");
    let write = |name: &'static str, text: &'static str| {
        move |package: &Package, _: &str| fs::write(package.path(name), text).unwrap()
    };
    let sum = |text: &str| schema_core::checksum(Dialect::Sqlite, text);
    assert_eq!(
        locked(&[A, b], write(b.0, "CREATE TABLE c (e);")),
        format!(
            "edited-migration: `migrations/2_b.sql` was edited after it was locked\n  locked:      {}\n  \
             found:       {}\n  help: restore the file, or, when no database has run it, run `cargo driftless lock`\n",
            sum(b.1),
            sum("CREATE TABLE c (e);")
        )
    );
    assert_eq!(locked(&[A, b], write(b.0, "-- only a comment\nCREATE TABLE c(d)")), "");
    assert_eq!(
        locked(&[A, b], |package, _| fs::remove_file(package.path(b.0)).unwrap()),
        "deleted-migration: `migrations/2_b.sql` is in the lock and not in the directory\n  \
         help: restore the file, or, when no database has run it, run `cargo driftless lock`\n"
    );
    assert_eq!(
        locked(&[A], write(b.0, b.1)),
        "unlocked-migration: `migrations/2_b.sql` is not in the lock\n  help: run `cargo driftless lock`\n"
    );
}

#[test]
fn what_is_wrong_with_the_lock() {
    let b = ("migrations/2_b.sql", "CREATE TABLE c (d);");
    let lock = |change: fn(&str) -> String| {
        locked(&[A, b], move |package, lock| {
            fs::write(package.path("migrations/driftless.lock"), change(lock)).unwrap();
        })
    };
    let reordered = lock(|text| {
        let mut lines: Vec<&str> = text.lines().collect();
        let last = lines.len() - 1;
        lines.swap(last, last - 1);
        lines.join("\n") + "\n"
    });
    assert_eq!(
        reordered,
        "reordered-migrations: the migrations of `migrations` run in another order than the locked one\n  \
         locked:      `2_b.sql` comes first\n  found:       `1_a.sql` comes first\n  \
         help: run `cargo driftless lock`, when no database has run them\n"
    );
    let conflict = lock(|text| text.replacen("1_a.sql", "<<<<<<< HEAD\n1_a.sql", 1));
    let fact = "conflicting-lock: `migrations/driftless.lock` has a merge conflict that is not resolved\n";
    assert!(conflict.starts_with(fact), "{conflict}");
    let help = "\n  help: run `cargo driftless rebase`, which orders the migrations of both branches\n";
    assert!(conflict.ends_with(help), "{conflict}");
    let broken = lock(|_| "nonsense\n".to_owned());
    assert!(broken.starts_with("invalid-lock: `migrations/driftless.lock` is not a lock file: "), "{broken}");
    assert!(
        broken.ends_with("\n  help: restore it with git, or remove it, and run `cargo driftless lock`\n"),
        "{broken}"
    );
}

/// The codes of the sources are those that a test here says in full.
#[test]
fn every_code_is_said_here() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR"));
    let codes = |text: &str, before: &str, after: char| -> BTreeSet<String> {
        text.split(before).skip(1).filter_map(|rest| rest.split(after).next()).map(str::to_owned).collect()
    };
    let mut known = BTreeSet::new();
    for entry in fs::read_dir(directory.join("src")).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        known.extend(codes(code, "Problem::new(\"", '"'));
    }
    assert!(known.contains("duplicate-version"), "{known:?}");
    // Nothing that a migration does reaches it: the engine would have to fail by itself.
    known.remove("failed-replay");
    let mut here: BTreeSet<_> = codes(include_str!("messages.rs"), "\"", ':').into_iter().collect();
    here.retain(|word| known.contains(word));
    assert_eq!(here, known);
}
