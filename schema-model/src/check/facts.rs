//! The facts of a column that differ, in words, and what to write in the model instead.

use schema_core::{Column, ColumnFact, ColumnValue, Expr};

use crate::types::ResolvedType;

/// What differs, as it stands after the column's name: both sides of one fact, or the list of several.
pub(super) fn text(facts: &[ColumnFact], mine: &Column, found: &Column) -> String {
    match facts {
        [fact] => both_sides(*fact, mine, found),
        facts => {
            let names: Vec<&str> = facts.iter().map(|fact| name(*fact, mine, found)).collect();
            match names.split_last() {
                Some((last, [])) => format!("differs in {last}"),
                Some((last, rest)) => format!("differs in {} and {last}", rest.join(", ")),
                None => "differs".to_owned(),
            }
        }
    }
}

fn name(fact: ColumnFact, mine: &Column, found: &Column) -> &'static str {
    match fact {
        ColumnFact::Type => "type",
        ColumnFact::Nullability => "nullability",
        ColumnFact::Value if is_default(&mine.value) && is_default(&found.value) => "default",
        ColumnFact::Value => "generation",
        ColumnFact::Collation => "collation",
        ColumnFact::OnConflict => "conflict clause",
        ColumnFact::Comment => "comment",
    }
}

fn both_sides(fact: ColumnFact, mine: &Column, found: &Column) -> String {
    let nullability = |column: &Column| if column.nullable { "nullable" } else { "NOT NULL" };
    let ty = |column: &Column| match column.ty.as_str() {
        "" => "without a type".to_owned(),
        ty => ty.to_owned(),
    };
    let collation = |column: &Column| match &column.collation {
        Some(name) => format!("COLLATE {name}"),
        None => "the default collation".to_owned(),
    };
    let conflict = |column: &Column| match column.on_conflict {
        Some(clause) => format!("ON CONFLICT {}", clause.as_sql()),
        None => "no conflict clause".to_owned(),
    };
    let comment = |column: &Column| column.comment.as_deref().unwrap_or("(none)").to_owned();
    match fact {
        ColumnFact::Type => sides("is", &ty(mine), &ty(found)),
        ColumnFact::Nullability => sides("is", nullability(mine), nullability(found)),
        ColumnFact::Value if is_default(&mine.value) && is_default(&found.value) => {
            sides("has", &default(&mine.value), &default(&found.value))
        }
        ColumnFact::Value => sides("is", &generation(&mine.value), &generation(&found.value)),
        ColumnFact::Collation => sides("has", &collation(mine), &collation(found)),
        ColumnFact::OnConflict => sides("has", &conflict(mine), &conflict(found)),
        ColumnFact::Comment => sides("has the comment", &comment(mine), &comment(found)),
    }
}

/// `is TEXT in the model and BLOB in the migrations`
pub(super) fn sides(verb: &str, mine: &str, found: &str) -> String {
    format!("{verb} {mine} in the model and {found} in the migrations")
}

fn is_default(value: &ColumnValue) -> bool {
    matches!(value, ColumnValue::Given | ColumnValue::Default(_))
}

fn default(value: &ColumnValue) -> String {
    match value {
        ColumnValue::Default(expr) => format!("DEFAULT {expr}"),
        _ => "no default".to_owned(),
    }
}

fn generation(value: &ColumnValue) -> String {
    match value {
        ColumnValue::Given | ColumnValue::Default(_) => "not generated".to_owned(),
        ColumnValue::Generated { expr, stored } => {
            format!("GENERATED ALWAYS AS ({expr}) {}", if *stored { "STORED" } else { "VIRTUAL" })
        }
        ColumnValue::Identity { always } => {
            format!("GENERATED {} AS IDENTITY", if *always { "ALWAYS" } else { "BY DEFAULT" })
        }
    }
}

/// What to do in the model instead, where one attribute or the field's type says it. `rust` is what is
/// stored for the field's type, where the model does not state that itself.
pub(super) fn advice(fact: ColumnFact, mine: &Column, found: &Column, rust: Option<&ResolvedType>) -> Option<String> {
    let write = |attribute: String| Some(format!("write `#[column({attribute})]`"));
    match fact {
        ColumnFact::Type if found.ty.as_str().is_empty() => None,
        ColumnFact::Type if rust.is_some_and(|rust| !rust.survives(found.ty.affinity())) => {
            Some("change the field's type".to_owned())
        }
        ColumnFact::Type => write(format!("sql_type = \"{}\"", found.ty)),
        ColumnFact::Nullability if found.nullable => Some("write `Option<…>`".to_owned()),
        ColumnFact::Nullability => Some("remove the `Option`".to_owned()),
        ColumnFact::Value => match (&mine.value, &found.value) {
            (_, ColumnValue::Default(expr)) => write(default_attribute(expr)),
            (_, ColumnValue::Generated { expr, stored }) => {
                write(format!("generated = sql({:?}), {}", expr.as_str(), if *stored { "stored" } else { "virtual" }))
            }
            (ColumnValue::Default(_), ColumnValue::Given) => Some("remove `default`".to_owned()),
            (ColumnValue::Generated { .. }, ColumnValue::Given) => Some("remove `generated`".to_owned()),
            _ => None,
        },
        ColumnFact::Collation => match &found.collation {
            Some(name) => write(format!("collate = \"{name}\"")),
            None => Some("remove `collate`".to_owned()),
        },
        ColumnFact::OnConflict => match found.on_conflict {
            Some(clause) => write(format!("not_null(on_conflict = {})", clause.as_sql().to_lowercase())),
            None => Some("remove `not_null`".to_owned()),
        },
        ColumnFact::Comment => None,
    }
}

/// The shortest way to state a default.
fn default_attribute(expr: &Expr) -> String {
    let sql = expr.as_str();
    let is_number = sql.parse::<f64>().is_ok() && sql.ends_with(|last: char| last.is_ascii_digit());
    let text = sql.strip_prefix('\'').and_then(|sql| sql.strip_suffix('\''));
    match text {
        _ if is_number => format!("default = {sql}"),
        Some(text) if !text.contains('\'') => format!("default = {text:?}"),
        _ => format!("default = sql({sql:?})"),
    }
}
