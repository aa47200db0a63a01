//! Keys, indexes, conditions and foreign keys as entries of an attribute.

use schema_core::{
    Action, Deferrable, Expr, ForeignKey, Index, KeyPart, KeyTarget, Name, OnConflict, PrimaryKey, Table, Unique,
    render, token,
};

use super::attribute::{Entry, literal};
use super::table::Printer;

/// Fields that a list would take for one of its options.
const OPTIONS: [&str; 3] = ["deferrable", "nulls_not_distinct", "unique"];

impl Printer<'_> {
    /// A column inside a list.
    fn column(&self, name: &Name) -> String {
        let field = self.table.columns.iter().position(|column| column.name == *name).map(|at| &self.fields[at]);
        match field {
            Some(field) if !OPTIONS.contains(&field.as_str()) => field.clone(),
            _ => literal(name.as_str()),
        }
    }

    fn element(&self, part: &KeyPart) -> Entry {
        let mut text = match &part.target {
            KeyTarget::Column(name) => self.column(name),
            KeyTarget::Expr(expr) => format!("sql({})", literal(expr.as_str())),
        };
        if let Some(collation) = &part.collation {
            text += &format!(" collate {}", literal(collation.as_str()));
        }
        if part.descending {
            text += " desc";
        }
        if let Some(first) = part.nulls_first {
            text += if first { " nulls first" } else { " nulls last" };
        }
        if let Some(class) = &part.operator_class {
            text += &format!(" operator_class {}", literal(class));
        }
        Entry::Plain(text)
    }

    fn elements(&self, parts: &[KeyPart]) -> Vec<Entry> {
        parts.iter().map(|part| self.element(part)).collect()
    }

    fn include(&self, columns: &[Name]) -> Option<Entry> {
        let columns = columns.iter().map(|column| Entry::Plain(self.column(column))).collect::<Vec<_>>();
        (!columns.is_empty()).then(|| Entry::list("include", columns))
    }

    pub(super) fn primary_key_options(&self, key: &PrimaryKey) -> Vec<Entry> {
        let default = |table: &mut Table| {
            table.primary_key.iter_mut().for_each(|key| key.name = None);
            render::constraint_names(table).primary_key
        };
        let mut options = Vec::new();
        options.extend(self.name(key.name.as_ref(), default));
        options.extend(deferrable(key.deferrable));
        options.extend(key.on_conflict.map(on_conflict));
        options.extend(self.include(&key.include));
        options
    }

    pub(super) fn unique_options(&self, at: usize, unique: &Unique) -> Vec<Entry> {
        let default = |table: &mut Table| {
            table.uniques[at].name = None;
            render::constraint_names(table).uniques.into_iter().nth(at)
        };
        let mut options = Vec::new();
        options.extend(self.name(unique.name.as_ref(), default));
        options.extend(unique.nulls_not_distinct.then(|| Entry::plain("nulls_not_distinct")));
        options.extend(deferrable(unique.deferrable));
        options.extend(unique.on_conflict.map(on_conflict));
        options.extend(self.include(&unique.include));
        options
    }

    pub(super) fn index_options(&self, at: usize, index: &Index) -> Vec<Entry> {
        let mut options = Vec::new();
        options.extend(self.index_name(at, index).map(|name| Entry::text("name", name.as_str())));
        options.extend(index.unique.then(|| Entry::plain("unique")));
        options.extend(index.predicate.as_ref().map(|predicate| Entry::text("where", predicate.as_str())));
        options.extend(self.include(&index.include));
        options.extend(index.method.as_ref().map(|method| Entry::text("using", method.as_str())));
        options.extend(index.nulls_not_distinct.then(|| Entry::plain("nulls_not_distinct")));
        options
    }

    /// The name of an index, unless it is the one that the model gives by default, and no other
    /// index is over the same.
    fn index_name<'i>(&self, at: usize, index: &'i Index) -> Option<&'i Name> {
        let name = index.name.as_ref()?;
        let mut table = self.table.clone();
        table.indexes[at].name = None;
        let twin = self.table.indexes.iter().enumerate().any(|(other, twin)| other != at && twin.parts == index.parts);
        let is_default = render::index_names(&table).get(at).is_some_and(|default| *default == *name.as_str());
        (twin || !is_default).then_some(name)
    }

    /// The name of a constraint. PostgreSQL names every constraint, so there the name that it chooses
    /// itself is not stated; SQLite knows only those that were written.
    fn name(&self, name: Option<&Name>, default: impl Fn(&mut Table) -> Option<String>) -> Option<Entry> {
        let name = name?;
        let chosen = match self.schema.dialect {
            schema_core::Dialect::Sqlite => None,
            schema_core::Dialect::Postgres => default(&mut self.table.clone()),
        };
        (chosen.as_deref() != Some(name.as_str())).then(|| Entry::text("name", name.as_str()))
    }

    /// A key on the struct: its columns, then its options.
    pub(super) fn listed(&self, word: &str, parts: &[KeyPart], options: Vec<Entry>) -> Entry {
        let mut entries = self.elements(parts);
        entries.extend(options);
        Entry::list(word, entries)
    }

    /// A CHECK, as it stands on a field and on the struct alike, except that a field may write it shorter.
    pub(super) fn check(&self, at: usize, on_field: bool) -> Entry {
        let check = &self.table.checks[at];
        let default = |table: &mut Table| {
            table.checks[at].name = None;
            render::constraint_names(table).checks.into_iter().nth(at)
        };
        let text = check.expr.as_str();
        match self.name(check.name.as_ref(), default) {
            None if on_field => Entry::text("check", text),
            name => Entry::list("check", [Entry::Plain(literal(text))].into_iter().chain(name).collect()),
        }
    }

    /// The only column that an expression mentions.
    pub(super) fn only_column(&self, expr: &Expr) -> Option<usize> {
        let dialect = self.schema.dialect;
        let tokens = token::tokens(dialect, expr.as_str());
        let names =
            tokens.iter().filter(|token| matches!(token.kind, token::TokenKind::Word | token::TokenKind::Quoted));
        let mut found = None;
        for name in names {
            let Some(at) = self.table.columns.iter().position(|column| column.name.is(name.value().as_ref())) else {
                continue;
            };
            if found.is_some_and(|found| found != at) {
                return None;
            }
            found = Some(at);
        }
        found
    }

    /// The parent by its model and fields, where it has a model and the key can be told apart by its columns.
    fn parent_fields(&self, key: &ForeignKey) -> Option<(&str, Vec<&str>)> {
        let keys = self.table.foreign_keys.iter().enumerate();
        let same = |(at, other): &(usize, &ForeignKey)| other.columns == key.columns && !self.is_repeated_key(*at);
        let alone = keys.filter(same).count() == 1;
        if !alone || key.parent_columns.is_empty() || key.parent_columns.len() != key.columns.len() {
            return None;
        }
        let parent = self.schema.tables.get(&key.parent)?;
        let fields = &self.names.fields[&parent.name];
        let field = |name: &Name| {
            let at = parent.columns.iter().position(|column| column.name == *name)?;
            Some(fields[at].as_str())
        };
        let fields = key.parent_columns.iter().map(field).collect::<Option<Vec<_>>>()?;
        Some((&self.names.structs[&parent.name], fields))
    }

    /// A foreign key of one column, on its field.
    pub(super) fn references(&self, at: usize) -> Vec<Entry> {
        let key = &self.table.foreign_keys[at];
        let name = self.foreign_key_name(at);
        let path = self.parent_fields(key).map(|(model, fields)| format!("{model}::{}", fields[0]));
        let mut entries = match (path, name) {
            (Some(path), None) => vec![Entry::Plain(format!("references = {path}"))],
            (Some(path), Some(name)) => vec![Entry::list("references", vec![Entry::Plain(path), name])],
            (None, name) => {
                vec![Entry::list("references", parent_text(key).into_iter().chain(name).collect())]
            }
        };
        entries.extend(actions(key));
        entries
    }

    /// A foreign key on the struct.
    pub(super) fn foreign_key(&self, at: usize) -> Entry {
        let key = &self.table.foreign_keys[at];
        let columns = key.columns.iter().map(|name| Entry::Plain(self.column(name))).collect();
        let parent = match self.parent_fields(key) {
            Some((model, fields)) => [model].into_iter().chain(fields).map(Entry::plain).collect(),
            None => parent_text(key),
        };
        let mut entries = vec![Entry::list("columns", columns), Entry::list("references", parent)];
        entries.extend(actions(key));
        entries.extend(self.foreign_key_name(at));
        Entry::list("foreign_key", entries)
    }

    fn foreign_key_name(&self, at: usize) -> Option<Entry> {
        let default = |table: &mut Table| {
            table.foreign_keys[at].name = None;
            render::constraint_names(table).foreign_keys.into_iter().nth(at)
        };
        self.name(self.table.foreign_keys[at].name.as_ref(), default)
    }
}

/// The parent as the database calls it.
fn parent_text(key: &ForeignKey) -> Vec<Entry> {
    let columns = if key.parent_columns.len() == key.columns.len() { &key.parent_columns[..] } else { &[] };
    let texts = [&key.parent.name].into_iter().chain(columns).map(|name| Entry::Plain(literal(name.as_str())));
    texts.chain(key.parent.schema.as_ref().map(|schema| Entry::text("schema", schema.as_str()))).collect()
}

/// Whether a part says what another one says as well, so that a model states one of them: those with names of
/// their own, otherwise the first.
pub(super) fn is_repeated<T: PartialEq>(
    parts: &[T],
    at: usize,
    name: impl Fn(&T) -> Option<&Name>,
    bare: impl Fn(&T) -> T,
) -> bool {
    let own = name(&parts[at]);
    let same = bare(&parts[at]);
    parts.iter().enumerate().filter(|(other, part)| *other != at && bare(part) == same).any(|(other, part)| {
        match (own, name(part)) {
            (None, None) => other < at,
            (None, Some(_)) => true,
            (Some(_), None) => false,
            (Some(own), Some(name)) => own == name && other < at,
        }
    })
}

fn actions(key: &ForeignKey) -> Vec<Entry> {
    let word = |action: Action| action.as_sql().to_lowercase().replace(' ', "_");
    let entry = |key: &str, action: Action| {
        (action != Action::NoAction).then(|| Entry::Plain(format!("{key} = {}", word(action))))
    };
    let both = [entry("on_delete", key.on_delete), entry("on_update", key.on_update), deferrable(key.deferrable)];
    both.into_iter().flatten().collect()
}

fn deferrable(deferrable: Deferrable) -> Option<Entry> {
    match deferrable {
        Deferrable::No => None,
        Deferrable::Immediate => Some(Entry::plain("deferrable")),
        Deferrable::Deferred => Some(Entry::plain("deferrable = deferred")),
    }
}

pub(super) fn on_conflict(clause: OnConflict) -> Entry {
    Entry::Plain(format!("on_conflict = {}", clause.as_sql().to_lowercase()))
}
