//! Where a model says what.

use proc_macro2::Span;
use schema_core::{ColumnFact, Name, Pair, Part, PartKind, Path, TableOptions};
use syn::spanned::Spanned;

use crate::model::{Field, Model};

/// Where a model says what: from the [`Path`]s of the differ to the source.
///
/// ```
/// use schema_core::{ColumnFact, Dialect, Name, PartKind, Path};
/// use schema_model::{Model, StandardTypes};
/// let input = syn::parse_str("struct User { #[column(unique, was = \"mail\")] email: String }")?;
/// let spans = Model::parse(&input)?.lower(Dialect::Sqlite, &StandardTypes)?.spans;
/// let email = Name::new(Dialect::Sqlite, "email");
/// assert_eq!(spans.table().source_text().as_deref(), Some("User"));
/// assert_eq!(spans.of(&Path::Database).source_text().as_deref(), Some("User"));
/// assert_eq!(spans.fact(&email, ColumnFact::Type).source_text().as_deref(), Some("String"));
/// assert_eq!(spans.part_span(PartKind::Unique, &email).unwrap().source_text().as_deref(), Some("unique"));
/// assert_eq!(spans.was(Some(&email)).unwrap().source_text().as_deref(), Some("was"));
/// assert!(spans.was(None).is_none());
/// # Ok::<_, syn::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Spans {
    table: Span,
    strict: Option<Span>,
    without_rowid: Option<Span>,
    comment: Option<Span>,
    was: Option<Span>,
    parts: Vec<(PartKind, Name, Span)>,
    columns: Vec<(Name, ColumnSpans)>,
}

#[derive(Clone, Debug)]
struct ColumnSpans {
    field: Span,
    ty: Span,
    sql_type: Option<Span>,
    value: Option<Span>,
    collation: Option<Span>,
    on_conflict: Option<Span>,
    comment: Option<Span>,
    was: Option<Span>,
}

impl Spans {
    pub(crate) fn new(model: &Model) -> Spans {
        let table = &model.table;
        Spans {
            table: table.name.as_ref().map_or_else(|| model.ident.span(), |name| name.span),
            strict: table.strict,
            without_rowid: table.without_rowid,
            comment: table.comment.as_ref().map(|comment| comment.key),
            was: table.was.as_ref().map(|was| was.key),
            parts: Vec::new(),
            columns: Vec::new(),
        }
    }

    pub(crate) fn column(&mut self, name: &Name, field: &Field) {
        let value = field.default.as_ref().map(|default| default.key);
        let value = value.or(field.generated.as_ref().map(|generated| generated.key));
        let value = value.or(field.identity.as_ref().map(|identity| identity.key)).or(field.autoincrement);
        let spans = ColumnSpans {
            field: field.name.as_ref().map_or_else(|| field.ident.span(), |name| name.span),
            ty: field.ty.span(),
            sql_type: field.sql_type.as_ref().map(|ty| ty.span),
            value,
            collation: field.collate.as_ref().map(|collate| collate.key),
            on_conflict: field.not_null.as_ref().map(|clause| clause.key),
            comment: field.comment.as_ref().map(|comment| comment.key),
            was: field.was.as_ref().map(|was| was.key),
        };
        self.columns.push((name.clone(), spans));
    }

    pub(crate) fn part<T: Part>(&mut self, part: &T, span: Span) {
        self.parts.push((T::KIND, part.label(), span));
    }

    /// The struct's name, or the value of `name` where it is stated.
    pub fn table(&self) -> Span {
        self.table
    }

    /// The place of what a path is about; of the table where the model does not speak of it.
    pub fn of(&self, path: &Path) -> Span {
        match path {
            Path::Part { kind: PartKind::Column, label, .. } => {
                self.found(label).map_or(self.table, |column| column.field)
            }
            Path::Part { kind: PartKind::Options, .. } => self.strict.or(self.without_rowid).unwrap_or(self.table),
            Path::Part { kind: PartKind::Comment, .. } => self.comment.unwrap_or(self.table),
            Path::Part { kind, label, .. } => self.part_span(*kind, label).unwrap_or(self.table),
            Path::Database | Path::Table(_) | Path::Enum(_) => self.table,
        }
    }

    /// The place where the model speaks of exactly this part, if it does.
    pub fn part_span(&self, kind: PartKind, label: &Name) -> Option<Span> {
        self.parts.iter().find(|(other, name, _)| *other == kind && name == label).map(|(_, _, span)| *span)
    }

    /// The place of one fact about a column; of the field where the model does not state it.
    pub fn fact(&self, column: &Name, fact: ColumnFact) -> Span {
        let Some(spans) = self.found(column) else { return self.table };
        match fact {
            ColumnFact::Type => spans.sql_type.unwrap_or(spans.ty),
            ColumnFact::Nullability => spans.ty,
            ColumnFact::Value => spans.value.unwrap_or(spans.field),
            ColumnFact::Collation => spans.collation.unwrap_or(spans.field),
            ColumnFact::OnConflict => spans.on_conflict.unwrap_or(spans.field),
            ColumnFact::Comment => spans.comment.unwrap_or(spans.field),
        }
    }

    /// The place of the first option in which the two sides differ; of the other option or of the table where the
    /// model does not state it.
    pub(crate) fn options(&self, sides: Pair<TableOptions>) -> Span {
        let strict = sides.before.strict != sides.after.strict;
        let (differs, other) =
            if strict { (self.strict, self.without_rowid) } else { (self.without_rowid, self.strict) };
        differs.or(other).unwrap_or(self.table)
    }

    /// The place of `was`: of a column's, or of the table's.
    pub fn was(&self, column: Option<&Name>) -> Option<Span> {
        match column {
            Some(column) => self.found(column)?.was,
            None => self.was,
        }
    }

    fn found(&self, column: &Name) -> Option<&ColumnSpans> {
        self.columns.iter().find(|(name, _)| name == column).map(|(_, spans)| spans)
    }
}
