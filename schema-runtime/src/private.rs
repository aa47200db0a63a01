//! What the generated code calls. No part of the public interface: it changes without notice.
//!
//! The checks run while the user's crate is compiled, one call for each field, and build a text only
//! when they fail. In a message, `{}` stands for what the Rust side says; an empty message skips its check.

pub use std::borrow::Cow;

use schema_core::Affinity;
pub use schema_core::{Migration, Storage, TypeFact};
#[cfg(feature = "sqlite")]
pub use schema_replay::{Blueprint, Counter, Object, Tree};

#[cfg(feature = "sqlite")]
pub use crate::Sqlite;
pub use crate::claim::{Claim, claim, distinct, joined, length, text};
#[cfg(feature = "sqlite")]
pub use crate::embedded::assert_embedded;
pub use crate::{ColumnMeta, Ddl, ModelMeta, SqlType, Statements, Table};

/// One embedded migration.
pub const fn migration(
    version: &'static str,
    name: &'static str,
    file: &'static str,
    sql: &'static str,
    checksum: &'static str,
    no_transaction: bool,
) -> Migration {
    Migration {
        version: Cow::Borrowed(version),
        name: Cow::Borrowed(name),
        file: Cow::Borrowed(file),
        sql: Cow::Borrowed(sql),
        checksum: Cow::Borrowed(checksum),
        no_transaction,
    }
}

/// The value of a `static` that `schema!` declares. The slice of migrations must itself be a `static`
/// or a `const`, since values with destructors are not promoted.
#[cfg(feature = "sqlite")]
pub const fn sqlite(
    migrations: &'static [Migration],
    chain: &'static str,
    schema: &'static [&'static str],
) -> crate::Sqlite {
    crate::Sqlite::new(migrations, chain, schema)
}

/// A row of `sqlite_schema`.
#[cfg(feature = "sqlite")]
pub const fn object(
    kind: &'static str,
    name: &'static str,
    table: &'static str,
    sql: Option<&'static str>,
    tree: Tree,
) -> Object {
    let sql = match sql {
        Some(sql) => Some(Cow::Borrowed(sql)),
        None => None,
    };
    Object { kind: Cow::Borrowed(kind), name: Cow::Borrowed(name), table: Cow::Borrowed(table), sql, tree }
}

/// All that is in a new database.
#[cfg(feature = "sqlite")]
pub const fn blueprint(
    objects: &'static [Object],
    counters: &'static [Counter],
    digest: &'static str,
    engine: i32,
) -> Blueprint {
    Blueprint {
        objects: Cow::Borrowed(objects),
        counters: Cow::Borrowed(counters),
        digest: Cow::Borrowed(digest),
        engine,
    }
}

/// What the migrations say about the column of a field, and what to say when the field's type does not agree.
#[derive(Clone, Copy)]
pub struct Expected {
    /// The declared type, canonical: `VARCHAR(20)`.
    pub declared: &'static str,
    /// Whether the table is STRICT.
    pub strict: bool,
    /// Whether the column admits NULL.
    pub nullable: bool,
    /// The values that the column's CHECK admits, in any order, where it has one.
    pub variants: Option<&'static [&'static str]>,
    /// When the type is stored as another one; each `{}` is the type that the Rust type is stored as.
    pub on_type: &'static str,
    /// When one side admits NULL; each `{}` is `nullable` or `NOT NULL`, as the Rust type has it.
    pub on_null: &'static str,
    /// When the model states the type itself, with `sql_type`, and values of the field's type do not come
    /// back from such a column as they were stored; `{}` is the type that the Rust type is stored as.
    pub on_loss: &'static str,
    /// When the values of an enum are others; the first `{}` is the difference, `does not admit 'draft'`, and
    /// the second one the Rust enum's list, `one of 'draft', 'published'`.
    pub on_variants: &'static str,
}

/// The fact of a type that `#[derive(SqlType)]` refused: its own error is enough.
pub const REFUSED: TypeFact = TypeFact { sqlite: "", sqlite_strict: "", ..TypeFact::ANY };

/// Compares the fact of a field's type with its column.
#[track_caller]
pub const fn check_column(fact: TypeFact, expected: &Expected) {
    if fact.sqlite.is_empty() {
        return;
    }
    let stored = if expected.strict { fact.sqlite_strict } else { fact.sqlite };
    if !expected.on_type.is_empty() && !same(stored, expected.declared) {
        fail(expected.on_type, &[stored, stored]);
    }
    if !expected.on_loss.is_empty() && !fact.survives(Affinity::of(expected.declared)) {
        fail(expected.on_loss, &[stored]);
    }
    if !expected.on_null.is_empty() && fact.nullable != expected.nullable {
        let word = if fact.nullable { "nullable" } else { "NOT NULL" };
        fail(expected.on_null, &[word, word]);
    }
    if !expected.on_variants.is_empty() && !same_variants(fact.variants, expected.variants) {
        fail_variants(expected.on_variants, fact.variants, expected.variants);
    }
}

/// Proves that a name which the macro took for a type of the standard library is that type.
#[track_caller]
pub const fn check_standard(fact: TypeFact, storage: Storage, nullable: bool) {
    if fact.storage as u8 != storage as u8 || fact.nullable != nullable || fact.variants.is_some() {
        fail(
            "this is not the type of the standard library whose name it has, and it is stored in another way\n \
             help: give the type another name",
            &[],
        );
    }
}

/// What a foreign key of a model refers to, as the macro assumed it when it compared with the migrations.
#[derive(Clone, Copy)]
pub struct Reference {
    /// The table.
    pub table: &'static str,
    /// The schema, where it is not the default one.
    pub schema: Option<&'static str>,
    /// The field of the parent that the attribute names.
    pub field: &'static str,
    /// The column.
    pub column: &'static str,
    /// When the model is another table; `{}` is its name.
    pub on_table: &'static str,
    /// When the field is another column; `{}` is its name.
    pub on_column: &'static str,
    /// When the field is no column.
    pub on_field: &'static str,
}

/// What a model says of itself: its table, the schema, the columns, and what it was checked against.
pub type Parent = (&'static str, Option<&'static str>, &'static [ColumnMeta], u64);

/// Compares the parent of a foreign key with what was assumed. Types need no look: both models agree
/// with the migrations, and the foreign keys there were checked. Of a model that was refused, or that
/// itself disagrees with the migrations, its own errors are enough.
#[track_caller]
pub const fn check_reference(parent: Parent, expected: &Reference) {
    let (name, schema, columns, checked) = parent;
    if checked == 0 {
        return;
    }
    let is_table = same_name(name, expected.table) && same_option(schema, expected.schema);
    if !expected.on_table.is_empty() && !is_table {
        fail(expected.on_table, &[name]);
    }
    let Some(parent) = column_of(columns, expected.field) else {
        if !expected.on_field.is_empty() {
            fail(expected.on_field, &[]);
        }
        return;
    };
    if !expected.on_column.is_empty() && !same_name(parent.name, expected.column) {
        fail(expected.on_column, &[parent.name]);
    }
}

/// The column of a field.
pub const fn column_of(columns: &'static [ColumnMeta], field: &str) -> Option<&'static ColumnMeta> {
    let mut at = 0;
    while at < columns.len() {
        if same(columns[at].field, field) {
            return Some(&columns[at]);
        }
        at += 1;
    }
    None
}

/// Whether two texts are the same.
pub const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut at = 0;
    while at < a.len() {
        if a[at] != b[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// Whether two names are the same to SQLite, which passes over the case of ASCII letters.
pub const fn same_name(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}

const fn same_option(a: Option<&str>, b: Option<&str>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => same(a, b),
        (None, None) => true,
        _ => false,
    }
}

/// Whether two lists hold the same values; the order of a CHECK list means nothing.
const fn same_variants(a: Option<&[&str]>, b: Option<&[&str]>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a.len() == b.len() && holds_all(a, b) && holds_all(b, a),
        (None, None) => true,
        _ => false,
    }
}

const fn holds_all(list: &[&str], values: &[&str]) -> bool {
    let mut at = 0;
    while at < values.len() {
        let mut other = 0;
        while other < list.len() && !same(list[other], values[at]) {
            other += 1;
        }
        if other == list.len() {
            return false;
        }
        at += 1;
    }
    true
}

/// Panics with a text, as [`panic!`] does, where the text is a constant that was put together.
#[track_caller]
pub const fn fail(message: &str, values: &[&str]) -> ! {
    let mut text = Text::new();
    text.fill(message, values);
    panic!("{}", text.as_str())
}

/// The words of `schema_model::check` about the values of an enum, put together by rustc.
#[track_caller]
const fn fail_variants(message: &str, mine: Option<&[&str]>, found: Option<&[&str]>) -> ! {
    let (mut difference, mut listed) = (Text::new(), Text::new());
    match (mine, found) {
        (Some(mine), Some(found)) => {
            let (new, gone) = (Text::list_without(mine, found), Text::list_without(found, mine));
            if gone.length == 0 {
                difference.push("does not admit ");
                difference.push(new.as_str());
            } else {
                difference.push("admits ");
                difference.push(gone.as_str());
                difference.push(if new.length == 0 { ", which the enum does not have" } else { " instead of " });
                difference.push(new.as_str());
            }
        }
        (Some(_), None) => difference.push("admits any text: no CHECK lists the values of the enum"),
        (None, Some(found)) => {
            difference.push("admits only ");
            difference.push(Text::list_without(found, &[]).as_str());
            difference.push(", and the type any text");
        }
        (None, None) => {}
    }
    match mine {
        Some(mine) => {
            listed.push("one of ");
            listed.push(Text::list_without(mine, &[]).as_str());
        }
        None => listed.push("any text"),
    }
    fail(message, &[difference.as_str(), listed.as_str()])
}

/// A text that is put together while code is compiled; what does not fit is cut off.
struct Text {
    bytes: [u8; 4096],
    length: usize,
}

impl Text {
    const fn new() -> Text {
        Text { bytes: [0; 4096], length: 0 }
    }

    /// The values, in quotes, that are not among the others.
    const fn list_without(values: &[&str], others: &[&str]) -> Text {
        let mut list = Text::new();
        let mut at = 0;
        while at < values.len() {
            if !holds_all(others, &[values[at]]) {
                list.push(if list.length == 0 { "'" } else { ", '" });
                list.push(values[at]);
                list.push("'");
            }
            at += 1;
        }
        list
    }

    const fn push(&mut self, text: &str) {
        let mut at = 0;
        while at < text.len() {
            self.push_byte(text.as_bytes()[at]);
            at += 1;
        }
    }

    const fn push_byte(&mut self, byte: u8) {
        if self.length < self.bytes.len() {
            self.bytes[self.length] = byte;
            self.length += 1;
        }
    }

    /// Appends the message with the values in the places of its first `{}`; later ones are text.
    const fn fill(&mut self, message: &str, values: &[&str]) {
        let bytes = message.as_bytes();
        let (mut at, mut used) = (0, 0);
        while at < bytes.len() {
            if bytes[at] == b'{' && at + 1 < bytes.len() && bytes[at + 1] == b'}' && used < values.len() {
                self.push(values[used]);
                used += 1;
                at += 2;
            } else {
                self.push_byte(bytes[at]);
                at += 1;
            }
        }
    }

    const fn as_str(&self) -> &str {
        let mut length = self.length;
        loop {
            if let Ok(text) = std::str::from_utf8(self.bytes.split_at(length).0) {
                return text;
            }
            length -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMAIL: Expected = Expected {
        declared: "TEXT",
        strict: false,
        nullable: false,
        variants: None,
        on_type: "stored as {}, declared TEXT",
        on_null: "the field is {}",
        on_loss: "",
        on_variants: "the column {}, the enum is {}",
    };

    // Evaluated while this file is compiled: these agree.
    const _: () = check_column(<String as SqlType>::TYPE, &EMAIL);
    const _: () = check_column(TypeFact::text_enum(&["a", "b"]), &Expected { variants: Some(&["b", "a"]), ..EMAIL });
    const _: () = check_column(<bool as SqlType>::TYPE, &Expected { declared: "INTEGER", strict: true, ..EMAIL });
    const _: () = check_column(<Option<i64> as SqlType>::TYPE, &Expected { on_type: "", on_null: "", ..EMAIL });
    const _: () = check_column(REFUSED, &EMAIL);

    fn refusal(fact: TypeFact, expected: Expected) -> String {
        let panic = std::panic::catch_unwind(|| check_column(fact, &expected)).expect_err("a disagreement");
        *panic.downcast::<String>().expect("a formatted panic")
    }

    #[test]
    fn each_disagreement_says_what_rust_has() {
        assert_eq!(refusal(TypeFact::BIG_INTEGER, EMAIL), "stored as INTEGER, declared TEXT");
        let json = Expected { on_type: "is {} here: {}, DEFAULT '{}'", ..EMAIL };
        assert_eq!(refusal(TypeFact::BLOB, json), "is BLOB here: BLOB, DEFAULT '{}'");
        assert_eq!(refusal(TypeFact::TEXT.optional(), EMAIL), "the field is nullable");
        assert_eq!(refusal(TypeFact::TEXT, Expected { nullable: true, ..EMAIL }), "the field is NOT NULL");
        let draft = TypeFact::text_enum(&["draft", "published"]);
        assert_eq!(
            refusal(draft, EMAIL),
            "the column admits any text: no CHECK lists the values of the enum, the enum is one of 'draft', 'published'"
        );
        let admits = |values| Expected { variants: Some(values), ..EMAIL };
        assert_eq!(
            refusal(draft, admits(&["draft", "archived", "x"])),
            "the column admits 'archived', 'x' instead of 'published', the enum is one of 'draft', 'published'"
        );
        assert_eq!(
            refusal(draft, admits(&["draft"])),
            "the column does not admit 'published', the enum is one of 'draft', 'published'"
        );
        assert_eq!(
            refusal(draft, admits(&["a", "draft", "published"])),
            "the column admits 'a', which the enum does not have, the enum is one of 'draft', 'published'"
        );
        assert_eq!(
            refusal(TypeFact::TEXT, admits(&["a", "b"])),
            "the column admits only 'a', 'b', and the type any text, the enum is any text"
        );
    }

    struct Role;
    impl Table for Role {
        const NAME: &'static str = "roles";
        const SCHEMA: Option<&'static str> = None;
        const COLUMNS: &'static [ColumnMeta] =
            &[ColumnMeta { field: "id", name: "role_id", fact: TypeFact::BIG_INTEGER }];
        const DDL: Ddl =
            Ddl { sqlite: Statements { table: "", indexes: &[] }, postgres: Statements { table: "", indexes: &[] } };
    }

    const PARENT: Parent = (Role::NAME, Role::SCHEMA, Role::COLUMNS, 1);
    const ROLE: Reference = Reference {
        table: "roles",
        schema: None,
        field: "id",
        column: "role_id",
        on_table: "the table is {}",
        on_column: "the column is {}",
        on_field: "there is no such field",
    };
    const _: () = check_reference(PARENT, &ROLE);
    const _: () = check_reference(("", None, &[], 0), &ROLE);

    #[test]
    fn a_reference_is_compared_with_the_model() {
        let refusal = |expected: Reference| {
            let panic = std::panic::catch_unwind(|| check_reference(PARENT, &expected)).expect_err("refused");
            *panic.downcast::<String>().expect("a formatted panic")
        };
        check_reference(PARENT, &Reference { table: "ROLES", column: "Role_ID", ..ROLE });
        assert_eq!(refusal(Reference { table: "role", ..ROLE }), "the table is roles");
        assert_eq!(refusal(Reference { column: "id", ..ROLE }), "the column is role_id");
        assert_eq!(refusal(Reference { field: "x", ..ROLE }), "there is no such field");
    }

    #[test]
    fn a_long_text_is_cut_at_a_character() {
        let mut text = Text::new();
        text.push("a");
        (0..3000).for_each(|_| text.push("é"));
        assert_eq!(text.as_str().chars().count(), 2048);
    }
}
