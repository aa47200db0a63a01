//! From a struct to a [`Model`]: read, then judged by everything that needs no dialect.

use syn::DeriveInput;

use crate::Model;
use crate::errors::Errors;

impl Model {
    /// Reads a struct and its attributes.
    ///
    /// ```
    /// let input = syn::parse_str(r#"struct User { #[column(primary_key)] id: i64 }"#)?;
    /// let model = schema_model::Model::parse(&input)?;
    /// assert_eq!(model.table_name(), "users");
    /// # Ok::<_, syn::Error>(())
    /// ```
    ///
    /// # Errors
    /// One for every refusal that does not depend on the dialect, all combined.
    pub fn parse(input: &DeriveInput) -> syn::Result<Model> {
        let mut errors = Errors::default();
        let model = crate::read::model(input, &mut errors);
        if let Some(model) = &model {
            crate::valid::model(model, &mut errors);
        }
        let ident = input.ident.span();
        errors.finish(model)?.ok_or_else(|| syn::Error::new(ident, "no columns could be read"))
    }
}
