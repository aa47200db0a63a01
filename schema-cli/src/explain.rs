//! What each code means, why it is an error, and what to do.

/// A code and its text; line 1 says what it is.
type Entry = (&'static str, &'static str);

const ENTRIES: &[Entry] = &[
    (
        "missing-table",
        "A model has no table: no migration creates it.\n\
         \n\
         The build fails because a query through the model would fail on every database that the\n\
         migrations make. Write the migration with `cargo driftless new`, give the model the name of\n\
         an existing table with `#[table(name = \"…\")]`, or say which table it was with\n\
         `#[table(was = \"…\")]`.",
    ),
    (
        "unclaimed-table",
        "A table of the migrations has no model in `schema!`.\n\
         \n\
         A table that nobody models is a table that nobody checks. Add the model to the list, write\n\
         one (`cargo driftless pull` prints it), or drop the table in a migration.",
    ),
    (
        "missing-column",
        "A field has no column: no migration adds it.\n\
         \n\
         `cargo driftless new` writes the migration. A column that only changed its name is told with\n\
         `#[column(was = \"old_name\")]`: renames are stated, never guessed, since a wrong guess\n\
         drops the data.",
    ),
    (
        "extra-column",
        "A column of the migrations has no field.\n\
         \n\
         Add the field, or drop the column in a migration: `cargo driftless new` writes it and asks\n\
         for `--allow drop-column:table.column`, because its data is lost.",
    ),
    (
        "column-type",
        "The declared type of a column differs between the model and the migrations.\n\
         \n\
         The declared type decides the affinity in SQLite (https://www.sqlite.org/datatype3.html), so\n\
         it is part of the schema. State another one with `#[column(sql_type = \"…\")]`, or change\n\
         the column in a migration.",
    ),
    (
        "column-nullability",
        "A column admits NULL on one side only.\n\
         \n\
         `Option<T>` is nullable and nothing else is. A row with NULL would make reading a plain `T`\n\
         fail at run time.",
    ),
    (
        "column-value",
        "The default, the generation expression or the identity of a column differs.\n\
         \n\
         Expressions are compared as tokens in canonical form: case of keywords, white space, outer\n\
         parentheses and needless quotes do not count.",
    ),
    (
        "column-collation",
        "The collation of a column differs.\n\nIt decides what equals what, in UNIQUE constraints too.",
    ),
    ("column-conflict", "The conflict clause of NOT NULL differs.\n\nSee https://www.sqlite.org/lang_conflict.html."),
    ("column-comment", "The comment of a column differs."),
    ("comment", "The comment of a table differs."),
    (
        "primary-key",
        "The primary key differs.\n\
         \n\
         SQLite cannot change the key of a table that exists, so the migration rebuilds the table and\n\
         keeps every row.",
    ),
    (
        "unique",
        "A UNIQUE constraint, or the unique index that stands for it, is on one side only.\n\
         \n\
         Without it the database accepts duplicates that the program believes impossible. A partial\n\
         unique index does not enforce the constraint.",
    ),
    (
        "index",
        "An index is on one side only, or differs.\n\nColumns, their order and direction, expressions and the predicate count.",
    ),
    ("check", "A CHECK constraint is on one side only, or differs."),
    (
        "enum-variants",
        "The values that a column admits are not those of the Rust enum.\n\
         \n\
         A variant that the column does not admit fails at the first insert; a value that the enum\n\
         does not have fails at the first read.",
    ),
    ("foreign-key", "A foreign key is on one side only, or differs in parent, actions or deferral."),
    (
        "table-options",
        "STRICT or WITHOUT ROWID is on one side only.\n\nBoth change what the table stores; changing them rebuilds it.",
    ),
    (
        "spent-rename",
        "A `was = \"…\"` has done its work and must go.\n\
         \n\
         If it stayed, it would one day rename an unrelated object of that name.",
    ),
    (
        "missing-parent",
        "A foreign key refers to a table that no migration creates.\n\
         \n\
         SQLite accepts it and fails at the first insert.",
    ),
    ("missing-parent-column", "A foreign key refers to a column that its parent does not have."),
    ("foreign-key-columns", "A foreign key has another number of columns than what it refers to."),
    (
        "parent-not-unique",
        "The parent columns of a foreign key are neither PRIMARY KEY nor UNIQUE.\n\
         \n\
         PostgreSQL refuses such a key (error 42830); SQLite accepts it and fails with `foreign key\n\
         mismatch` at the first write. A partial unique index does not count.",
    ),
    (
        "foreign-key-type",
        "Child and parent of a foreign key are stored differently, so equal values may not be found equal.",
    ),
    (
        "set-null-on-not-null",
        "A foreign key says SET NULL for a column that is NOT NULL, so the parent can never be deleted.",
    ),
    ("set-default-without-default", "A foreign key says SET DEFAULT for a NOT NULL column without a default."),
    ("model", "The attributes of a model contradict each other or cannot be read."),
    ("syntax", "A Rust file cannot be parsed."),
    ("duplicate-model", "Two listed models are of one table."),
];

/// The text of a code.
pub(crate) fn text(code: &str) -> Option<&'static str> {
    ENTRIES.iter().find(|(known, _)| *known == code).map(|(_, text)| *text)
}

/// Every code with its line 1.
pub(crate) fn list() -> impl Iterator<Item = (&'static str, &'static str)> {
    ENTRIES.iter().map(|(code, text)| (*code, text.lines().next().unwrap_or_default()))
}
