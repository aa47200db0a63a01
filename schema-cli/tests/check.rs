//! `cargo driftless check`, run as users run it.

#[path = "cli/support.rs"]
mod support;

#[path = "check/parity.rs"]
mod parity;
