//! What git knows about two branches; nothing where there is no git.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The names of the default branch, the one that is shared before those that are not.
const DEFAULT_BRANCHES: [&str; 5] = ["origin/HEAD", "origin/main", "origin/master", "main", "master"];

/// The files below the directory, relative to it, on each default branch that there is.
pub(crate) fn released(dir: &Path) -> impl Iterator<Item = BTreeSet<String>> + '_ {
    DEFAULT_BRANCHES.iter().filter_map(|branch| {
        let listed = git(dir, &["ls-tree", "-r", "-z", "--name-only", branch, "."])?;
        Some(listed.split('\0').filter(|name| !name.is_empty()).map(str::to_owned).collect())
    })
}

/// Whether commits are being put on top of another branch, so that `theirs` in a conflict is one's own.
pub(crate) fn is_replaying(dir: &Path) -> bool {
    ["rebase-merge", "rebase-apply", "CHERRY_PICK_HEAD"].iter().any(|name| {
        let path = git(dir, &["rev-parse", "--git-path", name]).map(|path| PathBuf::from(path.trim()));
        path.is_some_and(|path| dir.join(path).exists())
    })
}

fn git(dir: &Path, words: &[&str]) -> Option<String> {
    let mut command = Command::new("git");
    command.arg("-C").arg(dir).args(words).stdin(Stdio::null()).stderr(Stdio::null());
    let output = command.output().ok().filter(|output| output.status.success())?;
    String::from_utf8(output.stdout).ok()
}
