//! The laws of the readers, the renderer and the differ, tried on random schemas and on random SQL against the real SQLite.

#[path = "laws/generate.rs"]
mod generate;

#[path = "laws/behaviour.rs"]
mod behaviour;
#[path = "laws/copies.rs"]
mod copies;
#[path = "laws/definitions.rs"]
mod definitions;
#[path = "laws/differ.rs"]
mod differ;
#[path = "laws/examples.rs"]
mod examples;
#[path = "laws/models.rs"]
mod models;
#[path = "laws/scripts.rs"]
mod scripts;
#[path = "laws/soup.rs"]
mod soup;
#[path = "laws/values.rs"]
mod values;
