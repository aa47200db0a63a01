//! Migrating real database files, in every state that they are found in.

#[path = "runtime/common.rs"]
mod common;
#[allow(
    dead_code,
    unreachable_pub,
    reason = "the example is a program, of which the tests use the models and the migrations"
)]
#[path = "../examples/rbac/main.rs"]
mod rbac;

// The random schemas and edits that the planner is tried on.
#[allow(dead_code, reason = "the planner's tests use more of it")]
#[path = "plan/edits.rs"]
mod edits;
#[allow(dead_code, reason = "as above")]
#[path = "plan/engine.rs"]
mod engine;
#[path = "laws/generate.rs"]
mod generate;
#[path = "plan/house.rs"]
mod house;

#[path = "runtime/audit.rs"]
mod audit;
#[path = "runtime/audit_laws.rs"]
mod audit_laws;
#[path = "runtime/backup.rs"]
mod backup;
#[path = "runtime/cms.rs"]
mod cms;
#[path = "runtime/foreign_keys.rs"]
mod foreign_keys;
#[path = "runtime/fresh.rs"]
mod fresh;
#[path = "runtime/histories.rs"]
mod histories;
#[path = "runtime/histories_law.rs"]
mod histories_law;
#[path = "runtime/histories_refused.rs"]
mod histories_refused;
#[path = "runtime/law.rs"]
mod law;
#[path = "runtime/messages.rs"]
mod messages;
#[path = "runtime/preflight.rs"]
mod preflight;
#[path = "runtime/restore.rs"]
mod restore;
#[path = "runtime/roll_back.rs"]
mod roll_back;
#[path = "runtime/states.rs"]
mod states;
#[path = "runtime/survey.rs"]
mod survey;
#[path = "runtime/up_to_date.rs"]
mod up_to_date;
