//! `driftless.toml`.

use schema_core::Dialect;

use crate::Layout;

/// What `driftless.toml` states, or the defaults where there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The engine that the migrations are for.
    pub dialect: Dialect,
    /// The layout of the directory; recognised when it is not stated.
    pub layout: Option<Layout>,
    /// The levels of the lints.
    pub lints: Lints,
}

impl Default for Config {
    fn default() -> Config {
        Config { dialect: Dialect::Sqlite, layout: None, lints: Lints::default() }
    }
}

/// The levels of the lints that have one, from `[lints]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lints {
    pub(crate) levels: Vec<(&'static str, Level)>,
}

/// What happens when a lint finds something.
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

impl Lints {
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
