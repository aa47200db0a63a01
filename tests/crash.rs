//! Processes that are killed, disks that are full, files that are damaged: whatever happens to a migration, the
//! database is as before or migrated by a whole number of migrations, and sound.
//!
//! `CRASH_SEED` takes another seed than the one that every run takes, `CRASH_CASES` multiplies the number of cases
//! and of kills.

#[path = "runtime/common.rs"]
#[allow(dead_code, reason = "two test programs use a part of it each")]
mod common;

#[path = "crash/bench.rs"]
mod bench;
#[path = "crash/child.rs"]
mod child;
#[path = "crash/content.rs"]
mod content;
#[path = "crash/full.rs"]
mod full;
#[path = "crash/fuzz.rs"]
mod fuzz;
#[path = "crash/herd.rs"]
mod herd;
#[path = "crash/kills.rs"]
mod kills;
#[path = "crash/locked.rs"]
mod locked;
#[path = "crash/random.rs"]
mod random;
#[path = "crash/rights.rs"]
mod rights;
#[path = "crash/scenario.rs"]
mod scenario;
