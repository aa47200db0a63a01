//! The models of the examples, which are for SQLite, as tables of PostgreSQL.

use driftless::{Statements, Table};

use crate::postgres::database;

#[allow(dead_code, unreachable_pub, clippy::struct_field_names, reason = "the example is a program of its own")]
#[path = "../../examples/cms/models.rs"]
mod cms;
#[allow(dead_code, unreachable_pub, clippy::struct_field_names, reason = "the example is a program of its own")]
#[path = "../../examples/rbac/models.rs"]
mod rbac;

fn statements<T: Table>() -> (&'static str, Statements) {
    (T::NAME, T::DDL.postgres)
}

fn created(purpose: &str, tables: &[(&str, Statements)]) {
    let Some(database) = database(purpose) else { return };
    // SQLite's collation of that name has no counterpart; an application would create one.
    database.run("CREATE COLLATION \"NOCASE\" FROM \"C\"");
    for (name, statements) in tables {
        assert!(statements.table.starts_with(&format!("CREATE TABLE {name} (")), "{}", statements.table);
        database.run_all(std::iter::once(&statements.table).chain(statements.indexes));
    }
    let found = database.lines("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1");
    let mut expected: Vec<&str> = tables.iter().map(|(name, _)| *name).collect();
    expected.sort_unstable();
    assert_eq!(found, expected);
    let indexes: usize = tables.iter().map(|(_, statements)| statements.indexes.len()).sum();
    let found = database.lines(
        "SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
         WHERE c.relnamespace = 'public'::regnamespace AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = c.oid)",
    );
    assert_eq!(found, [indexes.to_string()]);
}

#[test]
fn the_content_management_system() {
    use cms::{AuthState, AuthorizationCode, Note, Session, Token};
    created(
        "the DDL of the models of the content management system",
        &[
            statements::<Note>(),
            statements::<Session>(),
            statements::<Token>(),
            statements::<AuthState>(),
            statements::<AuthorizationCode>(),
        ],
    );
}

#[test]
fn the_role_based_access() {
    use rbac::{Anime, AuditLog, Episode, Favorite, Permission, RefreshToken, Release, Role, RolePermission, User};
    created(
        "the DDL of the models of the role-based access",
        &[
            statements::<User>(),
            statements::<Role>(),
            statements::<Permission>(),
            statements::<rbac::UserRole>(),
            statements::<RolePermission>(),
            statements::<Anime>(),
            statements::<Release>(),
            statements::<Episode>(),
            statements::<Favorite>(),
            statements::<rbac::WatchProgress>(),
            statements::<RefreshToken>(),
            statements::<AuditLog>(),
        ],
    );
}
