//! What `driftless.toml` has to state so that the pulled models agree with the migrations they come from.
//!
//! A history that is released cannot be edited, and what is wrong with it would fail every build. So its
//! findings become warnings, code by code, in the file that travels with the migrations.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use schema_replay::{Config, Level, Lints, Project};
use serde_json::{Value, json};

use super::{Finding, Home, Source, notes};
use crate::args::PullArgs;
use crate::atomic::Edits;
use crate::exit::{Result, Stop};

const FILE_NAME: &str = "driftless.toml";

const PREFACE: &str = "\
# The history of these migrations has what would fail a build. What is released cannot be edited, so `cargo driftless
# pull` made it a warning, by the code (`cargo driftless explain CODE` says more). Remove a line once a later migration
# has mended what it is about.
";

/// The files to write.
pub(super) struct Configuration {
    /// The new texts.
    files: Vec<(PathBuf, String)>,
    levels: Vec<LevelLine>,
    /// The file that has the levels, where there is one.
    levels_in: Option<PathBuf>,
    /// The keys that a file has to state at its top: the directory, the layout.
    keys: Vec<(PathBuf, Key)>,
}

/// `migrations = "db/migrations"`, and what it says.
struct Key {
    line: String,
    about: String,
}

/// `row-dependent = "warn" # 3, the first at 0003_x.sql:1:1`
struct LevelLine {
    code: &'static str,
    about: String,
}

impl Configuration {
    /// What is needed that no file states yet.
    pub(super) fn needed(source: &Source, home: &Home, args: &PullArgs) -> Result<Configuration> {
        let mut found = Configuration { files: Vec::new(), levels: Vec::new(), levels_in: None, keys: Vec::new() };
        let Some(project) = &source.project else { return Ok(found) };
        let denied = |code: &&str| project.config.lints.level(code) == Level::Deny;
        let codes = Lints::NAMES.into_iter().filter(denied);
        found.levels = codes.filter_map(|code| level(code, &source.findings, &project.shown)).collect();
        let inside = project.dir.join(FILE_NAME);
        if let Some(root) = home.package.as_ref().filter(|_| !home.found && args.out.is_some()) {
            let key = Key::new("migrations", &home.directory, "the migrations directory");
            found.keys.push((root.join(FILE_NAME), key));
        }
        let stated =
            Project::at(&project.dir, &project.shown).is_ok_and(|it| it.config.layout == project.config.layout);
        if let Some(layout) = project.config.layout.filter(|_| !stated) {
            found.keys.push((inside.clone(), Key::new("layout", layout.as_str(), "the layout")));
        }
        if !found.levels.is_empty() {
            found.levels_in = Some(project.configured_in.first().cloned().unwrap_or(inside));
        }
        if !args.keep_config {
            found.edit()?;
        }
        Ok(found)
    }

    fn edit(&mut self) -> Result<()> {
        for (path, key) in &self.keys {
            let before = take(&mut self.files, path)?;
            self.files.push((path.clone(), format!("{}\n{before}", key.line)));
        }
        if let Some(path) = &self.levels_in {
            let before = take(&mut self.files, path)?;
            self.files.push((path.clone(), with_levels(&before, &self.levels)));
        }
        for (path, text) in &self.files {
            let config = Config::parse(&path.display().to_string(), text);
            let says = |config: &Config| self.levels.iter().all(|line| config.lints.level(line.code) == Level::Warn);
            let is_levels = self.levels_in.as_ref() == Some(path);
            if !config.is_ok_and(|config| !is_levels || says(&config)) {
                return Err(Stop::unusable(format!(
                    "`{}` cannot be completed, since it states the keys in another way\n  nothing was changed\n  \
                     help: add these lines to it, or use `--keep-config`:\n{}",
                    path.display(),
                    self.advice().unwrap_or_default()
                )));
            }
        }
        Ok(())
    }

    pub(super) fn write(&self, edits: &mut Edits) {
        for (path, text) in &self.files {
            edits.write(path, text.as_str());
        }
    }

    /// What was written, for people.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        lines.extend(self.keys.iter().map(|(path, key)| format!("wrote {}: {}", shown(path), key.about)));
        if let Some(path) = &self.levels_in {
            lines.push(format!("wrote {}: what the history has would fail a build, so it is a warning", shown(path)));
            lines.extend(self.levels.iter().map(|line| format!("  {:28} {}", line.code, line.about)));
        }
        lines
    }

    /// What to write by hand, where nothing was written.
    pub(super) fn advice(&self) -> Option<String> {
        let mut lines = Vec::new();
        lines.extend(self.keys.iter().map(|(path, key)| format!("{} has to state `{}`", shown(path), key.line)));
        if let Some(path) = &self.levels_in {
            let head =
                format!("the history has what would fail a build; {} makes it a warning with\n  [lints]", shown(path));
            let levels = self.levels.iter().map(|line| format!("  {}", line.toml()));
            lines.extend([head].into_iter().chain(levels));
        }
        (!lines.is_empty()).then(|| lines.join("\n"))
    }

    pub(super) fn document(&self, written: bool) -> Value {
        let levels: BTreeMap<&str, &str> = self.levels.iter().map(|line| (line.code, "warn")).collect();
        json!({
            "written": written && !self.files.is_empty(),
            "files": self.files.iter().map(|(path, _)| shown(path)).collect::<Vec<_>>(),
            "keys": self.keys.iter().map(|(_, key)| key.line.as_str()).collect::<Vec<_>>(),
            "lints": levels,
        })
    }
}

impl LevelLine {
    fn toml(&self) -> String {
        // A file may be called anything, and a comment ends with its line.
        let about: String = self.about.chars().map(|c| if c.is_control() { '?' } else { c }).collect();
        format!("{} = \"warn\" # {about}", self.code)
    }
}

impl Key {
    fn new(name: &str, value: &str, what: &str) -> Key {
        let escaped = value.replace('\\', "\\\\").replace('"', "\\\"");
        Key { line: format!("{name} = \"{escaped}\""), about: format!("{what} is `{value}`") }
    }
}

/// The text of a file as edited so far.
fn take(files: &mut Vec<(PathBuf, String)>, path: &Path) -> Result<String> {
    match files.iter().position(|(other, _)| other == path) {
        Some(at) => Ok(files.remove(at).1),
        None => read(path),
    }
}

fn level(code: &'static str, findings: &[Finding], directory: &str) -> Option<LevelLine> {
    let mine: Vec<&Finding> = findings.iter().filter(|finding| finding.code == code).collect();
    let first = mine.iter().find_map(|finding| finding.place.as_ref()).map(|place| {
        let place = place.to_string();
        let inside = place.strip_prefix(directory).map_or(place.as_str(), |rest| rest.trim_start_matches('/'));
        if mine.len() == 1 { format!(", at {inside}") } else { format!(", the first at {inside}") }
    });
    let about = format!("{}{}", notes::count(mine.len(), "finding"), first.unwrap_or_default());
    (!mine.is_empty()).then_some(LevelLine { code, about })
}

fn with_levels(before: &str, levels: &[LevelLine]) -> String {
    let lines: String = levels.iter().map(|line| format!("{}\n", line.toml())).collect();
    let mut offset = 0;
    for line in before.split_inclusive('\n') {
        offset += line.len();
        if line.trim_end().split('#').next().unwrap_or_default().trim() == "[lints]" {
            let (head, tail) = before.split_at(offset);
            let newline = if head.ends_with('\n') { "" } else { "\n" };
            return format!("{head}{newline}{lines}{tail}");
        }
    }
    let newline = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
    let gap = if before.is_empty() { "" } else { "\n" };
    format!("{before}{newline}{gap}{PREFACE}[lints]\n{lines}")
}

fn read(path: &Path) -> Result<String> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(Stop::unusable(format!("cannot read `{}`: {error}\n  nothing was changed", path.display()))),
    }
}

/// The path as the user would type it here.
fn shown(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(&here).unwrap_or(path).display().to_string()
}
