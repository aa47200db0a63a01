//! Names as the engine stores them, compared as the engine compares them.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use crate::Dialect;

/// The name of a table, column, constraint, index, collation or type: as stored, never quoted.
///
/// SQLite folds ASCII case when it compares names and PostgreSQL does not, so equality, order and
/// hash depend on the dialect that the name was made for.
///
/// ```
/// use schema_core::{Dialect, Name};
/// assert_eq!(Name::new(Dialect::Sqlite, "Users"), Name::new(Dialect::Sqlite, "users"));
/// assert_ne!(Name::new(Dialect::Postgres, "Users"), Name::new(Dialect::Postgres, "users"));
/// ```
#[derive(Clone)]
pub struct Name {
    text: Box<str>,
    folds: bool,
}

impl Name {
    /// Makes a name of its stored text.
    ///
    /// ```
    /// use schema_core::{Dialect, Name};
    /// assert_eq!(Name::new(Dialect::Sqlite, "Users").to_string(), "Users");
    /// assert!(!Name::new(Dialect::Postgres, "Users").is("users"));
    /// ```
    pub fn new(dialect: Dialect, text: impl Into<Box<str>>) -> Name {
        Name {
            text: text.into(),
            folds: match dialect {
                Dialect::Sqlite => true,
                Dialect::Postgres => false,
            },
        }
    }

    /// The text as stored.
    ///
    /// ```
    /// use schema_core::{Dialect, Name};
    /// assert_eq!(Name::new(Dialect::Sqlite, "Users").as_str(), "Users");
    /// ```
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the engine would take `text` for this name.
    ///
    /// ```
    /// use schema_core::{Dialect, Name};
    /// assert!(Name::new(Dialect::Sqlite, "Users").is(&"USERS"));
    /// ```
    pub fn is(&self, text: impl AsRef<str>) -> bool {
        if self.folds { self.text.eq_ignore_ascii_case(text.as_ref()) } else { *self.text == *text.as_ref() }
    }

    /// The dialect that it was made for.
    pub(crate) const fn dialect(&self) -> Dialect {
        if self.folds { Dialect::Sqlite } else { Dialect::Postgres }
    }

    fn bytes(&self) -> impl Iterator<Item = u8> + '_ {
        let folds = self.folds;
        self.text.bytes().map(move |b| if folds { b.to_ascii_lowercase() } else { b })
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Name) -> bool {
        if self.folds && other.folds { self.text.eq_ignore_ascii_case(&other.text) } else { self.text == other.text }
    }
}

impl Eq for Name {}

impl Ord for Name {
    fn cmp(&self, other: &Name) -> Ordering {
        self.bytes().cmp(other.bytes())
    }
}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Name) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for byte in self.bytes() {
            state.write_u8(byte);
        }
        state.write_u8(0xff);
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

/// The name of an object that lives in a schema: a table or a type.
///
/// `schema` is `None` for the default schema (`main` in SQLite, the first of the search path, by
/// default `public`, in PostgreSQL).
///
/// ```
/// use schema_core::{Dialect, Name, ObjectName};
/// let users = ObjectName::new(Dialect::Postgres, Some("auth"), "users");
/// assert_eq!(users.to_string(), "auth.users");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectName {
    /// The schema (namespace), where it is not the default one.
    pub schema: Option<Name>,
    /// The name inside the schema.
    pub name: Name,
}

impl ObjectName {
    /// Makes a name of its stored parts.
    ///
    /// ```
    /// use schema_core::{Dialect, ObjectName};
    /// let users = ObjectName::new(Dialect::Sqlite, None, "users");
    /// assert_eq!((users.schema, users.name.as_str()), (None, "users"));
    /// ```
    pub fn new(dialect: Dialect, schema: Option<&str>, name: &str) -> ObjectName {
        ObjectName { schema: schema.map(|schema| Name::new(dialect, schema)), name: Name::new(dialect, name) }
    }
}

impl fmt::Display for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write!(f, "{schema}.")?;
        }
        write!(f, "{}", self.name)
    }
}

impl Name {
    /// Another text, compared as this one.
    pub(crate) fn with_text(&self, text: String) -> Name {
        Name { text: text.into(), folds: self.folds }
    }

    pub(crate) fn with_suffix(&self, suffix: &str) -> Name {
        Name { text: format!("{}{suffix}", self.text).into(), folds: self.folds }
    }
}
