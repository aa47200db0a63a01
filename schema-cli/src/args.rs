//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Schema drift is a compile error: models, migrations and databases agree, or you are told where they do not.
#[derive(Debug, Parser)]
#[command(name = "cargo driftless", bin_name = "cargo driftless", version)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Print one JSON document instead of text.
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

/// Where the models and the migrations are. Without any of these: the package, or the workspace,
/// of the current directory.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Where {
    /// A Rust file, or a directory of Rust files, with the models.
    #[arg(long, value_name = "FILE_OR_DIR")]
    pub(crate) models: Option<PathBuf>,
    /// The migrations directory.
    #[arg(long, value_name = "DIR")]
    pub(crate) migrations: Option<PathBuf>,
    /// The SQL dialect.
    #[arg(long, value_name = "sqlite|postgres")]
    pub(crate) dialect: Option<String>,
    /// How the migrations directory is laid out, where it is not recognised.
    #[arg(long)]
    pub(crate) layout: Option<String>,
    /// The package of the workspace.
    #[arg(short, long)]
    pub(crate) package: Option<String>,
    /// The Cargo.toml of the package or the workspace.
    #[arg(long, value_name = "PATH")]
    pub(crate) manifest_path: Option<PathBuf>,
}

/// Whether and where a backup of a database is taken.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct BackupArgs {
    /// When the database is copied first: before a loss of data, the default, always or never.
    #[arg(long, value_enum, value_name = "WHEN")]
    pub(crate) backup: Option<BackupWhen>,
    /// Where the copy goes, instead of beside the database.
    #[arg(long, value_name = "DIR")]
    pub(crate) backup_directory: Option<PathBuf>,
}

/// When a database is copied first: in words where `--help` explains the option.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum BackupWhen {
    BeforeLoss,
    Always,
    Never,
}

/// What a database cannot tell by itself.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Answers {
    /// Adopt this version, where a database without history fits several.
    #[arg(long, value_name = "VERSION")]
    pub(crate) adopt: Option<String>,
    /// Whether the INSERT, UPDATE and DELETE of a migration ran, where its tables are there already.
    #[arg(long, value_name = "adopt|run", hide_possible_values = true)]
    pub(crate) data_statements: Option<DataStatements>,
}

/// What to do with statements on rows, when nothing says whether they ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DataStatements {
    // They ran.
    Adopt,
    // They did not.
    Run,
}

/// What `pull` reads and writes.
#[derive(Clone, Debug, Args)]
pub(crate) struct PullArgs {
    /// Read this database file instead of the migrations.
    #[arg(long, value_name = "FILE", conflicts_with = "migrations")]
    pub(crate) database: Option<PathBuf>,
    /// Where to write; without it the models are printed.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Write over a file that has something else in it.
    #[arg(long, requires = "out")]
    pub(crate) force: bool,
    /// Leave driftless.toml alone, and only say what it would have to state.
    #[arg(long)]
    pub(crate) keep_config: bool,
}

/// What `new` writes.
#[derive(Clone, Debug, Args)]
pub(crate) struct NewArgs {
    /// Write an empty migration, for SQL by hand.
    #[arg(long)]
    pub(crate) empty: bool,
    /// Allow a loss of data, by name: drop-column:users.phone, drop-table:old_things.
    #[arg(long, value_name = "KIND:NAME")]
    pub(crate) allow: Vec<String>,
    /// What existing rows get in a new NOT NULL column: users.age=0.
    #[arg(long, value_name = "TABLE.COLUMN=EXPR")]
    pub(crate) backfill: Vec<String>,
    /// The SQLite version that will run it; the default is the one built in.
    #[arg(long, value_name = "VERSION")]
    pub(crate) engine: Option<String>,
    /// Print what would be written, and write nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// What `audit` looks at, and what it makes of it.
#[derive(Clone, Debug, Args)]
pub(crate) struct AuditArgs {
    /// The SQLite file. It is only read.
    #[arg(long, value_name = "FILE")]
    pub(crate) database: PathBuf,
    /// How findings are printed.
    #[arg(long, value_enum, default_value_t = ReportFormat::Human)]
    pub(crate) format: ReportFormat,
    /// The exit code is 1 when there is a finding of this severity or a worse one.
    #[arg(long, value_enum, default_value_t = FailOn::Critical)]
    pub(crate) fail_on: FailOn,
    /// Also look for the rows that are in the way of the SQL.
    #[arg(long)]
    pub(crate) rows: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Set a package up: config, first migration, lock, and the line in build.rs.
    Init {
        #[command(flatten)]
        place: Where,
    },
    /// Write the next migration: what lies between the migrations and the models.
    New {
        /// What it does, in words: `add_user_roles_unique`.
        name: String,
        #[command(flatten)]
        place: Where,
        #[command(flatten)]
        new: NewArgs,
    },
    /// Give the verdict of the build, without building.
    Check {
        #[command(flatten)]
        place: Where,
        /// How findings are printed.
        #[arg(long, value_enum, default_value_t = Format::Human)]
        format: Format,
    },
    /// Write Rust models from migrations or from a database file.
    Pull {
        #[command(flatten)]
        place: Where,
        #[command(flatten)]
        pull: PullArgs,
    },
    /// Say where a database stands.
    Status {
        /// The SQLite file.
        database: PathBuf,
        #[command(flatten)]
        place: Where,
    },
    /// Say what a database does not enforce of what the models state, and give the SQL that mends it.
    Audit {
        #[command(flatten)]
        audit: AuditArgs,
        #[command(flatten)]
        place: Where,
    },
    /// Show what `apply` would do, with the SQL.
    Plan {
        /// The SQLite file.
        database: PathBuf,
        #[command(flatten)]
        place: Where,
        #[command(flatten)]
        answers: Answers,
        /// Save the plan; `apply --plan` runs exactly it, on this schema only.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Bring a database to the schema of the migrations.
    ///
    /// A database that has tables of the migrations is changed after somebody agreed: on the terminal, or by `--yes`
    /// or `--plan` where nobody can be asked. A file that does not exist is created.
    Apply {
        /// The SQLite file.
        database: PathBuf,
        #[command(flatten)]
        place: Where,
        /// Run only if this plan still fits.
        #[arg(long, value_name = "FILE")]
        plan: Option<PathBuf>,
        #[command(flatten)]
        answers: Answers,
        #[command(flatten)]
        backup: BackupArgs,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
    /// Undo migrations by their way down.
    Rollback {
        /// The SQLite file.
        database: PathBuf,
        #[command(flatten)]
        place: Where,
        /// The version to end at, 0 for none; without it, one migration is undone.
        #[arg(long, value_name = "VERSION")]
        to: Option<String>,
        #[command(flatten)]
        backup: BackupArgs,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
    /// Bring a database back to a backup. What it is now is kept as a backup, too.
    Restore {
        /// The backup, as `apply` or `rollback` named it.
        file: PathBuf,
        /// The SQLite file.
        #[arg(long, value_name = "FILE")]
        database: PathBuf,
        #[command(flatten)]
        backup: BackupArgs,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
    /// Lock the migrations again after pending ones were edited by hand.
    Lock {
        #[command(flatten)]
        place: Where,
        /// Also accept that a migration which was locked has changed, by file name.
        #[arg(long, value_name = "FILE")]
        released: Vec<String>,
    },
    /// Renumber the local migration after another branch took its number.
    Rebase {
        #[command(flatten)]
        place: Where,
        /// The migration that gets the next number, by file name, where the lock does not tell which is local.
        #[arg(long, value_name = "FILE")]
        local: Vec<String>,
    },
    /// Explain the code of a finding.
    Explain {
        /// The code, or nothing for the list of them.
        code: Option<String>,
    },
    /// Print the DDL of the schema.
    Schema {
        #[command(flatten)]
        place: Where,
        /// Print that of the migrations up to a version; without it that of the models.
        #[arg(long, value_name = "VERSION")]
        at: Option<String>,
    },
    /// Compare two of: models, migrations, migrations@VERSION, a database file, an SQL file.
    Diff {
        /// The side before.
        before: String,
        /// The side after.
        after: String,
        #[command(flatten)]
        place: Where,
    },
    /// Print a completion script for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

/// How findings are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people, with the lines of both files.
    Human,
    /// One document.
    Json,
    /// The Static Analysis Results Interchange Format 2.1.0.
    Sarif,
    /// Workflow commands that GitHub turns into annotations.
    Github,
}

/// How the findings of an audit are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// For people, with the lines of both files.
    Human,
    /// One document.
    Json,
    /// The Static Analysis Results Interchange Format 2.1.0.
    Sarif,
    /// Workflow commands that GitHub turns into annotations.
    Github,
    /// A report to keep.
    Markdown,
}

/// The severity from which on an audit fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// Integrity is not enforced.
    Critical,
    /// Behaviour or speed differs.
    Warning,
    /// Anything is to be told.
    Notice,
}
