//! Conditions that list the values of a column, which is how an enum is stored as text.

use crate::{Dialect, Expr, Name, token};

impl Expr {
    /// The column and the values of `column IN ('a', 'b')`; `None` for every other expression.
    ///
    /// ```
    /// use schema_core::{Dialect, Expr};
    /// let check = Expr::parse(Dialect::Sqlite, "mood IN ('sad', 'ok')")?;
    /// let (column, values) = check.enumeration(Dialect::Sqlite).unwrap();
    /// assert_eq!(column.as_str(), "mood");
    /// assert_eq!(values, ["sad".into(), "ok".into()]);
    /// # Ok::<_, schema_core::ParseError>(())
    /// ```
    pub fn enumeration(&self, dialect: Dialect) -> Option<(Name, Vec<Box<str>>)> {
        let tokens = token::tokens(dialect, self.as_str());
        let [column, word, open, values @ .., close] = tokens.as_slice() else {
            return None;
        };
        let is_name = matches!(column.kind, token::TokenKind::Word | token::TokenKind::Quoted);
        if !is_name || !word.is("IN") || !open.is_punct("(") || !close.is_punct(")") {
            return None;
        }
        let mut found = Vec::new();
        for part in values.chunks(2) {
            match part {
                [value] | [value, _] if value.kind == token::TokenKind::String => found.push(value.value().into()),
                _ => return None,
            }
            if part.get(1).is_some_and(|comma| !comma.is_punct(",")) {
                return None;
            }
        }
        Some((Name::new(dialect, column.value().as_ref()), found))
    }

    /// The condition that a column holds one of the values.
    ///
    /// ```
    /// use schema_core::{Dialect, Expr, Name};
    /// let check = Expr::of_enumeration(Dialect::Sqlite, &Name::new(Dialect::Sqlite, "mood"), ["sad", "it's ok"])?;
    /// assert_eq!(check.as_str(), "mood IN ('sad', 'it''s ok')");
    /// # Ok::<_, schema_core::ParseError>(())
    /// ```
    ///
    /// # Errors
    /// Never for a column's name and any values; the error is that of [`Expr::parse`].
    pub fn of_enumeration<'a>(
        dialect: Dialect,
        column: &Name,
        values: impl IntoIterator<Item = &'a str>,
    ) -> Result<Expr, crate::ParseError> {
        let values: Vec<String> = values.into_iter().map(|value| format!("'{}'", value.replace('\'', "''"))).collect();
        let column = column.as_str().replace('"', "\"\"");
        Expr::parse(dialect, &format!("\"{column}\" IN ({})", values.join(", ")))
    }
}
