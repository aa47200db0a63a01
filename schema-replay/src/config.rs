//! `driftless.toml`.
//!
//! Read with `toml-span`: one small crate beside `smallvec`, which rusqlite brings in anyway, and it keeps the
//! place of every key. (`toml` without serde is five crates, `toml_parser` two and no tree; an application must
//! stay below the number of crates that diesel costs it.)

use std::path::{Path, PathBuf};

use schema_core::{Dialect, Place};
use toml_span::{Span, Value, value::Table};

use crate::{Layout, Problem};
use schema_core::word::closest;

/// The name of the configuration file.
pub(crate) const FILE_NAME: &str = "driftless.toml";

/// The lints that have a level.
pub(crate) const LINTS: [&str; 8] = [
    "row-dependent",
    "missing-parent",
    "missing-parent-column",
    "foreign-key-columns",
    "parent-not-unique",
    "foreign-key-type",
    "set-null-on-not-null",
    "set-default-without-default",
];

/// What `driftless.toml` states, or the defaults where there is none.
///
/// ```
/// use schema_core::Dialect;
/// use schema_replay::{Config, Layout, Level};
/// let config = Config::parse("driftless.toml", "layout = 'diesel'\n[lints]\nrow-dependent = 'warn'").unwrap();
/// assert_eq!(config.dialect, Dialect::Sqlite);
/// assert_eq!(config.layout, Some(Layout::Diesel));
/// assert_eq!(config.lints.level("row-dependent"), Level::Warn);
/// let error = Config::parse("driftless.toml", "layuot = 'diesel'").unwrap_err();
/// assert!(error.message.starts_with("unknown key `layuot` in `driftless.toml`; did you mean `layout`?"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The engine that the migrations are for.
    pub dialect: Dialect,
    /// The layout of the directory; recognised when it is not stated.
    pub layout: Option<Layout>,
    /// The migrations directory, relative to the file; `migrations` when it is not stated.
    pub migrations: Option<PathBuf>,
    /// The levels of the lints.
    pub lints: Lints,
}

impl Default for Config {
    fn default() -> Config {
        Config { dialect: Dialect::Sqlite, layout: None, migrations: None, lints: Lints::default() }
    }
}

/// The levels of the lints that have one, from `[lints]`.
///
/// ```
/// use schema_replay::{Config, Level, Lints};
/// let lints = Config::parse("driftless.toml", "[lints]\nmissing-parent = 'allow'").unwrap().lints;
/// assert_eq!(lints.level("missing-parent"), Level::Allow);
/// assert_eq!(lints.level("row-dependent"), Level::Deny);
/// assert_ne!(lints, Lints::default());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lints {
    levels: Vec<(&'static str, Level)>,
}

/// What happens when a lint finds something.
///
/// ```
/// use schema_replay::{Config, Level};
/// let config = Config::parse("driftless.toml", "[lints]\nrow-dependent = 'warn'").unwrap();
/// assert_eq!(config.lints.level("row-dependent"), Level::Warn);
/// assert_eq!(Level::default(), Level::Deny);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Level {
    /// Nothing.
    Allow,
    /// It is said.
    Warn,
    /// It is an error.
    #[default]
    Deny,
}

impl Level {
    const NAMES: [(&'static str, Level); 3] = [("allow", Level::Allow), ("warn", Level::Warn), ("deny", Level::Deny)];
}

impl Lints {
    /// The lints that have a level, by their codes.
    ///
    /// ```
    /// use schema_replay::{Config, Level, Lints};
    /// for name in Lints::NAMES {
    ///     let config = Config::parse("driftless.toml", &format!("[lints]\n{name} = 'allow'")).unwrap();
    ///     assert_eq!(config.lints.level(name), Level::Allow);
    /// }
    /// ```
    pub const NAMES: [&'static str; 8] = LINTS;

    /// The level of a lint; [`Level::Deny`] where the configuration says nothing.
    ///
    /// ```
    /// use schema_replay::{Config, Level};
    /// assert_eq!(Config::default().lints.level("row-dependent"), Level::Deny);
    /// ```
    pub fn level(&self, code: &str) -> Level {
        self.levels.iter().find(|(name, _)| *name == code).map_or(Level::Deny, |(_, level)| *level)
    }
}

impl Config {
    /// Reads a configuration; `shown` is the file's name in messages.
    ///
    /// ```
    /// use schema_replay::Config;
    /// let config = Config::parse("driftless.toml", "migrations = 'db/schema'").unwrap();
    /// assert_eq!(config.migrations.unwrap().to_str(), Some("db/schema"));
    /// let error = Config::parse("app/driftless.toml", "\nmigrations = 3").unwrap_err();
    /// assert_eq!(error.place.unwrap().to_string(), "app/driftless.toml:2:14");
    /// ```
    ///
    /// # Errors
    /// When the text is not TOML, or a key or a value is unknown; the place is that of the key or value.
    pub fn parse(shown: &str, text: &str) -> Result<Config, Problem> {
        let reader = Reader { shown, text };
        let document = toml_span::parse(text)
            .map_err(|error| reader.problem(error.span, format!("`{shown}` is not valid TOML: {}", words(&error))))?;
        reader.config(document.as_table().ok_or_else(|| reader.expected("a table", document.span))?)
    }

    /// What this states, and for the rest what the other does.
    pub(crate) fn over(mut self, other: Config) -> Config {
        if self.dialect == Config::default().dialect {
            self.dialect = other.dialect;
        }
        self.layout = self.layout.or(other.layout);
        self.migrations = self.migrations.or(other.migrations);
        self.lints.levels.extend(other.lints.levels);
        self
    }

    /// Reads the configuration file in `directory`, where there is one.
    pub(crate) fn load(directory: &Path, shown: &str) -> Result<Option<Config>, Problem> {
        let path = directory.join(FILE_NAME);
        // A pipe would never end.
        if std::fs::metadata(&path).is_ok_and(|metadata| !metadata.is_file()) {
            return Err(Problem::new("invalid-configuration", format!("`{shown}` is not a regular file"))
                .help("move it away: the configuration is a file of that name"));
        }
        match std::fs::read_to_string(&path) {
            Ok(text) => Config::parse(shown, &text).map(Some),
            Err(error) if matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => {
                Ok(None)
            }
            Err(error) => Err(Problem::new("invalid-configuration", format!("cannot read `{shown}`: {error}"))
                .help("write it as UTF-8, with the right to read it")),
        }
    }
}

struct Reader<'a> {
    shown: &'a str,
    text: &'a str,
}

impl Reader<'_> {
    fn config(&self, table: &Table<'_>) -> Result<Config, Problem> {
        let mut config = Config::default();
        for (key, value) in table {
            match &*key.name {
                "dialect" => {
                    let names = [("sqlite", Dialect::Sqlite), ("postgres", Dialect::Postgres)];
                    config.dialect = self.one_of(value, &names)?;
                }
                "layout" => {
                    config.layout = Some(self.one_of(value, &Layout::ALL.map(|layout| (layout.as_str(), layout)))?);
                }
                "migrations" => config.migrations = Some(PathBuf::from(self.string(value)?)),
                "lints" => config.lints = self.lints(value)?,
                other => return Err(self.unknown(other, key.span, &["dialect", "layout", "migrations", "lints"])),
            }
        }
        Ok(config)
    }

    fn lints(&self, value: &Value<'_>) -> Result<Lints, Problem> {
        let table = value.as_table().ok_or_else(|| self.expected("a table of lints", value.span))?;
        let mut levels = Vec::new();
        for (key, value) in table {
            let name = LINTS.into_iter().find(|lint| *lint == key.name);
            let name = name.ok_or_else(|| self.unknown(&key.name, key.span, &LINTS))?;
            levels.push((name, self.one_of(value, &Level::NAMES)?));
        }
        Ok(Lints { levels })
    }

    fn string<'v>(&self, value: &'v Value<'_>) -> Result<&'v str, Problem> {
        value.as_str().ok_or_else(|| self.expected("a string", value.span))
    }

    fn one_of<T: Copy>(&self, value: &Value<'_>, names: &[(&'static str, T)]) -> Result<T, Problem> {
        let found = self.string(value)?;
        if let Some((_, value)) = names.iter().find(|(name, _)| *name == found) {
            return Ok(*value);
        }
        let names: Vec<_> = names.iter().map(|(name, _)| *name).collect();
        let fact = format!("unknown value `{found}` in `{}`{}", self.shown, suggestion(found, &names));
        Err(self.problem(value.span, fact).help(format!("write one of {}", listed(&names))))
    }

    fn unknown(&self, key: &str, span: Span, known: &[&'static str]) -> Problem {
        let fact = format!("unknown key `{key}` in `{}`{}", self.shown, suggestion(key, known));
        self.problem(span, fact).help(format!("the keys are {}", listed(known)))
    }

    fn expected(&self, what: &str, span: Span) -> Problem {
        self.problem(span, format!("`{}` has something else where {what} is expected", self.shown))
    }

    fn problem(&self, span: Span, fact: String) -> Problem {
        Problem::new("invalid-configuration", fact).at(Place::at(self.shown, self.text, span.start))
    }
}

fn words(error: &toml_span::Error) -> String {
    // The parser adds the debug form of some tokens; its first line is for people.
    error.to_string().lines().next().unwrap_or_default().to_owned()
}

fn suggestion(word: &str, known: &[&'static str]) -> String {
    closest(word, known.iter().copied()).map_or_else(String::new, |name| format!("; did you mean `{name}`?"))
}

fn listed(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        Config::parse("driftless.toml", text).unwrap_err().message
    }

    #[test]
    fn everything_can_be_stated() {
        let text = "dialect = \"postgres\"\nlayout = \"golang-migrate\"\nmigrations = \"db/schema\"\n\
                    [lints]\nrow-dependent = \"allow\" # on purpose\n";
        let config = Config::parse("driftless.toml", text).unwrap();
        assert_eq!(config.dialect, Dialect::Postgres);
        assert_eq!(config.layout, Some(Layout::GolangMigrate));
        assert_eq!(config.migrations, Some(PathBuf::from("db/schema")));
        assert_eq!(config.lints.level("row-dependent"), Level::Allow);
        assert_eq!(Config::parse("driftless.toml", "").unwrap(), Config::default());
    }

    #[test]
    fn unknown_words_are_refused_at_their_place() {
        assert_eq!(
            refused("\ndailect = 'sqlite'"),
            "unknown key `dailect` in `driftless.toml`; did you mean `dialect`?\n  at:          driftless.toml:2:1\n  \
             help: the keys are `dialect`, `layout`, `migrations`, `lints`"
        );
        let message = refused("dialect = 'mysql'");
        assert!(message.starts_with("unknown value `mysql` in `driftless.toml`\n"), "{message}");
        assert!(message.ends_with("help: write one of `sqlite`, `postgres`"), "{message}");
        let message = refused("[lints]\nrow-dependant = 'deny'");
        assert!(message.starts_with("unknown key `row-dependant` in `driftless.toml`; did you mean `row-dependent`?"));
        assert!(refused("lints = 3").starts_with("`driftless.toml` has something else where a table of lints"));
        assert!(refused("layout = 3").contains("a string is expected\n  at:          driftless.toml:1:10"));
    }

    #[test]
    fn text_that_is_not_toml_is_refused() {
        let message = refused("dialect = \n");
        assert!(message.starts_with("`driftless.toml` is not valid TOML: "), "{message}");
        assert!(message.contains("driftless.toml:1:"), "{message}");
        assert!(refused("dialect = 'sqlite'\ndialect = 'sqlite'").contains("duplicate key"));
    }
}
