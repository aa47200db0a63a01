//! The command line, run as users run it: the real binary on real directories.

#[path = "cli/support.rs"]
mod support;

#[path = "cli/audit.rs"]
mod audit;
#[path = "cli/backup.rs"]
mod backup;
#[path = "cli/cms.rs"]
mod cms;
#[path = "cli/commands.rs"]
mod commands;
#[path = "cli/database.rs"]
mod database;
#[path = "cli/histories.rs"]
mod histories;
#[cfg(unix)]
#[path = "cli/hostile.rs"]
mod hostile;
#[path = "cli/init.rs"]
mod init;
#[path = "cli/lock.rs"]
mod lock;
#[path = "cli/new.rs"]
mod new;
#[path = "cli/pull.rs"]
mod pull;
#[path = "cli/rebase.rs"]
mod rebase;
#[path = "cli/schema.rs"]
mod schema;
#[path = "cli/story.rs"]
mod story;
#[cfg(target_os = "linux")]
#[path = "cli/terminal.rs"]
mod terminal;
