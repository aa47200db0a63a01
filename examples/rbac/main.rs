//! Role-based access for a streaming site: twelve models, fifteen migrations, and what the last of
//! them is for.
//!
//! `cargo run --example rbac`

pub mod models;

use std::error::Error;
use std::path::Path;

use driftless::{Kind, Sqlite, schema};
use models::{
    Anime, AuditLog, Episode, Favorite, Permission, RefreshToken, Release, Role, RolePermission, User, UserRole,
    WatchProgress,
};
use rusqlite::Connection;

schema! {
    /// The database of the site.
    pub static SITE: Sqlite = "migrations" [
        User, Role, Permission, UserRole, RolePermission, Anime, Release, Episode, Favorite, WatchProgress,
        RefreshToken, AuditLog,
    ];
}

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    // In a package of its own this would be a test: `prove(&SITE).assert()`.
    println!("{}\n", driftless::testing::prove(&SITE).run()?);
    let dir = tempfile::tempdir()?;
    what_the_models_promise(&dir.path().join("new.db"))?;
    roles_granted_twice(&dir.path().join("old.db"))
}

/// A new database enforces what the models state.
fn what_the_models_promise(path: &Path) -> Result<()> {
    println!("a new database: {}\n", SITE.migrate_file(path)?);
    let db = Connection::open(path)?;
    db.execute_batch(&format!("PRAGMA foreign_keys = ON; {ROWS}"))?;
    for (what, sql) in FORBIDDEN {
        let error = db.execute(sql, []).err().ok_or_else(|| format!("{what} was accepted"))?;
        println!("{what:<42} {error}");
    }

    // ON DELETE: what belongs to the user goes, the log stays and forgets who it was.
    db.execute("DELETE FROM users WHERE id = 1", [])?;
    assert_eq!(count(&db, "SELECT count(*) FROM user_roles")?, 0);
    assert_eq!(count(&db, "SELECT count(*) FROM audit_logs WHERE actor_id IS NULL")?, 1);
    println!();
    Ok(())
}

const ROWS: &str = "
    INSERT INTO users (id, email, username, password_hash) VALUES (1, 'ada@example.org', 'ada', 'x');
    INSERT INTO roles (id, name) VALUES (1, 'admin');
    INSERT INTO permissions (id, code) VALUES (1, 'anime.edit');
    INSERT INTO anime (id, title) VALUES (1, 'Mushishi');
    INSERT INTO releases (id, anime_id, studio) VALUES (1, 1, 'Artland');
    INSERT INTO episodes (id, release_id, number) VALUES (1, 1, 1);
    INSERT INTO user_roles (user_id, role_id) VALUES (1, 1);
    INSERT INTO role_permissions (role_id, permission_id) VALUES (1, 1);
    INSERT INTO favorites (user_id, anime_id) VALUES (1, 1);
    INSERT INTO watch_progress (user_id, anime_id, episode_id) VALUES (1, 1, 1);
    INSERT INTO audit_logs (actor_id, action, entity) VALUES (1, 'edit', 'anime');";

const FORBIDDEN: &[(&str, &str)] = &[
    ("the same role twice", "INSERT INTO user_roles (user_id, role_id) VALUES (1, 1)"),
    ("the same permission twice", "INSERT INTO role_permissions (role_id, permission_id) VALUES (1, 1)"),
    ("the same favourite twice", "INSERT INTO favorites (user_id, anime_id) VALUES (1, 1)"),
    ("progress of one series twice", "INSERT INTO watch_progress (user_id, anime_id) VALUES (1, 1)"),
    (
        "the same address in capitals",
        "INSERT INTO users (email, username, password_hash) VALUES ('ADA@example.org', 'b', 'x')",
    ),
    ("a role of nobody", "INSERT INTO user_roles (user_id, role_id) VALUES (99, 1)"),
    ("an episode number 0", "UPDATE episodes SET number = 0"),
    ("a rating of 11", "UPDATE anime SET rating = 11"),
    ("a status that the enum does not have", "UPDATE anime SET status = 'cancelled'"),
    ("a user without a name", "INSERT INTO users (email, password_hash) VALUES ('b@example.org', 'x')"),
];

/// A database of the time before migration 0015, in which somebody is an administrator twice. The
/// index cannot be built; nothing is lost, and after the second row is gone the same call succeeds.
fn roles_granted_twice(path: &Path) -> Result<()> {
    let mut db = Connection::open(path)?;
    let old = Sqlite::from_migrations(SITE.migrations()[..14].to_vec())?;
    println!("a database of the time before 0015: {}", old.migrate(&mut db)?);
    db.execute_batch(ROWS)?;
    db.execute("INSERT INTO user_roles (user_id, role_id) VALUES (1, 1)", [])?;

    let error = SITE.migrate(&mut db).err().ok_or("a unique index over equal rows was built")?;
    println!("\n{error}\n");
    assert_eq!(error.kind(), Kind::Offenders);
    assert!(error.migration().is_some_and(|file| file.ends_with("0015_add_unique_constraints_to_rbac_tables.sql")));
    assert_eq!(count(&db, "SELECT count(*) FROM user_roles")?, 2);

    db.execute(
        "DELETE FROM user_roles WHERE id NOT IN (SELECT min(id) FROM user_roles GROUP BY user_id, role_id)",
        [],
    )?;
    println!("after the second row is gone: {}", SITE.migrate(&mut db)?);
    assert_eq!(count(&db, "SELECT count(*) FROM user_roles")?, 1);
    assert!(db.execute("INSERT INTO user_roles (user_id, role_id) VALUES (1, 1)", []).is_err());
    Ok(())
}

fn count(db: &Connection, sql: &str) -> Result<i64> {
    Ok(db.query_row(sql, [], |row| row.get(0))?)
}
