//! The words that must be quoted to be names.

use crate::{Dialect, postgres};

/// SQLite (<https://www.sqlite.org/lang_keywords.html>): the words that its grammar does not take
/// for a name everywhere a name may stand. Most of its keywords (`key`, `action`, `desc`) are such
/// names and stay bare. Sorted.
const SQLITE: &[&str] = &[
    "add",
    "all",
    "alter",
    "and",
    "as",
    "autoincrement",
    "between",
    "case",
    "cast",
    "check",
    "collate",
    "commit",
    "constraint",
    "create",
    "cross",
    "current_date",
    "current_time",
    "current_timestamp",
    "default",
    "deferrable",
    "delete",
    "distinct",
    "drop",
    "else",
    "escape",
    "except",
    "exists",
    "false",
    "filter",
    "foreign",
    "from",
    "full",
    "glob",
    "group",
    "having",
    "if",
    "in",
    "index",
    "indexed",
    "inner",
    "insert",
    "intersect",
    "into",
    "is",
    "isnull",
    "join",
    "left",
    "like",
    "limit",
    "match",
    "natural",
    "not",
    "nothing",
    "notnull",
    "null",
    "on",
    "or",
    "order",
    "outer",
    "over",
    "primary",
    "raise",
    "references",
    "regexp",
    "returning",
    "right",
    "select",
    "set",
    "table",
    "then",
    "to",
    "transaction",
    "true",
    "union",
    "unique",
    "update",
    "using",
    "values",
    "when",
    "where",
    "window",
    "with",
    "within",
    "without",
];

/// Whether the word, in any case, must be quoted to be a name.
pub(super) fn is_reserved(dialect: Dialect, word: &str) -> bool {
    match dialect {
        Dialect::Sqlite => SQLITE.binary_search(&&*word.to_ascii_lowercase()).is_ok(),
        Dialect::Postgres => postgres::keyword::is_quoted(word),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted() {
        assert!(SQLITE.is_sorted());
    }
}
