//! The limits on the length of files and functions.

use crate::exceptions::{EXCEPTIONS, Exception};
use crate::finding::Finding;
use crate::layout::Layout;
use crate::scan::Source;

const FILE: usize = 600;
const FUNCTION: usize = 60;

/// Reports what is longer than the limits, and exceptions that nothing needs.
pub(crate) fn check(layout: &Layout, findings: &mut Vec<Finding>) {
    let mut used = vec![false; EXCEPTIONS.len()];
    for (file, text) in layout.rust() {
        for (function, line, message) in too_long(text) {
            let is_it = |exception: &Exception| exception.file == file && exception.function == function.as_deref();
            match EXCEPTIONS.iter().position(is_it) {
                Some(at) => used[at] = true,
                None => findings.push(Finding::new(file, line, message)),
            }
        }
    }
    for (exception, used) in EXCEPTIONS.iter().zip(used) {
        if !used {
            let message = format!("nothing needs the exception for {} ({})", exception.file, exception.reason);
            findings.push(Finding::new("xtask/src/exceptions.rs", 1, message));
        }
    }
}

/// The function (`None` for the whole file), the line and the message of each thing that is too long.
fn too_long(text: &str) -> Vec<(Option<String>, usize, String)> {
    let mut found = Vec::new();
    let lines = text.lines().count();
    if lines > FILE {
        found.push((None, 1, format!("the file has {lines} lines, the limit is {FILE}; divide it by its stages")));
    }
    for function in Source::scan(text).functions().into_iter().filter(|function| function.length > FUNCTION) {
        let message = format!("fn {} has {} lines, the limit is {FUNCTION}", function.name, function.length);
        found.push((Some(function.name), function.line, message));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::too_long;

    #[test]
    fn the_limits_are_inclusive() {
        let function = |lines: usize| format!("fn f() {{\n{}}}\n", "    x();\n".repeat(lines - 2));
        assert_eq!(too_long(&function(60)), []);
        let found = too_long(&function(61));
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].0.as_deref(), found[0].1), (Some("f"), 1));
        assert_eq!(too_long(&"// x\n".repeat(600)), []);
        assert_eq!(too_long(&"// x\n".repeat(601)).len(), 1);
    }
}
