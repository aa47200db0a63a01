//! The keywords of SQLite (<https://www.sqlite.org/lang_keywords.html>), by what a bare word that
//! equals one of them may still be.

use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Never a name unless quoted.
const RESERVED: &str = "\
    ADD ALL ALTER AND AS AUTOINCREMENT BETWEEN CASE CHECK COLLATE COMMIT CONSTRAINT CREATE DEFAULT DEFERRABLE \
    DELETE DISTINCT DROP ELSE ESCAPE EXCEPT EXISTS FOREIGN FROM GROUP HAVING IN INDEX INSERT INTERSECT INTO \
    IS ISNULL JOIN LIMIT NOT NOTHING NOTNULL NULL ON OR ORDER PRIMARY REFERENCES RETURNING SELECT SET TABLE \
    THEN TO TRANSACTION UNION UNIQUE UPDATE USING VALUES WHEN WHERE";

/// A name, but no part of a type and no name of a function.
const JOIN: &str = "\
    CROSS FULL INNER LEFT NATURAL OUTER RIGHT";

/// Taken for a name wherever the grammar has no place for the keyword.
const FALLBACK: &str = "\
    ABORT ACTION AFTER ALWAYS ANALYZE ASC ATTACH BEFORE BEGIN BY CASCADE CAST COLUMN CONFLICT CURRENT \
    CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP DATABASE DEFERRED DESC DETACH DO EACH END EXCLUDE EXCLUSIVE \
    EXPLAIN FAIL FILTER FIRST FOLLOWING FOR GENERATED GLOB GROUPS IF IGNORE IMMEDIATE INDEXED INITIALLY \
    INSTEAD KEY LAST LIKE MATCH MATERIALIZED NO NULLS OF OFFSET OTHERS OVER PARTITION PLAN PRAGMA PRECEDING \
    QUERY RAISE RANGE RECURSIVE REGEXP REINDEX RELEASE RENAME REPLACE RESTRICT ROLLBACK ROW ROWS SAVEPOINT \
    TEMP TEMPORARY TIES TRIGGER UNBOUNDED VACUUM VIEW VIRTUAL WINDOW WITH WITHIN WITHOUT";

type Words = LazyLock<BTreeSet<&'static str>>;

static RESERVED_WORDS: Words = LazyLock::new(|| RESERVED.split(' ').collect());
static JOIN_WORDS: Words = LazyLock::new(|| JOIN.split(' ').collect());
static FALLBACK_WORDS: Words = LazyLock::new(|| FALLBACK.split(' ').collect());

/// Whether the bare word can never be a name.
pub(crate) fn is_reserved(word: &str) -> bool {
    RESERVED_WORDS.contains(&*word.to_ascii_uppercase())
}

/// Whether the bare word cannot stand in the name of a type or in `DEFAULT word`.
pub(crate) fn ends_type(word: &str) -> bool {
    let word = word.to_ascii_uppercase();
    RESERVED_WORDS.contains(&*word) || JOIN_WORDS.contains(&*word) || word == "INDEXED"
}

/// Whether the word is a keyword of any kind, so that a careful writer quotes a name like it.
pub(crate) fn is_keyword(word: &str) -> bool {
    let word = word.to_ascii_uppercase();
    RESERVED_WORDS.contains(&*word) || JOIN_WORDS.contains(&*word) || FALLBACK_WORDS.contains(&*word)
}
