//! Writing several files as one: either all of them change, or none does.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::exit::{Result, Stop};
use crate::hosts::near;

/// Files that are to be written and moved together.
#[derive(Default)]
pub(crate) struct Edits {
    writes: Vec<(PathBuf, Vec<u8>)>,
    moves: Vec<(PathBuf, PathBuf)>,
}

/// What takes a step back.
enum Undo {
    /// Put the text back, or remove what was not there.
    Write(PathBuf, Option<Vec<u8>>),
    Move(PathBuf, PathBuf),
}

impl Edits {
    pub(crate) fn new() -> Edits {
        Edits::default()
    }

    /// Plans a file, in place of one that may exist. A link stays, and what it leads to is written.
    pub(crate) fn write(&mut self, path: impl Into<PathBuf>, text: impl Into<Vec<u8>>) {
        let path = path.into();
        let path = if path.is_symlink() { fs::canonicalize(&path).unwrap_or(path) } else { path };
        self.writes.push((path, text.into()));
    }

    /// Plans to move a file or a directory to a name that is free. Moves come before writes, in their order.
    pub(crate) fn rename(&mut self, from: impl Into<PathBuf>, to: impl Into<PathBuf>) {
        self.moves.push((from.into(), to.into()));
    }

    /// Does all of it. New texts are first written beside their targets; on a failure in between, what
    /// was done is taken back.
    pub(crate) fn commit(self) -> Result<()> {
        let mut made = Vec::new();
        let mut done = Vec::new();
        let result = self.run(&mut made, &mut done);
        if result.is_err() {
            for step in done.into_iter().rev() {
                let _ = match step {
                    Undo::Write(path, Some(bytes)) => fs::write(&path, bytes),
                    Undo::Write(path, None) => fs::remove_file(&path),
                    Undo::Move(from, to) => fs::rename(&to, &from),
                };
            }
            for dir in &made {
                let _ = fs::remove_dir(dir);
            }
        }
        result
    }

    fn run(&self, made: &mut Vec<PathBuf>, done: &mut Vec<Undo>) -> Result<()> {
        let mut staged = Vec::new();
        for (path, bytes) in &self.writes {
            staged.push((path, stage(path, bytes, made)?));
        }
        for (from, to) in &self.moves {
            if to.symlink_metadata().is_ok() {
                return Err(cannot("move a file to", to, &std::io::ErrorKind::AlreadyExists.into()));
            }
            fs::rename(from, to).map_err(|error| cannot("move", from, &error))?;
            done.push(Undo::Move(from.clone(), to.clone()));
        }
        for (path, file) in staged {
            let before = fs::read(path).ok();
            file.persist(path).map_err(|error| cannot("write", path, &error.error))?;
            done.push(Undo::Write(path.clone(), before));
        }
        Ok(())
    }
}

fn stage(path: &Path, bytes: &[u8], made: &mut Vec<PathBuf>) -> Result<NamedTempFile> {
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let missing: Vec<PathBuf> = dir.ancestors().take_while(|dir| !dir.exists()).map(Path::to_path_buf).collect();
    fs::create_dir_all(dir).map_err(|error| cannot("create", dir, &error))?;
    made.extend(missing);
    let mut file = NamedTempFile::new_in(dir).map_err(|error| cannot("write", path, &error))?;
    keep_mode(path, &file);
    file.write_all(bytes).map_err(|error| cannot("write", path, &error))?;
    file.as_file().sync_all().map_err(|error| cannot("write", path, &error))?;
    Ok(file)
}

/// A temporary file is private; what replaces a file, or is new, should be as readable as others.
fn keep_mode(path: &Path, file: &NamedTempFile) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(path).map_or(0o644, |metadata| metadata.permissions().mode());
        let _ = file.as_file().set_permissions(fs::Permissions::from_mode(mode));
    }
    #[cfg(not(unix))]
    let _ = (path, file);
}

fn cannot(verb: &str, path: &Path, error: &std::io::Error) -> Stop {
    let (path, error) = (near(path), error.to_string());
    let shown = path.display();
    // What follows is the name of a temporary file.
    let words = error.split(" at path ").next().unwrap_or_default();
    Stop::unusable(format!(
        "cannot {verb} `{shown}`: {words}\n  nothing was changed\n  help: check the path and your right to write there"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_files_change_or_none() -> std::io::Result<()> {
        let dir = tempfile::tempdir()?;
        let (a, b) = (dir.path().join("a"), dir.path().join("sub/b"));
        fs::write(&a, "old")?;
        let mut edits = Edits::new();
        edits.write(&a, "new");
        edits.write(&b, "b");
        edits.commit().expect("both can be written");
        assert_eq!((fs::read_to_string(&a)?, fs::read_to_string(&b)?), ("new".into(), "b".into()));

        let mut edits = Edits::new();
        edits.write(&a, "newer");
        edits.write(dir.path().join("sub"), "a directory is in the way");
        let stop = edits.commit().expect_err("a directory cannot be replaced");
        assert!(stop.message.contains("\n  nothing was changed\n"), "{}", stop.message);
        assert_eq!(fs::read_to_string(&a)?, "new");
        assert_eq!(fs::read_dir(dir.path())?.count(), 2);
        Ok(())
    }

    #[test]
    fn moves_are_taken_back() -> std::io::Result<()> {
        let dir = tempfile::tempdir()?;
        let path = |name: &str| dir.path().join(name);
        fs::write(path("1"), "one")?;
        fs::create_dir(path("2"))?;
        let mut edits = Edits::new();
        edits.rename(path("2"), path("3"));
        edits.rename(path("1"), path("2"));
        edits.write(path("lock"), "both");
        edits.commit().expect("the names are free by then");
        assert_eq!(fs::read_to_string(path("2"))?, "one");
        assert!(path("3").is_dir() && !path("1").exists());

        let mut edits = Edits::new();
        edits.rename(path("2"), path("1"));
        edits.rename(path("3"), path("lock"));
        let stop = edits.commit().expect_err("the name is taken");
        assert!(stop.message.contains("already exists"), "{}", stop.message);
        assert!(path("3").is_dir() && !path("1").exists());
        Ok(())
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link() -> std::io::Result<()> {
        let dir = tempfile::tempdir()?;
        let (file, link) = (dir.path().join("file"), dir.path().join("link"));
        fs::write(&file, "old")?;
        std::os::unix::fs::symlink("file", &link)?;
        let mut edits = Edits::new();
        edits.write(&link, "new");
        edits.commit().expect("it is written");
        assert_eq!(fs::read_to_string(&file)?, "new");
        assert!(link.is_symlink());
        Ok(())
    }
}
