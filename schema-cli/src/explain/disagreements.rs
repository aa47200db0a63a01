//! What a model and the migrations can disagree about, and what is wrong with a model itself.

use super::Entry;

pub(super) const ENTRIES: &[Entry] = &[
    (
        "missing-table",
        "A model has no table: no migration creates it.\n\
         \n\
         The build fails because a query through the model would fail on every database that the\n\
         migrations make. Write the migration with `cargo driftless new`, give the model the name of an\n\
         existing table with `#[table(name = \"…\")]`, or say which table it was with `#[table(was =\n\
         \"…\")]`.",
    ),
    (
        "unclaimed-table",
        "A table of the migrations has no model in `schema!`.\n\
         \n\
         A table that nobody models is a table that nobody checks. Add the model to the list, write one\n\
         (`cargo driftless pull` prints it), or drop the table in a migration.",
    ),
    (
        "missing-column",
        "A field has no column: no migration adds it.\n\
         \n\
         `cargo driftless new` writes the migration. A column that only changed its name is told with\n\
         `#[column(was = \"old_name\")]`: renames are stated, never guessed, since a wrong guess drops the\n\
         data.",
    ),
    (
        "extra-column",
        "A column of the migrations has no field.\n\
         \n\
         Add the field, or drop the column in a migration: `cargo driftless new` writes it and asks for\n\
         `--allow drop-column:table.column`, because its data is lost.",
    ),
    (
        "column-type",
        "The declared type of a column differs between the model and the migrations.\n\
         \n\
         The declared type decides the affinity in SQLite (https://www.sqlite.org/datatype3.html), so it\n\
         is part of the schema. State another one with `#[column(sql_type = \"…\")]`, or change the column\n\
         in a migration.",
    ),
    (
        "column-nullability",
        "A column admits NULL on one side only.\n\
         \n\
         `Option<T>` is nullable and nothing else is. A row with NULL would make reading a plain `T` fail\n\
         at run time.",
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
        "The collation of a column differs.\n\
         \n\
         It decides what equals what, in UNIQUE constraints too.",
    ),
    (
        "column-conflict",
        "The conflict clause of a NOT NULL differs.\n\
         \n\
         `NOT NULL ON CONFLICT REPLACE` and its like are part of the column in SQLite. State it with\n\
         `#[column(not_null(on_conflict = …))]`.",
    ),
    (
        "column-comment",
        "The comment of a column differs.\n\
         \n\
         PostgreSQL stores comments, so they are part of the schema. State it with `#[column(comment =\n\
         \"…\")]`.",
    ),
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
        "An index is on one side only, or differs.\n\
         \n\
         Columns, their order and direction, expressions and the predicate count.",
    ),
    (
        "check",
        "A CHECK constraint is on one side only, or differs.\n\
         \n\
         Conditions are compared as tokens in canonical form, so case, white space and outer parentheses\n\
         do not count. State it with `#[column(check = \"…\")]` or `#[table(check(\"…\", name = \"…\"))]`, or\n\
         write the migration with `cargo driftless new`: SQLite changes a CHECK by rebuilding the table.",
    ),
    (
        "enum-variants",
        "The values that a column admits are not those of the Rust enum.\n\
         \n\
         A variant that the column does not admit fails at the first insert; a value that the enum does\n\
         not have fails at the first read.",
    ),
    (
        "foreign-key",
        "A foreign key is on one side only, or differs in parent, actions or deferral.\n\
         \n\
         Also when the model that `references` names has another table, or its field another column, than\n\
         the migrations refer to. The foreign keys of a table are rebuilt with it: `cargo driftless new`\n\
         writes that.",
    ),
    (
        "table-options",
        "STRICT or WITHOUT ROWID is on one side only.\n\
         \n\
         Both change what the table stores; changing them rebuilds it.",
    ),
    (
        "comment",
        "The comment of a table differs.\n\
         \n\
         PostgreSQL stores comments, so they are part of the schema. State it with `#[table(comment =\n\
         \"…\")]`.",
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
    (
        "missing-parent-column",
        "A foreign key refers to a column that its parent does not have.\n\
         \n\
         SQLite accepts it and fails with `foreign key mismatch` at the first write. Name a column that\n\
         the parent has.",
    ),
    (
        "foreign-key-columns",
        "A foreign key has another number of columns than what it refers to.\n\
         \n\
         Often the parent's key has two columns, and `REFERENCES parent` without columns means all of\n\
         them. Name the columns on both sides.",
    ),
    (
        "parent-not-unique",
        "The parent columns of a foreign key are neither PRIMARY KEY nor UNIQUE.\n\
         \n\
         PostgreSQL refuses such a key (error 42830); SQLite accepts it and fails with `foreign key\n\
         mismatch` at the first write. A partial unique index does not count.",
    ),
    (
        "foreign-key-type",
        "Child and parent of a foreign key are stored differently, so equal values may not be found equal.\n\
         \n\
         Give both columns one declared type, or at least types of one affinity.",
    ),
    (
        "set-null-on-not-null",
        "A foreign key says SET NULL for a column that is NOT NULL, so the parent can never be deleted.\n\
         \n\
         Choose another action, or let the column be NULL.",
    ),
    (
        "set-default-without-default",
        "A foreign key says SET DEFAULT for a NOT NULL column without a default.\n\
         \n\
         Deleting the parent would set NULL and fail. Choose another action, or give the column a\n\
         default.",
    ),
    (
        "model",
        "The attributes of a model contradict each other or cannot be read.\n\
         \n\
         The message says which, and the place is the attribute. A model that is refused is not compared,\n\
         so other findings may follow once it is mended.",
    ),
    (
        "sql-type",
        "A type with `#[derive(SqlType)]` cannot be stored.\n\
         \n\
         A newtype wraps one value; an enum has unit variants, each stored as another text. Its columns\n\
         are compared once it is mended.",
    ),
    (
        "schema-macro",
        "The input of `schema!` cannot be read.\n\
         \n\
         It looks like `pub static APP: Sqlite = \"migrations\" [User, Role];`: the static, the directory,\n\
         the models.",
    ),
    (
        "duplicate-model",
        "Two listed models are of one table.\n\
         \n\
         Two models could ask for different things. List one of them in `schema!`; the other is still\n\
         checked where it stands.",
    ),
    (
        "no-table",
        "A type that is used as a model has no `#[derive(Table)]`.\n\
         \n\
         `references = …` and `schema!` name models. Derive `Table` for the struct, or name another one.",
    ),
    (
        "unstorable-type",
        "The type of a field has no `SqlType`, so no column can hold it.\n\
         \n\
         Give a type of your own `#[derive(SqlType)]`: a newtype is stored as what it wraps, an enum of\n\
         unit variants as text. SQLite's integers are signed and have 64 bits, so `u64`, `usize` and\n\
         `u128` do not fit: use `i64`, or `u32` for small numbers.",
    ),
    (
        "hidden-type",
        "A type of your own hides one of the standard library by its name.\n\
         \n\
         The derive takes `String` for the one of the standard library, and rustc finds that it is not.\n\
         Give the type another name.",
    ),
    (
        "unknown-type",
        "The type of a field is not among the sources, so only the build can tell how it is stored.\n\
         \n\
         Types of other crates, and those that a macro writes, are known to rustc only. `cargo driftless\n\
         check` notes it and goes on; the build proves it. `cargo driftless new` needs it stated:\n\
         `#[column(sql_type = \"…\")]`.",
    ),
    (
        "unknown-model",
        "A model that an attribute or `schema!` names is not among the sources.\n\
         \n\
         It may come from another crate or from a macro, which only rustc sees. `cargo driftless check`\n\
         notes it and goes on.",
    ),
    (
        "unknown-name",
        "A type or a model is named that does not exist.\n\
         \n\
         No file of the crate defines it, none imports it, and no macro gets to see it, so rustc will not\n\
         find it either. Correct the name, or import it.",
    ),
];
