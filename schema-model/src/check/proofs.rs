//! What is left for rustc to prove, and the words for when it cannot.

use proc_macro2::Span;
use quote::ToTokens as _;
use schema_core::{Column, ColumnType, Dialect, ForeignKey, Name, ObjectName, Part as _, Place, Table, render};

use super::words::{self, Words};

/// What is left for rustc to prove about the type of a field.
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
/// let replay = schema_replay::replay(&[migration("CREATE TABLE users (email TEXT NOT NULL)")]).unwrap();
/// let found = Found { inspection: &replay.inspection, map: &replay.map };
/// let model = Model::parse(&syn::parse_str("struct User { email: Email }")?)?;
/// let verdict = check("User", &model.lower(Dialect::Sqlite, &StandardTypes)?, found);
/// let (proof, table) = (&verdict.types[0], &verdict.table);
/// assert_eq!(proof.declared.as_str(), "TEXT");
/// assert!(proof.on_type(table).contains("column `users.email` is {} in the model and TEXT in the migrations"));
/// assert!(proof.on_null(table).contains("column `users.email` is {} in the model and NOT NULL in the migrations"));
/// assert!(proof.on_loss(table).starts_with("column `users.email` is TEXT, from which a `Email` does not come back"));
/// assert!(proof.on_variants(table).starts_with("`User` and the migrations disagree: column `users.email` {}\n"));
/// # Ok::<_, syn::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct TypeProof {
    /// The name of the struct.
    pub model: String,
    /// The column.
    pub column: Name,
    /// The type of the field.
    pub ty: syn::Type,
    /// The type that the migrations declare.
    pub declared: ColumnType,
    /// Whether the model states that type itself, with `sql_type`; the field's type need only survive in it.
    pub stated: bool,
    /// Whether the table is STRICT.
    pub strict: bool,
    /// Whether the migrations let the column be NULL.
    pub nullable: bool,
    /// The values that the migrations allow, where they list them.
    pub variants: Option<Vec<Box<str>>>,
    /// The column as the migrations declare it.
    pub found: Column,
    /// Where the migrations declare the column.
    pub place: Option<Place>,
}

/// What is left for rustc to prove about a reference: that the model is the one of the parent table.
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
/// let proof = &verdict.references[0];
/// let (field, column) = &proof.fields[0];
/// assert_eq!((field.to_string(), column.as_str()), ("id".to_owned(), "id"));
/// assert!(proof.on_table().contains("refers to table `{}` in the model and to `users` in the migrations"));
/// assert!(proof.on_column(field, column).contains("refers to `users.{}` in the model and to `users.id`"));
/// assert!(proof.on_field(field, column).contains("refers to `User::id`, but `User` has no such column"));
/// # Ok::<_, syn::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ReferenceProof {
    /// The name of the struct that refers.
    pub owner: String,
    /// Its table.
    pub table: ObjectName,
    /// The foreign key as the migrations have it.
    pub found: ForeignKey,
    /// Where they have it.
    pub place: Option<Place>,
    /// The model as the attribute names it.
    pub model: syn::Path,
    /// Its fields, and the columns that the migrations refer to.
    pub fields: Vec<(syn::Ident, Name)>,
    /// The table that the migrations refer to.
    pub parent: ObjectName,
    /// Where the attribute stands.
    pub span: Span,
}

// In these messages `{}` stands for what only rustc knows, first in line 1 and then in the model's line;
// whatever the migrations say comes after both, since a default may well be the text `{}`.
impl TypeProof {
    /// When the type is stored as another one: `{}` stands for that, twice.
    pub fn on_type(&self, table: &Table) -> String {
        let fact = format!("is {{}} in the model and {} in the migrations", self.declared_words());
        self.message(table, &fact, "stored as {}", ", or change the field's type if the migrations are right")
    }

    /// When one side admits NULL: `{}` stands for what the field's type does, `nullable` or `NOT NULL`, twice.
    pub fn on_null(&self, table: &Table) -> String {
        let found = if self.nullable { "nullable" } else { "NOT NULL" };
        let fact = format!("is {{}} in the model and {found} in the migrations");
        self.message(table, &fact, "which is {}", ", or change the field's type if the migrations are right")
    }

    /// When the values of the type do not survive in the type that the model states.
    pub fn on_loss(&self, table: &Table) -> String {
        let written = self.written();
        let mut words = Words::new(format!(
            "column `{}.{}` is {}, from which a `{written}` does not come back as it was stored",
            table.name,
            self.column,
            self.declared_words()
        ));
        words.model = Some(format!("`{written}`, stored as {{}}"));
        words.migrations = Some(render::column(Dialect::Sqlite, &self.found));
        words.place.clone_from(&self.place);
        words.help = "give the field a type that fits, or correct `sql_type`".to_owned();
        words.to_string()
    }

    /// When the values of an enum are not those that the column admits: `{}` stands for the difference, as
    /// in `does not admit 'draft'`, and then for the enum's values.
    pub fn on_variants(&self, table: &Table) -> String {
        self.message(table, "{}", "which is {}", "")
    }

    fn written(&self) -> String {
        let text = self.ty.to_token_stream().to_string();
        text.replace(" <", "<").replace("< ", "<").replace(" >", ">").replace(" :: ", "::").replace(" ,", ",")
    }

    fn declared_words(&self) -> &str {
        match self.declared.as_str() {
            "" => "without a type",
            declared => declared,
        }
    }

    fn message(&self, table: &Table, fact: &str, model: &str, or: &str) -> String {
        let (name, column) = (&table.name, &self.column);
        let mut words =
            Words::new(format!("`{}` and the migrations disagree: column `{name}.{column}` {fact}", self.model));
        words.model = Some(format!("`{}`, {model}", self.written()));
        let mut found = render::column(Dialect::Sqlite, &self.found);
        if let Some(values) = &self.variants {
            let values = values.iter().map(|value| format!("'{value}'")).collect::<Vec<_>>().join(", ");
            found = format!("{found} CHECK ({column} IN ({values}))");
        }
        words.migrations = Some(found);
        words.place.clone_from(&self.place);
        let (table, column) = (words::slug(&name.to_string()), words::slug(column.as_str()));
        words.help = format!("run `cargo driftless new alter_{table}_{column}`{or}");
        words.to_string()
    }
}

impl ReferenceProof {
    /// When the model is of another table: `{}` stands for that.
    pub fn on_table(&self) -> String {
        let fact = format!("refers to table `{{}}` in the model and to `{}` in the migrations", self.parent);
        self.message(&fact, &self.model_text(), &format!("name the model of `{}`", self.parent))
    }

    /// When the field is another column: `{}` stands for that.
    pub fn on_column(&self, field: &syn::Ident, column: &Name) -> String {
        let parent = &self.parent;
        let fact = format!("refers to `{parent}.{{}}` in the model and to `{parent}.{column}` in the migrations");
        self.message(&fact, &format!("{}::{field}", self.model_text()), &format!("name the field of `{column}`"))
    }

    /// When the model has no column for the field.
    pub fn on_field(&self, field: &syn::Ident, column: &Name) -> String {
        let model = self.model_text();
        let fact = format!("refers to `{model}::{field}`, but `{model}` has no such column");
        self.message(&fact, &format!("{model}::{field}"), &format!("name the field of `{column}`"))
    }

    fn message(&self, fact: &str, model: &str, mend: &str) -> String {
        let label = self.found.label();
        let mut words = Words::new(format!(
            "`{}` and the migrations disagree: FOREIGN KEY ({label}) of table `{}` {fact}",
            self.owner, self.table
        ));
        words.model = Some(format!("references = {model}"));
        words.migrations = Some(render::foreign_key(Dialect::Sqlite, &self.found));
        words.place.clone_from(&self.place);
        let (table, label) = (words::slug(&self.table.to_string()), words::slug(label.as_str()));
        words.help = format!("{mend}, or run `cargo driftless new alter_{table}_{label}_foreign_key`");
        words.to_string()
    }

    fn model_text(&self) -> String {
        self.model.to_token_stream().to_string().replace(' ', "")
    }
}

/// The span of the last token of a type.
pub(super) fn last_span(ty: &syn::Type) -> Option<Span> {
    ty.to_token_stream().into_iter().last().map(|token| token.span())
}
