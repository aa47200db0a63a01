//! Expressions and column types as canonical text.

use std::fmt;

use crate::token::{self, TokenKind};
use crate::{Dialect, Name, Pair, postgres, sqlite};

/// An expression in the canonical text of its dialect; only the dialect's canonicaliser builds one,
/// so two expressions are equal when their texts are.
///
/// ```
/// use schema_core::{Dialect, Expr};
/// let a = Expr::parse(Dialect::Sqlite, "( LENGTH(\"name\")<>0 )")?;
/// let b = Expr::parse(Dialect::Sqlite, "length(name) != 0 -- not empty")?;
/// assert_eq!(a, b);
/// # Ok::<_, schema_core::ParseError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Expr(Box<str>);

impl Expr {
    /// Reads an expression and puts it into canonical form.
    ///
    /// ```
    /// use schema_core::{Dialect, Expr};
    /// assert_eq!(Expr::parse(Dialect::Sqlite, "(a<>1)")?.as_str(), "a != 1");
    /// assert!(Expr::parse(Dialect::Sqlite, "(a").is_err());
    /// # Ok::<_, schema_core::ParseError>(())
    /// ```
    ///
    /// # Errors
    /// When the text is not one balanced expression: it is empty, a parenthesis or a quote is open,
    /// or a semicolon or a comma stands outside parentheses.
    pub fn parse(dialect: Dialect, sql: &str) -> Result<Expr, ParseError> {
        match dialect {
            Dialect::Sqlite => sqlite::canon::expr(sql),
            Dialect::Postgres => postgres::canon::expr(sql),
        }
        .map(|text| Expr(text.into()))
    }

    /// Reads what stands behind `DEFAULT`; `None` for NULL, which is no default. SQLite takes a bare word
    /// and a quoted name there for a string (<https://www.sqlite.org/quirks.html#dblquote>).
    ///
    /// ```
    /// use schema_core::{Dialect, Expr};
    /// let default = Expr::parse_default(Dialect::Sqlite, "\"it's\"")?.unwrap();
    /// assert_eq!(default.as_str(), "'it''s'");
    /// assert_eq!(Expr::parse_default(Dialect::Sqlite, "null")?, None);
    /// # Ok::<_, schema_core::ParseError>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`Expr::parse`].
    pub fn parse_default(dialect: Dialect, sql: &str) -> Result<Option<Expr>, ParseError> {
        match dialect {
            Dialect::Sqlite => Ok(sqlite::canon::default_of(&crate::token::tokens(dialect, sql))?.map(Expr::canonical)),
            Dialect::Postgres => {
                Expr::parse(dialect, sql).map(|expr| Some(expr).filter(|expr| expr.as_str() != "NULL"))
            }
        }
    }

    /// The same with another name for a column. In canonical text a bare word with a capital is a keyword, and
    /// only names of columns, functions, collations and types are none.
    pub(crate) fn with_renamed(&self, dialect: Dialect, names: &Pair<Name>) -> Expr {
        let tokens = token::tokens(dialect, &self.0);
        let mut text = String::new();
        let mut at = 0;
        for (index, token) in tokens.iter().enumerate() {
            let after = |mark: &str| index > 0 && (tokens[index - 1].is_punct(mark) || tokens[index - 1].is(mark));
            let is_name = match token.kind {
                TokenKind::Word => !token.text.contains(|c: char| c.is_ascii_uppercase()),
                TokenKind::Quoted => true,
                _ => false,
            };
            let is_column = is_name
                && !tokens.get(index + 1).is_some_and(|next| next.is_punct("(") || next.is_punct("."))
                && !["COLLATE", "AS", "::"].into_iter().any(after)
                && names.before.is(token.value());
            if is_column {
                text.push_str(&self.0[at..token.offset]);
                text.push_str(&format!("\"{}\"", names.after.as_str().replace('"', "\"\"")));
                at = token.end();
            }
        }
        if at == 0 {
            return self.clone();
        }
        text.push_str(&self.0[at..]);
        // Quotes around a name never make a text unreadable.
        Expr::parse(dialect, &text).unwrap_or_else(|_| self.clone())
    }

    /// Whether a column of that name is mentioned.
    ///
    /// ```
    /// use schema_core::{Dialect, Expr, Name};
    /// let lower = Expr::parse(Dialect::Sqlite, "lower(email)")?;
    /// let [email, name] = ["Email", "name"].map(|name| Name::new(Dialect::Sqlite, name));
    /// assert!(lower.mentions(Dialect::Sqlite, &email) && !lower.mentions(Dialect::Sqlite, &name));
    /// # Ok::<_, schema_core::ParseError>(())
    /// ```
    pub fn mentions(&self, dialect: Dialect, column: &Name) -> bool {
        // A name that nothing has tells whether there was something to rename.
        let other = Pair::new(column.clone(), column.with_suffix("\u{1}"));
        self.with_renamed(dialect, &other) != *self
    }

    /// An expression whose text a canonicaliser has just written.
    pub(crate) fn canonical(text: String) -> Expr {
        Expr(text.into())
    }

    /// The canonical text.
    ///
    /// ```
    /// use schema_core::{Dialect, Expr};
    /// assert_eq!(Expr::parse(Dialect::Sqlite, "a  ==  1")?.as_str(), "a = 1");
    /// # Ok::<_, schema_core::ParseError>(())
    /// ```
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// A column's declared type in the canonical text of its dialect: `VARCHAR(20)` in SQLite (upper
/// case, single spaces, as declared, since the declaration decides the affinity), `character
/// varying(20)`, `timestamp with time zone` or `text[]` in PostgreSQL (aliases undone). A SQLite
/// column without a type has the empty text.
///
/// ```
/// use schema_core::{ColumnType, Dialect};
/// assert_eq!(ColumnType::parse(Dialect::Sqlite, "varchar ( 20 )").as_str(), "VARCHAR(20)");
/// assert_eq!(ColumnType::parse(Dialect::Postgres, "int8").as_str(), "bigint");
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ColumnType(Box<str>);

impl ColumnType {
    /// Reads a declared type and puts it into canonical form. Every text is some type: SQLite
    /// takes any words, and in PostgreSQL an unknown word names a user-defined type.
    ///
    /// ```
    /// use schema_core::{ColumnType, Dialect};
    /// assert_eq!(ColumnType::parse(Dialect::Sqlite, "double  precision").as_str(), "DOUBLE PRECISION");
    /// assert_eq!(ColumnType::parse(Dialect::Sqlite, "").as_str(), "");
    /// ```
    pub fn parse(dialect: Dialect, text: &str) -> ColumnType {
        ColumnType(
            match dialect {
                Dialect::Sqlite => sqlite::canon::column_type(text),
                Dialect::Postgres => postgres::canon::column_type(text),
            }
            .into(),
        )
    }

    /// A type whose text a canonicaliser has just written.
    pub(crate) fn canonical(text: String) -> ColumnType {
        ColumnType(text.into())
    }

    /// The canonical text.
    ///
    /// ```
    /// use schema_core::{ColumnType, Dialect};
    /// assert_eq!(ColumnType::parse(Dialect::Sqlite, "integer").as_str(), "INTEGER");
    /// ```
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `PRAGMA table_info` of SQLite shows this type as `shown`: without the quotes that may stand around it.
    ///
    /// ```
    /// use schema_core::{ColumnType, Dialect};
    /// assert!(ColumnType::parse(Dialect::Sqlite, "\"ORDER BY\"").is_shown_as("order by"));
    /// ```
    pub fn is_shown_as(&self, shown: &str) -> bool {
        sqlite::canon::is_shown_as(&self.0, shown)
    }

    /// The affinity that SQLite derives from the text (<https://www.sqlite.org/datatype3.html#type_affinity>).
    ///
    /// ```
    /// use schema_core::{Affinity, ColumnType, Dialect};
    /// assert_eq!(ColumnType::parse(Dialect::Sqlite, "varchar(20)").affinity(), Affinity::Text);
    /// ```
    pub fn affinity(&self) -> Affinity {
        Affinity::of(&self.0)
    }
}

impl fmt::Display for ColumnType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ColumnType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// How SQLite converts what is stored in a column (<https://www.sqlite.org/datatype3.html#type_affinity>).
///
/// ```
/// use schema_core::Affinity;
/// assert_eq!([Affinity::of("DECIMAL(9, 2)"), Affinity::of("")], [Affinity::Numeric, Affinity::Blob]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Affinity {
    /// Text stays text, numbers become text.
    Text,
    /// Text that looks like a number becomes one.
    Numeric,
    /// As numeric, and reals without fraction become integers.
    Integer,
    /// As numeric, and integers become reals.
    Real,
    /// Nothing is converted.
    Blob,
}

impl Affinity {
    /// The affinity of a declared type: the five rules of the SQLite page, in their order.
    ///
    /// ```
    /// use schema_core::Affinity;
    /// assert_eq!(Affinity::of("BIGINT"), Affinity::Integer);
    /// assert_eq!(Affinity::of("TIMESTAMP"), Affinity::Numeric);
    /// assert_eq!(Affinity::of("FLOATING POINT"), Affinity::Integer); // "INT" is found first
    /// ```
    pub const fn of(declared: &str) -> Affinity {
        if contains(declared, "INT") {
            Affinity::Integer
        } else if contains(declared, "CHAR") || contains(declared, "CLOB") || contains(declared, "TEXT") {
            Affinity::Text
        } else if contains(declared, "BLOB") || declared.is_empty() {
            Affinity::Blob
        } else if contains(declared, "REAL") || contains(declared, "FLOA") || contains(declared, "DOUB") {
            Affinity::Real
        } else {
            Affinity::Numeric
        }
    }
}

/// Whether a text contains a word, in any case.
const fn contains(text: &str, word: &str) -> bool {
    let (text, word) = (text.as_bytes(), word.as_bytes());
    let mut start = 0;
    while start + word.len() <= text.len() {
        let mut at = 0;
        while at < word.len() && text[start + at].eq_ignore_ascii_case(&word[at]) {
            at += 1;
        }
        if at == word.len() {
            return true;
        }
        start += 1;
    }
    false
}

/// SQL that could not be read, and where.
///
/// ```
/// use schema_core::{Dialect, Expr};
/// let error = Expr::parse(Dialect::Sqlite, "").unwrap_err();
/// assert_eq!(error.offset, 0);
/// assert_eq!(error.to_string(), *error.message);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// What was expected or found, a fragment in lower case.
    pub message: Box<str>,
    /// The byte offset in the text that was read.
    pub offset: usize,
}

impl ParseError {
    pub(crate) fn new(message: impl Into<Box<str>>, offset: usize) -> ParseError {
        ParseError { message: message.into(), offset }
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ParseError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digits_of_a_blob_have_no_case() {
        let canonical = |sql| Expr::parse(Dialect::Sqlite, sql).map(|expr| expr.to_string());
        assert_eq!(canonical("X'00ff'"), Ok("x'00FF'".to_owned()));
        assert_eq!(canonical("x'00FF'"), Ok("x'00FF'".to_owned()));
    }

    #[test]
    fn a_column_is_renamed_and_nothing_else() {
        let names = Pair::new("text", "order").map(|name| Name::new(Dialect::Sqlite, name));
        let renamed = |sql| {
            let expr = Expr::parse(Dialect::Sqlite, sql).expect("an expression");
            expr.with_renamed(Dialect::Sqlite, &names).to_string()
        };
        assert_eq!(renamed("text <> '' AND TEXT IS NOT NULL"), "\"order\" != '' AND \"order\" IS NOT NULL");
        assert_eq!(
            renamed("CAST(\"Text\" AS TEXT) = 'text' COLLATE text"),
            "CAST(\"order\" AS TEXT) = 'text' COLLATE text"
        );
        assert_eq!(renamed("text(texts)"), "text(texts)");
        let expr = Expr::parse(Dialect::Sqlite, "CAST(a AS TEXT) > 'b'").expect("an expression");
        let mentions = |name| expr.mentions(Dialect::Sqlite, &Name::new(Dialect::Sqlite, name));
        assert_eq!((mentions("A"), mentions("b"), mentions("text")), (true, false, false));
    }
}
