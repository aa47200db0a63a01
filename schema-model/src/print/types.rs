//! The Rust type of a column, and the declared type where the Rust type does not give it.

use schema_core::{Affinity, ColumnType, Dialect, TypeFact};

/// The type of a field, without `Option`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FieldType {
    /// The type: `i64`, `UserStatus`.
    pub(super) rust: String,
    /// What `sql_type` has to say.
    pub(super) declared: Option<String>,
}

impl FieldType {
    /// The type that a declared type asks for.
    pub(super) fn of(dialect: Dialect, strict: bool, declared: &ColumnType) -> FieldType {
        let rust = match dialect {
            Dialect::Sqlite => sqlite(declared, strict),
            Dialect::Postgres => postgres(declared.as_str()),
        };
        let fact = TypeFact::standard(rust).unwrap_or(TypeFact::ANY);
        FieldType::with(rust, &fact, dialect, strict, declared)
    }

    /// An enum that is stored as text.
    pub(super) fn text_enum(rust: &str, dialect: Dialect, strict: bool, declared: &ColumnType) -> FieldType {
        FieldType::with(rust, &TypeFact::TEXT, dialect, strict, declared)
    }

    fn with(rust: &str, fact: &TypeFact, dialect: Dialect, strict: bool, declared: &ColumnType) -> FieldType {
        let own = match (dialect, strict) {
            (Dialect::Sqlite, true) => fact.sqlite_strict,
            (Dialect::Sqlite, false) => fact.sqlite,
            (Dialect::Postgres, _) => fact.postgres,
        };
        let stated = ColumnType::parse(dialect, own) != *declared;
        FieldType { rust: rust.to_owned(), declared: stated.then(|| declared.to_string()) }
    }

    /// Whether values are kept as text, so that an enum may stand in.
    pub(super) fn is_text(&self) -> bool {
        self.rust == "String"
    }
}

/// What SQLite gives back for a column of this type: the affinity decides, and among the types of
/// numeric affinity, which is that of every word that SQLite does not know, the word.
fn sqlite(declared: &ColumnType, strict: bool) -> &'static str {
    let text = declared.as_str().to_ascii_uppercase();
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    match declared.affinity() {
        _ if text == "ANY" => "driftless::Value",
        Affinity::Integer => "i64",
        Affinity::Text => "String",
        Affinity::Real => "f64",
        Affinity::Blob if text.is_empty() && !strict => "driftless::Value",
        Affinity::Blob => "Vec<u8>",
        Affinity::Numeric if has(&["BOOL"]) => "bool",
        Affinity::Numeric if has(&["DEC", "NUM", "MONEY", "FIXED"]) => "f64",
        Affinity::Numeric if text == "BIT" || has(&["SERIAL"]) => "i64",
        Affinity::Numeric => "String",
    }
}

fn postgres(declared: &str) -> &'static str {
    match declared {
        "bigint" => "i64",
        "integer" => "i32",
        "smallint" => "i16",
        "real" => "f32",
        "double precision" => "f64",
        "boolean" => "bool",
        "bytea" => "Vec<u8>",
        _ => "String",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn is(dialect: Dialect, strict: bool, sql: &str, rust: &str, stated: bool) {
        let declared = ColumnType::parse(dialect, sql);
        let found = FieldType::of(dialect, strict, &declared);
        assert_eq!((found.rust.as_str(), found.declared.is_some()), (rust, stated), "{sql}");
        if let Some(fact) = TypeFact::standard(rust).filter(|_| dialect == Dialect::Sqlite) {
            assert!(fact.survives(declared.affinity()), "{rust} in {sql}");
        }
    }

    #[test]
    fn sqlite_is_read_by_affinity_and_word() {
        let ordinary = |sql, rust, stated| is(Dialect::Sqlite, false, sql, rust, stated);
        ordinary("INTEGER", "i64", false);
        ordinary("bigint", "i64", true);
        ordinary("TINYINT(1)", "i64", true);
        ordinary("TEXT", "String", false);
        ordinary("VARCHAR(20)", "String", true);
        ordinary("REAL", "f64", false);
        ordinary("DOUBLE PRECISION", "f64", true);
        ordinary("BLOB", "Vec<u8>", false);
        ordinary("BOOLEAN", "bool", false);
        ordinary("bool", "bool", true);
        ordinary("DATETIME", "String", true);
        ordinary("JSON", "String", true);
        ordinary("UUID", "String", true);
        ordinary("NUMERIC(10, 2)", "f64", true);
        ordinary("DECIMAL", "f64", true);
        ordinary("", "driftless::Value", true);
        ordinary("ANY", "driftless::Value", false);
    }

    #[test]
    fn strict_tables_and_postgresql_have_their_own_types() {
        is(Dialect::Sqlite, true, "INT", "i64", true);
        is(Dialect::Sqlite, true, "INTEGER", "i64", false);
        is(Dialect::Sqlite, true, "ANY", "driftless::Value", false);
        is(Dialect::Postgres, false, "int8", "i64", false);
        is(Dialect::Postgres, false, "int4", "i32", false);
        is(Dialect::Postgres, false, "varchar(20)", "String", true);
        is(Dialect::Postgres, false, "timestamptz", "String", true);
    }
}
