//! `driftless::testing`: what it proves, what it finds, and that it can fail.

#[path = "laws/generate.rs"]
mod generate;

#[allow(dead_code, reason = "the schemas are wanted here, and not the rows")]
#[path = "plan/engine.rs"]
mod engine;
#[allow(dead_code, reason = "as above")]
#[path = "plan/house.rs"]
mod house;

#[path = "testing/common.rs"]
mod common;
#[path = "testing/constraints.rs"]
mod constraints;
#[path = "testing/random.rs"]
mod random;
#[path = "testing/rows.rs"]
mod rows;
#[path = "testing/upgrades.rs"]
mod upgrades;
