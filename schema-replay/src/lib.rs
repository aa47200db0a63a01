//! From a migrations directory on disk to the schema that it makes: the files are read in any known
//! layout, run in a sandboxed in-memory SQLite, and the result is read back from its catalogue.

#![forbid(unsafe_code)]

mod blueprint;
mod config;
mod directory;
mod downs;
mod failure;
mod inspect;
mod layout;
mod ledger;
mod likeness;
mod listing;
mod locked;
mod markers;
mod naming;
mod permission;
mod problem;
mod project;
mod renumber;
mod replayer;
mod row_dependent;
mod sandbox;
mod stub;

pub use blueprint::{Blueprint, Counter, Object, Tree};
pub use config::{Config, Level, Lints};
pub use directory::{MigrationSet, read, read_duplicated, read_unlocked};
pub use downs::read_downs;
pub use inspect::{inspect, stored};
pub use layout::Layout;
pub use ledger::Ledger;
pub use problem::Problem;
pub use project::Project;
pub use renumber::{Renumbered, renumber};
pub use replayer::{Replay, Replayer, replay};
pub use sandbox::limit_memory;
pub use stub::is_bookkeeping;
