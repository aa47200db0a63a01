//! The one list of exceptions to the limits on size, each with its reason.

/// A file, or a function of a file, that may be longer than the limit.
pub(crate) struct Exception {
    /// The file, relative to the root of the repository.
    pub(crate) file: &'static str,
    /// The function; `None` means the file as a whole.
    pub(crate) function: Option<&'static str>,
    /// Why the limit would make it worse.
    pub(crate) reason: &'static str,
}

/// An exception that nothing needs any more is itself a finding.
pub(crate) const EXCEPTIONS: &[Exception] = &[];
