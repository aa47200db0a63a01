//! A change in words, for the comments of a script.

use crate::{Change, Column, ColumnFact, ColumnValue, Dialect, Edit, Name, ObjectName, Pair, render};

const DIALECT: Dialect = Dialect::Sqlite;

/// What a change of a table does, a clause without the table's name.
pub(super) fn words(change: &Change) -> String {
    match change {
        Change::Column { edit: Edit::Add(column), .. } => format!("add {}", column.name),
        Change::Column { edit: Edit::Drop(column), .. } => format!("drop {}", column.name),
        Change::Column { edit: Edit::Alter(pair), .. } => altered(pair),
        Change::PrimaryKey { edit, .. } => part(edit, |key| render::primary_key(DIALECT, key)),
        Change::Unique { edit, .. } => part(edit, |unique| render::unique(DIALECT, unique)),
        Change::ForeignKey { edit, .. } => part(edit, |key| render::foreign_key(DIALECT, key)),
        Change::Check { edit, .. } => part(edit, |check| render::check(DIALECT, check)),
        Change::Options { edit, .. } => options(*edit),
        Change::RenameColumn { edit, .. } => format!("rename {} to {}", edit.before, edit.after),
        Change::Index { table, edit } => index(table, edit),
        Change::CreateTable(_)
        | Change::DropTable(_)
        | Change::RenameTable(_)
        | Change::Comment { .. }
        | Change::Enum(_) => String::new(),
    }
}

fn index(table: &ObjectName, edit: &Edit<crate::Index>) -> String {
    let own =
        |index: &crate::Index| index.name.as_ref().map_or_else(|| render::index_name(table, index), Name::to_string);
    match edit {
        Edit::Add(index) => format!("add index {}", own(index)),
        Edit::Drop(index) => format!("drop index {}", own(index)),
        Edit::Alter(pair) => format!("change index {}", own(&pair.after)),
    }
}

fn part<T>(edit: &Edit<T>, render: impl Fn(&T) -> String) -> String {
    match edit {
        Edit::Add(part) => format!("add {}", render(part)),
        Edit::Drop(part) => format!("drop {}", render(part)),
        Edit::Alter(pair) => format!("{} becomes {}", render(&pair.before), render(&pair.after)),
    }
}

fn options(options: Pair<crate::TableOptions>) -> String {
    let Pair { before, after } = options;
    let mut words = Vec::new();
    for (was, is, name) in
        [(before.strict, after.strict, "STRICT"), (before.without_rowid, after.without_rowid, "WITHOUT ROWID")]
    {
        if was != is {
            words.push(format!("{} {name}", if is { "becomes" } else { "is no longer" }));
        }
    }
    words.join(", ")
}

fn altered(pair: &Pair<Column>) -> String {
    let name = &pair.after.name;
    let words: Vec<String> = pair.facts().into_iter().map(|fact| fact_words(pair, fact)).collect();
    format!("{name} {}", words.join(" and "))
}

fn fact_words(pair: &Pair<Column>, fact: ColumnFact) -> String {
    let after = &pair.after;
    match fact {
        ColumnFact::Type if after.ty.as_str().is_empty() => "loses its type".to_owned(),
        ColumnFact::Type => format!("becomes {}", after.ty),
        ColumnFact::Nullability if after.nullable => "may be NULL".to_owned(),
        ColumnFact::Nullability => "becomes NOT NULL".to_owned(),
        ColumnFact::Value => value(&after.value),
        ColumnFact::Collation => {
            format!("compares by {}", after.collation.as_ref().map_or("BINARY", Name::as_str))
        }
        ColumnFact::OnConflict => "has another conflict clause".to_owned(),
        ColumnFact::Comment => "has another comment".to_owned(),
    }
}

fn value(value: &ColumnValue) -> String {
    match value {
        ColumnValue::Given => "loses its default".to_owned(),
        ColumnValue::Default(expr) => format!("defaults to {expr}"),
        ColumnValue::Generated { expr, .. } => format!("is generated as {expr}"),
        ColumnValue::Identity { .. } => "counts by itself".to_owned(),
    }
}
