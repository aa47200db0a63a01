//! Migrating real database files, in every state that they are found in.

#[path = "runtime/common.rs"]
mod common;

#[path = "runtime/cms.rs"]
mod cms;
#[path = "runtime/foreign_keys.rs"]
mod foreign_keys;
#[path = "runtime/messages.rs"]
mod messages;
#[path = "runtime/processes.rs"]
mod processes;
#[path = "runtime/roll_back.rs"]
mod roll_back;
#[path = "runtime/states.rs"]
mod states;
#[path = "runtime/survey.rs"]
mod survey;
#[path = "runtime/up_to_date.rs"]
mod up_to_date;
