//! The texts of all errors, word for word.
