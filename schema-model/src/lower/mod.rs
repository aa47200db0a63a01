//! From a model to the table that it asks for, in one dialect.

mod parts;
mod refuse;

use proc_macro2::{Ident, Span};
use schema_core::{
    Action, Column, ColumnType, ColumnValue, Deferrable, Dialect, EnumType, Expr, ForeignKey, Name, ObjectName, Pair,
    Part, PrimaryKey, Renames, Table, TableOptions,
};
use syn::{Path, Type};

use crate::errors::Errors;
use crate::ident::{plain, table_name_of};
use crate::model::{DefaultValue, Field, ForeignKeyAttribute, Model, Parent};
use crate::spans::Spans;
use crate::types::{ResolvedType, TypeResolver, option_argument};

/// What a model asks for, and where it says so.
///
/// ```
/// use schema_core::Dialect;
/// use schema_model::{Model, StandardTypes};
/// let input = syn::parse_str(r#"#[table(was = "people")] struct User { id: i64, email: Email }"#)?;
/// let desired = Model::parse(&input)?.lower(Dialect::Sqlite, &StandardTypes)?;
/// assert_eq!(desired.table.name.to_string(), "users");
/// assert_eq!((desired.table.columns.len(), desired.fields.len()), (2, 2));
/// assert_eq!(desired.open_types[0].column.as_str(), "email");
/// assert!(desired.references.is_empty() && desired.enums.is_empty());
/// assert!(desired.spans.was(None).is_some());
/// # Ok::<_, syn::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Desired {
    /// The table. Names of constraints and indexes that the model leaves open are `None`.
    pub table: Table,
    /// The enum types that its columns need (PostgreSQL).
    pub enums: Vec<EnumType>,
    /// Where the model says what.
    pub spans: Spans,
    /// The Rust side of every column, in the order of `table.columns`.
    pub fields: Vec<FieldColumn>,
    /// The columns whose type only rustc can know. What `table` says of them is a guess, see [`OpenType`].
    pub open_types: Vec<OpenType>,
    /// The foreign keys that refer to models, in the order of `table.foreign_keys`.
    pub references: Vec<Reference>,
    /// What `was` states.
    pub renames: Renames,
}

/// The Rust side of a column.
///
/// ```
/// use schema_core::Dialect;
/// use schema_model::{Model, StandardTypes};
/// let input = syn::parse_str(r#"struct User { #[column(name = "mail")] email: String }"#)?;
/// let desired = Model::parse(&input)?.lower(Dialect::Sqlite, &StandardTypes)?;
/// let column = &desired.fields[0];
/// assert_eq!((column.field.to_string(), column.column.as_str()), ("email".to_owned(), "mail"));
/// assert!(!column.sql_type && column.otherwise.is_none());
/// # Ok::<_, syn::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct FieldColumn {
    /// The field.
    pub field: Ident,
    /// The column.
    pub column: Name,
    /// The field's type.
    pub ty: Type,
    /// Whether `sql_type` states the declared type, so that only storage and nullability follow from `ty`.
    pub sql_type: bool,
    /// The declared type if the table were STRICT, or were not, where that makes another one (SQLite).
    pub otherwise: Option<ColumnType>,
}

/// A column whose type only rustc can know: an alias, a newtype, an enum.
///
/// The table says `TEXT` for its type unless `sql_type` states one, takes its nullability from the syntax
/// (`Option<…>` or not), and has **no** `CHECK (column IN (…))` for it. So whoever compares must take
/// type and nullability from what was found, pass over a found CHECK that lists values of this column
/// ([`Expr::enumeration`]) and is not stated, and have rustc prove all three by the type's `TypeFact`.
///
/// ```
/// use schema_core::Dialect;
/// use schema_model::{Model, StandardTypes};
/// let input = syn::parse_str(r#"struct User { email: Option<Email> }"#)?;
/// let desired = Model::parse(&input)?.lower(Dialect::Sqlite, &StandardTypes)?;
/// let open = &desired.open_types[0];
/// assert!(open.optional && !open.declared);
/// assert_eq!(open.column.as_str(), "email");
/// # Ok::<_, syn::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct OpenType {
    /// The column.
    pub column: Name,
    /// The field's type.
    pub ty: Type,
    /// The place of the type's first token.
    pub span: Span,
    /// Whether the syntax shows an `Option`, so that NULL is certainly allowed.
    pub optional: bool,
    /// Whether `sql_type` states the declared type.
    pub declared: bool,
}

/// A foreign key that refers to a model.
///
/// ```
/// use schema_core::Dialect;
/// use schema_model::{Model, StandardTypes};
/// let input = syn::parse_str(r#"struct Post { #[column(references = User::id)] author: i64 }"#)?;
/// let desired = Model::parse(&input)?.lower(Dialect::Sqlite, &StandardTypes)?;
/// let reference = &desired.references[0];
/// assert_eq!(reference.columns[0].as_str(), "author");
/// assert!(reference.model.is_ident("User") && reference.fields[0] == "id");
/// assert!(!reference.resolved);
/// # Ok::<_, syn::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Reference {
    /// The columns of the child.
    pub columns: Vec<Name>,
    /// The model as written.
    pub model: Path,
    /// The fields as written.
    pub fields: Vec<Ident>,
    /// The place of `references` or `foreign_key`.
    pub span: Span,
    /// Whether the parent in the table is certain. Otherwise it is a guess: the model's name in snake
    /// case with an `s`, and the fields' names.
    pub resolved: bool,
}

impl Model {
    /// The table that the model asks for.
    ///
    /// ```
    /// use schema_core::Dialect;
    /// use schema_model::{Model, StandardTypes};
    /// let input = syn::parse_str(r#"struct User { #[column(unique)] email: Option<String> }"#)?;
    /// let desired = Model::parse(&input)?.lower(Dialect::Sqlite, &StandardTypes)?;
    /// assert_eq!(desired.table.uniques.len(), 1);
    /// assert!(desired.table.columns[0].nullable);
    /// # Ok::<_, syn::Error>(())
    /// ```
    ///
    /// # Errors
    /// One for every refusal that depends on the dialect, and for SQL that cannot be read, all combined.
    pub fn lower(&self, dialect: Dialect, resolver: &dyn TypeResolver) -> syn::Result<Desired> {
        let mut lowering = Lowering::new(self, dialect, resolver);
        lowering.table();
        lowering.columns();
        lowering.keys();
        lowering.foreign_keys();
        lowering.checks();
        lowering.errors.finish(lowering.desired)
    }
}

struct Lowering<'a> {
    model: &'a Model,
    dialect: Dialect,
    resolver: &'a dyn TypeResolver,
    desired: Desired,
    errors: Errors,
}

impl<'a> Lowering<'a> {
    fn new(model: &'a Model, dialect: Dialect, resolver: &'a dyn TypeResolver) -> Lowering<'a> {
        let schema = match dialect {
            Dialect::Sqlite => None,
            Dialect::Postgres => model.table.schema.as_ref().map(|schema| schema.value.as_str()),
        };
        let desired = Desired {
            table: Table::empty(ObjectName::new(dialect, schema, &model.table_name())),
            enums: Vec::new(),
            spans: Spans::new(model),
            fields: Vec::new(),
            open_types: Vec::new(),
            references: Vec::new(),
            renames: Renames::default(),
        };
        Lowering { model, dialect, resolver, desired, errors: Errors::default() }
    }

    fn table(&mut self) {
        let attributes = &self.model.table;
        refuse::table(self.model, self.dialect, &mut self.errors);
        let table = &mut self.desired.table;
        if self.dialect == Dialect::Sqlite {
            table.options =
                TableOptions { strict: attributes.strict.is_some(), without_rowid: attributes.without_rowid.is_some() };
        } else {
            table.comment = attributes.comment.as_ref().map(|comment| comment.value.as_str().into());
        }
        if let Some(was) = &attributes.was {
            let schema = table.name.schema.clone();
            let before = ObjectName { schema, name: Name::new(self.dialect, was.value.as_str()) };
            self.desired.renames.tables.push(Pair::new(before, table.name.clone()));
        }
    }

    fn columns(&mut self) {
        for field in &self.model.fields {
            refuse::field(field, self.dialect, &mut self.errors);
            let name = Name::new(self.dialect, field.column_name());
            let fact = self.resolver.fact(&field.ty);
            let ty = self.column_type(field, fact.as_ref());
            let value = self.value(field);
            let column = Column {
                name: name.clone(),
                ty,
                nullable: fact.as_ref().map_or(option_argument(&field.ty).is_some(), |fact| fact.nullable),
                value,
                collation: field.collate.as_ref().map(|collation| Name::new(self.dialect, collation.value.as_str())),
                on_conflict: field.not_null.as_ref().map(|clause| clause.value),
                comment: match self.dialect {
                    Dialect::Sqlite => None,
                    Dialect::Postgres => field.comment.as_ref().map(|comment| comment.value.as_str().into()),
                },
            };
            let known = fact.is_some() || field.sql_type.is_some();
            let earlier = &self.desired.table.columns;
            refuse::column(self.model, field, &column, earlier, known, self.dialect, &mut self.errors);
            self.desired.spans.column(&name, field);
            self.desired.table.columns.push(column);
            self.rust_side(field, &name, fact);
            if let Some(was) = &field.was {
                let edit = Pair::new(Name::new(self.dialect, was.value.as_str()), name);
                self.desired.renames.columns.push((self.desired.table.name.clone(), edit));
            }
        }
    }

    /// Records the field's type, and what follows from it besides the column.
    fn rust_side(&mut self, field: &Field, name: &Name, fact: Option<ResolvedType>) {
        self.desired.fields.push(FieldColumn {
            field: field.ident.clone(),
            column: name.clone(),
            ty: field.ty.clone(),
            sql_type: field.sql_type.is_some(),
            otherwise: fact.as_ref().filter(|_| field.sql_type.is_none()).and_then(|fact| self.otherwise(fact)),
        });
        let span = syn::spanned::Spanned::span(&field.ty);
        let Some(fact) = fact else {
            self.desired.open_types.push(OpenType {
                column: name.clone(),
                ty: field.ty.clone(),
                span,
                optional: option_argument(&field.ty).is_some(),
                declared: field.sql_type.is_some(),
            });
            return;
        };
        let Some(variants) = fact.variants else { return };
        if self.dialect == Dialect::Postgres && fact.postgres_enum {
            let name = ObjectName::new(self.dialect, None, &fact.postgres);
            if !self.desired.enums.iter().any(|other| other.name == name) {
                self.desired.enums.push(EnumType { name, variants });
            }
        } else if let Ok(expr) = Expr::of_enumeration(self.dialect, name, variants.iter().map(|text| &**text)) {
            self.add_check(schema_core::Check { name: None, expr }, span);
        }
    }

    fn column_type(&mut self, field: &Field, fact: Option<&ResolvedType>) -> ColumnType {
        let text = match (&field.sql_type, fact) {
            (Some(stated), _) => stated.value.as_str(),
            (None, None) => "TEXT",
            (None, Some(fact)) => match self.dialect {
                Dialect::Sqlite if self.model.table.strict.is_some() => &fact.sqlite_strict,
                Dialect::Sqlite => &fact.sqlite,
                Dialect::Postgres => &fact.postgres,
            },
        };
        ColumnType::parse(self.dialect, text)
    }

    fn otherwise(&self, fact: &ResolvedType) -> Option<ColumnType> {
        let other = match (self.dialect, self.model.table.strict.is_some()) {
            (Dialect::Postgres, _) => return None,
            (Dialect::Sqlite, true) => &fact.sqlite,
            (Dialect::Sqlite, false) => &fact.sqlite_strict,
        };
        (fact.sqlite != fact.sqlite_strict).then(|| ColumnType::parse(self.dialect, other))
    }

    fn value(&mut self, field: &Field) -> ColumnValue {
        if let Some(generated) = &field.generated {
            return match self.expr(&generated.value, generated.span) {
                Some(expr) => ColumnValue::Generated { expr, stored: field.stored.is_some() },
                None => ColumnValue::Given,
            };
        }
        if let Some(identity) = &field.identity {
            return ColumnValue::Identity { always: identity.value };
        }
        if field.autoincrement.is_some() && self.dialect == Dialect::Postgres {
            return ColumnValue::Identity { always: false };
        }
        let Some(default) = &field.default else { return ColumnValue::Given };
        let Some(sql) = default_sql(self.dialect, &default.value) else { return ColumnValue::Given };
        match self.read(Expr::parse_default(self.dialect, &sql), default.span) {
            Some(Some(expr)) => ColumnValue::Default(expr),
            _ => ColumnValue::Given,
        }
    }

    /// Reads SQL; an error is reported at the string.
    fn expr(&mut self, sql: &str, span: Span) -> Option<Expr> {
        self.read(Expr::parse(self.dialect, sql), span)
    }

    fn read<T>(&mut self, expr: Result<T, schema_core::ParseError>, span: Span) -> Option<T> {
        match expr {
            Ok(expr) => Some(expr),
            Err(error) => {
                self.errors.push(syn::Error::new(span, format!("this is not a SQL expression: {error}")));
                None
            }
        }
    }

    fn foreign_keys(&mut self) {
        for field in &self.model.fields {
            if let Some(references) = &field.references {
                let column = Name::new(self.dialect, field.column_name());
                self.foreign_key(references, vec![column]);
            }
        }
        for key in &self.model.table.foreign_keys {
            let columns = key.columns.iter().filter_map(|element| self.column_of(element)).collect();
            self.foreign_key(key, columns);
        }
    }

    fn foreign_key(&mut self, key: &ForeignKeyAttribute, columns: Vec<Name>) {
        let (parent, parent_columns) = match &key.parent {
            Parent::Table { schema, name, columns } => {
                let schema = schema.as_ref().map(|schema| schema.value.as_str());
                let columns = columns.iter().map(|column| Name::new(self.dialect, column.value.as_str())).collect();
                (ObjectName::new(self.dialect, schema, &name.value), columns)
            }
            Parent::Model { path, fields } => self.parent(key, &columns, path, fields),
        };
        let found = ForeignKey {
            name: key.name.as_ref().map(|name| Name::new(self.dialect, name.value.as_str())),
            columns,
            parent,
            parent_columns,
            on_delete: key.on_delete.as_ref().map_or(Action::NoAction, |action| action.value),
            on_update: key.on_update.as_ref().map_or(Action::NoAction, |action| action.value),
            deferrable: key.deferrable.as_ref().map_or(Deferrable::No, |deferrable| self.deferrable(deferrable.value)),
        };
        if key.columns.is_empty() {
            let open = &self.desired.open_types;
            let known = |column: &Column| !open.iter().any(|open| open.column == column.name);
            refuse::set_null(key, &found, &self.desired.table, known, &mut self.errors);
        }
        self.desired.spans.part(&found, key.key);
        self.desired.table.foreign_keys.push(found);
    }

    /// SQLite has no `SET CONSTRAINTS`, so a key that is initially immediate stays so and is like any other
    /// (<https://www.sqlite.org/foreignkeys.html#fk_deferred>); its reader says the same.
    fn deferrable(&self, stated: Deferrable) -> Deferrable {
        match (self.dialect, stated) {
            (Dialect::Sqlite, Deferrable::Immediate) => Deferrable::No,
            (_, stated) => stated,
        }
    }

    fn parent(
        &mut self,
        key: &ForeignKeyAttribute,
        columns: &[Name],
        model: &Path,
        fields: &[Ident],
    ) -> (ObjectName, Vec<Name>) {
        let name = |text: &str| Name::new(self.dialect, text);
        let is_self = model.is_ident("Self") || model.is_ident(&self.model.ident);
        let certain = if is_self {
            let columns = fields.iter().map(|ident| self.model.field(ident).map_or(plain(ident), Field::column_name));
            Some((self.desired.table.name.clone(), columns.map(|text| name(&text)).collect()))
        } else {
            self.resolver.parent(model, fields).map(|parent| {
                let table = ObjectName::new(self.dialect, parent.schema.as_deref(), &parent.table);
                (table, parent.columns.iter().map(|text| name(text)).collect())
            })
        };
        let resolved = certain.is_some();
        let found = certain.unwrap_or_else(|| {
            let table = model.segments.last().map_or_else(String::new, |last| table_name_of(&last.ident));
            (ObjectName::new(self.dialect, None, &table), fields.iter().map(|ident| name(&plain(ident))).collect())
        });
        self.desired.references.push(Reference {
            columns: columns.to_vec(),
            model: model.clone(),
            fields: fields.to_vec(),
            span: key.key,
            resolved,
        });
        found
    }

    fn checks(&mut self) {
        let on_fields = self.model.fields.iter().flat_map(|field| &field.checks);
        for check in on_fields.chain(&self.model.table.checks) {
            if let Some(expr) = self.expr(&check.condition.value, check.condition.span) {
                let name = check.name.as_ref().map(|name| Name::new(self.dialect, name.value.as_str()));
                self.add_check(schema_core::Check { name, expr }, check.key);
            }
        }
    }

    fn add_check(&mut self, check: schema_core::Check, span: Span) {
        self.desired.spans.part(&check, span);
        self.desired.table.checks.push(check);
    }

    fn primary_key(&mut self, key: PrimaryKey, span: Span) {
        self.desired.spans.part(&key, span);
        self.desired.table.primary_key = Some(key);
    }

    fn add<T: Part>(&mut self, part: T, span: Span, parts: fn(&mut Table) -> &mut Vec<T>) {
        self.desired.spans.part(&part, span);
        parts(&mut self.desired.table).push(part);
    }
}

/// A default as SQL; `None` for NULL, which is no default.
fn default_sql(dialect: Dialect, value: &DefaultValue) -> Option<String> {
    Some(match value {
        DefaultValue::Null => return None,
        DefaultValue::Number(text) | DefaultValue::Sql(text) => text.clone(),
        DefaultValue::Text(text) => format!("'{}'", text.replace('\'', "''")),
        DefaultValue::Bool(value) => match (dialect, value) {
            (Dialect::Sqlite, true) => "1".to_owned(),
            (Dialect::Sqlite, false) => "0".to_owned(),
            (Dialect::Postgres, true) => "true".to_owned(),
            (Dialect::Postgres, false) => "false".to_owned(),
        },
        DefaultValue::Bytes(bytes) => {
            let digits = bytes.iter().fold(String::new(), |digits, byte| digits + &format!("{byte:02X}"));
            match dialect {
                Dialect::Sqlite => format!("x'{digits}'"),
                Dialect::Postgres => format!("'\\x{}'::bytea", digits.to_lowercase()),
            }
        }
    })
}
