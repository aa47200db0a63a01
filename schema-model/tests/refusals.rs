//! Every refusal: its words, and where it underlines.

use schema_core::Dialect;
use schema_model::{Model, StandardTypes};

/// The errors of a model, as `underlined text: message`, in the order of their discovery.
fn errors(dialect: Dialect, source: &str) -> Vec<String> {
    let input = match syn::parse_str::<syn::DeriveInput>(source) {
        Ok(input) => input,
        Err(error) => panic!("the test's source does not parse: {error}"),
    };
    let result = Model::parse(&input).and_then(|model| model.lower(dialect, &StandardTypes).map(|_| ()));
    let Err(error) = result else { return Vec::new() };
    error.into_iter().map(|error| format!("{}: {error}", underlined(source, &error))).collect()
}

fn underlined(source: &str, error: &syn::Error) -> String {
    let (start, end) = (error.span().start(), error.span().end());
    let line = source.lines().nth(start.line - 1).unwrap_or_default();
    let last = if end.line == start.line { end.column } else { line.chars().count() };
    line.chars().take(last).skip(start.column).collect()
}

#[track_caller]
fn refuses(source: &str, expected: &[&str]) {
    assert_eq!(errors(Dialect::Sqlite, source), expected, "{source}");
}

#[track_caller]
fn refuses_column(attribute: &str, ty: &str, expected: &[&str]) {
    refuses(&format!("struct User {{ #[column({attribute})] id: {ty}, other: i64 }}"), expected);
}

#[track_caller]
fn refuses_table(attribute: &str, expected: &[&str]) {
    refuses(&format!("#[table({attribute})] struct User {{ email: String, org_id: i64 }}"), expected);
}

#[test]
fn unknown_keys_are_explained() {
    let key = |key: &str, expected: &str| refuses_column(key, "i64", &[&format!("{key}: {expected}")]);
    key("uniqe", "unknown key `uniqe`; did you mean `unique`?");
    key("primarykey", "unknown key `primarykey`; did you mean `primary_key`?");
    key("rename", "unknown key `rename`; write `name = \"…\"`");
    key("pk", "unknown key `pk`; write `primary_key`");
    key("nullable", "unknown key `nullable`; a field is nullable when its type is `Option<…>`");
    key("required", "unknown key `required`; a field is NOT NULL unless its type is `Option<…>`");
    key("foreign_key", "unknown key `foreign_key`; write `references = Model::field`");
    key("type", "unknown key `type`; write `sql_type = \"…\"`");
    key("renamed_from", "unknown key `renamed_from`; write `was = \"…\"`");
    key("strict", "unknown key `strict`; it belongs on the struct: `#[table(strict…)]`");
    refuses_column(
        "frobnicate",
        "i64",
        &["frobnicate: unknown key `frobnicate`; expected `primary_key`, `autoincrement`, `identity`, `unique`, \
           `index`, `name`, `skip`, `was`, `comment`, `default`, `generated`, `stored`, `virtual`, `collate`, \
           `check`, `sql_type`, `references`, `on_delete`, `on_update`, `deferrable` or `not_null`"],
    );
    let key = |key: &str, expected: &str| refuses_table(key, &[&format!("{key}: {expected}")]);
    key("nmae", "unknown key `nmae`; did you mean `name`?");
    key("table_name", "unknown key `table_name`; write `name = \"…\"`");
    key("autoincrement", "unknown key `autoincrement`; it belongs on a field: `#[column(autoincrement…)]`");
    refuses_table("unique(email, nmae = \"x\")", &["nmae: unknown key `nmae`; did you mean `name`?"]);
    refuses_table(
        "unique(email, whre(email))",
        &["whre: unknown key `whre`; expected `name`, `nulls_not_distinct`, `deferrable`, `on_conflict` or `include`"],
    );
    refuses_table(
        "foreign_key(colums(email), references(Org, id))",
        &["colums: unknown key `colums`; did you mean `columns`?"],
    );
}

#[test]
fn a_key_takes_its_kind_of_value() {
    refuses_table("name = 5", &["5: `name` takes a string, as in `name = \"users\"`"]);
    refuses_table("name", &["name: `name` takes a string, as in `name = \"users\"`"]);
    refuses_table("strict = true", &["true: `strict` takes no value, as in `strict`"]);
    refuses_table("strict(yes)", &["(: `strict` takes no value, as in `strict`"]);
    refuses_table(
        "unique = \"email\"",
        &["\"email\": `unique` takes a list in parentheses, as in `unique(org_id, user_id)`"],
    );
    refuses_table("\"users\"", &["\"users\": expected a key, as in `name = \"users\"`"]);
    refuses_table("name = \"a\" strict", &["strict: expected `,`"]);
    refuses_column(
        "default = b'c'",
        "i64",
        &["b'c': `default` takes a literal or SQL, as in `default = 0` or `default = sql(\"CURRENT_TIMESTAMP\")`"],
    );
    refuses_column("default = sql(now)", "i64", &["now: `sql` takes a string, as in `sql(\"CURRENT_TIMESTAMP\")`"]);
    refuses_column("default = sql(\"1\", \"2\")", "i64", &["\"2\": `sql` takes one string"]);
    refuses_column(
        "generated = \"1\"",
        "i64",
        &["\"1\": `generated` takes SQL, as in `generated = sql(\"price * quantity\")`"],
    );
}

#[test]
fn a_reference_takes_a_field_and_actions() {
    refuses_column(
        "references = \"users\"",
        "i64",
        &["\"users\": `references` takes a field of another model or a list in parentheses, as in \
         `references = User::id`"],
    );
    refuses_column(
        "references = User",
        "i64",
        &["User: `references` names a field of another model, as in `references = User::id`"],
    );
    refuses_column(
        "references = User::id, on_delete = cascad",
        "i64",
        &["cascad: `on_delete` cannot be `cascad`; did you mean `cascade`?"],
    );
    refuses_column(
        "references = User::id, on_delete = \"CASCADE\"",
        "i64",
        &["\"CASCADE\": `on_delete` takes `cascade`, `restrict`, `set_null`, `set_default` or `no_action`, as in \
         `on_delete = cascade`"],
    );
    refuses_column(
        "references = User::id, deferrable = later",
        "i64",
        &["later: `deferrable` cannot be `later`; it is `immediate` or `deferred`"],
    );
    refuses_column("references()", "i64", &["references: `references` names no parent, as in `references(User::id)`"]);
    refuses_column(
        "references(\"users\", id)",
        "i64",
        &["id: a parent that is named as a string has columns that are strings, as in `references(\"users\", \"id\")`"],
    );
    refuses_column("references(sql(\"x\"))", "i64", &["sql: a foreign key refers to columns, not to SQL"]);
    refuses_column(
        "check(name = \"x\")",
        "i64",
        &["check: `check` takes one SQL condition, as in `check(\"length(email) > 3\", name = \"email_is_long\")`"],
    );
    refuses_column(
        "not_null()",
        "i64",
        &["not_null: a field is NOT NULL unless its type is `Option<…>`; `not_null` only carries a conflict clause, \
         as in `not_null(on_conflict = ignore)`"],
    );
}

#[test]
fn an_element_takes_known_words() {
    refuses_table(
        "index(email descending)",
        &["descending: unknown word `descending` after an element; expected `,` or `asc`, `desc`, `collate`, `nulls` \
         or `operator_class`"],
    );
    refuses_table(
        "index(email dsc), index(5)",
        &["dsc: unknown word `dsc` after an element; did you mean `desc`?", "5: expected a field's name"],
    );
    refuses_table("index(email dsc)", &["dsc: unknown word `dsc` after an element; did you mean `desc`?"]);
    refuses_table("index(email collate)", &["collate: `collate` takes a string, as in `email collate \"NOCASE\"`"]);
    refuses_table("index(email nulls)", &["nulls: `nulls` is followed by `first` or `last`"]);
}

#[test]
fn an_attribute_belongs_where_it_stands() {
    refuses_table("index(5)", &["5: expected a field's name"]);
    refuses_table("index(a::b)", &["a::b: expected a field of this struct"]);
    refuses(
        "#[table = \"users\"] struct User { id: i64 }",
        &["#[table = \"users\"]: `table` takes keys in parentheses, as in `#[table(name = \"users\")]`"],
    );
    refuses(
        "#[column(unique)] struct User { id: i64 }",
        &["column: `#[column(…)]` belongs on a field; a struct takes `#[table(…)]`"],
    );
    refuses(
        "struct User { #[table(strict)] id: i64 }",
        &["table: `#[table(…)]` belongs on the struct; a field takes `#[column(…)]`"],
    );
}

#[test]
fn a_key_is_stated_once() {
    let name = "name: `name` is stated twice";
    refuses_table("name = \"a\", name = \"b\"", &[name, name]);
    let unique = "unique: `unique` is stated twice";
    refuses("struct User { #[column(unique)] #[column(unique)] id: i64 }", &[unique, unique]);
    refuses_table("unique(email, name = \"a\", name = \"b\")", &[name, name]);
    refuses_column(
        "references(User::id, on_delete = cascade), on_delete = restrict",
        "i64",
        &["on_delete: `on_delete` is stated twice", "on_delete: `on_delete` is stated twice"],
    );
}

#[test]
fn a_constraint_is_stated_once() {
    let unique = "unique: UNIQUE (email) is stated twice: on the field `email` and on the struct";
    refuses("#[table(unique(email))] struct User { #[column(unique)] email: String }", &[unique, unique]);
    let unique = "unique: UNIQUE (email, org_id) is stated twice: both times on the struct";
    refuses_table("unique(email, org_id), unique(email, org_id)", &[unique, unique]);
    let index = "index: the index (email) is stated twice: on the field `email` and on the struct";
    refuses("#[table(index(email))] struct User { #[column(index)] email: String }", &[index, index]);
    let check = "check: CHECK (id > 0) is stated twice: on the field `id` and on the struct";
    refuses("#[table(check(\"id > 0\"))] struct User { #[column(check = \"id > 0\")] id: i64 }", &[check, check]);
    let key = "FOREIGN KEY (org_id) to `Org` is stated twice: on the field `org_id` and on the struct";
    refuses(
        "#[table(foreign_key(columns(org_id), references(Org, id), on_delete = cascade))]
         struct User { #[column(references = Org::id)] org_id: i64 }",
        &[&format!("references: {key}"), &format!("foreign_key: {key}")],
    );
    refuses_table(
        "index(email, name = \"i\"), index(org_id, name = \"I\")",
        &["\"i\": two indexes are named `I`", "\"I\": two indexes are named `I`"],
    );
}

#[test]
fn what_differs_is_not_stated_twice() {
    let fine = |source: &str| assert_eq!(errors(Dialect::Sqlite, source), Vec::<String>::new(), "{source}");
    fine("#[table(index(email), index(email, where = \"email > ''\"))] struct User { email: String }");
    fine("#[table(index(email, name = \"a\"), index(email, name = \"b\"))] struct User { email: String }");
    fine("#[table(index(email), index(email desc))] struct User { #[column(unique)] email: String }");
    fine("struct User { #[column(primary_key, unique)] id: i64 }");
    fine(
        "#[table(foreign_key(columns(a), references(\"p\", \"x\")), \
                 foreign_key(columns(a), references(\"p\", \"x\"), on_delete = cascade))] struct User { a: i64 }",
    );
    fine("struct User { #[column(check = \"a > 1\", check(\"a < 9\", name = \"small\"))] a: i64 }");
}

#[test]
fn attributes_do_not_contradict_each_other() {
    refuses_column(
        "default = 1, generated = sql(\"2\")",
        "i64",
        &[
            "default: `default` and `generated` exclude each other",
            "generated: `default` and `generated` exclude each other",
        ],
    );
    refuses_column(
        "primary_key, autoincrement, generated = sql(\"2\")",
        "i64",
        &[
            "generated: `generated` and `autoincrement` exclude each other",
            "autoincrement: `generated` and `autoincrement` exclude each other",
            "generated: a generated column cannot be in the primary key",
        ],
    );
    refuses_column(
        "primary_key, autoincrement, default = 1",
        "i64",
        &[
            "default: `default` and `autoincrement` exclude each other",
            "autoincrement: `default` and `autoincrement` exclude each other",
        ],
    );
    refuses_column("autoincrement", "i64", &["autoincrement: `autoincrement` without `primary_key`"]);
    refuses_column(
        "primary_key, autoincrement",
        "String",
        &["String: `autoincrement` makes integers, and `String` is none"],
    );
    refuses_column(
        "primary_key, autoincrement, sql_type = \"BIGINT\"",
        "i64",
        &["autoincrement: AUTOINCREMENT is only allowed on an INTEGER PRIMARY KEY, and this is `BIGINT`"],
    );
    refuses_column(
        "primary_key(desc), autoincrement",
        "i64",
        &["autoincrement: AUTOINCREMENT is only allowed on an INTEGER PRIMARY KEY, and this is `INTEGER … DESC`"],
    );
    refuses(
        "#[table(primary_key(a, b))] struct User { #[column(autoincrement)] a: i64, b: i64 }",
        &["autoincrement: `autoincrement` is for a primary key of one column"],
    );
}

#[test]
fn a_key_stands_with_the_key_that_it_belongs_to() {
    refuses_column(
        "stored",
        "i64",
        &["stored: `stored` without `generated`, as in `generated = sql(\"price * quantity\"), stored`"],
    );
    refuses_column(
        "virtual",
        "i64",
        &["virtual: `virtual` without `generated`, as in `generated = sql(\"price * quantity\"), virtual`"],
    );
    refuses_column(
        "generated = sql(\"1\"), stored, virtual",
        "i64",
        &["stored: `stored` and `virtual` exclude each other", "virtual: `stored` and `virtual` exclude each other"],
    );
    for word in ["on_delete = cascade", "on_update = cascade", "deferrable"] {
        let key = word.split(' ').next().unwrap();
        let message = format!("{key}: `{key}` without `references`, as in `references = User::id`");
        refuses_column(word, "i64", &[&message]);
    }
}

#[test]
fn the_type_does_not_contradict_the_attributes() {
    refuses_column(
        "references = User::id, on_delete = set_null",
        "i64",
        &["set_null: `on_delete = set_null` on `id`, which is NOT NULL: its type is no `Option`"],
    );
    refuses_column(
        "default = null",
        "i64",
        &["null: a field that is no `Option` cannot be NULL by default; its type is `i64`"],
    );
    refuses_column(
        "not_null(on_conflict = ignore)",
        "Option<i64>",
        &["not_null: `not_null` on a field that is an `Option`"],
    );
    refuses_column(
        "unique",
        "Option<Option<i64>>",
        &["Option<Option<i64>>: a column is NULL or not, so one `Option` is enough"],
    );
    refuses_column("was = \"id\"", "i64", &["\"id\": `was` is the name before a rename, and `id` is the name now"]);
    refuses_table("was = \"users\"", &["\"users\": `was` is the name before a rename, and `users` is the name now"]);
    refuses_table("name = \"\"", &["\"\": a name cannot be empty"]);
    refuses_column(
        "skip, unique",
        "i64",
        &[
            "skip: a skipped field is no column, so `unique` says nothing",
            "unique: a skipped field is no column, so `unique` says nothing",
        ],
    );
}

#[test]
fn a_table_has_one_primary_key_of_values() {
    refuses(
        "#[table(primary_key(id))] struct User { #[column(primary_key)] id: i64 }",
        &[
            "primary_key: the primary key is stated twice: on the field `id` and on the struct",
            "primary_key: the primary key is stated twice: on the field `id` and on the struct",
        ],
    );
    refuses(
        "struct Member { #[column(primary_key)] org: i64, #[column(primary_key)] user: i64 }",
        &[
            "primary_key: a table has one primary key; over two columns it is `#[table(primary_key(org, user))]`",
            "primary_key: a table has one primary key; over two columns it is `#[table(primary_key(org, user))]`",
        ],
    );
    refuses_column(
        "primary_key",
        "Option<i64>",
        &["Option<i64>: a primary key is never NULL, so its field cannot be an `Option`"],
    );
    refuses(
        "#[table(primary_key(a, b))] struct User { a: i64, b: std::option::Option<i64> }",
        &["std::option::Option<i64>: a primary key is never NULL, so its field cannot be an `Option`"],
    );
    refuses_table("without_rowid", &["without_rowid: a WITHOUT ROWID table needs a primary key"]);
    refuses(
        "#[table(without_rowid)] struct User { #[column(primary_key, autoincrement)] id: i64 }",
        &[
            "without_rowid: a WITHOUT ROWID table has no AUTOINCREMENT",
            "autoincrement: a WITHOUT ROWID table has no AUTOINCREMENT",
        ],
    );
}

#[test]
fn lists_name_columns() {
    refuses_table("unique(emial, org_id)", &["emial: `User` has no field `emial`; did you mean `email`?"]);
    refuses_table("index(phone)", &["phone: `User` has no field `phone`"]);
    refuses_table("index(\"e-mail\")", &["\"e-mail\": `User` has no column `e-mail`; did you mean `email`?"]);
    refuses_table("unique(email, email)", &["email: `email` is listed twice"]);
    refuses_table("unique(email, \"email\")", &["\"email\": `email` is listed twice"]);
    refuses_table("unique()", &["unique: `unique` lists no columns, as in `unique(org_id, user_id)`"]);
    refuses_table(
        "primary_key()",
        &["primary_key: `primary_key` lists no columns, as in `primary_key(org_id, user_id)`"],
    );
    refuses_table("index()", &["index: `index` lists no columns, as in `index(org_id, user_id)`"]);
    refuses_table(
        "unique(sql(\"lower(email)\"))",
        &["sql: a UNIQUE constraint is over columns; over SQL it is `index(unique, sql(\"…\"))`"],
    );
    refuses_table("primary_key(sql(\"lower(email)\"))", &["sql: a primary key is over columns, not over SQL"]);
    refuses(
        "#[table(unique(b))] struct User { a: i64, #[column(skip)] b: i64 }",
        &["b: `b` is skipped, so it is no column"],
    );
    refuses_table("foreign_key(columns(org), references(Org, id))", &["org: `User` has no field `org`"]);
    refuses_table(
        "foreign_key(columns(org_id, email), references(Org, id))",
        &["foreign_key: a foreign key of 2 columns cannot refer to 1 column"],
    );
    refuses_table(
        "foreign_key(columns(), references(Org, id))",
        &["columns: `columns` lists no columns, as in `columns(org_id, user_id)`"],
    );
    refuses_table(
        "foreign_key(references(Org, id))",
        &["foreign_key: `foreign_key` names no columns, as in `foreign_key(columns(org_id), references(Org, id))`"],
    );
    refuses_table(
        "foreign_key(columns(org_id))",
        &["foreign_key: `foreign_key` names no parent, as in `foreign_key(columns(org_id), references(Org, id))`"],
    );
    refuses_table(
        "foreign_key(columns(org_id), references(Org))",
        &["Org: `references` names no field of the parent, as in `references(Org, x, y)`"],
    );
    refuses_column("references = Self::idd", "i64", &["idd: `User` has no field `idd`; did you mean `id`?"]);
}

#[test]
fn a_table_is_a_struct_with_named_fields() {
    refuses("enum User { A }", &["User: a table is a struct; an enum is a column's type with `#[derive(SqlType)]`"]);
    refuses("union User { a: i64 }", &["User: a table is a struct, not a union"]);
    refuses("struct User(i64);", &["(i64): a table's columns have names; this is a tuple struct"]);
    refuses("struct User;", &["User: a table has columns; this is a unit struct"]);
    refuses("struct User {}", &["User: `User` has no column"]);
    refuses("struct User { #[column(skip)] a: i64 }", &["User: `User` has no column"]);
    refuses("struct User<T> { a: T }", &["<T>: a table is one type, so its struct cannot be generic"]);
}

#[test]
fn a_dialect_refuses_what_the_other_has() {
    let theirs = |attribute: &str, place: &str, word: &str| {
        let message = format!("{place}: `{word}` is PostgreSQL's; these migrations are for SQLite");
        refuses_table(attribute, &[&message]);
    };
    theirs("schema = \"auth\"", "schema", "schema");
    theirs("index(email, include(org_id))", "org_id", "include");
    theirs("index(email, using = \"gin\")", "using", "using");
    theirs("unique(email, nulls_not_distinct)", "nulls_not_distinct", "nulls_not_distinct");
    theirs("unique(email, deferrable)", "deferrable", "deferrable");
    theirs("index(email nulls first)", "email", "nulls");
    theirs("index(email operator_class \"text_pattern_ops\")", "email", "operator_class");
    refuses_column("identity", "i64", &["identity: `identity` is PostgreSQL's; these migrations are for SQLite"]);
    let postgres = |source: &str| errors(Dialect::Postgres, source);
    assert_eq!(
        postgres("#[table(strict, without_rowid, primary_key(a))] struct User { a: i64 }"),
        [
            "strict: `strict` is SQLite's; these migrations are for PostgreSQL",
            "without_rowid: `without_rowid` is SQLite's; these migrations are for PostgreSQL",
        ]
    );
    assert_eq!(
        postgres("struct User { #[column(unique(on_conflict = replace), not_null(on_conflict = fail))] a: i64 }"),
        [
            "not_null: `not_null` is SQLite's; these migrations are for PostgreSQL",
            "on_conflict: `on_conflict` is SQLite's; these migrations are for PostgreSQL",
        ]
    );
    refuses(
        "#[table(schema = \"a\", strict)] struct User { a: i64 }",
        &[
            "schema: `schema` is PostgreSQL's and `strict` is SQLite's, so they exclude each other",
            "strict: `schema` is PostgreSQL's and `strict` is SQLite's, so they exclude each other",
        ],
    );
}

#[test]
fn what_lowering_finds() {
    let same = "`a` and `b` are both the column `A`";
    refuses(
        "struct User { a: i64, #[column(name = \"A\")] b: i64 }",
        &[&format!("a: {same}"), &format!("\"A\": {same}")],
    );
    refuses_column(
        "sql_type = \"INT8\"",
        "Option<String>",
        &["\"INT8\": a value of `Option<String>` does not come back from a column of type INT8 as it was stored"],
    );
    refuses(
        "#[table(strict)] struct User { #[column(sql_type = \"VARCHAR(9)\")] a: String }",
        &[
            "\"VARCHAR(9)\": a STRICT table has no type `VARCHAR(9)`; it knows `INT`, `INTEGER`, `REAL`, `TEXT`, `BLOB` or `ANY`",
        ],
    );
}

#[test]
fn all_errors_of_an_item_are_reported_together() {
    refuses(
        "#[table(nmae = \"x\", unique(emial))] struct User { #[column(uniqe, index = 5)] email: String }",
        &[
            "nmae: unknown key `nmae`; did you mean `name`?",
            "uniqe: unknown key `uniqe`; did you mean `unique`?",
            "5: `index` takes a list in parentheses, as in `index(name = \"users_email_idx\")`",
            "emial: `User` has no field `emial`; did you mean `email`?",
        ],
    );
}
