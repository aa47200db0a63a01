//! What other migration tools leave in a database, version by version. The tables and rows of sqlx, diesel, refinery,
//! `rusqlite_migration`, sea-orm and dbmate are what these tools wrote for these very files.

/// The migrations, by name and text.
pub(crate) const MIGRATIONS: [(&str, &str); 4] = [
    ("users", "-- Who may write.\nCREATE TABLE users (\n  id INTEGER PRIMARY KEY,\n  email TEXT NOT NULL UNIQUE\n);\n"),
    (
        "posts",
        "CREATE TABLE posts (\n  id INTEGER PRIMARY KEY,\n  author_id INTEGER NOT NULL REFERENCES users (id),\n  title TEXT NOT NULL\n);\n",
    ),
    ("published", "ALTER TABLE posts ADD COLUMN published BOOLEAN NOT NULL DEFAULT 0;\n"),
    ("posts_author", "CREATE INDEX posts_author ON posts (author_id);\n"),
];

/// How a tool names its files, and what it records.
#[derive(Clone, Copy)]
pub(crate) struct Tool {
    pub(crate) name: &'static str,
    /// What the file of migration N is called: `#` is N and `*` the name.
    file: &'static str,
    before: &'static str,
    after: &'static str,
    pub(crate) table: &'static str,
    pub(crate) create: &'static str,
    /// What is written when each migration has run.
    pub(crate) insert: [&'static str; 4],
    /// Whether a schema of another version contradicts it.
    pub(crate) is_binding: bool,
}

const PLAIN: Tool = Tool {
    name: "",
    file: "000#_*.sql",
    before: "",
    after: "",
    table: "",
    create: "",
    insert: [""; 4],
    is_binding: true,
};

pub(crate) const SQLX: Tool = Tool {
    name: "sqlx",
    file: "2024010#120000_*.sql",
    table: "_sqlx_migrations",
    create: "CREATE TABLE _sqlx_migrations (
    version BIGINT PRIMARY KEY,
    description TEXT NOT NULL,
    installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    success BOOLEAN NOT NULL,
    checksum BLOB NOT NULL,
    execution_time BIGINT NOT NULL
);",
    insert: [
        "INSERT INTO _sqlx_migrations VALUES(20240101120000,'users','2026-11-21 14:14:56',1,X'AA598B4AD63D5CFC4BC49C68F3DF889CEDAFCADEFD9C4BC6D1D080C152567A2DE300608C23081FC11F66D7800D2E161B',19007517);",
        "INSERT INTO _sqlx_migrations VALUES(20240102120000,'posts','2026-11-21 14:14:56',1,X'D5C3092BA40ACEBAB053A9045417EE90CC981410648B385858D0ACF9581EBDBA5A091B85072402EB66F43917CE26F6EA',7778847);",
        "INSERT INTO _sqlx_migrations VALUES(20240103120000,'published','2026-11-21 14:14:56',1,X'9344BED6D0869A525B730C7966D4F268DBB8C5884CD83BED8B2F7BD513AE94CB0C2BA1157E39255CE6AFF225CCC65BFC',9987358);",
        "INSERT INTO _sqlx_migrations VALUES(20240104120000,'posts author','2026-11-21 14:14:56',1,X'CB20FBAE4CE898177A65E7E3A38F01F2B75A638ADEA4242D1B67D8F2004CA128996F1FCB24C1F4A21266439B5B7DC0C5',2476978);",
    ],
    ..PLAIN
};

/// The same files with the line ends of Windows, where the recording program was built.
const SQLX_ON_WINDOWS: Tool = Tool {
    insert: [
        "INSERT INTO _sqlx_migrations VALUES(20240101120000,'users','2026-11-21 14:14:56',1,X'BAE733F474C8B7F5271BD5B45D17361100D9B8666EB08187584DA6C9E71BD372D8ECFEEBC4D4404AA810FEB6306A5591',11707559);",
        "INSERT INTO _sqlx_migrations VALUES(20240102120000,'posts','2026-11-21 14:14:56',1,X'493947332DD197AB607441AF9857CC6DB6D2E9FDCD61B2205B0BB250D550B5481338281CB45126A1F2B76B94305F637D',15048137);",
        "INSERT INTO _sqlx_migrations VALUES(20240103120000,'published','2026-11-21 14:14:56',1,X'BBFEE77A3ECB74FBC8F915FB637B70F9A2F131560D032A6FC489B7DB94AA2B3B35F22EF64AC64B5DB226F533ABACA346',13802773);",
        "INSERT INTO _sqlx_migrations VALUES(20240104120000,'posts author','2026-11-21 14:14:56',1,X'880117A0FC6EBD2D13024C2B016BD7C5B76E23CD1C143D21E044567F4A9013B94DD578ABA61C5A0242036E70DF201B94',8811782);",
    ],
    ..SQLX
};

pub(crate) const DIESEL: Tool = Tool {
    name: "diesel",
    file: "2024-01-0#-120000-0000_*/up.sql",
    table: "__diesel_schema_migrations",
    create: "CREATE TABLE __diesel_schema_migrations (
       version VARCHAR(50) PRIMARY KEY NOT NULL,
       run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);",
    insert: [
        "INSERT INTO __diesel_schema_migrations VALUES('202401011200000000','2026-11-21 14:14:56');",
        "INSERT INTO __diesel_schema_migrations VALUES('202401021200000000','2026-11-21 14:14:56');",
        "INSERT INTO __diesel_schema_migrations VALUES('202401031200000000','2026-11-21 14:14:56');",
        "INSERT INTO __diesel_schema_migrations VALUES('202401041200000000','2026-11-21 14:14:56');",
    ],
    ..PLAIN
};

pub(crate) const REFINERY: Tool = Tool {
    name: "refinery",
    file: "V#__*.sql",
    table: "refinery_schema_history",
    create: "CREATE TABLE refinery_schema_history(
             version int4 PRIMARY KEY,
             name VARCHAR(255),
             applied_on VARCHAR(255),
             checksum VARCHAR(255));",
    insert: [
        "INSERT INTO refinery_schema_history VALUES(1,'users','2026-11-21T14:14:56.496261073Z','11465970132109059832');",
        "INSERT INTO refinery_schema_history VALUES(2,'posts','2026-11-21T14:14:56.496268113Z','8797038314561060743');",
        "INSERT INTO refinery_schema_history VALUES(3,'published','2026-11-21T14:14:56.496269074Z','8694885210480804367');",
        "INSERT INTO refinery_schema_history VALUES(4,'posts_author','2026-11-21T14:14:56.496270636Z','13622747425194542045');",
    ],
    ..PLAIN
};

const RUSQLITE_MIGRATION: Tool = Tool {
    name: "rusqlite_migration",
    file: "0#-*/up.sql",
    insert: [
        "PRAGMA user_version = 1;",
        "PRAGMA user_version = 2;",
        "PRAGMA user_version = 3;",
        "PRAGMA user_version = 4;",
    ],
    ..PLAIN
};

/// Its users write their migrations in Rust, and would number them as files.
const RUSQLITE_MIGRATION_IN_RUST: Tool = Tool { file: "000#_*.sql", is_binding: false, ..RUSQLITE_MIGRATION };

const DBMATE: Tool = Tool {
    name: "dbmate",
    file: "2024010#120000_*.sql",
    before: "-- migrate:up\n",
    after: "\n-- migrate:down\n",
    table: "schema_migrations",
    create: "CREATE TABLE \"schema_migrations\" (version varchar(128) primary key);",
    insert: [
        "INSERT INTO schema_migrations (version) VALUES ('20240101120000');",
        "INSERT INTO schema_migrations (version) VALUES ('20240102120000');",
        "INSERT INTO schema_migrations (version) VALUES ('20240103120000');",
        "INSERT INTO schema_migrations (version) VALUES ('20240104120000');",
    ],
    ..PLAIN
};

pub(crate) const GOLANG_MIGRATE: Tool = Tool {
    name: "golang-migrate",
    file: "#_*.up.sql",
    table: "schema_migrations",
    create: "CREATE TABLE schema_migrations (version uint64,dirty bool);
        CREATE UNIQUE INDEX version_unique ON schema_migrations (version);",
    insert: [
        "DELETE FROM schema_migrations; INSERT INTO schema_migrations VALUES (1, 0);",
        "DELETE FROM schema_migrations; INSERT INTO schema_migrations VALUES (2, 0);",
        "DELETE FROM schema_migrations; INSERT INTO schema_migrations VALUES (3, 0);",
        "DELETE FROM schema_migrations; INSERT INTO schema_migrations VALUES (4, 0);",
    ],
    ..PLAIN
};

pub(crate) const GOOSE: Tool = Tool {
    name: "goose",
    file: "0000#_*.sql",
    before: "-- +goose Up\n",
    after: "\n-- +goose Down\n",
    table: "goose_db_version",
    create: "CREATE TABLE goose_db_version (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        version_id INTEGER NOT NULL,
        is_applied INTEGER NOT NULL,
        tstamp TIMESTAMP DEFAULT (datetime('now'))
    );
    INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, 1);",
    insert: [
        "INSERT INTO goose_db_version (version_id, is_applied) VALUES (1, 1);",
        // Up, down and up again.
        "INSERT INTO goose_db_version (version_id, is_applied) VALUES (2, 1), (2, 0), (2, 1);",
        "INSERT INTO goose_db_version (version_id, is_applied) VALUES (3, 1);",
        "INSERT INTO goose_db_version (version_id, is_applied) VALUES (4, 1);",
    ],
    ..PLAIN
};

const SEA_ORM: Tool = Tool {
    name: "sea-orm",
    file: "2024010#120000_*.sql",
    table: "seaql_migrations",
    create: "CREATE TABLE \"seaql_migrations\" ( \"version\" varchar NOT NULL PRIMARY KEY, \"applied_at\" integer NOT NULL );",
    insert: [
        "INSERT INTO seaql_migrations VALUES ('m20240101_120000_users', 1795270940);",
        "INSERT INTO seaql_migrations VALUES ('m20240102_120000_posts', 1795270940);",
        "INSERT INTO seaql_migrations VALUES ('m20240103_120000_published', 1795270940);",
        "INSERT INTO seaql_migrations VALUES ('m20240104_120000_posts_author', 1795270940);",
    ],
    is_binding: false,
    ..PLAIN
};

const BARE: Tool = Tool {
    name: "schema_migrations",
    table: "schema_migrations",
    create: "CREATE TABLE schema_migrations (id INTEGER PRIMARY KEY, migration_name TEXT, applied_at TEXT);",
    insert: [
        "INSERT INTO schema_migrations VALUES (1, '0001_users.sql', '2026-01-01');",
        "INSERT INTO schema_migrations VALUES (2, '0002_posts.sql', '2026-01-01');",
        "INSERT INTO schema_migrations VALUES (3, '0003_published.sql', '2026-01-01');",
        "INSERT INTO schema_migrations VALUES (4, '0004_posts_author.sql', '2026-01-01');",
    ],
    is_binding: false,
    ..PLAIN
};

pub(crate) const TOOLS: [Tool; 11] = [
    SQLX,
    SQLX_ON_WINDOWS,
    DIESEL,
    REFINERY,
    RUSQLITE_MIGRATION,
    RUSQLITE_MIGRATION_IN_RUST,
    DBMATE,
    GOLANG_MIGRATE,
    GOOSE,
    SEA_ORM,
    BARE,
];

impl Tool {
    /// Its files: path below the directory and text.
    pub(crate) fn files_of(self, migrations: &[(&str, &str)]) -> Vec<(String, String)> {
        let file = |(number, (name, sql)): (usize, &(&str, &str))| {
            let file = self.file.replace('#', &number.to_string()).replace('*', name);
            (file, format!("{}{sql}{}", self.before, self.after))
        };
        (1..).zip(migrations).map(file).collect()
    }

    /// What it records of the first migrations.
    pub(crate) fn records(self, count: usize) -> String {
        format!("{}{}", self.create, self.insert[..count].concat())
    }
}

/// The schema after that many migrations, with rows.
pub(crate) fn schema(count: usize) -> String {
    let sql: String = MIGRATIONS[..count].iter().map(|(_, sql)| *sql).collect();
    let rows = [
        "INSERT INTO users VALUES (7, 'a@example.org');",
        "INSERT INTO posts (id, author_id, title) VALUES (1, 7, 'first'), (2, 7, 'second');",
    ];
    sql + &rows[..count.min(2)].concat()
}
