//! The audit: what a live database does not enforce of what the models state.

use driftless::{ModelMeta, Severity, Sqlite, Table};
use schema_runtime::Audit;

use crate::common::File;
use crate::rbac::SITE;
use crate::rbac::models::{RefreshToken, RolePermission, User, UserRole};

/// The models of the example as they were: nobody had written `index` on the fields of `RefreshToken`, and no
/// migration created the two indexes that somebody had made by hand.
fn site_as_it_was() -> Sqlite {
    const MODELS: &[ModelMeta] = &[
        ModelMeta { name: "User", table: User::NAME, columns: User::COLUMNS },
        ModelMeta { name: "UserRole", table: UserRole::NAME, columns: UserRole::COLUMNS },
        ModelMeta { name: "RolePermission", table: RolePermission::NAME, columns: RolePermission::COLUMNS },
        ModelMeta { name: "RefreshToken", table: RefreshToken::NAME, columns: RefreshToken::COLUMNS },
    ];
    let mut migrations = SITE.migrations().to_vec();
    let tokens = migrations[4].sql.clone();
    let table = tokens.split("CREATE INDEX").next().expect("a table").to_owned();
    migrations[4].checksum = schema_runtime::checksum(&table).into();
    migrations[4].sql = table.into();
    Sqlite::from_migrations(migrations).expect("they replay").with_models(MODELS)
}

/// The database as it was found: no tool kept a history in it, it has the schema before migration 0015, the two
/// indexes, and rows.
fn database_as_found() -> File {
    let file = File::none();
    let db = file.open();
    for migration in &SITE.migrations()[..14] {
        db.execute_batch(&migration.sql).expect("the migrations of the example");
    }
    db.execute_batch(
        "INSERT INTO users (id, email, username, password_hash) VALUES (1, 'ada@example.org', 'ada', 'x');
         INSERT INTO roles (id, name) VALUES (1, 'admin');
         INSERT INTO user_roles (user_id, role_id) VALUES (1, 1);
         INSERT INTO refresh_tokens (user_id, token_hash, expires_at) VALUES (1, 'x', '2030-01-01')",
    )
    .expect("rows");
    file
}

fn counts(audit: &Audit) -> [usize; 3] {
    [Severity::Critical, Severity::Warning, Severity::Notice].map(|severity| audit.count(severity))
}

const AS_FOUND: &str = "\
the database has no history: compared with the schema of version 15, the last one

critical: table `role_permissions` has no UNIQUE (role_id, permission_id)
  model:       RolePermission::{role_id, permission_id}
  migrations:  CREATE UNIQUE INDEX uq_role_permissions_role_id ON role_permissions (role_id, permission_id)   \
examples/rbac/migrations/0015_add_unique_constraints_to_rbac_tables.sql:2:1
  database:    (none)
  help: run the SQL below; existing rows may repeat (role_id, permission_id), and then it fails and changes nothing
    CREATE UNIQUE INDEX uq_role_permissions_role_id ON role_permissions (role_id, permission_id);

critical: table `user_roles` has no UNIQUE (user_id, role_id)
  model:       UserRole::{user_id, role_id}
  migrations:  CREATE UNIQUE INDEX uq_user_roles_user_id ON user_roles (user_id, role_id)   \
examples/rbac/migrations/0015_add_unique_constraints_to_rbac_tables.sql:1:1
  database:    (none)
  help: run the SQL below; existing rows may repeat (user_id, role_id), and then it fails and changes nothing
    CREATE UNIQUE INDEX uq_user_roles_user_id ON user_roles (user_id, role_id);

warning: index `ix_refresh_tokens_token_hash` of table `refresh_tokens` is in no migration
  model:       RefreshToken::token_hash
  migrations:  (none)
  database:    CREATE INDEX ix_refresh_tokens_token_hash ON refresh_tokens (token_hash)
  help: state it in the model and in a migration, or drop it by hand

warning: index `ix_refresh_tokens_user_id` of table `refresh_tokens` is in no migration
  model:       RefreshToken::user_id
  migrations:  (none)
  database:    CREATE INDEX ix_refresh_tokens_user_id ON refresh_tokens (user_id)
  help: state it in the model and in a migration, or drop it by hand

2 critical, 2 warnings, 0 notices";

#[test]
fn twelve_models_as_found_and_after_migration_0015() {
    let file = database_as_found();
    let audit = site_as_it_was().audit(&file.open()).expect("an audit");
    assert_eq!(counts(&audit), [2, 2, 0], "{audit}");
    assert_eq!(audit.to_string(), AS_FOUND);

    // `index` stands on the two fields now, the migration that creates them is theirs, and 0015 runs.
    SITE.migrate_file(&file.path).expect("it migrates");
    let audit = SITE.audit(&file.open()).expect("an audit");
    assert_eq!(counts(&audit), [0, 0, 0], "{audit}");
    assert_eq!(audit.to_string(), "compared with the schema of version 15\n0 critical, 0 warnings, 0 notices");
}
