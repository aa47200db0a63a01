//! `cargo driftless check`, run as users run it.

#[path = "cli/support.rs"]
mod support;

#[path = "check/codes.rs"]
mod codes;
#[path = "check/fixtures.rs"]
mod fixtures;
#[path = "check/formats.rs"]
mod formats;
#[path = "check/hostile.rs"]
mod hostile;
#[path = "check/parity.rs"]
mod parity;
#[path = "check/workspaces.rs"]
mod workspaces;
