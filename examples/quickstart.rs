//! The example of README: three models, four migrations, one call.
//!
//! `cargo run --example quickstart`

use driftless::{Table, schema};

/// A person who may sign in.
#[derive(Table)]
#[table(name = "users")]
pub struct User {
    /// Never used twice, even after the row is gone.
    #[column(primary_key, autoincrement)]
    pub id: i64,
    /// Compared without regard to case.
    #[column(unique, collate = "NOCASE")]
    pub email: String,
    /// When the row was made.
    #[column(default = sql("CURRENT_TIMESTAMP"))]
    pub created_at: String,
    /// When the user left.
    pub deleted_at: Option<String>,
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
}

/// Who is what. Take `unique(user_id, role_id)` away, and the build fails.
#[derive(Table)]
#[table(name = "user_roles", unique(user_id, role_id))]
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
}

schema! {
    /// The application's database.
    pub static APP: Sqlite = "migrations" [User, Role, UserRole];
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("app.db");

    let mut db = rusqlite::Connection::open(&path)?;
    println!("first start: {}", APP.migrate(&mut db)?);

    db.execute("INSERT INTO users (email) VALUES ('ada@example.org')", [])?;
    db.execute("INSERT INTO roles (name) VALUES ('admin')", [])?;
    db.execute("INSERT INTO user_roles (user_id, role_id) VALUES (1, 1)", [])?;

    // The constraints that the models state are the constraints that the database enforces.
    let twice = db.execute("INSERT INTO user_roles (user_id, role_id) VALUES (1, 1)", []);
    println!("the same role twice: {}", twice.expect_err("UNIQUE (user_id, role_id) holds"));
    let folded = db.execute("INSERT INTO users (email) VALUES ('ADA@example.org')", []);
    println!("the same address in capitals: {}", folded.expect_err("the address is compared without case"));

    println!("second start: {}", APP.migrate(&mut db)?);
    println!("the table of `UserRole`:\n{}", UserRole::DDL.sqlite.table);
    Ok(())
}
