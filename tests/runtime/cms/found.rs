//! The databases of the half-migrated content management system, each as the SQL that makes it. The tests of the
//! library and those of the command line find the same ones.

pub(crate) const BASELINE: &str = include_str!("../../../examples/cms/migrations/0001_baseline.sql");
pub(crate) const VERIFIER: &str =
    include_str!("../../../examples/cms/migrations/0002_add_code_verifier_to_auth_state.sql");
pub(crate) const TOKENS: &str =
    include_str!("../../../examples/cms/migrations/0003_secure_tokens_and_authorization_codes.sql");

/// Rows in every table of the baseline.
const ROWS: &str = "INSERT INTO notes (slug, file_path) VALUES ('hello', 'a.md'), ('world', 'b.md');
INSERT INTO sessions (session_token, me, expires_at) VALUES ('s', 'me', '2030-01-01');
INSERT INTO tokens (token, me) VALUES ('t1', 'me'), ('t2', 'me'), ('t3', 'me'), ('t4', 'you'), ('t5', 'you');
INSERT INTO auth_state (state, expires_at) VALUES ('x', '2030-01-01');
";

/// Rows in the tables that the third migration makes.
const NEW_ROWS: &str = "INSERT INTO tokens (token_hash, me, expires_at) VALUES
  ('h1', 'me', '2030-01-01'), ('h2', 'me', '2030-01-01'), ('h3', 'you', '2030-01-01');
INSERT INTO authorization_codes (code_hash, me, client_id, redirect_uri, expires_at) VALUES
  ('c1', 'me', 'app', 'https://app.example', '2030-01-01'), ('c2', 'me', 'app', 'https://app.example', '2030-01-01');
";

/// The history that the system kept itself: it counts from its second migration, and has only recorded that one.
pub(crate) const OWN_HISTORY: &str = "CREATE TABLE schema_migrations (
  id INTEGER PRIMARY KEY AUTOINCREMENT, migration_name TEXT UNIQUE NOT NULL,
  applied_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP);
INSERT INTO schema_migrations (migration_name) VALUES ('001_add_code_verifier_to_auth_state.sql');
";

/// The three indexes that production lacked.
const TOKEN_INDEXES: [&str; 3] = [
    "CREATE INDEX idx_tokens_hash ON tokens(token_hash);",
    "CREATE INDEX idx_tokens_me ON tokens(me);",
    "CREATE INDEX idx_tokens_expires ON tokens(expires_at);",
];

/// B: exactly the baseline, rows in every table, no history.
pub(crate) fn baseline() -> String {
    format!("{BASELINE}{ROWS}")
}

/// C: release 0.9.5.
pub(crate) fn release() -> String {
    format!("{BASELINE}{VERIFIER}{ROWS}{OWN_HISTORY}")
}

/// D: a fresh install of release candidate 1: everything is there, and nothing says so.
pub(crate) fn newest() -> String {
    format!("{BASELINE}{VERIFIER}{ROWS}{TOKENS}{NEW_ROWS}")
}

/// What comes after the second migration in E: the new tables with rows, without three of their indexes.
pub(crate) fn half_of_the_third() -> String {
    let tables = TOKEN_INDEXES.iter().fold(TOKENS.to_owned(), |sql, index| sql.replace(index, ""));
    format!("{ROWS}{tables}{NEW_ROWS}")
}

/// E: production at release candidate 2, without any history.
pub(crate) fn production() -> String {
    format!("{BASELINE}{VERIFIER}{}", half_of_the_third())
}

/// F: as E, but an index of the third migration is on another column.
pub(crate) const OTHER_INDEX: &str = "CREATE INDEX idx_tokens_hash ON tokens(me);\n";

/// G: release 0.9.5 after the hot fix.
pub(crate) fn hot_fixed() -> String {
    format!("{}ALTER TABLE tokens ADD COLUMN token_hash TEXT;\n", release())
}

/// H: the baseline with a table and a trigger of somebody's own.
pub(crate) fn with_statistics() -> String {
    let own = "CREATE TABLE stats (day TEXT, hits INTEGER);
INSERT INTO stats VALUES ('mon', 7), ('tue', 8);
CREATE TRIGGER notes_seen AFTER INSERT ON notes BEGIN UPDATE stats SET hits = hits + 1; END;
";
    format!("{}{own}", baseline())
}
