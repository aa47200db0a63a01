//! What is left for rustc to prove, and the words for when it cannot.

use proc_macro2::Span;
use quote::ToTokens as _;
use schema_core::{Column, ColumnType, Dialect, Name, ObjectName, Place, Table, render};

use super::words;

/// What is left for rustc to prove about the type of a field.
#[derive(Clone, Debug)]
pub struct TypeProof {
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
#[derive(Clone, Debug)]
pub struct ReferenceProof {
    /// The model as the attribute names it.
    pub model: syn::Path,
    /// Its fields, and the columns that the migrations refer to.
    pub fields: Vec<(syn::Ident, Name)>,
    /// The table that the migrations refer to.
    pub parent: ObjectName,
    /// Where the attribute stands.
    pub span: Span,
}

impl TypeProof {
    /// When the type is stored as another one: `{}` stands for that.
    pub fn on_type(&self, table: &Table) -> String {
        let fact = format!("`{}` is stored as {{}}, the migrations declare {}", self.written(), self.declared_words());
        self.message(table, &fact, ", or change the field's type if the migrations are right")
    }

    /// When one side admits NULL: `{}` stands for what the field's type does.
    pub fn on_null(&self, table: &Table) -> String {
        let found = if self.nullable { "nullable" } else { "NOT NULL" };
        let fact = format!("`{}` is {{}} and the column is {found}", self.written());
        self.message(table, &fact, ", or change the field's type if the migrations are right")
    }

    /// When the values of the type do not survive in the type that the model states.
    pub fn on_loss(&self, table: &Table) -> String {
        let fact = format!(
            "a `{}` does not come back from a {} column as it was stored",
            self.written(),
            self.declared_words()
        );
        format!(
            "`{}.{}`: {fact}\n  help: give the field a type that fits, or remove `sql_type`",
            table.name, self.column
        )
    }

    /// When the values of an enum are not those that the column admits: `{}` stands for the enum's.
    pub fn on_variants(&self, table: &Table) -> String {
        let admits = self.variants.as_ref().map_or_else(
            || "any text (no CHECK lists the values)".to_owned(),
            |values| values.iter().map(|value| format!("'{value}'")).collect::<Vec<_>>().join(", "),
        );
        let fact = format!("`{}` has the values {{}}, and the column admits {admits}", self.written());
        self.message(table, &fact, "")
    }

    fn written(&self) -> String {
        let text = self.ty.to_token_stream().to_string();
        text.replace(" <", "<").replace("< ", "<").replace(" >", ">").replace(" :: ", "::").replace(" ,", ",")
    }

    fn declared_words(&self) -> &str {
        match self.declared.as_str() {
            "" => "no type",
            declared => declared,
        }
    }

    fn message(&self, table: &Table, fact: &str, or: &str) -> String {
        let place = self.place.as_ref().map_or_else(String::new, |place| format!("   {place}"));
        format!(
            "column `{table}.{column}` and the migrations disagree: {fact}\n  \
             migrations:  {found}{place}\n  \
             help: run `cargo driftless new alter_{slug}_{column_slug}`{or}",
            table = table.name,
            column = self.column,
            found = render::column(Dialect::Sqlite, &self.found),
            slug = words::slug(&table.name.to_string()),
            column_slug = words::slug(self.column.as_str()),
        )
    }
}

impl ReferenceProof {
    /// When the model is of another table: `{}` stands for that.
    pub fn on_table(&self) -> String {
        let model = self.model_text();
        format!(
            "foreign key to `{model}`: the model's table is `{{}}`, but the migrations refer to `{}`\n  \
             help: name the model of `{}`, or run `cargo driftless new` to change the foreign key",
            self.parent, self.parent
        )
    }

    /// When the field is another column: `{}` stands for that.
    pub fn on_column(&self, field: &syn::Ident, column: &Name) -> String {
        let model = self.model_text();
        format!(
            "foreign key to `{model}::{field}`: the field's column is {{}}, but the migrations refer to `{}.{column}`\n  \
             help: name the field of `{column}`, or run `cargo driftless new` to change the foreign key",
            self.parent
        )
    }

    fn model_text(&self) -> String {
        self.model.to_token_stream().to_string().replace(' ', "")
    }
}
