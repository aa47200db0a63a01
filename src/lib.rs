//! Schema drift is a compile error.
