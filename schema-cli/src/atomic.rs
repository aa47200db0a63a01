//! Writing several files as one: either all of them change, or none does.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::exit::{Result, Stop};

/// Files that are to be written, moved or removed together.
#[derive(Default)]
pub(crate) struct Edits {
    writes: Vec<(PathBuf, Vec<u8>)>,
    removals: Vec<PathBuf>,
}

impl Edits {
    pub(crate) fn new() -> Edits {
        Edits::default()
    }

    /// Plans a file, in place of one that may exist.
    pub(crate) fn write(&mut self, path: impl Into<PathBuf>, text: impl Into<Vec<u8>>) {
        self.writes.push((path.into(), text.into()));
    }

    /// Plans the removal of a file.
    pub(crate) fn remove(&mut self, path: impl Into<PathBuf>) {
        self.removals.push(path.into());
    }

    /// The paths that will be written.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.writes.iter().map(|(path, _)| path.as_path())
    }

    /// Does all of it. New texts are first written beside their targets; on a failure in between, what
    /// was replaced is put back.
    pub(crate) fn commit(self) -> Result<()> {
        let mut staged = Vec::new();
        let mut made = Vec::new();
        for (path, bytes) in &self.writes {
            staged.push((path, stage(path, bytes, &mut made).map_err(|stop| undo_dirs(&made, stop))?));
        }
        let mut undo: Vec<(PathBuf, Option<Vec<u8>>)> = Vec::new();
        let mut failure = None;
        for (path, file) in staged {
            let before = fs::read(path).ok();
            match file.persist(path) {
                Ok(_) => undo.push((path.clone(), before)),
                Err(error) => {
                    failure = Some(cannot("write", path, &error.error));
                    break;
                }
            }
        }
        if failure.is_none() {
            for path in &self.removals {
                let before = fs::read(path).ok();
                match fs::remove_file(path) {
                    Ok(()) => undo.push((path.clone(), before)),
                    Err(error) => {
                        failure = Some(cannot("remove", path, &error));
                        break;
                    }
                }
            }
        }
        let Some(stop) = failure else {
            return Ok(());
        };
        for (path, before) in undo.into_iter().rev() {
            let _ = match before {
                Some(bytes) => fs::write(&path, bytes),
                None => fs::remove_file(&path),
            };
        }
        Err(undo_dirs(&made, stop))
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

fn undo_dirs(made: &[PathBuf], stop: Stop) -> Stop {
    for dir in made {
        let _ = fs::remove_dir(dir);
    }
    stop
}

fn cannot(verb: &str, path: &Path, error: &std::io::Error) -> Stop {
    Stop::unusable(format!("cannot {verb} {}: {error}\n        nothing was changed", path.display()))
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
        assert!(stop.message.ends_with("nothing was changed"), "{}", stop.message);
        assert_eq!(fs::read_to_string(&a)?, "new");
        assert_eq!(fs::read_dir(dir.path())?.count(), 2);
        Ok(())
    }
}
