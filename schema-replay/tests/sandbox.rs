//! Migrations run inside the compiler: what they can reach there, what they can cost, and how all of it is told.

#[path = "sandbox/denied.rs"]
mod denied;
#[path = "sandbox/files.rs"]
mod files;
#[path = "sandbox/laws.rs"]
mod laws;
#[path = "sandbox/limits.rs"]
mod limits;
#[path = "sandbox/messages.rs"]
mod messages;
#[path = "sandbox/rows.rs"]
mod rows;
#[path = "sandbox/stubs.rs"]
mod stubs;
#[path = "sandbox/support.rs"]
mod support;
