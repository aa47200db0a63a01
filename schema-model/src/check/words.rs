//! The words of a disagreement: one whole fact, both sides, the place, the command that mends it.

use std::fmt;

use schema_core::{Dialect, Place, Table, render};

/// The lines of one message.
pub(super) struct Words {
    /// Line 1, complete in itself.
    pub(super) fact: String,
    /// What the model says.
    pub(super) model: Option<String>,
    /// What the migrations say.
    pub(super) migrations: Option<String>,
    /// Where the migrations say it.
    pub(super) place: Option<Place>,
    /// What the place is, when it is not the thing itself: `table created`.
    pub(super) place_of: &'static str,
    /// The command that mends it.
    pub(super) help: String,
}

impl Words {
    pub(super) fn new(fact: String) -> Words {
        Words { fact, model: None, migrations: None, place: None, place_of: "", help: String::new() }
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.fact)?;
        let place = self.place.as_ref().map(|place| match self.place_of {
            "" => place.to_string(),
            what => format!("{what} at {place}"),
        });
        if let Some(model) = &self.model {
            write!(f, "\n  model:       {}", indented(model))?;
        }
        match (&self.migrations, place) {
            (Some(migrations), Some(place)) => {
                write!(f, "\n  migrations:  {}   {place}", indented(migrations))?;
            }
            (Some(migrations), None) => write!(f, "\n  migrations:  {}", indented(migrations))?,
            (None, Some(place)) => write!(f, "\n  migrations:  {place}")?,
            (None, None) => {}
        }
        write!(f, "\n  help: {}", self.help)
    }
}

/// Later lines of a text under the first one.
fn indented(text: &str) -> String {
    text.replace('\n', "\n               ")
}

/// A table in one line: its name and its columns.
pub(super) fn table_line(dialect: Dialect, table: &Table) -> String {
    let columns: Vec<String> = table.columns.iter().map(|column| render::name(dialect, &column.name)).collect();
    format!("TABLE {} ({})", render::object(dialect, &table.name), columns.join(", "))
}

/// A name in the form that the name of a migration takes.
pub(super) fn slug(name: &str) -> String {
    let mut slug = String::new();
    for c in name.chars() {
        let c = if c.is_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
        if c != '_' || !slug.ends_with('_') {
            slug.push(c);
        }
    }
    slug.trim_matches('_').to_owned()
}

/// How the values of an enum differ from those that a column admits; `None` where they do not. In which order
/// they stand means nothing. `driftless::__private` has the same rule for rustc.
pub(super) fn variants(mine: Option<&[Box<str>]>, found: Option<&[Box<str>]>) -> Option<String> {
    let (mine, found) = match (mine, found) {
        (None, None) => return None,
        (Some(_), None) => return Some("admits any text: no CHECK lists the values of the enum".to_owned()),
        (None, Some(found)) => return Some(format!("admits only {}, and the type any text", list(found))),
        (Some(mine), Some(found)) => (mine, found),
    };
    let only =
        |a: &[Box<str>], b: &[Box<str>]| a.iter().filter(|value| !b.contains(value)).cloned().collect::<Vec<_>>();
    match (only(mine, found).as_slice(), only(found, mine).as_slice()) {
        ([], []) => None,
        ([], gone) => Some(format!("admits {}, which the enum does not have", list(gone))),
        (new, []) => Some(format!("does not admit {}", list(new))),
        (new, gone) => Some(format!("admits {} instead of {}", list(gone), list(new))),
    }
}

/// `'draft', 'published'`
pub(super) fn list(values: &[Box<str>]) -> String {
    values.iter().map(|value| format!("'{value}'")).collect::<Vec<_>>().join(", ")
}
