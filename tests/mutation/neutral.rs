//! Mutations that change no fact: other words for the same, which must be silent.

use crate::subject::{Subject, replayed};
use crate::view::view;

/// What is written otherwise, in the fixture: the name of the file (`models` or the number of the
/// migration), the text and what stands in its place.
const SAME: &[(&str, &str, &str, &str)] = &[
    ("a comment in the models", "models", "pub struct Org {", "pub struct Org { // who\n /* when */"),
    ("white space in an attribute", "models", "country, code, name =", "country ,\n code ,\n name="),
    ("the order of fields", "models", "    /// What opens the door.\n    pub badge: Vec<u8>,\n", ""),
    (
        "the order of keys",
        "models",
        "collate = \"NOCASE\", comment = \"ISO 3166\"",
        "comment = \"ISO 3166\", collate = \"NOCASE\"",
    ),
    (
        "two attributes instead of one",
        "models",
        "#[column(primary_key, autoincrement)]",
        "#[column(primary_key)]\n    #[column(autoincrement)]",
    ),
    ("a comment for PostgreSQL", "models", "comment = \"those who work together\"", "comment = \"a club\""),
    ("the case of a collation", "models", "collate = \"NOCASE\", comment", "collate = \"nocase\", comment"),
    ("the case of a type", "models", "sql_type = \"CHAR(2)\"", "sql_type = \"char ( 2 )\""),
    ("the case of a table's name", "models", "name = \"articles\"", "name = \"Articles\""),
    ("the case of a column's name", "models", "name = \"headline\"", "name = \"Headline\""),
    ("the case of an index's name", "models", "name = \"articles_headline_idx\"", "name = \"ARTICLES_headline_idx\""),
    (
        "the case of a parent's names",
        "models",
        "#[column(primary_key, autoincrement)]",
        "#[column(primary_key, autoincrement, name = \"ID\")]",
    ),
    ("the case of a parent's table", "models", "name = \"orgs\"", "name = \"ORGS\""),
    ("a name that was left out", "models", ", name = \"orgs_country_code_key\"", ""),
    ("the name of an index that was left out", "models", ", name = \"orgs_country_founded_on_idx\"", ""),
    ("an equivalent condition", "models", "check(\"country <> code\")", "check(\"( Country != [code] )\")"),
    ("a condition on a field", "models", "check(\"country <> code\"),", ""),
    ("SQL instead of a literal", "models", "default = 0.5", "default = sql(\"( 0.5 )\")"),
    ("the SQL of a literal", "models", "default = true", "default = sql(\"TRUE\")"),
    ("another word for true", "models", "default = true", "default = sql(\"1\")"),
    ("bytes as SQL", "models", "default = b\"\\x00\\x01\"", "default = sql(\"X'0001'\")"),
    ("a text as SQL", "models", "default = \"draft\"", "default = sql(\"'draft'\")"),
    ("an action that is the default", "models", ", on_delete = no_action", ""),
    ("the default of a generated column", "models", ", virtual)]", ")]"),
    (
        "a path to the standard library",
        "models",
        "pub closed_on: Option<String>",
        "pub closed_on: std::option::Option<std::string::String>",
    ),
    ("another integer", "models", "pub number: i32", "pub number: i64"),
    ("another text", "models", "pub code: String", "pub code: Box<str>"),
    ("an alias of the type", "models", "pub founded_on: String", "pub founded_on: Day"),
    ("the type itself instead of its alias", "models", "pub id: OrgId", "pub id: i64"),
    (
        "a newtype instead of an alias",
        "models",
        "pub type OrgId = i64;",
        "#[derive(SqlType)] pub struct OrgId(pub i64);",
    ),
    (
        "the name of a variant that is stored as before",
        "models",
        "    Draft,\n",
        "    #[sql(rename = \"draft\")] First,\n",
    ),
    ("the parent's columns as texts", "models", "references = Self::token", "references(\"comments\", \"token\")"),
    ("the struct's own name for Self", "models", "references = Self::token", "references = Comment::token"),
    ("no default that is written out", "models", ", default = null", ""),
    ("the order of the list of models", "models", "[Org, Member, Article, Comment]", "[Comment, Article, Member, Org]"),
    ("comments and white space", "1", "id INTEGER PRIMARY KEY", "id /* the key */ INTEGER -- counted\n PRIMARY   KEY"),
    ("the case of keywords", "1", "NOT NULL DEFAULT 'ch' COLLATE NOCASE", "not null default 'ch' collate nocase"),
    ("the case of names", "1", "founded_on DATE", "Founded_On DATE"),
    ("names in quotes", "1", "country CHAR(2)", "\"country\" CHAR(2)"),
    ("names in brackets", "1", "ON companies (founded_on)", "ON [companies] ([founded_on])"),
    ("names in back quotes", "2", "badge BLOB", "`badge` BLOB"),
    ("the order of constraints", "1", "NOT NULL DEFAULT 'ch' COLLATE NOCASE", "COLLATE NOCASE DEFAULT 'ch' NOT NULL"),
    ("parentheses around a default", "2", "DEFAULT 0.5", "DEFAULT (0.5)"),
    ("another word for 1", "2", "DEFAULT TRUE", "DEFAULT 1"),
    ("a sign that says nothing", "2", "DEFAULT 0.5", "DEFAULT +0.5"),
    (
        "the order of columns",
        "2",
        "    badge BLOB NOT NULL,\n    active INTEGER NOT NULL DEFAULT TRUE,\n",
        "    active INTEGER NOT NULL DEFAULT TRUE,\n    badge BLOB NOT NULL,\n",
    ),
    (
        "a constraint instead of an index",
        "1",
        "    CHECK (country <> shorthand)\n",
        "    CHECK (country <> shorthand), UNIQUE (founded_on, shorthand)\n",
    ),
    ("the name of an index that the model leaves open", "1", "companies_founded_on_idx", "founded"),
    (
        "the name of a constraint that the model leaves open",
        "2",
        "    UNIQUE (badge",
        "    CONSTRAINT any UNIQUE (badge",
    ),
    (
        "an equivalent condition in the migrations",
        "1",
        "CHECK (country <> shorthand)",
        "CHECK ((\"country\" != companies.shorthand))",
    ),
    ("ASC", "1", "(country, founded_on DESC)", "(country ASC, founded_on DESC)"),
    ("the column's own collation", "1", "(country, founded_on DESC)", "(country COLLATE NOCASE, founded_on DESC)"),
    (
        "AS for GENERATED ALWAYS AS",
        "4",
        "GENERATED ALWAYS AS (substr(headline, 1, 1)) VIRTUAL",
        "AS (substr(headline, 1, 1))",
    ),
    ("DEFAULT NULL", "5", "member TEXT REFERENCES", "member TEXT DEFAULT NULL REFERENCES"),
    ("the implicit parent column", "5", "REFERENCES articles (id)", "REFERENCES articles"),
    (
        "a reference as a constraint of the table",
        "4",
        "org_id INTEGER NOT NULL REFERENCES orgs (id) ON DELETE NO ACTION,",
        "org_id INTEGER NOT NULL,",
    ),
    ("the other kind of not deferrable", "5", "DEFERRABLE,", "NOT DEFERRABLE INITIALLY DEFERRED,"),
    ("the order of the values of an enum", "5", "IN ('LOW', 'VERY_HIGH')", "IN ('VERY_HIGH', 'LOW')"),
    ("line ends of Windows", "3", "\n", "\r\n"),
    (
        "rows",
        "5",
        "CREATE TRIGGER",
        "INSERT INTO orgs (shorthand, founded_on) SELECT 'ab', '2020' WHERE 0;\nCREATE TRIGGER",
    ),
    ("an index that comes and goes", "3", "CREATE VIEW", "CREATE INDEX i ON articles (id); DROP INDEX i;\nCREATE VIEW"),
    ("a table that comes and goes", "3", "CREATE VIEW", "CREATE TABLE t (a); DROP TABLE t;\nCREATE VIEW"),
];

/// What a change needs besides, so that it says the same.
const BESIDE: &[(&str, &str, &str, &str)] = &[
    (
        "the order of fields",
        "models",
        "    /// What others remember.",
        "    pub badge: Vec<u8>,\n    /// What others remember.",
    ),
    (
        "a condition on a field",
        "models",
        "    /// Short.\n    pub code",
        "    #[column(check = \"country <> code\")]\n    pub code",
    ),
    ("an alias of the type", "models", "/// An address.", "/// A day.\npub type Day = String;\n\n/// An address."),
    (
        "a constraint instead of an index",
        "2",
        "CREATE UNIQUE INDEX orgs_founded_on_code_key ON orgs (founded_on, code);",
        "",
    ),
    (
        "a reference as a constraint of the table",
        "4",
        "    CHECK (rank < 1000)\n",
        "    CHECK (rank < 1000),\n    FOREIGN KEY (org_id) REFERENCES orgs (id)\n",
    ),
    ("rows", "5", "(shorthand, ", "(code, "),
];

fn edit(subject: &Subject, what: &str, rust: &mut String, files: &mut [(String, String)]) {
    let all = SAME.iter().chain(BESIDE).filter(|(name, ..)| *name == what);
    for (_, file, old, new) in all {
        let text = match file.parse::<usize>() {
            Ok(number) => &mut files[number - 1].1,
            Err(_) => &mut *rust,
        };
        assert!(text.contains(old), "{what} of {}: no `{old}` in\n{text}", subject.name);
        *text = if *old == "\n" { text.replace(old, new) } else { text.replacen(old, new, 1) };
    }
}

/// What is reported about a change of words, for each change that is not silent.
pub(crate) fn faults(subject: &Subject) -> Vec<String> {
    assert!(SAME.len() >= 50, "{} changes of words", SAME.len());
    let mut faults = Vec::new();
    for (what, ..) in SAME {
        let (mut rust, mut files) = (subject.source.text.clone(), subject.migrations.clone());
        edit(subject, what, &mut rust, &mut files);
        match replayed(&files) {
            Err(problem) => faults.push(format!("{what}: {problem}")),
            Ok(replay) => {
                let found = view(&rust, &replay);
                if !found.is_empty() {
                    faults.push(format!("{what}: {found:#?}"));
                }
            }
        }
    }
    faults
}
