//! Why a migration is not written.

use super::Entry;

pub(super) const ENTRIES: &[Entry] = &[
    (
        "destructive",
        "A planned change loses data.\n\
         \n\
         It is written only when it is allowed by its name: `--allow drop-column:users.phone`.",
    ),
    (
        "looks-like-rename",
        "A planned drop and an addition look like one rename.\n\
         \n\
         Renames are stated with `was = \"…\"`, never guessed: a wrong guess drops the data. State it, or\n\
         allow the drop by its name.",
    ),
    (
        "needs-backfill",
        "A new NOT NULL column has no value for the rows that exist.\n\
         \n\
         Give it with `--backfill \"table.column=expression\"`, or give the column a default.",
    ),
    (
        "unused-backfill",
        "A `--backfill` names no column that needs one.\n\
         \n\
         Correct the name, or leave it out.",
    ),
    (
        "not-understood",
        "A table that is to be changed is not understood, so it is not rebuilt.\n\
         \n\
         What cannot be written again exactly is left alone. Write this migration by hand: `cargo\n\
         driftless new NAME --empty`.",
    ),
    (
        "text-of-renamed",
        "A trigger, a view or an index names what is to be renamed, in a text that SQLite does not correct.\n\
         \n\
         Drop it in a migration before the rename, and create it again in one after.",
    ),
    (
        "engine-too-old",
        "A planned statement needs a newer SQLite than the stated one.\n\
         \n\
         `--engine` says which version will run the migration.",
    ),
    (
        "plan-of-dialect",
        "Migrations are planned for SQLite only.\n\
         \n\
         Write this migration by hand: `cargo driftless new NAME --empty`.",
    ),
];
