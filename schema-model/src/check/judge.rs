//! What rustc proves, decided from the source: the same rules in the same words.

use schema_core::{Affinity, Table};
use syn::ext::IdentExt as _;

use super::{ReferenceProof, TypeProof, words};
use crate::Model;
use crate::types::ResolvedType;

impl TypeProof {
    /// What rustc would say about a type that is stored like this: the code and the message.
    ///
    /// ```
    /// # use schema_core::{Dialect, Migration, checksum};
    /// # let migration = |sql: &'static str| Migration {
    /// #     version: "1".into(),
    /// #     name: "a".into(),
    /// #     file: "migrations/1_a.sql".into(),
    /// #     checksum: checksum(Dialect::Sqlite, sql).into(),
    /// #     sql: sql.into(),
    /// #     no_transaction: false,
    /// # };
    /// use schema_core::TypeFact;
    /// use schema_model::check::{Found, check};
    /// use schema_model::{Model, ResolvedType, StandardTypes};
    /// let replay = schema_replay::replay(&[migration("CREATE TABLE users (email TEXT NOT NULL)")]).unwrap();
    /// let found = Found { inspection: &replay.inspection, map: &replay.map };
    /// let model = Model::parse(&syn::parse_str("struct User { email: Email }")?)?;
    /// let verdict = check("User", &model.lower(Dialect::Sqlite, &StandardTypes)?, found);
    /// let judge = |fact: TypeFact| verdict.types[0].judge(&ResolvedType::from(fact), &verdict.table);
    /// assert_eq!(judge(TypeFact::TEXT), None);
    /// assert_eq!(judge(TypeFact::BLOB).unwrap().0, "column-type");
    /// assert_eq!(judge(TypeFact::TEXT.optional()).unwrap().0, "column-nullability");
    /// # Ok::<_, syn::Error>(())
    /// ```
    pub fn judge(&self, fact: &ResolvedType, table: &Table) -> Option<(&'static str, String)> {
        let stored = if self.strict { &fact.sqlite_strict } else { &fact.sqlite };
        if !self.stated && **stored != *self.declared.as_str() {
            return Some(("column-type", filled(&self.on_type(table), &[stored, stored])));
        }
        if self.stated && !fact.survives(Affinity::of(self.declared.as_str())) {
            return Some(("column-type", filled(&self.on_loss(table), &[stored])));
        }
        if fact.nullable != self.nullable {
            let word = if fact.nullable { "nullable" } else { "NOT NULL" };
            return Some(("column-nullability", filled(&self.on_null(table), &[word, word])));
        }
        let difference = words::variants(fact.variants.as_deref(), self.variants.as_deref())?;
        let message = filled(&self.on_variants(table), &[&difference, &listed(fact)]);
        Some(("enum-variants", message))
    }
}

impl ReferenceProof {
    /// What rustc would say when this is the model that the reference names. A model that was refused is
    /// not judged, its own errors are enough.
    ///
    /// ```
    /// # use schema_core::{Dialect, Migration, checksum};
    /// # let migration = |sql: &'static str| Migration {
    /// #     version: "1".into(),
    /// #     name: "a".into(),
    /// #     file: "migrations/1_a.sql".into(),
    /// #     checksum: checksum(Dialect::Sqlite, sql).into(),
    /// #     sql: sql.into(),
    /// #     no_transaction: false,
    /// # };
    /// use schema_model::check::{Found, check};
    /// use schema_model::{Model, StandardTypes};
    /// let sql = "CREATE TABLE users (id INTEGER PRIMARY KEY);
    ///            CREATE TABLE posts (author INTEGER NOT NULL REFERENCES users (id))";
    /// let replay = schema_replay::replay(&[migration(sql)]).unwrap();
    /// let found = Found { inspection: &replay.inspection, map: &replay.map };
    /// let model = Model::parse(&syn::parse_str("struct Post { #[column(references = User::id)] author: i64 }")?)?;
    /// let verdict = check("Post", &model.lower(Dialect::Sqlite, &StandardTypes)?, found);
    /// let judge = |parent: &str| Ok::<_, syn::Error>(verdict.references[0].judge(&Model::parse(&syn::parse_str(parent)?)?));
    /// assert_eq!(judge("struct User { id: i64 }")?, None);
    /// let message = judge("struct Person { id: i64 }")?.unwrap();
    /// assert!(message.contains("refers to table `persons` in the model and to `users` in the migrations"));
    /// # Ok::<_, syn::Error>(())
    /// ```
    pub fn judge(&self, parent: &Model) -> Option<String> {
        if parent.fields.is_empty() {
            return None;
        }
        let schema = parent.table.schema.as_ref().map(|schema| schema.value.as_str());
        let is_table = parent.table_name().eq_ignore_ascii_case(self.parent.name.as_str())
            && schema == self.parent.schema.as_ref().map(schema_core::Name::as_str);
        if !is_table {
            return Some(filled(&self.on_table(), &[&parent.table_name()]));
        }
        self.fields.iter().find_map(|(field, column)| {
            let found = parent.fields.iter().find(|other| other.ident.unraw() == field.unraw());
            let Some(found) = found.map(crate::Field::column_name) else {
                return Some(self.on_field(field, column));
            };
            (!found.eq_ignore_ascii_case(column.as_str())).then(|| filled(&self.on_column(field, column), &[&found]))
        })
    }
}

/// What rustc would say when a name that looks like a type of the standard library is stored as `found`.
///
/// ```
/// use schema_core::TypeFact;
/// use schema_model::ResolvedType;
/// use schema_model::check::judge_standard;
/// let (text, integer) = (ResolvedType::from(TypeFact::TEXT), ResolvedType::from(TypeFact::INTEGER));
/// assert_eq!(judge_standard(&text, &text), None);
/// assert!(judge_standard(&text, &integer).unwrap().starts_with("this is not the type of the standard library"));
/// ```
pub fn judge_standard(looks_like: &ResolvedType, found: &ResolvedType) -> Option<&'static str> {
    let same = looks_like.storage == found.storage && looks_like.nullable == found.nullable;
    (!same || found.variants.is_some()).then_some(
        "this is not the type of the standard library whose name it has, and it is stored in another way\n  \
         help: give the type another name",
    )
}

/// A message with what the Rust side says in its places.
fn filled(message: &str, values: &[&str]) -> String {
    let mut pieces = message.splitn(values.len() + 1, "{}");
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for (piece, value) in pieces.zip(values) {
        text.push_str(value);
        text.push_str(piece);
    }
    text
}

fn listed(fact: &ResolvedType) -> String {
    match &fact.variants {
        Some(values) => format!("one of {}", words::list(values)),
        None => "any text".to_owned(),
    }
}
