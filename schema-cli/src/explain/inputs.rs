//! What is wrong with the files themselves: sources, migrations, configuration, lock.

use super::Entry;

pub(super) const ENTRIES: &[Entry] = &[
    (
        "missing-migrations",
        "A package has models and no migrations directory.\n\
         \n\
         It is looked for beside the file and above it, up to the directory of the `Cargo.toml`; a\n\
         `driftless.toml` can name another one. `cargo driftless init` creates it.",
    ),
    (
        "syntax",
        "A Rust file cannot be parsed.\n\
         \n\
         Its models were not checked. Everything else was.",
    ),
    (
        "missing-module",
        "A module that is declared has no file.\n\
         \n\
         The models in it were not checked. Create the file, or remove the `mod`; `#[path]` counts as\n\
         rustc counts it.",
    ),
    (
        "unreadable-source",
        "A Rust file cannot be read.\n\
         \n\
         It does not exist, is no file, is not UTF-8, or may not be read.",
    ),
    (
        "unsupported-dialect",
        "The migrations are for an engine that this version cannot replay.\n\
         \n\
         `dialect` in `driftless.toml`, or `--dialect`, says `postgres`. This version replays migrations\n\
         for SQLite only.",
    ),
    (
        "failed-migration",
        "SQLite refuses a statement of a migration.\n\
         \n\
         The migrations are run in an in-memory SQLite, in their order, on an empty database. The message\n\
         has SQLite's own words and the place. Functions, collations and modules that the application\n\
         registers are stood in for, and what a driver's own tables are called is known.",
    ),
    (
        "denied-statement",
        "A migration does what the sandbox does not allow.\n\
         \n\
         Migrations are run while the application is built, so they reach nothing but their own database:\n\
         no ATTACH, no VACUUM INTO, no extensions, no pragma that touches files or other connections.",
    ),
    (
        "endless-statement",
        "A statement of a migration does not end.\n\
         \n\
         It is stopped after a bound on steps and on time, since migrations are run while the application\n\
         is built. A recursive query without a LIMIT is the usual reason.",
    ),
    (
        "oversized-migration",
        "A migration writes, or needs, more than the sandbox gives.\n\
         \n\
         Load large data in another way than in a migration: it is embedded into the program and run by\n\
         every build.",
    ),
    (
        "failed-replay",
        "The sandbox of the migrations cannot be used.\n\
         \n\
         This is no fault of the migrations. Please report it with the message.",
    ),
    (
        "row-dependent",
        "A migration works only while its table is empty.\n\
         \n\
         SQLite accepts some ALTER TABLE ADD COLUMN on an empty table and refuses them on one with rows:\n\
         NOT NULL without a default, a default that is not constant, REFERENCES with a default, a CHECK\n\
         that the default violates, a STORED column. It would pass every test and fail in production.\n\
         \n\
         Add the column without what is refused and fill it, or rebuild the table: `cargo driftless new`\n\
         writes either. `[lints] row-dependent = \"warn\"` in `driftless.toml` allows a released one.",
    ),
    (
        "duplicate-version",
        "Two migrations have the same version.\n\
         \n\
         Their order would be left to chance. Two branches often both took the next number: `cargo\n\
         driftless rebase` renumbers the one that is not released.",
    ),
    (
        "unnumbered-migration",
        "A file in the migrations directory begins with no version number.\n\
         \n\
         It has no place in the order. Number it, or move it out of the directory.",
    ),
    (
        "code-migration",
        "A migration is written in another language than SQL.\n\
         \n\
         Only what SQL files do can be known while the application is built. Write it as SQL.",
    ),
    (
        "missing-migration",
        "A migration has a way down and none up.\n\
         \n\
         Add the `up.sql` that belongs to it.",
    ),
    (
        "missing-marker",
        "A migration does not have the comment that its layout requires.\n\
         \n\
         goose wants `-- +goose Up`, sql-migrate `-- +migrate Up`, dbmate `-- migrate:up`, before the\n\
         first statement.",
    ),
    (
        "unknown-layout",
        "The layout of the migrations directory is not recognised.\n\
         \n\
         Say which it is: `layout = \"sqlx\"` in `driftless.toml`, or `--layout` on the command line.",
    ),
    (
        "unreadable-migration",
        "A migration cannot be read.\n\
         \n\
         It is not UTF-8, too large, or may not be read.",
    ),
    (
        "refused-file",
        "Something in the migrations directory is no regular file inside it.\n\
         \n\
         Directories that are named like files, links that lead out or nowhere, pipes and sockets are not\n\
         read, so that a build reads nothing but the migrations.",
    ),
    (
        "invalid-configuration",
        "A `driftless.toml` cannot be read, or says what it may not.\n\
         \n\
         The message has the place. The keys are `dialect`, `layout`, `migrations` and the table `lints`.",
    ),
    (
        "invalid-lock",
        "The lock file cannot be read.\n\
         \n\
         `cargo driftless lock` writes it anew from the migrations.",
    ),
    (
        "conflicting-lock",
        "The lock file has a merge conflict.\n\
         \n\
         Two branches added migrations. `cargo driftless rebase` puts them in one order and writes the\n\
         lock.",
    ),
    (
        "edited-migration",
        "A migration was edited after it was locked.\n\
         \n\
         Databases that ran it do not run it again, so they would differ from new ones. Restore the file\n\
         and write a new migration. When no database has run it, `cargo driftless lock` accepts the edit.",
    ),
    (
        "deleted-migration",
        "A migration that is locked is gone.\n\
         \n\
         Databases that ran it would be newer than the program. Restore the file; when no database has\n\
         run it, `cargo driftless lock` accepts the deletion.",
    ),
    (
        "unlocked-migration",
        "A migration is not in the lock.\n\
         \n\
         `cargo driftless lock` adds it. `cargo driftless new` does that by itself.",
    ),
    (
        "reordered-migrations",
        "The migrations run in another order than the locked one.\n\
         \n\
         A late migration came before one that databases may have run. Number it after the others, or,\n\
         when no database has run them, run `cargo driftless lock`.",
    ),
];
