//! What each format looks like, for each place that a finding can have.

use crate::fixtures::{BARE, MODELS, POSTS, USERS, bare, package};
use crate::support::{Dir, snapshot};

#[test]
fn models_and_migrations_that_agree() {
    let dir = bare(MODELS, POSTS);
    let human = dir.run(BARE).ends(0).text();
    assert!(human.ends_with("\n2 models, 2 migrations: agree\n"), "{human}");
    let document = dir.run(&format!("{BARE} --json")).ends(0).json();
    assert_eq!(document["agree"], true);
    assert_eq!((document["models"].as_u64(), document["migrations"].as_u64()), (Some(2), Some(2)));
    assert_eq!(dir.run(&format!("{BARE} --format github")).ends(0).stdout, "");
    let sarif = dir.run(&format!("{BARE} --format sarif")).ends(0).json();
    assert_eq!(sarif["runs"][0]["results"].as_array().map(Vec::len), Some(0));
}

/// A disagreement with both places, one without a SQL place, one without a Rust place, a warning and a note.
fn disagreeing() -> Dir {
    let models = MODELS.replace(
        "    pub title: String,\n",
        "    pub title: Option<String>,\n    #[column(uniqe)]\n    pub slug: u64,\n",
    );
    let models = models.replace("pub email: String", "pub email: mail::Address");
    let models = models.replace("[User, Post]", "[User]");
    let dir = bare(&models, POSTS);
    dir.write("migrations/0003_age.sql", "ALTER TABLE users ADD COLUMN age INTEGER NOT NULL DEFAULT (1 + 1);\n");
    dir.write(
        "migrations/0004_notes.sql",
        "CREATE TABLE notes (id INTEGER PRIMARY KEY, post_id INTEGER REFERENCES topics (id));\n",
    );
    dir.write("driftless.toml", "[lints]\nrow-dependent = \"warn\"\nmissing-parent = \"allow\"\n");
    dir
}

#[test]
fn every_format_with_every_kind_of_place() {
    let dir = disagreeing();
    for format in ["human", "json", "sarif", "github"] {
        let run = dir.run(&format!("{BARE} --format {format}")).ends(1);
        snapshot(&format!("check_{format}"), &run.text());
    }
}

#[test]
fn each_kind_of_part_is_shown_with_both_files() {
    let posts = "CREATE TABLE posts (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id),
    title VARCHAR(20) DEFAULT '{}',
    status TEXT NOT NULL CHECK (status IN ('draft', 'archived')),
    extra TEXT,
    UNIQUE (user_id, title)
) STRICT;
CREATE INDEX posts_title ON posts (title DESC) WHERE title <> '';
";
    let dir = package(MODELS, &posts.replace(" STRICT", "").replace("VARCHAR(20)", "varchar(20)"));
    dir.write("migrations/0001_users.sql", USERS.replace(" UNIQUE", ""));
    snapshot("check_parts", &dir.run("check").ends(1).text());
}

#[test]
fn the_global_flag_asks_for_json_as_well() {
    let dir = disagreeing();
    let json = dir.run(&format!("{BARE} --json")).stdout;
    assert_eq!(json, dir.run(&format!("{BARE} --format json")).stdout);
}

#[test]
fn a_warning_or_a_note_alone_agrees() {
    let dir = bare(&MODELS.replace("pub email: String", "pub email: mail::Address"), POSTS);
    dir.write("migrations/0003_age.sql", "ALTER TABLE posts ADD COLUMN age INTEGER NOT NULL DEFAULT (1 + 1);\n");
    dir.write(
        "models.rs",
        dir.read("models.rs")
            .replace("    pub status:", "    #[column(default = sql(\"1 + 1\"))]\n    pub age: i64,\n    pub status:"),
    );
    dir.write("driftless.toml", "[lints]\nrow-dependent = \"warn\"\n");
    let run = dir.run(BARE).ends(0);
    assert!(run.stdout.ends_with("\n2 models, 3 migrations: agree, 1 warning, 1 note\n"), "{}", run.stdout);
    assert!(run.stdout.contains("warning[row-dependent]: "), "{}", run.stdout);
    assert!(
        run.stdout.contains("note[unknown-type]: the type `mail::Address` of column `users.email`"),
        "{}",
        run.stdout
    );
}

#[test]
fn colours_are_for_terminals() {
    let dir = disagreeing();
    let words: Vec<&str> = BARE.split(' ').collect();
    let piped = dir.run(BARE);
    assert!(!piped.stdout.contains('\u{1b}'), "{}", piped.stdout);
    let forced = dir.run_with(&words, &[("CLICOLOR_FORCE", "1")]);
    assert!(forced.stdout.contains('\u{1b}'), "{}", forced.stdout);
    let never = dir.run_with(&words, &[("NO_COLOR", "1")]);
    assert!(!never.stdout.contains('\u{1b}'), "{}", never.stdout);
}
