//! What `schema!` and the DDL constants need while the user's crate is compiled: the proof that every
//! table has a listed model, and texts put together from constants.

use crate::private::{fail, same_name};

/// What a schema needs to know of a listed model: its table, and the digest of what it was checked against.
pub type Claim = (&'static str, u64);

/// Proves that a table of the migrations has a listed model, and that the model was checked against
/// these migrations. `hint` is where the model is expected in the list. A digest of zero belongs to
/// a model that was refused or not checked; its own errors are enough.
#[track_caller]
pub const fn claim(models: &[Claim], hint: usize, table: &str, digest: u64, missing: &str, other: &str) {
    let mut at = hint;
    if at >= models.len() || !same_name(models[at].0, table) {
        at = 0;
        while at < models.len() && !same_name(models[at].0, table) {
            at += 1;
        }
        if at == models.len() {
            // A model that was refused has no name, and may be the one.
            if !any_unnamed(models) {
                fail(missing, &[]);
            }
            return;
        }
    }
    if models[at].1 != digest && models[at].1 != 0 {
        fail(other, &[]);
    }
}

const fn any_unnamed(models: &[Claim]) -> bool {
    let mut at = 0;
    while at < models.len() {
        if models[at].0.is_empty() {
            return true;
        }
        at += 1;
    }
    false
}

/// Proves that no two listed models are of one table.
#[track_caller]
pub const fn distinct(models: &[Claim]) {
    let mut i = 0;
    while i < models.len() {
        // A model that was refused has no name; its own errors are enough.
        let mut j = if models[i].0.is_empty() { models.len() } else { i + 1 };
        while j < models.len() {
            if same_name(models[i].0, models[j].0) {
                fail("two listed models are of table `{}`\n help: list one of them", &[models[i].0]);
            }
            j += 1;
        }
        i += 1;
    }
}

/// The length of several texts together.
pub const fn length(parts: &[&str]) -> usize {
    let (mut i, mut sum) = (0, 0);
    while i < parts.len() {
        sum += parts[i].len();
        i += 1;
    }
    sum
}

/// Several texts, one after the other. `N` is their [`length`].
pub const fn joined<const N: usize>(parts: &[&str]) -> [u8; N] {
    let mut bytes = [0; N];
    let (mut i, mut at) = (0, 0);
    while i < parts.len() {
        let part = parts[i].as_bytes();
        let mut j = 0;
        while j < part.len() {
            bytes[at] = part[j];
            at += 1;
            j += 1;
        }
        i += 1;
    }
    bytes
}

/// The text of bytes that came from texts.
pub const fn text(bytes: &[u8]) -> &str {
    match core::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) => panic!("the parts of a text are text"),
    }
}
