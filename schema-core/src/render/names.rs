//! The names that objects get when nobody states one.
//!
//! Constraints: what PostgreSQL chooses (`ChooseConstraintName`, `ChooseIndexName` and
//! `makeObjectName` in its sources). Indexes: the same pattern, but a unique index ends in `_key`
//! and an expression contributes the identifiers in it instead of the word `expr`.

use std::collections::BTreeSet;

use crate::{
    Check, Dialect, Expr, Index, KeyPart, KeyTarget, Name, ObjectName, Table,
    token::{TokenKind, tokens},
};

/// The bytes that PostgreSQL keeps of a name.
const LONGEST: usize = 63;

/// What the open name of an index becomes. At most 63 bytes, the longest that PostgreSQL keeps.
///
/// ```
/// use schema_core::{Dialect, Index, KeyPart, Name, ObjectName, render};
/// let users = ObjectName::new(Dialect::Sqlite, None, "users");
/// let mut index = Index::over(vec![KeyPart::column(Name::new(Dialect::Sqlite, "email"))]);
/// assert_eq!(render::index_name(&users, &index), "users_email_idx");
/// index.unique = true;
/// assert_eq!(render::index_name(&users, &index), "users_email_key");
/// ```
pub fn index_name(table: &ObjectName, index: &Index) -> String {
    numbered_index_name(table, index, 0)
}

/// The names of the indexes of a table, in their order: the stated ones, and for the others
/// [`index_name`] with a number where it is taken.
///
/// ```
/// use schema_core::{Dialect, Expr, Index, KeyPart, Name, ObjectName, Table, render};
/// let dialect = Dialect::Sqlite;
/// let mut users = Table::empty(ObjectName::new(dialect, None, "users"));
/// let all = Index::over(vec![KeyPart::column(Name::new(dialect, "email"))]);
/// let some = Index { predicate: Some(Expr::parse(dialect, "deleted_at IS NULL")?), ..all.clone() };
/// users.indexes = vec![all, some];
/// assert_eq!(render::index_names(&users), ["users_email_idx", "users_email_idx1"]);
/// # Ok::<_, schema_core::ParseError>(())
/// ```
pub fn index_names(table: &Table) -> Vec<String> {
    let names = constraint_names(table);
    let mut taken: BTreeSet<String> = names.primary_key.into_iter().chain(names.uniques).collect();
    taken.extend(table.indexes.iter().filter_map(|index| index.name.as_ref()).map(Name::to_string));
    let name = |index: &Index| match &index.name {
        Some(name) => name.to_string(),
        None => choose(&mut taken, |pass| numbered_index_name(&table.name, index, pass)),
    };
    table.indexes.iter().map(name).collect()
}

/// The names of a table's constraints, each list in the order of the table's own.
///
/// ```
/// use schema_core::{Dialect, Name, ObjectName, PrimaryKey, Table, render};
/// let mut users = Table::empty(ObjectName::new(Dialect::Postgres, None, "users"));
/// users.primary_key = Some(PrimaryKey::over([Name::new(Dialect::Postgres, "id")]));
/// let names = render::constraint_names(&users);
/// assert_eq!(names.primary_key.as_deref(), Some("users_pkey"));
/// assert!(names.uniques.is_empty() && names.foreign_keys.is_empty() && names.checks.is_empty());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConstraintNames {
    /// The primary key's.
    pub primary_key: Option<String>,
    /// The UNIQUE constraints'.
    pub uniques: Vec<String>,
    /// The foreign keys'.
    pub foreign_keys: Vec<String>,
    /// The CHECK constraints'.
    pub checks: Vec<String>,
}

/// The names that the constraints of a table have in PostgreSQL when they are all created by one
/// `CREATE TABLE`: the stated ones, and for the others those that the server chooses.
///
/// ```
/// use schema_core::{Dialect, Name, ObjectName, Table, Unique, render};
/// let mut users = Table::empty(ObjectName::new(Dialect::Postgres, None, "users"));
/// users.uniques = vec![Unique::over([Name::new(Dialect::Postgres, "email")])];
/// assert_eq!(render::constraint_names(&users).uniques, ["users_email_key"]);
/// ```
pub fn constraint_names(table: &Table) -> ConstraintNames {
    let own = table.name.name.as_str();
    let mut taken: BTreeSet<String> = stated(table).map(Name::to_string).collect();
    // The server's order: CHECK while the table is created, then the keys, then the foreign keys.
    let mut pick = |given: &Option<Name>, columns: &str, label: &str| match given {
        Some(name) => name.to_string(),
        None => choose(&mut taken, |pass| object_name(own, columns, label, pass)),
    };
    let checks = table.checks.iter().map(|check| pick(&check.name, &checked_column(table, check), "check")).collect();
    let primary_key = table.primary_key.as_ref().map(|key| pick(&key.name, "", "pkey"));
    let uniques = table.uniques.iter();
    let uniques = uniques.map(|unique| pick(&unique.name, &key_label(&unique.parts, &unique.include), "key")).collect();
    let foreign_keys = table.foreign_keys.iter();
    let foreign_keys = foreign_keys.map(|key| pick(&key.name, &joined(key.columns.iter().map(Name::as_str)), "fkey"));
    ConstraintNames { primary_key, uniques, foreign_keys: foreign_keys.collect(), checks }
}

fn stated(table: &Table) -> impl Iterator<Item = &Name> {
    let key = table.primary_key.iter().filter_map(|key| key.name.as_ref());
    let uniques = table.uniques.iter().filter_map(|unique| unique.name.as_ref());
    let foreign_keys = table.foreign_keys.iter().filter_map(|key| key.name.as_ref());
    let checks = table.checks.iter().filter_map(|check| check.name.as_ref());
    key.chain(uniques).chain(foreign_keys).chain(checks)
}

/// The only column that a CHECK mentions, otherwise nothing.
fn checked_column(table: &Table, check: &Check) -> String {
    let dialect = Dialect::Postgres;
    super::shape::only_column(dialect, &check.expr, &table.columns)
        .map_or_else(String::new, |at| table.columns[at].name.to_string())
}

fn numbered_index_name(table: &ObjectName, index: &Index, pass: usize) -> String {
    let label = if index.unique { "key" } else { "idx" };
    object_name(table.name.as_str(), &key_label(&index.parts, &index.include), label, pass)
}

/// The first candidate that is not taken, which then is.
fn choose(taken: &mut BTreeSet<String>, candidate: impl Fn(usize) -> String) -> String {
    // One of these is free, since fewer are taken.
    let free = (0..=taken.len()).map(candidate).find(|name| !taken.contains(name));
    let free = free.unwrap_or_default();
    taken.insert(free.clone());
    free
}

fn key_label(parts: &[KeyPart], include: &[Name]) -> String {
    let parts = parts.iter().map(|part| match &part.target {
        KeyTarget::Column(name) => name.to_string(),
        KeyTarget::Expr(expr) => expression_label(expr),
    });
    joined(parts.chain(include.iter().map(Name::to_string)))
}

/// The identifiers of an expression: `lower_email` of `lower(email)`. In canonical text a bare
/// word in capitals is a keyword.
fn expression_label(expr: &Expr) -> String {
    let words = tokens(Dialect::Sqlite, expr.as_str());
    let identifiers = words.iter().enumerate().filter(|(at, token)| {
        let is_type = *at > 0 && words[at - 1].is_punct("::");
        let is_identifier = match token.kind {
            TokenKind::Word => token.text.chars().any(char::is_lowercase),
            TokenKind::Quoted => token.text.starts_with('"'),
            _ => false,
        };
        is_identifier && !is_type
    });
    let label = joined(identifiers.map(|(_, token)| token.value().into_owned()));
    if label.is_empty() { "expr".to_owned() } else { label }
}

fn joined<T: AsRef<str>>(texts: impl Iterator<Item = T>) -> String {
    let mut label = String::new();
    for text in texts {
        if !label.is_empty() {
            label.push('_');
        }
        label += text.as_ref();
    }
    label
}

/// `table_columns_label`, shortened as PostgreSQL's `makeObjectName` does: the longer of table and
/// columns loses bytes until all fits, the label never does.
fn object_name(table: &str, columns: &str, label: &str, pass: usize) -> String {
    let label = if pass == 0 { format!("_{label}") } else { format!("_{label}{pass}") };
    // While it joins the names of columns, the server stops once 64 bytes are full.
    let columns = clip(columns, LONGEST);
    let separator = usize::from(!columns.is_empty());
    let available = LONGEST - label.len() - separator;
    let (mut first, mut second) = (table.len(), columns.len());
    while first + second > available {
        if first > second {
            first -= 1;
        } else {
            second -= 1;
        }
    }
    let (first, second) = (clip(table, first), clip(columns, second));
    if columns.is_empty() { format!("{first}{label}") } else { format!("{first}_{second}{label}") }
}

/// At most so many bytes of a text, and no half character.
fn clip(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_shortened_as_postgresql_does() {
        let table = "a_table_with_a_name_that_is_long_enough_to_matter_in_this_test";
        assert_eq!(
            object_name(table, "user_id", "fkey", 0),
            "a_table_with_a_name_that_is_long_enough_to_matter__user_id_fkey"
        );
        assert_eq!(
            object_name(table, "", "pkey", 0),
            "a_table_with_a_name_that_is_long_enough_to_matter_in_this__pkey"
        );
        assert_eq!(object_name(table, table, "key", 12).len(), 63);
        assert_eq!(object_name("ä".repeat(40).as_str(), "", "pkey", 0), format!("{}_pkey", "ä".repeat(29)));
    }

    #[test]
    fn expressions_are_named_by_what_is_in_them() {
        let label = |sql| expression_label(&Expr::parse(Dialect::Sqlite, sql).expect("an expression"));
        assert_eq!(label("lower(email)"), "lower_email");
        assert_eq!(label("1 + 2"), "expr");
        assert_eq!(label("\"first name\" || 'x'"), "first name");
    }
}
