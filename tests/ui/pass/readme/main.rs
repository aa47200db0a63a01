//! The program of README: a fresh database, a second start, and constraints that hold.

use driftless::{Outcome, Table, schema};

#[derive(Table)]
pub struct User {
    #[column(primary_key, autoincrement)]
    pub id: i64,
    #[column(unique, collate = "NOCASE")]
    pub email: String,
    #[column(default = sql("CURRENT_TIMESTAMP"))]
    pub created_at: String,
    pub deleted_at: Option<String>,
}

#[derive(Table)]
pub struct Role {
    #[column(primary_key)]
    pub id: i64,
    #[column(unique)]
    pub name: String,
}

#[derive(Table)]
#[table(unique(user_id, role_id))]
pub struct UserRole {
    #[column(primary_key)]
    pub id: i64,
    #[column(references = User::id, on_delete = cascade)]
    pub user_id: i64,
    #[column(references = Role::id, on_delete = cascade, index)]
    pub role_id: i64,
}

schema! {
    /// The application's database.
    pub static APP: Sqlite = "migrations" [User, Role, UserRole];
}

fn main() {
    let mut db = rusqlite::Connection::open_in_memory().unwrap();
    let report = APP.migrate(&mut db).unwrap();
    assert_eq!(report.count(Outcome::Created), 3);
    assert_eq!(report.version.as_deref(), Some("3"));
    assert!(APP.migrate(&mut db).unwrap().is_up_to_date());
    db.execute("INSERT INTO users (email) VALUES ('ada@example.org')", []).unwrap();
    db.execute("INSERT INTO roles (name) VALUES ('admin')", []).unwrap();
    db.execute("INSERT INTO user_roles (user_id, role_id) VALUES (1, 1)", []).unwrap();
    db.execute("INSERT INTO user_roles (user_id, role_id) VALUES (1, 1)", []).unwrap_err();
    db.execute("INSERT INTO users (email) VALUES ('ADA@example.org')", []).unwrap_err();
    assert_eq!(UserRole::COLUMNS.iter().map(|column| column.name).collect::<Vec<_>>(), ["id", "user_id", "role_id"]);
}
