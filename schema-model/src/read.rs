//! From attributes to a [`Model`]: what each entry is, with the refusals that one entry gives alone.

use proc_macro2::{Ident, Span};
use schema_core::{Action, Deferrable, OnConflict};
use syn::{Data, DeriveInput, Fields, Lit};

use crate::attribute::{self, Element, Entry, Key, Level, List, Literal, Target, Value};
use crate::errors::Errors;
use crate::model::{
    CheckAttribute, DefaultValue, ElementTarget, Field, ForeignKeyAttribute, KeyAttribute, KeyElement, Model, Parent,
    Setting, TableAttributes,
};

/// Reads a struct; `None` when it has no columns to speak of.
pub(crate) fn model(input: &DeriveInput, errors: &mut Errors) -> Option<Model> {
    let table = table(attribute::attributes(Level::Struct, &input.attrs, errors), errors);
    let named = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(named) => named,
            Fields::Unnamed(fields) => {
                errors.at(fields, "a table's columns have names; this is a tuple struct");
                return None;
            }
            Fields::Unit => {
                errors.at(&input.ident, "a table has columns; this is a unit struct");
                return None;
            }
        },
        Data::Enum(_) => {
            errors.at(&input.ident, "a table is a struct; an enum is a column's type with `#[derive(SqlType)]`");
            return None;
        }
        Data::Union(_) => {
            errors.at(&input.ident, "a table is a struct, not a union");
            return None;
        }
    };
    if !input.generics.params.is_empty() {
        errors.at(&input.generics, "a table is one type, so its struct cannot be generic");
    }
    let mut model = Model { ident: input.ident.clone(), table, fields: Vec::new(), skipped: Vec::new() };
    for source in &named.named {
        let Some(ident) = &source.ident else { continue };
        let entries = attribute::attributes(Level::Field, &source.attrs, errors);
        if let Some(skip) = entries.iter().find(|entry| entry.key.name == "skip") {
            if let Some(other) = entries.iter().find(|entry| entry.key.name != "skip") {
                let message = format!("a skipped field is no column, so `{}` says nothing", other.key.name);
                errors.at_both([skip.span, other.span], &message);
            }
            model.skipped.push(ident.clone());
            continue;
        }
        model.fields.push(field(ident, source, entries, errors));
    }
    if model.fields.is_empty() {
        errors.at(&input.ident, format!("`{}` has no column", input.ident));
        return None;
    }
    Some(model)
}

fn table(entries: Vec<Entry>, errors: &mut Errors) -> TableAttributes {
    let mut table = TableAttributes::default();
    for entry in entries {
        let Entry { key, span, value } = entry;
        match (key.name, value) {
            ("strict", _) => table.strict = Some(span),
            ("without_rowid", _) => table.without_rowid = Some(span),
            ("name", value) => table.name = text(span, value),
            ("schema", value) => table.schema = text(span, value),
            ("was", value) => table.was = text(span, value),
            ("comment", value) => table.comment = text(span, value),
            ("database", value) => table.database = text(span, value),
            ("primary_key", Value::List(list)) => table.primary_key = Some(listed(key, span, list, errors)),
            ("unique", Value::List(list)) => table.uniques.push(listed(key, span, list, errors)),
            ("index", Value::List(list)) => table.indexes.push(listed(key, span, list, errors)),
            ("check", value) => table.checks.extend(check(span, value, errors)),
            ("foreign_key", Value::List(list)) => table.foreign_keys.extend(foreign_key(span, list, errors)),
            _ => {}
        }
    }
    table
}

fn field(ident: &Ident, source: &syn::Field, entries: Vec<Entry>, errors: &mut Errors) -> Field {
    let mut field = Field::new(ident.clone(), source.ty.clone());
    let mut beside = Vec::new();
    for entry in entries {
        let Entry { key, span, value } = entry;
        match (key.name, value) {
            ("name", value) => field.name = text(span, value),
            ("was", value) => field.was = text(span, value),
            ("comment", value) => field.comment = text(span, value),
            ("collate", value) => field.collate = text(span, value),
            ("sql_type", value) => field.sql_type = text(span, value),
            ("autoincrement", _) => field.autoincrement = Some(span),
            ("identity", value) => field.identity = Some(identity(span, &value)),
            ("primary_key", value) => field.primary_key = Some(own_key(span, value, errors)),
            ("unique", value) => field.unique = Some(own_key(span, value, errors)),
            ("index", value) => field.index = Some(own_key(span, value, errors)),
            ("default", value) => field.default = default(span, value),
            ("generated", Value::Sql(sql)) => {
                field.generated = Some(Setting { value: sql.value(), key: span, span: sql.span() });
            }
            ("stored", _) => field.stored = Some(span),
            ("virtual", _) => field.computed = Some(span),
            ("check", value) => field.checks.extend(check(span, value, errors)),
            ("references", value) => field.references = references(span, value, errors),
            ("not_null", Value::List(list)) => field.not_null = not_null(span, &list, errors),
            (name, value) => beside.push((name, span, value)),
        }
    }
    for (name, span, value) in beside {
        if let Some(references) = &mut field.references {
            action(references, name, span, &value, errors);
        } else {
            let message = format!("`{name}` without `references`, as in `references = User::id`");
            errors.push(syn::Error::new(span, message));
        }
    }
    field
}

fn text(key: Span, value: Value) -> Option<Setting<String>> {
    match value {
        Value::Text(lit) => Some(Setting { value: lit.value(), key, span: lit.span() }),
        _ => None,
    }
}

fn identity(key: Span, value: &Value) -> Setting<bool> {
    match value {
        Value::Word(word, span) => Setting { value: *word == "always", key, span: *span },
        _ => Setting { value: false, key, span: key },
    }
}

fn deferrable(key: Span, value: &Value) -> Setting<Deferrable> {
    match value {
        Value::Word("deferred", span) => Setting { value: Deferrable::Deferred, key, span: *span },
        Value::Word(_, span) => Setting { value: Deferrable::Immediate, key, span: *span },
        _ => Setting { value: Deferrable::Immediate, key, span: key },
    }
}

fn on_conflict(key: Span, value: &Value) -> Option<Setting<Option<OnConflict>>> {
    let Value::Word(word, span) = value else { return None };
    let value = match *word {
        "rollback" => Some(OnConflict::Rollback),
        "fail" => Some(OnConflict::Fail),
        "ignore" => Some(OnConflict::Ignore),
        "replace" => Some(OnConflict::Replace),
        _ => None,
    };
    Some(Setting { value, key, span: *span })
}

fn default(key: Span, value: Value) -> Option<Setting<DefaultValue>> {
    let (value, span) = match value {
        Value::Sql(sql) => (DefaultValue::Sql(sql.value()), sql.span()),
        Value::Literal(Literal::Null(span)) => (DefaultValue::Null, span),
        Value::Literal(Literal::Lit { negative, lit }) => {
            let sign = if negative { "-" } else { "" };
            let span = lit.span();
            let value = match lit {
                Lit::Int(int) => DefaultValue::Number(format!("{sign}{}", int.base10_digits())),
                Lit::Float(float) => DefaultValue::Number(format!("{sign}{}", float.base10_digits())),
                Lit::Str(text) => DefaultValue::Text(text.value()),
                Lit::Bool(value) => DefaultValue::Bool(value.value),
                Lit::ByteStr(bytes) => DefaultValue::Bytes(bytes.value()),
                _ => return None,
            };
            (value, span)
        }
        _ => return None,
    };
    Some(Setting { value, key, span })
}

fn check(key: Span, value: Value, errors: &mut Errors) -> Option<CheckAttribute> {
    let wrong = "`check` takes one SQL condition, as in `check(\"length(email) > 3\", name = \"email_is_long\")`";
    match value {
        Value::Text(lit) => {
            let condition = Setting { value: lit.value(), key, span: lit.span() };
            Some(CheckAttribute { key, condition, name: None })
        }
        Value::List(list) => {
            let [Element { target: Target::Text(sql), .. }] = list.elements.as_slice() else {
                let place = list.elements.get(1).or(list.elements.first()).map_or(key, |element| element.span);
                errors.push(syn::Error::new(place, wrong));
                return None;
            };
            let condition = Setting { value: sql.value(), key, span: sql.span() };
            let name = list.options.into_iter().find_map(|option| text(option.span, option.value));
            Some(CheckAttribute { key, condition, name })
        }
        _ => None,
    }
}

fn not_null(key: Span, list: &List, errors: &mut Errors) -> Option<Setting<OnConflict>> {
    let clause = list.options.iter().find_map(|option| on_conflict(option.span, &option.value));
    if let Some(Setting { value: Some(value), span, .. }) = clause {
        return Some(Setting { value, key, span });
    }
    if clause.is_none() {
        let message = "a field is NOT NULL unless its type is `Option<…>`; `not_null` only carries a conflict clause, \
                       as in `not_null(on_conflict = ignore)`";
        errors.push(syn::Error::new(key, message));
    }
    None
}

fn own_key(key: Span, value: Value, errors: &mut Errors) -> KeyAttribute {
    match value {
        Value::List(list) => key_attribute(key, list, errors),
        _ => KeyAttribute::new(key),
    }
}

/// A key that lists its columns.
fn listed(key: &Key, span: Span, list: List, errors: &mut Errors) -> KeyAttribute {
    refuse_empty_list(key.name, span, &list, errors);
    key_attribute(span, list, errors)
}

fn refuse_empty_list(word: &str, span: Span, list: &List, errors: &mut Errors) {
    if list.elements.is_empty() && !list.broken {
        errors.push(syn::Error::new(span, format!("`{word}` lists no columns, as in `{word}(org_id, user_id)`")));
    }
}

fn key_attribute(key: Span, list: List, errors: &mut Errors) -> KeyAttribute {
    let mut found = KeyAttribute::new(key);
    found.elements = list.elements.into_iter().filter_map(|element| key_element(element, errors)).collect();
    for Entry { key, span, value } in list.options {
        match (key.name, value) {
            ("desc", _) => found.descending = Some(span),
            ("unique", _) => found.unique = Some(span),
            ("nulls_not_distinct", _) => found.nulls_not_distinct = Some(span),
            ("deferrable", value) => found.deferrable = Some(deferrable(span, &value)),
            ("on_conflict", value) => found.on_conflict = on_conflict(span, &value),
            ("name", value) => found.name = text(span, value),
            ("where", value) => found.predicate = text(span, value),
            ("using", value) => found.method = text(span, value),
            ("include", Value::List(list)) => {
                found.include = list.elements.into_iter().filter_map(|element| key_element(element, errors)).collect();
            }
            _ => {}
        }
    }
    found
}

fn key_element(element: Element, errors: &mut Errors) -> Option<KeyElement> {
    let target = match element.target {
        Target::Text(lit) => ElementTarget::Column(lit.value()),
        Target::Sql(lit) => ElementTarget::Sql(lit.value()),
        Target::Path(path) => {
            let Some(ident) = path.get_ident() else {
                errors.at(&path, "expected a field of this struct");
                return None;
            };
            ElementTarget::Field(ident.clone())
        }
    };
    Some(KeyElement {
        target,
        span: element.span,
        collation: element.collation.map(|lit| lit.value()),
        descending: element.descending.is_some(),
        nulls_first: element.nulls_first.map(|(first, _)| first),
        operator_class: element.operator_class.map(|lit| lit.value()),
    })
}

fn references(key: Span, value: Value, errors: &mut Errors) -> Option<ForeignKeyAttribute> {
    match value {
        Value::Path(path) => {
            let parent = field_path(path, errors)?;
            Some(ForeignKeyAttribute::new(key, parent))
        }
        Value::List(mut list) => {
            let schema = take_schema(&mut list);
            let parent = parent(key, list.elements, schema, true, errors)?;
            let mut found = ForeignKeyAttribute::new(key, parent);
            for option in list.options {
                action(&mut found, option.key.name, option.span, &option.value, errors);
            }
            Some(found)
        }
        _ => None,
    }
}

fn foreign_key(key: Span, list: List, errors: &mut Errors) -> Option<ForeignKeyAttribute> {
    let example = "as in `foreign_key(columns(org_id), references(Org, id))`";
    let (mut columns, mut parents, mut rest) = (None, None, Vec::new());
    for option in list.options {
        match (option.key.name, option.value) {
            ("columns", Value::List(list)) => columns = Some((option.span, list)),
            ("references", Value::List(list)) => parents = Some((option.span, list)),
            (name, value) => rest.push((name, option.span, value)),
        }
    }
    let mut missing = |what: &str| {
        if !list.broken {
            errors.push(syn::Error::new(key, format!("`foreign_key` names no {what}, {example}")));
        }
    };
    if columns.is_none() {
        missing("columns");
    }
    if parents.is_none() {
        missing("parent");
    }
    let ((place, columns), (span, mut list)) = (columns?, parents?);
    refuse_empty_list("columns", place, &columns, errors);
    let schema = take_schema(&mut list);
    let parent = parent(span, list.elements, schema, false, errors)?;
    let mut found = ForeignKeyAttribute::new(key, parent);
    found.columns = columns.elements.into_iter().filter_map(|element| key_element(element, errors)).collect();
    for (name, span, value) in rest {
        action(&mut found, name, span, &value, errors);
    }
    Some(found)
}

fn take_schema(list: &mut List) -> Option<Setting<String>> {
    let at = list.options.iter().position(|option| option.key.name == "schema")?;
    let option = list.options.remove(at);
    text(option.span, option.value)
}

/// `User::id`.
fn field_path(mut path: syn::Path, errors: &mut Errors) -> Option<Parent> {
    if path.segments.len() < 2 {
        errors.at(&path, "`references` names a field of another model, as in `references = User::id`");
        return None;
    }
    let field = path.segments.pop()?.ident;
    path.segments.pop_punct();
    Some(Parent::Model { path, fields: vec![field] })
}

/// `(Org, x, y)`, `("orgs", "x", "y")`, and on a field also `(User::id)`.
fn parent(
    key: Span,
    elements: Vec<Element>,
    schema: Option<Setting<String>>,
    on_field: bool,
    errors: &mut Errors,
) -> Option<Parent> {
    let example = if on_field { "references(User::id)" } else { "references(Org, x, y)" };
    if let Some(span) = elements.iter().find_map(Element::modifier) {
        errors.push(syn::Error::new(span, "`references` takes the parent and its columns, nothing else"));
    }
    let mut elements = elements.into_iter();
    let Some(first) = elements.next() else {
        errors.push(syn::Error::new(key, format!("`references` names no parent, as in `{example}`")));
        return None;
    };
    match first.target {
        Target::Text(name) => {
            let columns = elements.filter_map(|element| column_text(&element, errors)).collect();
            let name = Setting { value: name.value(), key, span: name.span() };
            Some(Parent::Table { schema, name, columns })
        }
        Target::Path(path) if on_field && elements.len() == 0 => field_path(path, errors),
        Target::Path(path) => {
            let fields: Vec<Ident> = elements.filter_map(|element| parent_field(&element, errors)).collect();
            if fields.is_empty() {
                errors.at(&path, "`references` names no field of the parent, as in `references(Org, x, y)`");
                return None;
            }
            Some(Parent::Model { path, fields })
        }
        Target::Sql(_) => {
            errors.push(syn::Error::new(first.span, "a foreign key refers to columns, not to SQL"));
            None
        }
    }
}

fn column_text(element: &Element, errors: &mut Errors) -> Option<Setting<String>> {
    if let Target::Text(lit) = &element.target {
        return Some(Setting { value: lit.value(), key: element.span, span: lit.span() });
    }
    let message =
        "a parent that is named as a string has columns that are strings, as in `references(\"users\", \"id\")`";
    errors.push(syn::Error::new(element.span, message));
    None
}

fn parent_field(element: &Element, errors: &mut Errors) -> Option<Ident> {
    let ident = element.ident().cloned();
    if ident.is_none() {
        errors.push(syn::Error::new(element.span, "expected a field of the parent"));
    }
    ident
}

fn action(found: &mut ForeignKeyAttribute, name: &'static str, key: Span, value: &Value, errors: &mut Errors) {
    let earlier = match name {
        "name" => found.name.replace_text(key, value),
        "deferrable" => found.deferrable.replace(deferrable(key, value)).map(|earlier| earlier.key),
        "on_delete" => set_action(&mut found.on_delete, key, value),
        "on_update" => set_action(&mut found.on_update, key, value),
        _ => None,
    };
    if let Some(earlier) = earlier {
        errors.at_both([earlier, key], &format!("`{name}` is stated twice"));
    }
}

trait ReplaceText {
    fn replace_text(&mut self, key: Span, value: &Value) -> Option<Span>;
}

impl ReplaceText for Option<Setting<String>> {
    fn replace_text(&mut self, key: Span, value: &Value) -> Option<Span> {
        let Value::Text(lit) = value else { return None };
        self.replace(Setting { value: lit.value(), key, span: lit.span() }).map(|earlier| earlier.key)
    }
}

fn set_action(slot: &mut Option<Setting<Action>>, key: Span, value: &Value) -> Option<Span> {
    let Value::Word(word, span) = value else { return None };
    let value = match *word {
        "restrict" => Action::Restrict,
        "cascade" => Action::Cascade,
        "set_null" => Action::SetNull,
        "set_default" => Action::SetDefault,
        _ => Action::NoAction,
    };
    slot.replace(Setting { value, key, span: *span }).map(|earlier| earlier.key)
}

impl Field {
    fn new(ident: Ident, ty: syn::Type) -> Field {
        Field {
            ident,
            ty,
            name: None,
            was: None,
            comment: None,
            collate: None,
            sql_type: None,
            primary_key: None,
            autoincrement: None,
            identity: None,
            unique: None,
            index: None,
            default: None,
            generated: None,
            stored: None,
            computed: None,
            checks: Vec::new(),
            references: None,
            not_null: None,
        }
    }
}

impl ForeignKeyAttribute {
    fn new(key: Span, parent: Parent) -> ForeignKeyAttribute {
        ForeignKeyAttribute {
            key,
            columns: Vec::new(),
            parent,
            name: None,
            on_delete: None,
            on_update: None,
            deferrable: None,
        }
    }
}
