//! The models of the content management system, one for each table of its final schema.

use driftless::Table;

/// A published or unpublished page.
#[derive(Table)]
#[table(index(created_at desc, name = "idx_notes_created_at"))]
pub struct Note {
    /// The key.
    #[column(primary_key, autoincrement)]
    pub id: i64,
    /// The last part of its address.
    #[column(unique, index)]
    pub slug: String,
    /// Where its text stands.
    #[column(unique)]
    pub file_path: String,
    /// Whether readers see it. Old rows may not say.
    #[column(default = false, index)]
    pub published: Option<bool>,
    /// When it was written.
    #[column(sql_type = "TIMESTAMP", default = sql("CURRENT_TIMESTAMP"))]
    pub created_at: String,
    /// When it was changed last.
    #[column(sql_type = "TIMESTAMP", default = sql("CURRENT_TIMESTAMP"))]
    pub updated_at: String,
    /// When it was thrown away.
    #[column(sql_type = "TIMESTAMP", index)]
    pub deleted_at: Option<String>,
    /// The hash of the text.
    pub content_hash: Option<String>,
}

/// Somebody who is signed in.
#[derive(Table)]
pub struct Session {
    /// The key.
    #[column(primary_key, autoincrement)]
    pub id: i64,
    /// What the cookie holds.
    #[column(unique, index(name = "idx_sessions_token"))]
    pub session_token: String,
    /// Who it is.
    pub me: String,
    /// Since when.
    #[column(sql_type = "TIMESTAMP", default = sql("CURRENT_TIMESTAMP"))]
    pub created_at: String,
    /// Until when.
    #[column(sql_type = "TIMESTAMP", index)]
    pub expires_at: String,
    /// When it was seen last.
    #[column(sql_type = "TIMESTAMP")]
    pub last_used_at: Option<String>,
}

/// The right of a program to write in somebody's name.
#[derive(Table)]
pub struct Token {
    /// The key.
    #[column(primary_key, autoincrement)]
    pub id: i64,
    /// The hash of what the program holds.
    #[column(unique, index)]
    pub token_hash: String,
    /// Who gave it.
    #[column(index)]
    pub me: String,
    /// Which program.
    pub client_id: Option<String>,
    /// What it may do.
    #[column(default = "create")]
    pub scope: Option<String>,
    /// Since when.
    #[column(sql_type = "TIMESTAMP", default = sql("CURRENT_TIMESTAMP"))]
    pub created_at: String,
    /// Until when.
    #[column(sql_type = "TIMESTAMP", index)]
    pub expires_at: String,
    /// When it was used last.
    #[column(sql_type = "TIMESTAMP")]
    pub last_used_at: Option<String>,
    /// When it was taken back.
    #[column(sql_type = "TIMESTAMP")]
    pub revoked_at: Option<String>,
}

/// A sign-in that is under way.
#[derive(Table)]
#[table(name = "auth_state")]
pub struct AuthState {
    /// The random text that comes back. SQLite admits NULL in such a key, which no model means.
    #[column(primary_key)]
    pub state: String,
    /// Since when.
    #[column(sql_type = "TIMESTAMP", default = sql("CURRENT_TIMESTAMP"))]
    pub created_at: String,
    /// Until when.
    #[column(sql_type = "TIMESTAMP", index)]
    pub expires_at: String,
    /// The secret of the exchange.
    #[column(default = "")]
    pub code_verifier: String,
}

/// A code that a program exchanges for a token, once.
#[derive(Table)]
pub struct AuthorizationCode {
    /// The key.
    #[column(primary_key, autoincrement)]
    pub id: i64,
    /// The hash of the code.
    #[column(unique, index)]
    pub code_hash: String,
    /// Who gave it.
    pub me: String,
    /// Which program.
    pub client_id: String,
    /// Where it went.
    pub redirect_uri: String,
    /// What the token may do.
    pub scope: Option<String>,
    /// What the program wants back.
    pub state: Option<String>,
    /// The challenge of the exchange.
    pub code_challenge: Option<String>,
    /// How the challenge was made.
    pub code_challenge_method: Option<String>,
    /// Since when.
    #[column(sql_type = "TIMESTAMP", default = sql("CURRENT_TIMESTAMP"))]
    pub created_at: String,
    /// Until when.
    #[column(sql_type = "TIMESTAMP", index)]
    pub expires_at: String,
    /// When it was exchanged.
    #[column(sql_type = "TIMESTAMP")]
    pub used_at: Option<String>,
}
