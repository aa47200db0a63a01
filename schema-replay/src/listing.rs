//! What is in a migrations directory, without following anything out of it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::Problem;

/// Deeper than any layout goes, and a bound on what a wrong directory costs.
const DEPTH: usize = 4;

/// The files of a directory, sorted by name.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    pub(crate) files: Vec<File>,
    /// Entries that look like migrations and cannot be one.
    pub(crate) problems: Vec<Problem>,
}

/// A regular file inside the directory.
#[derive(Clone, Debug)]
pub(crate) struct File {
    /// The path relative to the directory, with slashes.
    pub(crate) relative: String,
    pub(crate) path: PathBuf,
}

impl File {
    /// The last segment of the path.
    pub(crate) fn name(&self) -> &str {
        self.relative.rsplit('/').next().unwrap_or_default()
    }

    /// The directory inside the migrations directory and the name; no directory at the top.
    pub(crate) fn split(&self) -> (Option<&str>, &str) {
        match self.relative.rsplit_once('/') {
            Some((directory, name)) => (Some(directory), name),
            None => (None, &self.relative),
        }
    }
}

impl Listing {
    /// Lists a directory; `shown` is its name in messages.
    pub(crate) fn of(dir: &Path, shown: &str) -> Result<Listing, Problem> {
        let root = fs::canonicalize(dir).map_err(|error| unreadable(shown, &error))?;
        let mut walk = Walk { root: &root, shown, listing: Listing::default() };
        walk.directory(&root, "", 0)?;
        let mut listing = walk.listing;
        listing.files.sort_by(|a, b| a.relative.cmp(&b.relative));
        Ok(listing)
    }
}

pub(crate) fn unreadable(shown: &str, error: &io::Error) -> Problem {
    Problem::new("unreadable-migration", format!("cannot read `{shown}`: {error}"))
}

struct Walk<'a> {
    root: &'a Path,
    shown: &'a str,
    listing: Listing,
}

impl Walk<'_> {
    fn directory(&mut self, path: &Path, prefix: &str, depth: usize) -> Result<(), Problem> {
        let shown = self.shown_as(prefix.trim_end_matches('/'));
        for entry in fs::read_dir(path).map_err(|error| unreadable(&shown, &error))? {
            let entry = entry.map_err(|error| unreadable(&shown, &error))?;
            let name = entry.file_name();
            let relative = format!("{prefix}{}", name.to_string_lossy());
            if name.to_str().is_none() {
                self.refuse(&relative, "has a name that is not UTF-8");
            } else if relative.contains(char::is_control) {
                // The lock file has a line for each name.
                self.refuse(&relative, "has a name with a line end or another control character");
            } else if !relative[prefix.len()..].starts_with('.') {
                self.entry(entry.path(), relative, depth)?;
            }
        }
        Ok(())
    }

    fn entry(&mut self, path: PathBuf, relative: String, depth: usize) -> Result<(), Problem> {
        let metadata = fs::symlink_metadata(&path).map_err(|error| unreadable(&self.shown_as(&relative), &error))?;
        if metadata.is_symlink() {
            match self.target(&path) {
                Ok(path) => self.listing.files.push(File { relative, path }),
                Err(reason) => self.refuse(&relative, &reason),
            }
        } else if metadata.is_file() {
            self.listing.files.push(File { relative, path });
        } else if !metadata.is_dir() {
            self.refuse(&relative, "is neither a file nor a directory");
        } else if has_extension(&relative) {
            self.refuse(&relative, "is a directory, not a file");
        } else if depth < DEPTH {
            self.directory(&path, &format!("{relative}/"), depth + 1)?;
        }
        Ok(())
    }

    /// The file inside the directory that a symbolic link leads to.
    fn target(&self, link: &Path) -> Result<PathBuf, String> {
        let target =
            fs::canonicalize(link).map_err(|error| format!("is a symbolic link that leads nowhere: {error}"))?;
        if !target.starts_with(self.root) {
            return Err("is a symbolic link out of the migrations directory".to_owned());
        }
        if !target.is_file() {
            return Err("is a symbolic link to something else than a file".to_owned());
        }
        Ok(target)
    }

    fn refuse(&mut self, relative: &str, reason: &str) {
        if looks_like_migration(relative) {
            let fact = format!("`{}` {reason}", self.shown_as(relative));
            let help = "driftless reads regular files inside the migrations directory and nothing else";
            self.listing.problems.push(Problem::new("refused-file", fact).help(help));
        }
    }

    fn shown_as(&self, relative: &str) -> String {
        if relative.is_empty() { self.shown.to_owned() } else { format!("{}/{relative}", self.shown) }
    }
}

fn has_extension(relative: &str) -> bool {
    Path::new(relative).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("sql"))
}

/// Whether a tool might take the entry for a migration: `x.sql`, `0001_x`, `V1__x`.
fn looks_like_migration(relative: &str) -> bool {
    let name = relative.rsplit('/').next().unwrap_or_default();
    has_extension(name) || name.trim_start_matches(['V', 'U']).starts_with(|first: char| first.is_ascii_digit())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn list(dir: &Path) -> (Vec<String>, Vec<String>) {
        let listing = Listing::of(dir, "migrations").unwrap();
        let first_line = |problem: &Problem| problem.message.lines().next().unwrap_or_default().to_owned();
        (
            listing.files.into_iter().map(|file| file.relative).collect(),
            listing.problems.iter().map(first_line).collect(),
        )
    }

    #[test]
    fn nothing_outside_the_directory_is_followed() {
        let temporary = tempfile::tempdir().unwrap();
        let dir = temporary.path().join("migrations");
        fs::create_dir(&dir).unwrap();
        fs::write(temporary.path().join("secret.sql"), "SELECT 1").unwrap();
        fs::write(dir.join("1_a.sql"), "").unwrap();
        symlink("1_a.sql", dir.join("2_b.sql")).unwrap();
        symlink("../secret.sql", dir.join("3_c.sql")).unwrap();
        symlink("5_e.sql", dir.join("4_d.sql")).unwrap();
        symlink("4_d.sql", dir.join("5_e.sql")).unwrap();
        symlink(".", dir.join("6_f")).unwrap();
        symlink("/etc/hostname", dir.join("README")).unwrap();
        let (files, problems) = list(&dir);
        assert_eq!(files, ["1_a.sql", "2_b.sql"]);
        let of = |file: &str| problems.iter().find(|problem| problem.contains(file)).unwrap().as_str();
        assert_eq!(problems.len(), 4, "{problems:?}");
        assert_eq!(of("3_c.sql"), "`migrations/3_c.sql` is a symbolic link out of the migrations directory");
        assert!(of("4_d.sql").contains("leads nowhere"), "{problems:?}");
        assert!(of("5_e.sql").contains("leads nowhere"), "{problems:?}");
        assert_eq!(of("6_f"), "`migrations/6_f` is a symbolic link to something else than a file");
    }

    #[test]
    fn the_directory_itself_may_be_a_link() {
        let temporary = tempfile::tempdir().unwrap();
        fs::create_dir(temporary.path().join("real")).unwrap();
        fs::write(temporary.path().join("real/1_a.sql"), "").unwrap();
        symlink("real", temporary.path().join("migrations")).unwrap();
        assert_eq!(list(&temporary.path().join("migrations")).0, ["1_a.sql"]);
    }

    #[test]
    fn directories_and_sockets_are_no_migrations() {
        let temporary = tempfile::tempdir().unwrap();
        let dir = temporary.path();
        fs::create_dir_all(dir.join("1_a.sql")).unwrap();
        fs::create_dir_all(dir.join("2_b/.git")).unwrap();
        fs::write(dir.join("2_b/up.sql"), "").unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(dir.join("3_c.sql")).unwrap();
        let (files, problems) = list(dir);
        assert_eq!(files, ["2_b/up.sql"]);
        assert_eq!(problems.len(), 2);
        assert!(problems.contains(&"`migrations/1_a.sql` is a directory, not a file".to_owned()));
        assert!(problems.contains(&"`migrations/3_c.sql` is neither a file nor a directory".to_owned()));
    }
}
