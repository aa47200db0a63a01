//! Directories to run the binary in, what a run said, and the snapshots it is compared with.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A directory of its own, with files in it; it goes when this is dropped.
pub(crate) struct Dir(TempDir);

impl Dir {
    /// A directory with these files: path and text.
    pub(crate) fn with(files: &[(&str, &str)]) -> Dir {
        let dir = Dir(tempfile::tempdir().expect("a directory"));
        for (path, text) in files {
            dir.write(path, text);
        }
        dir
    }

    /// The same as a cargo package of the name `app` with an empty library, unless the files say otherwise.
    pub(crate) fn package(files: &[(&str, &str)]) -> Dir {
        let manifest = "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n";
        let dir = Dir::with(&[("Cargo.toml", manifest), ("src/lib.rs", "")]);
        for (path, text) in files {
            dir.write(path, text);
        }
        dir
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.0.path().join(relative)
    }

    pub(crate) fn write(&self, relative: &str, text: impl AsRef<[u8]>) {
        let path = self.path(relative);
        fs::create_dir_all(path.parent().expect("a parent")).expect("its directory");
        fs::write(path, text).expect("a file");
    }

    pub(crate) fn read(&self, relative: &str) -> String {
        fs::read_to_string(self.path(relative)).unwrap_or_else(|error| panic!("{relative}: {error}"))
    }

    /// Everything in the directory: the bytes of each file, the target of each link, nothing of a directory.
    pub(crate) fn tree(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut tree = BTreeMap::new();
        walk(self.0.path(), &mut tree);
        tree
    }

    /// Runs `cargo-driftless` with these words in the directory.
    pub(crate) fn run(&self, words: &str) -> Run {
        self.run_words(&words.split_whitespace().collect::<Vec<_>>())
    }

    /// The same with words that may hold spaces.
    pub(crate) fn run_words(&self, words: &[&str]) -> Run {
        self.run_with(words, &[])
    }

    /// The same with environment variables.
    pub(crate) fn run_with(&self, words: &[&str], variables: &[(&str, &str)]) -> Run {
        let output = Command::new(env!("CARGO_BIN_EXE_cargo-driftless"))
            .args(words)
            .envs(variables.iter().copied())
            .env_remove("CARGO_MANIFEST_DIR")
            .current_dir(self.0.path())
            .stdin(Stdio::null())
            .output()
            .expect("the binary runs");
        Run {
            words: words.join(" "),
            code: output.status.code().unwrap_or(-1),
            stdout: stable(&String::from_utf8_lossy(&output.stdout), self.0.path()),
            stderr: stable(&String::from_utf8_lossy(&output.stderr), self.0.path()),
        }
    }

    /// Runs a command that must end with this exit code and leave everything as it was.
    #[track_caller]
    pub(crate) fn refused(&self, code: i32, words: &str) -> Run {
        let before = self.tree();
        let run = self.run(words).ends(code);
        let after = self.tree();
        let changed: Vec<_> = before
            .iter()
            .chain(&after)
            .filter(|(path, bytes)| before.get(*path) != Some(*bytes) || after.get(*path) != Some(*bytes))
            .map(|(path, _)| path)
            .collect();
        assert!(changed.is_empty(), "changed: {changed:?}\n{}", run.text());
        run
    }
}

/// What a run said, without what differs from run to run.
pub(crate) struct Run {
    words: String,
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    /// The run as a terminal shows it, with the exit code where it is not 0.
    pub(crate) fn text(&self) -> String {
        let code = if self.code == 0 { String::new() } else { format!("[exit code {}]\n", self.code) };
        format!("$ cargo driftless {}\n{}{}{code}", self.words, self.stdout, self.stderr)
    }

    /// Fails unless the run ended with this exit code.
    #[track_caller]
    pub(crate) fn ends(self, code: i32) -> Run {
        assert_eq!(self.code, code, "{}", self.text());
        self
    }

    /// What the run printed with `--json`: one document and nothing else.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}\n{}", self.text()))
    }
}

/// Compares a text with `tests/snapshots/NAME.txt`; `DRIFTLESS_BLESS=1` writes it.
#[track_caller]
pub(crate) fn snapshot(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots").join(format!("{name}.txt"));
    if std::env::var_os("DRIFTLESS_BLESS").is_some() {
        fs::write(&path, text).expect("the snapshot is written");
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert!(text == expected, "{name}.txt is\n{expected}\nand the text is\n{text}\n`DRIFTLESS_BLESS=1` accepts it");
}

fn walk(dir: &Path, tree: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(dir).expect("a directory") {
        let path = entry.expect("an entry").path();
        let kind = fs::symlink_metadata(&path).expect("its metadata").file_type();
        let bytes = if kind.is_symlink() {
            fs::read_link(&path).expect("a link").into_os_string().into_encoded_bytes()
        } else if kind.is_file() {
            fs::read(&path).expect("a file")
        } else {
            Vec::new()
        };
        if kind.is_dir() {
            walk(&path, tree);
        }
        tree.insert(path, bytes);
    }
}

/// A text with `DIR` for the directory, `TIME` for points in time and `N ms` for durations.
fn stable(text: &str, dir: &Path) -> String {
    let real = fs::canonicalize(dir).expect("the directory");
    let text = text.replace(&real.display().to_string(), "DIR").replace(&dir.display().to_string(), "DIR");
    lasting(&text)
}

/// A text with `TIME` for points in time and `N ms` for durations.
pub(crate) fn lasting(text: &str) -> String {
    text.split_inclusive('\n').map(|line| durations(&times(line))).collect()
}

/// `2026-03-01T12:00:00.000Z`, and `20260301T120000Z` in the name of a file, become `TIME`.
fn times(line: &str) -> String {
    let (mut shown, mut rest) = (String::new(), line);
    while let Some(at) = rest.find("20") {
        let is_time = |length: usize, t: usize| {
            rest.get(at..at + length).is_some_and(|time| time.ends_with('Z') && time.as_bytes()[t] == b'T')
        };
        let long = if is_time(24, 10) { Some(24) } else { is_time(16, 8).then_some(16) };
        let (length, word) = long.map_or((2, "20"), |length| (length, "TIME"));
        shown.push_str(&rest[..at]);
        shown.push_str(word);
        rest = &rest[at + length..];
    }
    shown + rest
}

/// `in 12 ms` becomes `in N ms`, and the number of `"milliseconds"` in JSON becomes 0.
fn durations(line: &str) -> String {
    let (mut shown, mut rest) = (String::new(), line);
    for mark in ["\"milliseconds\": ", " in "] {
        let Some(at) = rest.find(mark).map(|at| at + mark.len()) else { continue };
        let digits = rest[at..].bytes().take_while(u8::is_ascii_digit).count();
        let end = &rest[at + digits..];
        if digits > 0 && (end.starts_with(" ms") || mark.starts_with('"')) {
            shown.push_str(&rest[..at]);
            shown.push(if mark.starts_with('"') { '0' } else { 'N' });
            rest = end;
        }
    }
    shown + rest
}
