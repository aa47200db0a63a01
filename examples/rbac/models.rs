//! The twelve models of an application with role-based access.

use driftless::{SqlType, Table};

/// A person who may sign in.
#[derive(Table)]
pub struct User {
    /// The key.
    #[column(primary_key)]
    pub id: i64,
    /// Compared without regard to case.
    #[column(unique, collate = "NOCASE")]
    pub email: String,
    /// The name that others see.
    #[column(unique)]
    pub username: String,
    /// Never the password.
    pub password_hash: String,
    /// When the account was made.
    #[column(default = sql("CURRENT_TIMESTAMP"))]
    pub created_at: String,
    /// Whether signing in is allowed.
    #[column(default = true)]
    pub is_active: bool,
}

/// What users may be.
#[derive(Table)]
pub struct Role {
    /// The key.
    #[column(primary_key)]
    pub id: i64,
    /// `admin`, `editor`.
    #[column(unique)]
    pub name: String,
    /// What people read.
    pub display_name: Option<String>,
}

/// What roles may do.
#[derive(Table)]
pub struct Permission {
    /// The key.
    #[column(primary_key)]
    pub id: i64,
    /// `anime.edit`.
    #[column(unique)]
    pub code: String,
    /// What people read.
    pub description: Option<String>,
}

/// Who is what, once.
#[derive(Table)]
#[table(unique(user_id, role_id))]
pub struct UserRole {
    /// The key.
    #[column(primary_key)]
    pub id: i64,
    /// Who.
    #[column(references = User::id, on_delete = cascade)]
    pub user_id: i64,
    /// What.
    #[column(references = Role::id, on_delete = cascade, index)]
    pub role_id: i64,
    /// Since when.
    #[column(default = sql("CURRENT_TIMESTAMP"))]
    pub granted_at: String,
}

/// Which role may do what, once.
#[derive(Table)]
#[table(unique(role_id, permission_id))]
pub struct RolePermission {
    /// The key.
    #[column(primary_key)]
    pub id: i64,
    /// Which role.
    #[column(references = Role::id, on_delete = cascade)]
    pub role_id: i64,
    /// What it may do.
    #[column(references = Permission::id, on_delete = cascade, index)]
    pub permission_id: i64,
}

/// How far a series is. A variant more is a compile error until a migration widens the CHECK.
#[derive(SqlType)]
pub enum AnimeStatus {
    /// Nothing to see yet.
    Announced,
    /// On air.
    Airing,
    /// Complete.
    Finished,
}

/// A series.
#[derive(Table)]
#[table(
    name = "anime",
    check("rating BETWEEN 0 AND 10", name = "anime_rating_check"),
    index(title collate "NOCASE", name = "ix_anime_title")
)]
pub struct Anime {
    /// The key.
    #[column(primary_key)]
    pub id: i64,
    /// The title.
    pub title: String,
    /// The year of the first episode.
    pub year: Option<i64>,
    /// From 0 to 10.
    pub rating: Option<f64>,
    /// Hidden rather than removed.
    #[column(default = false)]
    pub is_deleted: bool,
    /// How far it is.
    #[column(default = "announced")]
    pub status: AnimeStatus,
}

/// A series as one studio gave it out.
#[derive(Table)]
#[table(unique(anime_id, studio))]
pub struct Release {
    /// The key.
    #[column(primary_key)]
    pub id: i64,
    /// Of what.
    #[column(references = Anime::id, on_delete = cascade)]
    pub anime_id: i64,
    /// By whom.
    pub studio: String,
}

/// An episode of a release.
#[derive(Table)]
#[table(index(release_id, number))]
pub struct Episode {
    /// The key.
    #[column(primary_key)]
    pub id: i64,
    /// Of what.
    #[column(references = Release::id, on_delete = cascade)]
    pub release_id: i64,
    /// Counted from 1.
    #[column(check = "number > 0")]
    pub number: i64,
    /// The title.
    #[column(default = "")]
    pub title: String,
    /// Hidden rather than removed.
    #[column(default = false)]
    pub is_deleted: bool,
}

/// What a user likes.
#[derive(Table)]
#[table(unique(user_id, anime_id))]
pub struct Favorite {
    /// The key.
    #[column(primary_key)]
    pub id: i64,
    /// Who.
    #[column(references = User::id, on_delete = cascade)]
    pub user_id: i64,
    /// What.
    #[column(references = Anime::id, on_delete = cascade, index)]
    pub anime_id: i64,
}

/// How far a user has seen a series.
#[derive(Table)]
#[table(name = "watch_progress", unique(user_id, anime_id))]
pub struct WatchProgress {
    /// The key.
    #[column(primary_key)]
    pub id: i64,
    /// Who.
    #[column(references = User::id, on_delete = cascade)]
    pub user_id: i64,
    /// What.
    #[column(references = Anime::id, on_delete = cascade, index)]
    pub anime_id: i64,
    /// The episode that was seen last.
    #[column(references = Episode::id, on_delete = set_null, index)]
    pub episode_id: Option<i64>,
    /// Where in it.
    #[column(default = 0, check = "position_seconds >= 0")]
    pub position_seconds: i64,
    /// When.
    #[column(default = sql("CURRENT_TIMESTAMP"))]
    pub updated_at: String,
}

/// What keeps a user signed in. Its two indexes were unknown to the models for ten migrations.
#[derive(Table)]
pub struct RefreshToken {
    /// The key.
    #[column(primary_key)]
    pub id: i64,
    /// Whose.
    #[column(references = User::id, on_delete = cascade, index)]
    pub user_id: i64,
    /// Never the token.
    #[column(index)]
    pub token_hash: String,
    /// Until when.
    pub expires_at: String,
    /// When it was taken back.
    pub revoked_at: Option<String>,
}

/// Who did what. It outlives the user.
#[derive(Table)]
#[table(
    index(created_at desc, name = "ix_audit_logs_created_at"),
    index(actor_id, name = "ix_audit_logs_actor_id", where = "actor_id IS NOT NULL")
)]
pub struct AuditLog {
    /// The key.
    #[column(primary_key, autoincrement)]
    pub id: i64,
    /// Who, while there is such a user.
    #[column(references = User::id, on_delete = set_null)]
    pub actor_id: Option<i64>,
    /// What was done.
    pub action: String,
    /// To what kind of thing.
    pub entity: String,
    /// To which one.
    pub entity_id: Option<i64>,
    /// When.
    #[column(default = sql("CURRENT_TIMESTAMP"))]
    pub created_at: String,
}
