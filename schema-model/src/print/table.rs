//! One table as a struct.

use schema_core::{
    Action, Check, Column, ColumnValue, Dialect, Expr, ForeignKey, Index, KeyPart, KeyTarget, Schema, Table, token,
};

use super::attribute::{Entry, attribute, literal};
use super::names::{Types, plain, table_of};
use super::types::FieldType;
use super::{Names, PrintedModel, enumeration, parts};

pub(super) struct Printer<'a> {
    pub(super) schema: &'a Schema,
    pub(super) table: &'a Table,
    pub(super) names: &'a Names,
    pub(super) fields: &'a [String],
    types: Vec<FieldType>,
    /// Where each constraint stands: on the field of the column with this index, or on the struct.
    uniques: Vec<Option<usize>>,
    indexes: Vec<Option<usize>>,
    foreign_keys: Vec<Option<usize>>,
    checks: Vec<CheckPlace>,
}

/// Where a CHECK stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum CheckPlace {
    Struct,
    Field(usize),
    /// It follows from the variants of an enum, or another one says the same.
    Nowhere,
}

/// The model of a table.
pub(super) fn print(schema: &Schema, table: &Table, names: &Names, types: &mut Types) -> PrintedModel {
    let mut printer = Printer {
        schema,
        table,
        names,
        fields: &names.fields[&table.name],
        types: Vec::new(),
        uniques: Vec::new(),
        indexes: Vec::new(),
        foreign_keys: Vec::new(),
        checks: vec![CheckPlace::Struct; table.checks.len()],
    };
    let ident = names.structs[&table.name].clone();
    let enums = printer.choose_types(&ident, types);
    printer.choose_places();
    let mut source = String::from("#[derive(Clone, Debug, PartialEq, Table)]\n");
    source += &attribute("table", &printer.on_struct(&ident), 0);
    source += &format!("pub struct {ident} {{\n");
    for (at, column) in table.columns.iter().enumerate() {
        source += &attribute("column", &printer.on_field(at, column), 4);
        source += &format!("    pub {}: {},\n", printer.fields[at], printer.field_type(at, column));
    }
    source += "}\n";
    for item in enums {
        source += &format!("\n{item}");
    }
    PrintedModel { table: table.name.clone(), ident, source }
}

impl Printer<'_> {
    /// The types of the fields; gives back the source of the enums among them.
    fn choose_types(&mut self, ident: &str, types: &mut Types) -> Vec<String> {
        let mut enums = Vec::new();
        let (dialect, strict) = (self.schema.dialect, self.table.options.strict);
        for column in &self.table.columns {
            let ty = FieldType::of(dialect, strict, &column.ty);
            let shared = self.names.enums.iter().find(|(name, _)| name.to_string() == column.ty.as_str());
            let ty = if let Some((_, rust)) = shared {
                FieldType { rust: rust.clone(), declared: None }
            } else if let Some((at, values)) = self.enumeration(column).filter(|_| ty.is_text()) {
                let texts = values.iter().map(|value| &**value);
                match enumeration::variants(texts) {
                    Some(variants) => {
                        let name = types.enumeration(ident, column.name.as_str());
                        // Whoever lists the same values again says nothing new.
                        let listed = &self.table.checks[at].expr;
                        let same = self.table.checks.iter().zip(&mut self.checks);
                        for (_, place) in same.filter(|(check, _)| check.expr == *listed) {
                            *place = CheckPlace::Nowhere;
                        }
                        enums.push(enumeration::print(&name, &variants, None));
                        FieldType::text_enum(&name, dialect, strict, &column.ty)
                    }
                    None => ty,
                }
            } else {
                ty
            };
            self.types.push(ty);
        }
        enums
    }

    /// The first CHECK that lists the values of a column, in the form that an enum asks for.
    fn enumeration(&self, column: &Column) -> Option<(usize, Vec<Box<str>>)> {
        let dialect = self.schema.dialect;
        self.table.checks.iter().enumerate().find_map(|(at, check)| {
            let (name, values) = check.expr.enumeration(dialect)?;
            let same = Expr::of_enumeration(dialect, &column.name, values.iter().map(|value| &**value));
            (name == column.name && same.is_ok_and(|same| same == check.expr)).then_some((at, values))
        })
    }

    /// What is about one column stands on its field, as far as a field has room for it.
    fn choose_places(&mut self) {
        let once = |places: &mut Vec<Option<usize>>, at: Option<usize>| {
            let at = at.filter(|at| !places.contains(&Some(*at)));
            places.push(at);
        };
        for unique in &self.table.uniques {
            let at = self.own_column(&unique.parts).filter(|_| unique.include.is_empty());
            once(&mut self.uniques, at);
        }
        for index in &self.table.indexes {
            let at = self.own_column(&index.parts).filter(|_| index.include.is_empty());
            once(&mut self.indexes, at);
        }
        for (which, key) in self.table.foreign_keys.iter().enumerate() {
            let at = match key.columns.as_slice() {
                [name] => self.table.columns.iter().position(|column| column.name == *name),
                _ => None,
            };
            // On a field that is no `Option`, SET NULL is refused; databases have it nevertheless.
            let nulls = key.on_delete == Action::SetNull || key.on_update == Action::SetNull;
            let at = at.filter(|at| !nulls || self.is_option(&self.table.columns[*at]));
            // Two keys of one column to one table are told apart on the struct only.
            let same = |(other, found): &(usize, &ForeignKey)| {
                found.columns == key.columns && found.parent == key.parent && !self.is_repeated_key(*other)
            };
            let at = at.filter(|_| self.table.foreign_keys.iter().enumerate().filter(same).count() == 1);
            let at = at.filter(|_| !self.is_repeated_key(which));
            once(&mut self.foreign_keys, at);
        }
        for at in 0..self.checks.len() {
            if parts::is_repeated(
                &self.table.checks,
                at,
                |check| check.name.as_ref(),
                |check| Check { name: None, ..check.clone() },
            ) {
                self.checks[at] = CheckPlace::Nowhere;
            }
            if self.checks[at] != CheckPlace::Nowhere {
                let only = self.only_column(&self.table.checks[at].expr);
                self.checks[at] = only.map_or(CheckPlace::Struct, CheckPlace::Field);
            }
        }
    }

    /// The column of a key that a field can state: one column, and nothing said about it but its direction.
    fn own_column(&self, parts: &[KeyPart]) -> Option<usize> {
        match parts {
            [
                KeyPart {
                    target: KeyTarget::Column(name),
                    collation: None,
                    nulls_first: None,
                    operator_class: None,
                    ..
                },
            ] => self.table.columns.iter().position(|column| column.name == *name),
            _ => None,
        }
    }

    pub(super) fn is_repeated_key(&self, at: usize) -> bool {
        let bare = |key: &ForeignKey| ForeignKey { name: None, ..key.clone() };
        parts::is_repeated(&self.table.foreign_keys, at, |key| key.name.as_ref(), bare)
    }

    fn primary_column(&self) -> Option<usize> {
        let key = self.table.primary_key.as_ref().filter(|key| key.include.is_empty())?;
        self.own_column(&key.parts)
    }

    fn is_option(&self, column: &Column) -> bool {
        let key = self.table.primary_key.as_ref();
        column.nullable && !key.is_some_and(|key| key.columns().contains(&column.name))
    }

    fn field_type(&self, at: usize, column: &Column) -> String {
        let rust = &self.types[at].rust;
        if self.is_option(column) { format!("Option<{rust}>") } else { rust.clone() }
    }

    /// The entries of `#[table(…)]`.
    fn on_struct(&self, ident: &str) -> Vec<Entry> {
        let table = self.table;
        let mut entries = Vec::new();
        if table_of(ident) != table.name.name.as_str() {
            entries.push(Entry::text("name", table.name.name.as_str()));
        }
        entries.extend(table.name.schema.as_ref().map(|schema| Entry::text("schema", schema.as_str())));
        entries.extend(table.options.strict.then(|| Entry::plain("strict")));
        entries.extend(table.options.without_rowid.then(|| Entry::plain("without_rowid")));
        entries.extend(table.comment.as_ref().map(|comment| Entry::text("comment", comment)));
        if let Some(key) = table.primary_key.as_ref().filter(|_| self.primary_column().is_none()) {
            entries.push(self.listed("primary_key", &key.parts, self.primary_key_options(key)));
        }
        for (at, unique) in table.uniques.iter().enumerate().filter(|(at, _)| self.uniques[*at].is_none()) {
            entries.push(self.listed("unique", &unique.parts, self.unique_options(at, unique)));
        }
        for (at, index) in table.indexes.iter().enumerate().filter(|(at, _)| self.indexes[*at].is_none()) {
            entries.push(self.listed("index", &index.parts, self.index_options(at, index)));
        }
        let here = |at: &usize| self.checks[*at] == CheckPlace::Struct;
        entries.extend((0..table.checks.len()).filter(here).map(|at| self.check(at, false)));
        let here = |at: &usize| self.foreign_keys[*at].is_none() && !self.is_repeated_key(*at);
        entries.extend((0..table.foreign_keys.len()).filter(here).map(|at| self.foreign_key(at)));
        entries
    }

    /// The entries of `#[column(…)]`.
    fn on_field(&self, at: usize, column: &Column) -> Vec<Entry> {
        let table = self.table;
        let mut entries = Vec::new();
        if plain(&self.fields[at]) != column.name.as_str() {
            entries.push(Entry::text("name", column.name.as_str()));
        }
        if let Some(key) = table.primary_key.as_ref().filter(|_| self.primary_column() == Some(at)) {
            entries.push(Entry::word("primary_key", with_direction(&key.parts, self.primary_key_options(key))));
        }
        if table.primary_key.as_ref().is_some_and(|key| key.autoincrement && key.columns().contains(&column.name)) {
            entries.push(Entry::plain("autoincrement"));
        }
        if let Some(which) = self.uniques.iter().position(|place| *place == Some(at)) {
            let unique = &table.uniques[which];
            entries.push(Entry::word("unique", with_direction(&unique.parts, self.unique_options(which, unique))));
        }
        if let Some(which) = self.indexes.iter().position(|place| *place == Some(at)) {
            let index: &Index = &table.indexes[which];
            entries.push(Entry::word("index", with_direction(&index.parts, self.index_options(which, index))));
        }
        entries.extend(self.types[at].declared.as_ref().map(|declared| Entry::text("sql_type", declared)));
        entries.extend(column.collation.as_ref().map(|collation| Entry::text("collate", collation.as_str())));
        entries.extend(self.value(at, &column.value));
        let here = |check: &usize| self.checks[*check] == CheckPlace::Field(at);
        entries.extend((0..table.checks.len()).filter(here).map(|check| self.check(check, true)));
        if let Some(which) = self.foreign_keys.iter().position(|place| *place == Some(at)) {
            entries.extend(self.references(which));
        }
        let clause = column.on_conflict.filter(|_| !self.is_option(column));
        entries.extend(clause.map(|clause| Entry::list("not_null", vec![parts::on_conflict(clause)])));
        entries.extend(column.comment.as_ref().map(|comment| Entry::text("comment", comment)));
        entries
    }

    fn value(&self, at: usize, value: &ColumnValue) -> Vec<Entry> {
        match value {
            ColumnValue::Given => Vec::new(),
            ColumnValue::Default(expr) => {
                let is_bool = self.types[at].rust == "bool";
                vec![Entry::Plain(format!("default = {}", default(self.schema.dialect, is_bool, expr)))]
            }
            ColumnValue::Generated { expr, stored } => {
                let mut entries = vec![Entry::Plain(format!("generated = sql({})", literal(expr.as_str())))];
                entries.extend(stored.then(|| Entry::plain("stored")));
                entries
            }
            ColumnValue::Identity { always } => {
                vec![Entry::plain(if *always { "identity = always" } else { "identity" })]
            }
        }
    }
}

fn with_direction(parts: &[KeyPart], options: Vec<Entry>) -> Vec<Entry> {
    let descending = parts.first().is_some_and(|part| part.descending);
    descending.then(|| Entry::plain("desc")).into_iter().chain(options).collect()
}

/// A default as a Rust literal where one says exactly the same, otherwise as SQL.
fn default(dialect: Dialect, is_bool: bool, expr: &Expr) -> String {
    let text = expr.as_str();
    let booleans = match dialect {
        Dialect::Sqlite => [("1", "true"), ("0", "false")],
        Dialect::Postgres => [("true", "true"), ("false", "false")],
    };
    if let Some((_, word)) = booleans.into_iter().find(|(sql, _)| is_bool && *sql == text) {
        return word.to_owned();
    }
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_float = digits.split_once('.').is_some_and(|(whole, fraction)| is_integer(whole) && is_digits(fraction));
    if is_float || is_integer(digits) {
        return text.to_owned();
    }
    let tokens = token::tokens(dialect, text);
    match tokens.as_slice() {
        [token] if token.kind == token::TokenKind::String => {
            let value = token.value();
            let same = Expr::parse(dialect, &format!("'{}'", value.replace('\'', "''")));
            if same.is_ok_and(|same| same == *expr) { literal(&value) } else { sql(text) }
        }
        _ => sql(text),
    }
}

fn sql(text: &str) -> String {
    format!("sql({})", literal(text))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_digit())
}

/// Whether rustc and SQL read the digits as the same number.
fn is_integer(text: &str) -> bool {
    is_digits(text) && text.len() <= 18 && (text == "0" || !text.starts_with('0'))
}
