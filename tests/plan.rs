//! The planner on a real SQLite: what a plan does to rows, and to everything that hangs on a table.

#[path = "laws/generate.rs"]
mod generate;

#[path = "plan/cases.rs"]
mod cases;
#[path = "plan/edits.rs"]
mod edits;
#[path = "plan/engine.rs"]
mod engine;
#[path = "plan/house.rs"]
mod house;
#[path = "plan/laws.rs"]
mod laws;
