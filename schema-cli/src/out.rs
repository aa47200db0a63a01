//! Standard output. A reader that went away, as `| head` does, ends the program in silence; a disk that is full
//! ends it with an error.

use std::fmt::Display;
use std::io::{ErrorKind, Write as _};

/// Prints a text as it is.
pub(crate) fn text(text: impl Display) {
    let mut stdout = anstream::stdout().lock();
    let written = write!(stdout, "{text}").and_then(|()| stdout.flush());
    if let Err(error) = written {
        if error.kind() == ErrorKind::BrokenPipe {
            std::process::exit(0);
        }
        let _ = writeln!(anstream::stderr(), "error: cannot write to standard output: {error}");
        std::process::exit(2);
    }
}

/// Prints a line.
pub(crate) fn line(line: impl Display) {
    text(format_args!("{line}\n"));
}

/// Prints the one document of `--json`.
pub(crate) fn json(document: &serde_json::Value) {
    text(format_args!("{document:#}\n"));
}
