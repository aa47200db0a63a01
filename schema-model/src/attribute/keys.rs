//! The tables of keys.

use super::{Form, Key};

const ACTIONS: &[&str] = &["cascade", "restrict", "set_null", "set_default", "no_action"];
const CONFLICTS: &[&str] = &["rollback", "fail", "ignore", "replace", "abort"];
const DEFERRABLE_WORDS: &[&str] = &["immediate", "deferred"];
const IDENTITY_WORDS: &[&str] = &["by_default", "always"];

const fn flag(name: &'static str, example: &'static str, summary: &'static str) -> Key {
    Key { name, forms: &[Form::Flag], options: &[], repeats: false, example, summary }
}

const fn text(name: &'static str, example: &'static str, summary: &'static str) -> Key {
    Key { name, forms: &[Form::Text], options: &[], repeats: false, example, summary }
}

const fn list(name: &'static str, options: &'static [Key], example: &'static str, summary: &'static str) -> Key {
    Key { name, forms: &[Form::List], options, repeats: true, example, summary }
}

const CONSTRAINT_NAME: Key = text("name", r#"name = "users_email_key""#, "the name in the database");
const DEFERRABLE: Key = Key {
    forms: &[Form::Flag, Form::Word(DEFERRABLE_WORDS)],
    ..flag(
        "deferrable",
        "deferrable = deferred",
        "checked at the end of the transaction, initially at once or deferred",
    )
};
const ON_CONFLICT: Key = Key {
    forms: &[Form::Word(CONFLICTS)],
    ..flag("on_conflict", "on_conflict = replace", "what SQLite does when it is violated")
};
const ON_DELETE: Key = Key {
    forms: &[Form::Word(ACTIONS)],
    ..flag("on_delete", "on_delete = cascade", "what happens to the row when its parent goes")
};
const ON_UPDATE: Key = Key {
    forms: &[Form::Word(ACTIONS)],
    ..flag("on_update", "on_update = cascade", "what happens to the row when its parent's key changes")
};
const INCLUDE: Key =
    Key { repeats: false, ..list("include", &[], "include(title)", "columns carried besides the key (PostgreSQL)") };
const NULLS_NOT_DISTINCT: Key = flag("nulls_not_distinct", "nulls_not_distinct", "two NULLs are equal (PostgreSQL)");
const WHERE: Key = text("where", r#"where = "deleted_at IS NULL""#, "the condition of a partial index");
const USING: Key = text("using", r#"using = "gin""#, "the access method (PostgreSQL)");
const DESC: Key = flag("desc", "desc", "descending order");
const UNIQUE_INDEX: Key = flag("unique", "unique", "a unique index");

const KEY_OPTIONS: &[Key] = &[CONSTRAINT_NAME, NULLS_NOT_DISTINCT, DEFERRABLE, ON_CONFLICT, INCLUDE];
const PRIMARY_KEY_OPTIONS: &[Key] = &[CONSTRAINT_NAME, DEFERRABLE, ON_CONFLICT, INCLUDE];
const INDEX_OPTIONS: &[Key] = &[CONSTRAINT_NAME, UNIQUE_INDEX, WHERE, INCLUDE, USING, NULLS_NOT_DISTINCT];
const CHECK_OPTIONS: &[Key] = &[CONSTRAINT_NAME];
const PARENT_SCHEMA: Key = text("schema", r#"schema = "auth""#, "the schema of the parent (PostgreSQL)");
const REFERENCES_OPTIONS: &[Key] = &[CONSTRAINT_NAME, PARENT_SCHEMA, ON_DELETE, ON_UPDATE, DEFERRABLE];
const FOREIGN_KEY_OPTIONS: &[Key] = &[
    Key { repeats: false, ..list("columns", &[], "columns(org_id, user_id)", "the columns of this table") },
    Key {
        repeats: false,
        ..list("references", &[PARENT_SCHEMA], "references(Member, org_id, user_id)", "the parent and its columns")
    },
    ON_DELETE,
    ON_UPDATE,
    DEFERRABLE,
    CONSTRAINT_NAME,
];

/// The keys of `#[table(…)]`.
///
/// ```
/// use schema_model::attribute::{Form, TABLE};
/// let key = TABLE.iter().find(|key| key.name == "strict").unwrap();
/// assert_eq!(key.forms, [Form::Flag]);
/// ```
pub const TABLE: &[Key] = &[
    text("name", r#"name = "users""#, "the table's name; by default the struct's in snake case, with an `s`"),
    text("schema", r#"schema = "auth""#, "the schema that the table lives in (PostgreSQL)"),
    flag("strict", "strict", "a STRICT table (SQLite)"),
    flag("without_rowid", "without_rowid", "a WITHOUT ROWID table (SQLite)"),
    text("was", r#"was = "people""#, "the name before a rename"),
    text("comment", r#"comment = "people who may log in""#, "the comment in the database (PostgreSQL)"),
    text("database", r#"database = "billing""#, "the database of a package that has several"),
    Key {
        repeats: false,
        ..list("primary_key", PRIMARY_KEY_OPTIONS, "primary_key(org_id, user_id)", "a primary key of several columns")
    },
    list("unique", KEY_OPTIONS, "unique(org_id, user_id)", "a UNIQUE constraint of several columns"),
    list("index", INDEX_OPTIONS, "index(org_id, created_at desc)", "an index"),
    list("check", CHECK_OPTIONS, r#"check("starts_at < ends_at")"#, "a CHECK constraint"),
    Key {
        forms: &[Form::Options],
        ..list(
            "foreign_key",
            FOREIGN_KEY_OPTIONS,
            "foreign_key(columns(org_id, user_id), references(Member, org_id, user_id))",
            "a foreign key of several columns, or to a table without a model",
        )
    },
];

/// The keys of `#[column(…)]`.
///
/// ```
/// use schema_model::attribute::{Form, COLUMN};
/// let key = COLUMN.iter().find(|key| key.name == "collate").unwrap();
/// assert_eq!(key.forms, [Form::Text]);
/// ```
pub const COLUMN: &[Key] = &[
    Key {
        forms: &[Form::Flag, Form::Options],
        options: &[DESC, CONSTRAINT_NAME, ON_CONFLICT, DEFERRABLE],
        ..flag("primary_key", "primary_key", "the primary key")
    },
    flag("autoincrement", "autoincrement", "AUTOINCREMENT in SQLite, an identity column in PostgreSQL"),
    Key {
        forms: &[Form::Flag, Form::Word(IDENTITY_WORDS)],
        ..flag("identity", "identity = always", "an identity column (PostgreSQL)")
    },
    Key {
        forms: &[Form::Flag, Form::Options],
        options: &[DESC, CONSTRAINT_NAME, ON_CONFLICT, NULLS_NOT_DISTINCT, DEFERRABLE],
        ..flag("unique", "unique", "a UNIQUE constraint")
    },
    Key {
        forms: &[Form::Flag, Form::Options],
        options: &[DESC, CONSTRAINT_NAME, UNIQUE_INDEX, WHERE, USING, NULLS_NOT_DISTINCT],
        ..flag("index", r#"index(name = "users_email_idx")"#, "an index")
    },
    text("name", r#"name = "e-mail""#, "the column's name; by default the field's"),
    flag("skip", "skip", "no column: the field is not stored"),
    text("was", r#"was = "mail""#, "the name before a rename"),
    text("comment", r#"comment = "lower case""#, "the comment in the database (PostgreSQL)"),
    Key {
        forms: &[Form::Literal, Form::Sql],
        ..flag("default", r#"default = 0` or `default = sql("CURRENT_TIMESTAMP")"#, "the default")
    },
    Key {
        forms: &[Form::Sql],
        ..flag("generated", r#"generated = sql("price * quantity")"#, "a generated column; VIRTUAL unless `stored`")
    },
    flag("stored", "stored", "the generated value is stored"),
    flag("virtual", "virtual", "the generated value is computed when it is read"),
    text("collate", r#"collate = "NOCASE""#, "the collation"),
    Key {
        forms: &[Form::Text, Form::List],
        options: CHECK_OPTIONS,
        repeats: true,
        ..text("check", r#"check = "length(email) > 3""#, "a CHECK constraint")
    },
    text("sql_type", r#"sql_type = "VARCHAR(20)""#, "the declared type, where it is not the type's own"),
    Key {
        forms: &[Form::Path, Form::List],
        options: REFERENCES_OPTIONS,
        ..flag("references", "references = User::id", "a foreign key; `references(\"users\", \"id\")` names a table")
    },
    ON_DELETE,
    ON_UPDATE,
    DEFERRABLE,
    Key {
        forms: &[Form::Options],
        options: &[ON_CONFLICT],
        ..flag("not_null", "not_null(on_conflict = ignore)", "the conflict clause of NOT NULL (SQLite)")
    },
];

/// The words of `rename_all`.
pub(crate) const RENAME_ALL: &[&str] =
    &["snake_case", "lowercase", "UPPERCASE", "SCREAMING_SNAKE_CASE", "kebab-case", "camelCase", "PascalCase"];

/// The keys of `#[sql(…)]` on a type.
///
/// ```
/// use schema_model::attribute::SQL_ITEM;
/// let key = SQL_ITEM.iter().find(|key| key.name == "rename_all").unwrap();
/// assert_eq!(key.example, r#"rename_all = "kebab-case""#);
/// ```
pub const SQL_ITEM: &[Key] = &[
    Key {
        forms: &[Form::Text],
        ..text("rename_all", r#"rename_all = "kebab-case""#, "how the names of variants are stored")
    },
    text("postgres_enum", r#"postgres_enum = "mood""#, "the enum type that stores it in PostgreSQL"),
];

/// The keys of `#[sql(…)]` on a variant.
///
/// ```
/// use schema_model::attribute::SQL_VARIANT;
/// let key = SQL_VARIANT.iter().find(|key| key.name == "rename").unwrap();
/// assert_eq!(key.example, r#"rename = "in progress""#);
/// ```
pub const SQL_VARIANT: &[Key] = &[text("rename", r#"rename = "in progress""#, "how the variant is stored")];
