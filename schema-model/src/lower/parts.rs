//! Primary keys, UNIQUE constraints and indexes.

use schema_core::{Deferrable, Dialect, Index, KeyPart, Name, PrimaryKey, Unique};

use super::Lowering;
use crate::ident::plain;
use crate::model::{ElementTarget, Field, KeyAttribute, KeyElement};

impl Lowering<'_> {
    pub(super) fn keys(&mut self) {
        let model = self.model;
        for field in &model.fields {
            if let Some(key) = &field.primary_key {
                self.key(key, vec![self.own_part(field, key)], field.autoincrement.is_some());
            }
            if let Some(key) = &field.unique {
                self.unique(key, vec![self.own_part(field, key)]);
            }
            if let Some(key) = &field.index {
                self.index(key, vec![self.own_part(field, key)]);
            }
        }
        if let Some(key) = &model.table.primary_key {
            let parts = self.parts(key);
            self.key(key, parts, model.fields.iter().any(|field| field.autoincrement.is_some()));
        }
        for key in &model.table.uniques {
            let parts = self.parts(key);
            self.unique(key, parts);
        }
        for key in &model.table.indexes {
            let parts = self.parts(key);
            self.index(key, parts);
        }
    }

    fn own_part(&self, field: &Field, key: &KeyAttribute) -> KeyPart {
        let mut part = KeyPart::column(Name::new(self.dialect, field.column_name()));
        part.descending = key.descending.is_some();
        part
    }

    fn parts(&mut self, key: &KeyAttribute) -> Vec<KeyPart> {
        key.elements.iter().filter_map(|element| self.part(element)).collect()
    }

    fn part(&mut self, element: &KeyElement) -> Option<KeyPart> {
        let mut part = match &element.target {
            ElementTarget::Sql(sql) => KeyPart::expr(self.expr(sql, element.span)?),
            ElementTarget::Field(_) | ElementTarget::Column(_) => KeyPart::column(self.column_of(element)?),
        };
        part.collation = element.collation.as_ref().map(|text| Name::new(self.dialect, text.as_str()));
        part.descending = element.descending;
        // The default of the direction is expressed by nothing.
        part.nulls_first = element.nulls_first.filter(|first| *first != element.descending);
        part.operator_class = element.operator_class.as_ref().map(|text| text.as_str().into());
        Some(part)
    }

    /// The column of an element that is no expression.
    pub(super) fn column_of(&self, element: &KeyElement) -> Option<Name> {
        let text = match &element.target {
            ElementTarget::Field(ident) => self.model.field(ident).map_or_else(|| plain(ident), Field::column_name),
            ElementTarget::Column(text) => text.clone(),
            ElementTarget::Sql(_) => return None,
        };
        Some(Name::new(self.dialect, text))
    }

    fn name_of(&self, key: &KeyAttribute) -> Option<Name> {
        key.name.as_ref().map(|name| Name::new(self.dialect, name.value.as_str()))
    }

    fn include_of(&self, key: &KeyAttribute) -> Vec<Name> {
        key.include.iter().filter_map(|element| self.column_of(element)).collect()
    }

    fn key(&mut self, key: &KeyAttribute, parts: Vec<KeyPart>, autoincrement: bool) {
        let found = PrimaryKey {
            name: self.name_of(key),
            parts,
            autoincrement: autoincrement && self.dialect == Dialect::Sqlite,
            on_conflict: key.on_conflict.as_ref().and_then(|clause| clause.value),
            deferrable: deferrable_of(key),
            include: self.include_of(key),
        };
        self.primary_key(found, key.key);
    }

    fn unique(&mut self, key: &KeyAttribute, parts: Vec<KeyPart>) {
        let found = Unique {
            name: self.name_of(key),
            parts,
            on_conflict: key.on_conflict.as_ref().and_then(|clause| clause.value),
            nulls_not_distinct: key.nulls_not_distinct.is_some(),
            deferrable: deferrable_of(key),
            include: self.include_of(key),
        };
        self.add(found, key.key, |table| &mut table.uniques);
    }

    fn index(&mut self, key: &KeyAttribute, parts: Vec<KeyPart>) {
        let found = Index {
            name: self.name_of(key),
            parts,
            unique: key.unique.is_some(),
            predicate: key.predicate.as_ref().and_then(|sql| self.expr(&sql.value, sql.span)),
            include: self.include_of(key),
            method: key
                .method
                .as_ref()
                .filter(|method| !method.value.eq_ignore_ascii_case("btree"))
                .map(|method| Name::new(self.dialect, method.value.to_lowercase())),
            nulls_not_distinct: key.nulls_not_distinct.is_some(),
        };
        self.add(found, key.key, |table| &mut table.indexes);
    }
}

fn deferrable_of(key: &KeyAttribute) -> Deferrable {
    key.deferrable.as_ref().map_or(Deferrable::No, |deferrable| deferrable.value)
}
