//! The ways in which tools lay out a migrations directory.

/// How the files of a migrations directory are named and what is in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Layout {
    /// `0001_name.sql`, driftless' own.
    Plain,
    /// sqlx: `1_name.sql`, or `1_name.up.sql` and `1_name.down.sql`.
    Sqlx,
    /// diesel: `2024-01-01-000000-0000_name/up.sql`.
    Diesel,
    /// refinery: `V1__name.sql`, `U1__name.sql`.
    Refinery,
    /// golang-migrate: `1_name.up.sql`.
    GolangMigrate,
    /// goose: `-- +goose Up` and `-- +goose Down` in one file.
    Goose,
    /// sql-migrate: `-- +migrate Up` and `-- +migrate Down` in one file.
    SqlMigrate,
    /// dbmate: `-- migrate:up` and `-- migrate:down` in one file.
    Dbmate,
    /// `rusqlite_migration`: `01-name/up.sql`.
    RusqliteMigration,
    /// Prisma: `20240101000000_name/migration.sql`.
    Prisma,
}

impl Layout {
    /// All layouts.
    pub const ALL: [Layout; 10] = [
        Layout::Plain,
        Layout::Sqlx,
        Layout::Diesel,
        Layout::Refinery,
        Layout::GolangMigrate,
        Layout::Goose,
        Layout::SqlMigrate,
        Layout::Dbmate,
        Layout::RusqliteMigration,
        Layout::Prisma,
    ];

    /// The name that `driftless.toml` and `--layout` use.
    ///
    /// ```
    /// assert_eq!(schema_replay::Layout::GolangMigrate.as_str(), "golang-migrate");
    /// ```
    pub const fn as_str(self) -> &'static str {
        match self {
            Layout::Plain => "plain",
            Layout::Sqlx => "sqlx",
            Layout::Diesel => "diesel",
            Layout::Refinery => "refinery",
            Layout::GolangMigrate => "golang-migrate",
            Layout::Goose => "goose",
            Layout::SqlMigrate => "sql-migrate",
            Layout::Dbmate => "dbmate",
            Layout::RusqliteMigration => "rusqlite_migration",
            Layout::Prisma => "prisma",
        }
    }

    /// The layout with that name, the inverse of [`Layout::as_str`].
    ///
    /// ```
    /// use schema_replay::Layout;
    /// assert_eq!(Layout::parse("diesel"), Some(Layout::Diesel));
    /// assert_eq!(Layout::parse("ecto"), None);
    /// ```
    pub fn parse(name: &str) -> Option<Layout> {
        Layout::ALL.into_iter().find(|layout| layout.as_str() == name)
    }
}
