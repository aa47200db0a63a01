//! What the process tells its caller.

use std::process::ExitCode;

/// The outcome of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    /// The two sides agree, or the work is done.
    Done,
    /// They disagree, or something was found.
    Findings,
    /// The command line or a file cannot be used.
    Unusable,
    /// Refused, because data would be lost.
    Refused,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> ExitCode {
        ExitCode::from(match outcome {
            Outcome::Done => 0,
            Outcome::Findings => 1,
            Outcome::Unusable => 2,
            Outcome::Refused => 3,
        })
    }
}

/// Why a command stopped: the whole message, and what the caller is told.
#[derive(Debug)]
pub(crate) struct Stop {
    /// The message, line 1 complete in itself.
    pub(crate) message: String,
    /// The exit code.
    pub(crate) outcome: Outcome,
}

impl Stop {
    /// The command line or a file cannot be used.
    pub(crate) fn unusable(message: impl Into<String>) -> Stop {
        Stop { message: message.into(), outcome: Outcome::Unusable }
    }

    /// Refused, because data would be lost.
    pub(crate) fn refused(message: impl Into<String>) -> Stop {
        Stop { message: message.into(), outcome: Outcome::Refused }
    }
}

pub(crate) type Result<T> = std::result::Result<T, Stop>;
