//! What a mistyped word was meant to be.

/// The words in back quotes, the last one after `or`.
pub(crate) fn among(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}

/// What the words of other libraries are called here; the first column is the level.
const ELSEWHERE: &[(Level, &str, &str)] = &[
    (Level::Field, "rename", "name = \"…\""),
    (Level::Field, "column_name", "name = \"…\""),
    (Level::Field, "pk", "primary_key"),
    (Level::Field, "id", "primary_key"),
    (Level::Field, "auto_increment", "autoincrement"),
    (Level::Field, "auto", "autoincrement"),
    (Level::Field, "serial", "autoincrement"),
    (Level::Field, "foreign_key", "references = Model::field"),
    (Level::Field, "belongs_to", "references = Model::field"),
    (Level::Field, "fk", "references = Model::field"),
    (Level::Field, "type", "sql_type = \"…\""),
    (Level::Field, "column_type", "sql_type = \"…\""),
    (Level::Field, "db_type", "sql_type = \"…\""),
    (Level::Field, "renamed_from", "was = \"…\""),
    (Level::Field, "old_name", "was = \"…\""),
    (Level::Field, "default_value", "default = …"),
    (Level::Field, "default_expr", "default = sql(\"…\")"),
    (Level::Field, "ignore", "skip"),
    (Level::Field, "transient", "skip"),
    (Level::Field, "indexed", "index"),
    (Level::Field, "unique_index", "index(unique)"),
    (Level::Field, "nocase", "collate = \"NOCASE\""),
    (Level::Field, "collation", "collate = \"…\""),
    (Level::Field, "computed", "generated = sql(\"…\")"),
    (Level::Field, "always_as", "generated = sql(\"…\")"),
    (Level::Field, "doc", "comment = \"…\""),
    (Level::Struct, "rename", "name = \"…\""),
    (Level::Struct, "table_name", "name = \"…\""),
    (Level::Struct, "pk", "primary_key(…)"),
    (Level::Struct, "uniques", "unique(…)"),
    (Level::Struct, "unique_together", "unique(…)"),
    (Level::Struct, "indexes", "index(…)"),
    (Level::Struct, "indices", "index(…)"),
    (Level::Struct, "belongs_to", "foreign_key(…)"),
    (Level::Struct, "fk", "foreign_key(…)"),
    (Level::Struct, "references", "foreign_key(…)"),
    (Level::Struct, "renamed_from", "was = \"…\""),
    (Level::Struct, "old_name", "was = \"…\""),
    (Level::Struct, "constraint", "check(\"…\")"),
    (Level::Struct, "doc", "comment = \"…\""),
];

/// Where an attribute stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    /// `#[table(…)]` on a struct.
    Struct,
    /// `#[column(…)]` on a field.
    Field,
    /// `#[sql(…)]` on a type.
    SqlItem,
    /// `#[sql(…)]` on a variant.
    SqlVariant,
    /// Inside the parentheses of a key.
    Inside,
}

/// What another library's word is called here.
pub(crate) fn elsewhere(level: Level, word: &str) -> Option<&'static str> {
    let word = word.to_lowercase();
    ELSEWHERE.iter().find(|(at, theirs, _)| *at == level && *theirs == word).map(|(_, _, ours)| *ours)
}

#[cfg(test)]
mod tests {
    use super::among;

    #[test]
    fn words_are_listed_with_or() {
        assert_eq!(among(&["a"]), "`a`");
        assert_eq!(among(&["a", "b", "c"]), "`a`, `b` or `c`");
    }
}
